// What a crowd is measured on: a local GitHub with its limits, and an App in a process of its own. Its minutes pass when nobody works.
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Fault } from "../base/fault.ts";
import { type Forge, startForge } from "../forge/forge.ts";
import { countByKind } from "../forge/http/requests.ts";
import type { Issue, Repository } from "../forge/model.ts";
import { machineMoved, moveMachine } from "./bench-clock.ts";
import { environmentAt, type Said, type Served, served, serveOptions } from "./bench-process.ts";
import { type Cleanup, withCleanup } from "./cleanup.ts";
import type { Terminal } from "./terminal.ts";

/** A repository that the App is installed on. */
export type Place = Repository;

/** One App with nothing behind it, and the repositories it is installed on. */
export interface Crowd {
  /**
   * Opens so many issues in each place, labels them all at once, and resolves once every loop has ended. Throws `Fault` where one ends
   * otherwise than well or none moves any more.
   */
  loops(counts: ReadonlyMap<Place, number>): Promise<Passed>;
  place(organisation: string, name: string): Promise<Place>;
  /** The App's own processor time so far, in milliseconds. */
  workedMs(): Promise<number>;
  /** The most resident memory it has had, its garbage included. */
  peakBytes(): Promise<number>;
}

/** What was seen while a crowd's loops passed. */
export interface Passed {
  /** Of each loop's first run, the repository's id, in the order in which they began. */
  readonly begun: readonly string[];
  /** Deliveries that GitHub sent, those that were not acknowledged, and how long the slowest answer took. */
  readonly deliveries: { readonly sent: number; readonly refused: number; readonly slowestMs: number };
  /** Requests of the App, by kind too, and those of them that GitHub declined by a limit. */
  readonly requests: {
    readonly all: number;
    readonly declined: number;
    readonly kinds: Readonly<Record<string, number>>;
  };
  /** The most comments that one issue or pull request has. */
  readonly comments: number;
  /** The most resident bytes after a collection. */
  readonly residentBytes: number;
  /** How long it took by GitHub's clock. */
  readonly minutes: number;
}

const people = { alice: "maintain", bob: "write" } as const;
const policy = "gate: { approvals: 0 }\n";
const answer = '{"verdict":"approve","summary":"It does.","confidence":0.9,"findings":[]}';
const agent = `if [ "$LOOP_ROLE" = reviewer ]; then printf '%s' '${answer}' > "$LOOP_DIR/out/result.json"; else echo done > done.txt; fi`;

