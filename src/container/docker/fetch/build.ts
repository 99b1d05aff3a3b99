// Builds an image from a Dockerfile of the repository: from a commit, without a network but for packages of the system, within bounds, once for each content, by the engine's own builder.
import { createHash, randomBytes } from "node:crypto";
import { type Readable, Transform } from "node:stream";
import type Docker from "dockerode";
import { toFault } from "../../../base/fault.ts";
import { readDockerfile } from "../../../policy/dockerfile.ts";
import { type ImageChoice, ImageFault } from "../../run.ts";
import { isGone } from "../errors.ts";
import { type LongWorkParts, longWork, usualPace } from "./long-work.ts";
import { linesOf, plainWords, wordsOf } from "./words.ts";

/** What is built: a folder of the repository that the build sees, `""` for all of it, the Dockerfile's path in it, and what each step may have. */
export type ImageBuild = Extract<ImageChoice, { kind: "built" }>["build"];

/** A folder of a commit, as far as a build reads it; null: there is none. */
export type ContextOf = (build: Pick<ImageBuild, "gitDir" | "commit" | "context">) => Promise<{
  readonly tree: string;
  text(path: string): Promise<string | null>;
  archive(): Readable;
} | null>;

/** A door that is open for one build. */
export interface BuildDoor {
  readonly socketPath: string;
  close(): Promise<void>;
}

