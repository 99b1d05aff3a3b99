// Whether the App can do its work now: each part that it cannot do without is asked, and has to answer in time.

/** Parts by name, each with what asks it; one that rejects is not there. */
export type Parts = Readonly<Record<string, () => Promise<unknown>>>;

export interface Readiness {
  readonly ready: boolean;
  /** A line for each part: `store ok`, or what is wrong with it. */
  readonly lines: readonly string[];
}

/** So long a part may take, in milliseconds: a probe gives up after a second or a few. */
const patienceMs = 900;
/** An answer holds for so long: whoever asks often asks no part more often. */
const holdsMs = 1_000;

/** Asks all parts, at the same time. Never rejects. `now`: any clock in milliseconds that only goes on. */
export function createReadiness(parts: Parts, now: () => number): () => Promise<Readiness> {
  let last: { readonly at: number; readonly answer: Promise<Readiness> } | null = null;
  return () => {
    if (last === null || now() - last.at >= holdsMs) last = { at: now(), answer: askAll(parts) };
    return last.answer;
  };
}

async function askAll(parts: Parts): Promise<Readiness> {
  const told = await Promise.all(
    Object.entries(parts).map(async ([name, ask]) => ({ name, problem: await asked(ask) })),
  );
  const lines = told.map(({ name, problem }) => `${name} ${problem ?? "ok"}`);
  return { ready: told.every(({ problem }) => problem === null), lines };
}

/** What is wrong with a part; its own words stay in the log of whoever uses it, since anybody may read this. */
async function asked(ask: () => Promise<unknown>): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`did not answer within ${patienceMs} ms`), patienceMs);
  });
  const answer = (async () => ask())().then(
    () => null,
    () => "cannot be used",
  );
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
