// The set-up of a loop's runs: made once for each key, in a container of the same wall, before any agent is paid.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Fault, toFault } from "../base/fault.ts";
import { removeTree } from "../base/remove-tree.ts";
import type { Beneath, RunOutcome, RunRequest, Runtime } from "../container/run.ts";
import type { Clock, RunOrder, StartedRun } from "../engine/ports.ts";
import { type Note, type SetUpCache, setUpCache } from "../environment/cache.ts";
import { keyOf } from "../environment/key.ts";
import { changedIn, leftIn } from "../environment/left.ts";
import { keyFiles } from "../environment/lockfiles.ts";
import { commandFile, setUpScript } from "../environment/script.ts";
import { treeOf } from "../gateway/git/kept.ts";
import { filesAt, ignoredOf } from "../gateway/git/listed.ts";
import { branchHead, type Quarantine } from "../gateway/git/quarantine.ts";
import { makeCheckout } from "../gateway/git/workspace.ts";
import { newLeaseToken } from "../gateway/lease.ts";
import { rulesOf } from "../loop/begin.ts";
import type { Rules, SetUp } from "../loop/state.ts";
import { type DoorParts, openDoor } from "./door.ts";
import { type FileParts, setUpRun } from "./files.ts";
import { isolationOf } from "./isolation.ts";
import { newIn } from "./packages.ts";
import { readPlain } from "./plain-file.ts";
import { proxyVariables } from "./proxy-variables.ts";
import { mayFetch, registryEnvironment, withRegistryFiles } from "./registry-variables.ts";
import { type RequestParts, requestOf } from "./request.ts";
import { rooms } from "./rooms.ts";

export interface SetUpParts extends DoorParts, FileParts, RequestParts {
  readonly clock: Clock;
  readonly runtime: Runtime;
  /** What kept set-ups may take on disk, in bytes. Absent: 20 GB. */
  readonly environmentBytes?: number;
}

/** A set-up that is there to be given to a run. */
export interface ReadySetUp {
  readonly facts: SetUp;
  /** What a workspace is going to stand on, as far as can be told before it is filled; null: what is left is copied into it. */
  readonly beneath: (workspace: string) => Promise<Beneath | null>;
  readonly fill: Fill;
}

/**
 * Gives what a set-up left to a workspace that no container has seen yet: either it stands on the folder that this resolves to, or a copy
 * of everything is in it. Throws Fault.
 */
export type Fill = (workspace: string) => Promise<Beneath | null>;

export interface SetUps {
  /** The set-up of this run, made where it is not kept; null: policy asks for none. Throws Fault. */
  make(order: RunOrder, quarantine: Quarantine): Promise<ReadySetUp | { readonly failed: StartedRun } | null>;
  /** Whether a set-up is being made in a container of this name. */
  isMaking(run: string): boolean;
  /** Removes what an earlier process left half made, once. */
  clear(): Promise<void>;
}

const shownPaths = 20;
const byDefault = 20e9;

export function createSetUps(parts: SetUpParts): SetUps {
  const cache = setUpCache({
    root: rooms(parts).environments,
    mostBytes: parts.environmentBytes ?? byDefault,
  });
  const making = new Map<string, Promise<unknown>>(); // by key: two runs that need one at once make one
  const containers = new Set<string>();
  let cleared: Promise<void> | null = null;
  const clear = () => {
    cleared ??= cache.clear();
    return cleared;
  };

  async function alone<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = making.get(key) ?? Promise.resolve();
    const own = before.catch(() => {}).then(work);
    making.set(key, own);
    try {
      return await own;
    } finally {
      if (making.get(key) === own) making.delete(key);
    }
  }

  return {
    clear,
    isMaking: (run) => containers.has(run),
    async make(order, quarantine) {
      const { environment } = rulesOf(order.loop);
      if (environment === undefined || environment.setup.length === 0) return null;
      await clear();
      const from = await sourceOf(parts, order, quarantine, environment);
      return alone(from.key, async () => {
        const known = await cache.find(from.key);
        if (known !== null) return await ready(parts, cache, known, true);
        containers.add(setUpRun(order.id));
        try {
          const made = await makeOne(parts, cache, order, quarantine, from);
          return "failed" in made ? made : await ready(parts, cache, made, false);
        } finally {
          containers.delete(setUpRun(order.id));
        }
      });
    },
  };
}

async function ready(parts: SetUpParts, cache: SetUpCache, note: Note, wasKept: boolean): Promise<ReadySetUp> {
  const { changed, strays, packages, refused } = note;
  const facts = {
    madeMs: wasKept ? null : note.tookMs,
    changed: changed.slice(0, shownPaths),
    strays: strays.slice(0, shownPaths),
    ...(packages === undefined ? {} : { packages }),
    ...(refused === undefined ? {} : { refused }),
  };
  return { facts, ...(await givenBy(parts, cache, note)) };
}

