// Pulls images that the operator allows to be pulled: once, by digest, with the operator's own logins, and within bounds.
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import { toFault } from "../../../base/fault.ts";
import { byDigest, type ImageName, isListed, readImageName } from "../../../policy/image-name.ts";
import { ImageFault } from "../../run.ts";
import type { Login, Logins } from "./logins.ts";
import { type LongWork, type LongWorkParts, longWork, usualPace } from "./long-work.ts";
import { linesOf, type ProgressLine, wordsOf } from "./words.ts";

/** What the operator lets the App pull. */
export interface PullParts {
  /** Repositories, or `registry/folder/*`; empty: none. */
  readonly from: readonly string[];
  /** What one image may be, packed, in bytes. */
  readonly mostBytes: number;
  readonly logins: Logins;
  readonly pace?: LongWorkParts;
  /** Longest silence of the engine in the middle of a pull, and waits before what failed in passing is tried again. */
  readonly silenceMs?: number;
  readonly againAfterMs?: readonly number[];
}

export interface Puller {
  /** Whether the image of this name may be pulled at all. */
  may(reference: string): boolean;
  /**
   * Has the engine pull it. Throws `Fault` of kind `preparing` while that goes on, and `ImageFault` in the registry's words where it
   * failed. A tag is asked after once; what it then meant is pulled, and has the tag on this machine from then on.
   */
  pull(reference: string): Promise<void>;
}

export function imagePuller(docker: Docker, parts: PullParts): Puller {
  const work: LongWork = longWork(parts.pace ?? usualPace);
  const may = (reference: string) => mayBePulled(reference, parts.from);
  return {
    may,
    async pull(reference) {
      const name = readImageName(reference);
      if (name === null || !may(reference)) throw new ImageFault(`The image ${reference} may not be pulled here.`);
      await work.done(reference, (say) => pullOne(docker, parts, reference, name, say));
    },
  };
}

/** Whether the image is of one of these repositories, or of one in a `registry/folder/*`. */
export function mayBePulled(reference: string, from: readonly string[]): boolean {
  const name = readImageName(reference);
  return name !== null && isListed(name, from);
}

const minute = 60_000;

async function pullOne(
  docker: Docker,
  parts: PullParts,
  reference: string,
  name: ImageName,
  say: (words: string) => void,
): Promise<void> {
  say(`The image ${reference} is being pulled.`);
  const login = await parts.logins(name.registry);
  for (const wait of [...(parts.againAfterMs ?? [15_000, minute]), null]) {
    try {
      return await pullOnce(docker, parts, reference, name, login, say);
    } catch (error) {
      if (error instanceof ImageFault) throw error;
      const words = wordsOf(error);
      if (wait === null || isLasting(error, words))
        throw new ImageFault(`The image ${reference} could not be pulled: ${words}.`, words);
      say(`The image ${reference} could not be pulled yet, and is tried again: ${words}.`);
      await delay(wait, null, { ref: false });
    }
  }
}

async function pullOnce(
  docker: Docker,
  { mostBytes, silenceMs = 5 * minute }: PullParts,
  reference: string,
  name: ImageName,
  login: Login | null,
  say: (words: string) => void,
): Promise<void> {
  const digest = name.digest ?? (await digestOf(docker, reference, login));
  const exact = digest === null ? reference : byDigest(name, digest);
  const called = new AbortController();
  const asked = { fromImage: exact, abortSignal: called.signal };
  let timer = setTimeout(() => called.abort(), silenceMs).unref();
  const layers = new Map<string, Layer>();
  try {
    const stream = (await docker.createImage(login ?? {}, asked)) as Readable;
    for await (const line of linesOf(stream)) {
      clearTimeout(timer);
      timer = setTimeout(() => stream.destroy(new Error("the registry does not answer any more")), silenceMs).unref();
      if (line.error !== undefined) throw new Error(line.error);
      note(layers, line);
      const [done, all] = sums(layers);
      if (all > mostBytes)
        throw new ImageFault(
          `The image ${reference} is larger than the ${inGigabytes(mostBytes)} GB that an image may have here (\`LOOPGATE_IMAGE_GIGABYTES\`), and was not pulled.`,
        );
      if (all > 0)
        say(`The image ${reference} is being pulled: ${inMegabytes(done)} of ${inMegabytes(all)} MB so far.`);
    }
  } finally {
    clearTimeout(timer);
    called.abort();
  }
  if (digest !== null && name.tag !== null) {
    const repo = `${name.registry}/${name.repository}`;
    await docker
      .getImage(exact)
      .tag({ repo, tag: name.tag })
      .catch((error) => {
        throw toFault(error, `Could not name the image ${reference}`);
      });
  }
}

/** What a tag means at its registry now; null where the engine cannot tell, or the registry does not, which the pull itself then says. */
async function digestOf(docker: Docker, reference: string, login: Login | null): Promise<string | null> {
  // Its types do not tell that it answers with a promise.
  const asked = docker.getImage(reference).distribution({ authconfig: login ?? {} } as never) as unknown;
  const told = await (asked as Promise<{ readonly Descriptor?: { readonly digest?: string } }>).catch(() => null);
  const digest = told?.Descriptor?.digest ?? "";
  return /^sha256:[0-9a-f]{64}$/.test(digest) ? digest : null;
}

interface Layer {
  done: number;
  all: number;
}

function note(layers: Map<string, Layer>, { id = "", status = "", progressDetail }: ProgressLine): void {
  const layer = layers.get(id);
  const { current = 0, total = 0 } = progressDetail ?? {};
  if (status === "Downloading" && total > 0) layers.set(id, { done: current, all: Math.max(total, current) });
  else if (layer !== undefined && /^(?:Download complete|Pull complete|Verifying)/.test(status)) layer.done = layer.all;
}

function sums(layers: ReadonlyMap<string, Layer>): readonly [number, number] {
  return [...layers.values()].reduce<[number, number]>(([d, a], { done, all }) => [d + done, a + all], [0, 0]);
}

/** Whether trying again would come to the same: the registry knows the image not, or us not. */
function isLasting(error: unknown, words: string): boolean {
  const { statusCode } = error as { readonly statusCode?: number };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500 && statusCode !== 429) return true;
  return /\b(?:unauthorized|denied|not found|manifest unknown|no basic auth credentials|does not exist|invalid reference|no matching manifest)\b/i.test(
    words,
  );
}

const inMegabytes = (bytes: number) => Math.round(bytes / 1e6);
const inGigabytes = (bytes: number) => Math.round(bytes / 1e8) / 10;