export interface StepNetwork {
  /** As the engine's builder is told it. */
  readonly mode: string;
  /** Arguments that every step has as variables, and that no image keeps. */
  readonly args: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/** Stands a door's relay up for the build of this name. */
export type Stand = (name: string, door: BuildDoor) => Promise<StepNetwork>;

const noNetwork: StepNetwork = { mode: "none", args: {}, remove: async () => {} };

/** What the operator lets the App build. */
export interface BuildParts {
  readonly contextOf: ContextOf;
  /** What one image may have on disk, what a context may have, and what all kept images may have together, in bytes. */
  readonly mostBytes: number;
  readonly contextBytes?: number;
  readonly keptBytes: number;
  /** How long a build may take, in milliseconds. */
  readonly buildMs?: number;
  /** Images that may be built upon; empty: any that is here or may be pulled. */
  readonly bases: readonly string[];
  /** Opens a door to packages for one build, by this name; null: there are none to be had. Absent: no build has one. */
  readonly door?: (of: ImageBuild, name: string) => Promise<BuildDoor | null>;
  readonly pace?: LongWorkParts;
  /** How long one that was given away is not removed, for it may be on its way into a container, in milliseconds. */
  readonly restMs?: number;
  readonly watchMs?: number;
}

export interface Builder {
  /** The id of the image, built where it is not kept. Throws `Fault` of kind `preparing` meanwhile, and `ImageFault` where it cannot be. */
  build(of: ImageBuild): Promise<string>;
}

/** Such images have this name, and a tag for each content; a policy cannot name one. */
export const builtName = "loopgate-built";
export const builtLabel = "loopgate.built";

/** How the names of builds begin, which no run's does. */
const buildPrefix = "build-";

const minute = 60_000;
const GiB = 1024 ** 3;

export function imageBuilder(
  docker: Docker,
  parts: BuildParts,
  /** Has an image here by its name, pulled where that may be; resolves to its id. */
  baseOf: (reference: string) => Promise<string>,
  stand: Stand | null = null,
  isPodman: () => Promise<boolean> = async () => false,
): Builder {
  const work = longWork(parts.pace ?? usualPace);
  return {
    async build(of) {
      const shown = of.context === "" ? of.dockerfile : `${of.context}/${of.dockerfile}`;
      const folder = await parts.contextOf(of);
      const text = (await folder?.text(of.dockerfile)) ?? null;
      if (folder === null || text === null)
        throw new ImageFault(`The base has no Dockerfile at ${shown} that can be read, so no image was built.`);
      const read = readDockerfile(text, of.args);
      if (!read.ok)
        throw new ImageFault(`The Dockerfile at ${shown} is not built, since it has ${read.why.join(", ")}.`);
      const closed = read.bases.find((base) => parts.bases.length > 0 && !parts.bases.includes(base));
      if (closed !== undefined)
        throw new ImageFault(
          `The Dockerfile at ${shown} is not built, since this App's operator does not allow the image ${plainWords(closed)}.`,
        );
      const bases = await Promise.all(read.bases.map(async (base) => [base, await baseOf(base)] as const));
      await refuseTriggers(docker, bases, shown);
      const key = keyOf(of, folder.tree, bases);
      const kept = await keptImage(docker, key, of);
      if (kept !== null) return kept;
      if (await isPodman())
        throw new ImageFault(
          `The Dockerfile at ${shown} is not built, since the engine is Podman, whose builder was not tried.`,
        );
      return work.done(key, (say) =>
        withNetwork({ parts, stand, of, name: `${buildPrefix}${randomBytes(8).toString("hex")}` }, (network) =>
          buildOne(docker, parts, { of, key, shown, steps: read.steps, say, network }, folder.archive()),
        ),
      );
    },
  };
}

interface Networked {
  readonly parts: BuildParts;
  readonly stand: Stand | null;
  readonly of: ImageBuild;
  readonly name: string;
}

/** Does the work with a door to packages, where its steps may have one, and closes that whatever comes of it. */
async function withNetwork<T>(
  { parts, stand, of, name }: Networked,
  work: (network: StepNetwork) => Promise<T>,
): Promise<T> {
  const door = stand === null || of.packages === undefined ? null : ((await parts.door?.(of, name)) ?? null);
  if (door === null || stand === null) return work(noNetwork);
  try {
    const network = await stand(name, door);
    try {
      return await work(network);
    } finally {
      await network.remove().catch(() => {}); // a sweep removes what the engine holds on to
    }
  } finally {
    await door.close();
  }
}

/** What a base would have done to whoever builds on it was read by nobody. */
async function refuseTriggers(
  docker: Docker,
  bases: readonly (readonly [string, string])[],
  shown: string,
): Promise<void> {
  for (const [base, id] of bases) {
    const { Config } = await inspected(docker, id);
    const triggers = (Config as { readonly OnBuild?: readonly string[] | null } | undefined)?.OnBuild ?? [];
    if (triggers.length > 0)
      throw new ImageFault(`The Dockerfile at ${shown} is not built, since the image ${base} has \`ONBUILD\` in it.`);
  }
}

/** By content: no other repository, context, Dockerfile, argument or base comes to the same. */
function keyOf(of: ImageBuild, tree: string, bases: readonly (readonly [string, string])[]): string {
  const { repositoryId, dockerfile, args, target, packages = null } = of;
  const named = Object.entries(args).sort();
  const all = [2, repositoryId, tree, dockerfile, named, target ?? null, bases, process.arch, packages];
  return createHash("sha256").update(JSON.stringify(all)).digest("hex");
}

async function keptImage(docker: Docker, key: string, { repositoryId }: ImageBuild): Promise<string | null> {
  const image = docker.getImage(`${builtName}:${key}`);
  try {
    const { Id, Config } = await image.inspect();
    if (Config?.Labels?.[builtLabel] !== `${repositoryId}/${key}`) return null;
    await image.tag({ repo: builtName, tag: key }); // by the time of its last tag it is known when it was last used
    return Id;
  } catch (error) {
    if (isGone(error)) return null;
    throw toFault(error, "Could not look up an image that was built");
  }
}

interface OneBuild {
  readonly of: ImageBuild;
  readonly key: string;
  readonly shown: string;
  readonly steps: number;
  readonly say: (words: string) => void;
  readonly network: StepNetwork;
}

async function buildOne(docker: Docker, parts: BuildParts, one: OneBuild, archive: Readable): Promise<string> {
  const { of, key, shown, steps, say, network } = one;
  const { mostBytes, contextBytes = GiB, buildMs = 30 * minute, watchMs = 2_000 } = parts;
  say(`The image of ${shown} is being built.`);
  const called = new AbortController();
  let ended: string | null = null;
  const end = (why: string) => {
    ended ??= why;
    called.abort();
    archive.destroy();
  };
  const timer = setTimeout(() => end(`took longer than ${Math.round(buildMs / minute)} minutes`), buildMs).unref();
  const seen = { step: "", number: 0, container: "", tail: "" };
  const used = new Map<string, number>();
  const watch = setInterval(async () => {
    if (seen.container === "") return;
    const size = await writtenBy(docker, seen.container);
    if (size !== null) used.set(seen.container, size);
    if ([...used.values()].reduce((sum, bytes) => sum + bytes, 0) > mostBytes) end(tooLarge(mostBytes));
  }, watchMs).unref();
  try {
    const body = archive.pipe(
      within(contextBytes, () => end(`has a context of more than ${gigabytes(contextBytes)} GB`)),
    );
    archive.on("error", (error) => body.destroy(error));
    const { memoryBytes, cpus, target, args, dockerfile, repositoryId } = of;
    const stream = (await docker.buildImage(body, {
      t: `${builtName}:${key}`,
      version: "1", // the engine's own builder: the other one has neither bounds of memory nor its own files read by nobody else
      dockerfile,
      networkmode: network.mode,
      nocache: true, // what another repository's build left is never taken up
      pull: false,
      rm: true,
      forcerm: true,
      memory: memoryBytes,
      memswap: memoryBytes,
      cpuperiod: 100_000,
      cpuquota: Math.round(cpus * 100_000),
      buildargs: { ...args, ...network.args },
      labels: { [builtLabel]: `${repositoryId}/${key}` },
      ...(target === undefined ? {} : { target }),
      abortSignal: called.signal,
    } as never)) as unknown as Readable;
    for await (const line of linesOf(stream)) {
      const said = line.stream ?? "";
      const [, number = "", , step = ""] = /^Step (\d+)\/(\d+) : ([\s\S]*?)\s*$/.exec(said) ?? [];
      if (number !== "") {
        Object.assign(seen, { step, number: Number(number) });
        say(`The image of ${shown} is being built: step ${number} of ${steps}.`);
      }
      seen.container = / ---> Running in ([0-9a-f]{12,64})/.exec(said)?.[1] ?? seen.container;
      seen.tail = (seen.tail + said).slice(-8_192);
      if (line.error !== undefined) throw new Error(line.error);
    }
    const { Id, Size } = await inspected(docker, `${builtName}:${key}`);
    if (Size > mostBytes) {
      await docker
        .getImage(`${builtName}:${key}`)
        .remove()
        .catch(() => {});
      throw new Error(tooLarge(mostBytes));
    }
    await forgetOld(docker, parts, Id);
    return Id;
  } catch (error) {
    const at = seen.number === 0 ? "" : ` at step ${seen.number} of ${steps} (${plainWords(seen.step, 200)})`;
    throw new ImageFault(`The image of ${shown} could not be built${at}: ${ended ?? wordsOf(error)}.`, seen.tail);
  } finally {
    clearTimeout(timer);
    clearInterval(watch);
    archive.destroy();
  }
}

const tooLarge = (bytes: number) => `it has more than the ${gigabytes(bytes)} GB that an image may have here`;
const gigabytes = (bytes: number) => Math.round(bytes / 1e8) / 10;

async function inspected(docker: Docker, reference: string): Promise<Docker.ImageInspectInfo> {
  return docker
    .getImage(reference)
    .inspect()
    .catch((error) => {
      throw toFault(error, `Could not look up the image ${reference}`);
    });
}

/** What a step's container has written so far; null: it is over. */
async function writtenBy(docker: Docker, container: string): Promise<number | null> {
  const seen = await docker
    .getContainer(container)
    .inspect({ size: true } as object)
    .catch(() => null);
  return (seen as { readonly SizeRw?: number } | null)?.SizeRw ?? null;
}

function within(most: number, onMore: () => void): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      if (bytes > most) onMore();
      done(null, chunk);
    },
  });
}