/** How an entry of the cache is given to a workspace on this engine. */
export async function givenBy(
  parts: Pick<SetUpParts, "ociRuntime" | "runtime" | "dataDir">,
  cache: SetUpCache,
  note: Note,
): Promise<Pick<ReadySetUp, "beneath" | "fill">> {
  const isShown = note.roots.length > 0 && (await mayStandOn(parts));
  const folder = cache.folderOf(note.key);
  const mayStand = async (workspace: string) =>
    isShown && ((await parts.runtime.standsOn?.(workspace, folder)) ?? true);
  return {
    beneath: async (workspace) => ((await mayStand(workspace)) ? beneathOf(folder, workspace) : null),
    async fill(workspace) {
      const lent = (await mayStand(workspace)) ? await cache.lend(note.key, note, workspace) : null;
      if (lent !== null && lent !== false) return beneathOf(lent, workspace);
      if (lent === false || !(await cache.give(note.key, note, workspace)))
        throw new Fault("What was kept of the set-up is damaged; it is made anew.", { kind: "engine", retry: "later" });
      return null;
    },
  };
}

/** Another runtime of the engine was not tried. */
async function mayStandOn({ ociRuntime, runtime, dataDir }: Parameters<typeof givenBy>[0]): Promise<boolean> {
  if (ociRuntime !== null) return false;
  return (await runtime.showsBeneath?.(rooms({ dataDir }).environments)) ?? false;
}

async function beneathOf(folder: string, workspace: string): Promise<Beneath> {
  const work = join(dirname(workspace), "work");
  await mkdir(work, { recursive: true, mode: 0o700 });
  return { folder, work };
}

interface Source {
  readonly key: string;
  /** What it is made from: the base, or an agent's own commit where that changes a file of the key. */
  readonly commit: string;
}

async function sourceOf(
  parts: SetUpParts,
  order: RunOrder,
  quarantine: Quarantine,
  environment: NonNullable<Rules["environment"]>,
): Promise<Source> {
  const { gitDir, base } = quarantine;
  const head = order.role !== "executor" ? order.startFrom : ((await branchHead(quarantine)) ?? base.sha);
  const ofBase = await keyed(gitDir, base.sha, environment);
  const ofHead = head === base.sha ? ofBase : await keyed(gitDir, head, environment);
  const isOwn = JSON.stringify(ofBase) !== JSON.stringify(ofHead);
  const commit = isOwn ? head : base.sha;
  const image = requestOf(parts, order, quarantine, "").image;
  const key = keyOf({
    repositoryId: order.loop.issue.repositoryId,
    image: (await parts.runtime.imageId?.(image)) ?? "none",
    commands: environment.setup,
    variables: environment.env,
    files: ofHead,
    tree: isOwn ? await treeOf(gitDir, head) : ofBase.length === 0 ? base.sha : null,
    platform: `${process.platform}-${process.arch}`,
    packages: packagesOf(order.loop),
  });
  return { key, commit };
}

/** What policy says of packages, and which of them a person let in. */
function packagesOf(loop: RunOrder["loop"]): object | null {
  const { packages } = rulesOf(loop);
  if (packages === undefined) return null;
  return loop.packagesAllowed === undefined ? packages : { ...packages, granted: loop.packagesAllowed.toSorted() };
}

/** The files of the key with their object ids, as they are at a commit. */
async function keyed(gitDir: string, commit: string, { cache }: NonNullable<Rules["environment"]>) {
  const files = await filesAt(gitDir, commit);
  return keyFiles([...files.keys()], cache).map((path) => ({ path, id: files.get(path) ?? "" }));
}

/** Makes the set-up and keeps it; or what its run came to, where it failed. Nothing of it stays outside the cache. */
async function makeOne(
  parts: SetUpParts,
  cache: SetUpCache,
  order: RunOrder,
  quarantine: Quarantine,
  { key, commit }: Source,
): Promise<Note | { readonly failed: StartedRun }> {
  const folder = await cache.aside();
  const began = performance.now();
  const workspace = join(folder, "workspace");
  try {
    const { identity } = parts;
    await makeCheckout({ dir: workspace, quarantine, identity, commit });
    const { outcome, isolation, at, packages, refused, asked } = await runSetUp(parts, order, quarantine, folder);
    const tookMs = Math.round(performance.now() - began);
    if (outcome.status === "lost" || outcome.status === "stopped")
      throw new Fault(`The set-up of the run came to no end: ${outcome.note ?? outcome.status}`, {
        kind: "engine",
        retry: "later",
      });
    if (outcome.status !== "finished")
      return {
        failed: failedStart(parts, outcome, isolation, {
          said: howItFailed(order, outcome, at),
          newPackages:
            asked.length === 0 ? [] : [...new Set([...asked, ...(await newIn(order.loop, quarantine, commit))])],
        }),
      };
    const pristine = join(folder, "pristine");
    await makeCheckout({ dir: pristine, quarantine, identity, commit });
    const tracked = [...(await filesAt(quarantine.gitDir, commit)).keys()];
    try {
      const left = await leftIn(workspace, tracked, (paths) => ignoredOf(pristine, paths));
      const changed = await changedIn(workspace, pristine, tracked);
      const fetched = { refused, ...(packages === null ? {} : { packages }) };
      return await cache.keep(key, { workspace, ...left, changed, tookMs, ...fetched });
    } catch (error) {
      const said = whyNotKept(error);
      parts.log.warn({ run: order.id, err: error }, "what a set-up left could not be kept");
      return { failed: failedStart(parts, outcome, isolation, { said, newPackages: [] }) };
    }
  } finally {
    await removeTree(folder).catch((error) =>
      parts.log.warn({ run: order.id, err: error }, "what a set-up left could not be removed"),
    );
  }
}