export interface CrowdRequest {
  readonly runs: number;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Starts an App and a local GitHub for this life alone. */
export function liveCrowd<Result>(request: CrowdRequest, life: (crowd: Crowd) => Promise<Result>): Promise<Result> {
  return withCleanup(request.terminal, async (cleanup) => life(await begin(request, cleanup)));
}

async function begin({ runs, terminal, signal }: CrowdRequest, cleanup: Cleanup): Promise<Crowd> {
  const dir = await mkdtemp(join(tmpdir(), "lg-bench-"));
  cleanup.add(dir, () => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  const forge = await startForge({ dataDir: join(dir, "forge"), clock: () => Date.now(), ci: { command: "true" } });
  cleanup.add("the local GitHub", () => forge.close());
  for (const login of Object.keys(people)) forge.createUser(login);
  const secret = randomBytes(20).toString("hex");
  const app = await served(cleanup, {
    file: new URL("./bench-app.ts", import.meta.url),
    execArgv: [...serveOptions, "--expose-gc"],
    env: {
      ...environmentAt(forge, secret, join(dir, "app")),
      BENCH_AGENT: agent,
      BENCH_RUNS: String(runs),
      BENCH_MOVED: String(machineMoved()),
    },
  });
  forge.setWebhook({ url: app.ready.url, secret });
  const watch = watchLoops(app);
  return {
    place: (owner, name) =>
      forge.createRepository({
        owner,
        name,
        files: { "README.md": `# ${name}\n`, ".github/loop.yml": policy },
        collaborators: people,
      }),
    workedMs: async () => Number((await app.ask("worked", "workedMs")).workedMs),
    peakBytes: async () => Number((await app.ask("peak", "peakBytes")).peakBytes),
    async loops(counts) {
      const from = { begun: watch.begun.length, sent: forge.deliveries.length, asked: forge.requests.length };
      const since = Date.now();
      const issues = [...counts].flatMap(([place, count]) =>
        Array.from({ length: count }, (_, n) => openIssue(forge, place, n + 1)),
      );
      for (const { issue } of issues) forge.as("alice").label(issue, "loop");
      const keys = issues.map(({ key }) => key);
      const residentBytes = await untilEnded({ forge, app, watch, keys, say: terminal.err, signal });
      return {
        begun: watch.begun.slice(from.begun).map((key) => key.split("#", 1)[0] ?? ""),
        deliveries: deliveriesOf(forge.deliveries.slice(from.sent)),
        requests: requestsOf(forge.requests.slice(from.asked)),
        comments: Math.max(...[...counts.keys()].flatMap(commentsOf)),
        residentBytes,
        minutes: (Date.now() - since) / 60_000,
      };
    },
  };
}

function openIssue(forge: Forge, place: Repository, n: number): { readonly issue: Issue; readonly key: string } {
  const issue = forge.as("alice").openIssue(place, { title: `A file is missing, ${n}`, body: "Write it." });
  return { issue, key: `${place.id}#${issue.number}` };
}

function deliveriesOf(sent: Forge["deliveries"]): Passed["deliveries"] {
  return {
    sent: sent.length,
    refused: sent.filter(({ statusCode }) => statusCode < 200 || statusCode > 299).length,
    slowestMs: sent.reduce((most, { durationMs }) => Math.max(most, durationMs), 0),
  };
}

function requestsOf(entries: Forge["requests"]): Passed["requests"] {
  const own = entries.filter(({ caller }) => caller.kind === "installation");
  const declined = own.filter(({ status }) => status === 403 || status === 429).length;
  return { all: own.length, declined, kinds: countByKind(own) };
}

function commentsOf({ issues }: Repository): readonly number[] {
  return [...issues.values()].map(({ comments }) => comments.length);
}

interface Watched {
  /** Keys of loops whose first run began, in that order. */
  readonly begun: readonly string[];
  /** How each loop ended, by its key: what its last decision says. */
  readonly ended: ReadonlyMap<string, string>;
}

function watchLoops(app: Served): Watched {
  const begun = new Set<string>();
  const ended = new Map<string, string>();
  const order: string[] = [];
  app.listen("decided", ({ decided, after, note }: Said) => {
    const key = String(decided);
    if (after === "executing" && !begun.has(key)) order.push(key);
    if (after === "executing") begun.add(key);
    if (after === "settled" && !ended.has(key)) ended.set(key, String(note));
  });
  return { begun: order, ended };
}

interface Waited {
  readonly forge: Forge;
  readonly app: Served;
  readonly watch: Watched;
  readonly keys: readonly string[];
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

const well = "ended: verifier_passed";
/** So many minutes in which no loop goes on are no limit of GitHub's any more. */
const patienceMinutes = 180;

/** A minute passes whenever nobody has anything to do. Resolves to the most resident memory that was seen. */
async function untilEnded(waited: Waited): Promise<number> {
  const { app, watch, keys, say } = waited;
  const over = new AbortController();
  const memory = watchMemory(app, over.signal, () => say(`${countEnded(watch, keys)} of ${keys.length} ended\n`));
  try {
    await Promise.race([passMinutes(waited), memory]);
  } finally {
    over.abort();
  }
  for (const key of keys) {
    const how = watch.ended.get(key) ?? "";
    if (how !== well) throw new Fault(`The loop ${key} ended otherwise: ${how}.`, { kind: "engine", retry: "never" });
  }
  return Math.max(await memory, await residentOf(app));
}

async function passMinutes({ forge, app, watch, keys, signal }: Waited): Promise<void> {
  let [still, last] = [0, ""];
  for (;;) {
    signal.throwIfAborted();
    await app.ask("idle", "idleMs");
    await forge.idle();
    const count = countEnded(watch, keys);
    if (count === keys.length && !forge.pending()) return;
    const now = `${count} ${watch.begun.length}`;
    still = now === last ? still + 1 : 0;
    last = now;
    if (still > patienceMinutes) throw stuck(keys.length - count);
    moveMachine(minuteMs);
    await app.ask("minute", "minuteMs");
  }
}

const minuteMs = 60_000;

function countEnded({ ended }: Watched, keys: readonly string[]): number {
  return keys.filter((key) => ended.has(key)).length;
}

function stuck(count: number): Fault {
  return new Fault(`${count} loops do not go on any more.`, { kind: "engine", retry: "never" });
}

const lookEveryMs = 10_000;

/** Resolves, once told to end, to the most resident bytes after a collection that were seen until then. */
async function watchMemory(app: Served, end: AbortSignal, tell: () => void): Promise<number> {
  let most = 0;
  for (;;) {
    await delay(lookEveryMs, undefined, { signal: end }).catch(() => {});
    if (end.aborted) return most;
    most = Math.max(most, await residentOf(app));
    if (!end.aborted) tell();
  }
}

async function residentOf(app: Served): Promise<number> {
  return Number((await app.ask("resident", "residentBytes")).residentBytes);
}