/** Removes what was used longest ago, until the rest fits; what a container is made of the engine itself keeps. */
async function forgetOld(
  docker: Docker,
  { keptBytes, restMs = 10 * minute }: BuildParts,
  newest: string,
): Promise<void> {
  const listed = await docker.listImages({ filters: { label: [builtLabel] } }).catch(() => []);
  const found = await Promise.all(listed.map(({ Id }) => inspected(docker, Id).catch(() => null)));
  const images = found
    .flatMap((one) =>
      one === null
        ? []
        : [
            {
              ...one,
              usedAt:
                Date.parse(
                  (one as { readonly Metadata?: { readonly LastTagTime?: string } }).Metadata?.LastTagTime ?? "",
                ) || 0,
            },
          ],
    )
    .sort((a, b) => a.usedAt - b.usedAt);
  let left = images.reduce((sum, { Size }) => sum + Size, 0);
  for (const { Id, Size, usedAt, RepoTags } of images) {
    if (left <= keptBytes) return;
    if (Id === newest || Date.now() - usedAt < restMs) continue;
    const name = RepoTags?.find((tag) => tag.startsWith(`${builtName}:`)) ?? Id;
    const isGoneNow = await docker
      .getImage(name)
      .remove()
      .then(() => true)
      .catch(() => false);
    if (isGoneNow) left -= Size;
  }
}