/** Runs the commands to their end; the way out is the same as an agent's, but for models and pushes. */
async function runSetUp(parts: SetUpParts, order: RunOrder, quarantine: Quarantine, folder: string) {
  const id = setUpRun(order.id);
  const rules = rulesOf(order.loop);
  const { environment, hosts } = rules;
  const token = newLeaseToken();
  const loopDir = join(folder, "loop");
  await mkdir(join(loopDir, "out"), { recursive: true });
  await writeFile(join(loopDir, "brief.md"), "");
  const socketDir = rooms(parts).socket(id);
  await mkdir(socketDir, { recursive: true, mode: 0o700 });
  const gateway = await openDoor(
    { ...parts, models: [] },
    {
      run: id,
      loop: order.loop,
      token,
      mayPush: false,
      tools: null,
      quarantine,
      socketDir,
      mayFetch: mayFetch(rules, "set_up"),
    },
  );
  const { services: _, ...plain } = requestOf(parts, order, quarantine, token); // what they hold would not be there later
  const request: RunRequest = {
    ...plain,
    id,
    role: "check",
    command: withRegistryFiles(rules, "set_up", setUpScript(environment?.setup ?? [])),
    workspaceDir: join(folder, "workspace"),
    loopDir,
    gatewaySocket: gateway.socketPath,
    env: {
      ...(hosts.length === 0 ? {} : proxyVariables(token)),
      ...registryEnvironment(rules, "set_up"),
    },
  };
  try {
    const running = await parts.runtime.start(request);
    const outcome = await running.done;
    const at = Number((await readPlain(join(loopDir, "out", commandFile), 16))?.trim());
    return {
      outcome,
      isolation: isolationOf(running.facts),
      at,
      packages: gateway.fetched(),
      refused: gateway.refusals(),
      asked: gateway.newPackages(),
    };
  } finally {
    await parts.runtime.forget(id).catch(() => {});
    await gateway.close().catch(() => {});
    await rm(socketDir, { recursive: true, force: true });
  }
}

/** Which command failed, the one with this number, and how. */
function howItFailed({ loop }: RunOrder, { exitCode, note, status }: RunOutcome, at: number): string {
  const command = rulesOf(loop).environment?.setup[at - 1];
  const which = command === undefined ? "The set-up" : `Command ${at} of the set-up, \`${command.slice(0, 200)}\`,`;
  const how = status === "timed_out" ? "did not end in time." : `failed with exit code ${exitCode}.`;
  return [`${which} ${how}`, note ?? ""].join(" ").trim();
}

/** What commands of a set-up may leave that no copy can be made of, by the file system's word for it. */
const uncopied: Readonly<Record<string, string>> = {
  ENOENT: "names that are not UTF-8",
  ENAMETOOLONG: "folders deeper than a path may be",
};

/** Why what a set-up left is not kept, as a run's note. A host that failed is a Fault, and thrown. */
function whyNotKept(error: unknown): string {
  const what = uncopied[(error as NodeJS.ErrnoException).code ?? ""];
  if (what === undefined) throw toFault(error, "Could not keep what the set-up left");
  const note = `The set-up left ${what}, of which no copy can be kept.`;
  return note;
}

/** A run that never started, since its set-up failed: told as a run that ended so. */
function failedStart(
  { clock }: SetUpParts,
  { exitCode, log }: RunOutcome,
  isolation: StartedRun["isolation"],
  { said, newPackages }: { readonly said: string; readonly newPackages: readonly string[] },
): StartedRun {
  const endedAt = clock.now();
  const asks = newPackages.length === 0 ? {} : { newPackages };
  const report = {
    exitCode,
    endedAt,
    log,
    note: said,
    trouble: "set_up",
    result: null,
    pushed: null,
    ...asks,
  } as const;
  return { startedAt: endedAt, isolation, done: Promise.resolve({ ...report, status: "failed" }) };
}
