// What one run has on this host's disk: its folders, what is put into them before it starts, and how they go.

import { existsSync, readdirSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { parseJson } from "../base/parse-json.ts";
import { removeTree } from "../base/remove-tree.ts";
import type { Beneath } from "../container/run.ts";
import type { RunOrder } from "../engine/ports.ts";
import { repositoryOfObjects } from "../gateway/git/objects.ts";
import { findQuarantine, type Quarantine, removeQuarantine } from "../gateway/git/quarantine.ts";
import { makeReviewWorkspace, makeWorkspace, removeWorkspace } from "../gateway/git/workspace.ts";
import { rulesOf } from "../loop/begin.ts";
import { CheckOf } from "../loop/state.ts";
import type { DoorParts } from "./door.ts";
import { readPlain } from "./plain-file.ts";
import { placeholdersOf } from "./quarantine.ts";
import { rooms } from "./rooms.ts";
import { readIfThere, syncFolder, writeDurably } from "./whole-file.ts";

export interface FileParts extends Pick<DoorParts, "identity"> {
  readonly dataDir: string;
}

/** result.json beyond this is no answer. */
const resultBytes = 256 * 1024;

/** What a CLI says of its version is one short line. */
const versionBytes = 4 * 1024;

/** What a run that outlives its App is taken up with. */
const Kept = z.object({
  token: z.string().min(1),
  startFrom: z.string(),
  role: z.enum(["executor", "reviewer", "check"]),
  check: CheckOf.optional(), // which of the policy's own checks it runs; absent: none, or of an earlier version
  trailers: z.object({ lines: z.array(z.string()), signOff: z.boolean() }).optional(), // what an executor's commits are to bear; absent: of an earlier version, or none
  placeholders: z.array(z.string()).optional(), // patterns of files whose keys are made up; absent: none
  beneath: z.object({ folder: z.string(), work: z.string() }).optional(), // what its workspace stands on; absent: nothing
});
export type Kept = z.infer<typeof Kept>;

/** The id of the run in which this run's set-up is made. */
export function setUpRun(run: string): string {
  return `${run}-setup`;
}

/** Whether a container of this id is that of a set-up. */
export function isSetUp(id: string): boolean {
  return id.endsWith("-setup");
}

/** What a run is called by. */
export interface Named {
  readonly issue: number;
  readonly loop: string;
  readonly count: number;
}

/** What a run's name says; null for the name of anything else, such as the container of a set-up. */
export function readRunName(name: string): Named | null {
  const [, issue, loop, count] = /^(\d+)-(.+)-(\d+)$/.exec(name) ?? [];
  return loop === undefined ? null : { issue: Number(issue), loop, count: Number(count) };
}

/** Everything that a container of this run is given, still empty: it can be created before any of it is filled. */
export async function makeFolders(parts: FileParts, run: string): Promise<void> {
  const dir = rooms(parts).run(run);
  await removeTree(dir);
  await mkdir(join(dir, "loop", "out"), { recursive: true });
  await mkdir(join(dir, "workspace"));
  for (const parent of [rooms(parts).runs, parts.dataDir]) await syncFolder(parent); // or what is kept in it goes with it

  await writeFile(join(dir, "loop", "brief.md"), "", { mode: 0o644 });
  await mkdir(rooms(parts).socket(run), { recursive: true, mode: 0o700 });
}

/**
 * Workspace, with what its set-up leaves, brief and answer folder; the lease is written last, so that it stands for all of them.
 * Resolves to what it says.
 */
export async function prepareFiles(
  parts: FileParts,
  order: RunOrder,
  quarantine: Quarantine,
  token: string,
  fill: ((workspace: string) => Promise<Beneath | null>) | null,
): Promise<Kept> {
  const dir = rooms(parts).run(order.id);
  const { identity } = parts;
  const shared = { dir: join(dir, "workspace"), quarantine, identity };
  const made =
    order.role === "executor"
      ? await makeWorkspace(shared)
      : await makeReviewWorkspace({ ...shared, head: order.startFrom });
  const beneath = (await fill?.(made.dir)) ?? null;
  await writeFile(join(dir, "loop", "brief.md"), order.brief);
  if (order.issue !== undefined) await writeFile(rooms(parts).issue(order.id), order.issue);
  const startFrom = order.role === "executor" ? made.commit : order.startFrom;
  const kept: Kept = { token, startFrom, role: order.role };
  if (order.role === "executor") kept.trailers = trailersOf(order);
  const placeholders = placeholdersOf(order.loop);
  if (placeholders.length > 0) kept.placeholders = [...placeholders];
  if (beneath !== null) kept.beneath = beneath;
  await keepLease(parts, order.id, kept);
  return kept;
}

/** Who asked for the work is its co-author at GitHub, where that is a person: at the gate it counts for nothing (T21). */
function trailersOf({ loop, attempt }: RunOrder): NonNullable<Kept["trailers"]> {
  const { issue, requester } = loop;
  const { id, login, bot } = requester;
  const lines = [`Loop-Task: ${issue.owner}/${issue.name}#${issue.number}`, `Loop-Attempt: ${attempt}`];
  const coAuthor = bot || id === 0 ? [] : [`Co-authored-by: ${login} <${id}+${login}@users.noreply.github.com>`];
  return { lines: [...lines, ...coAuthor], signOff: rulesOf(loop).signOff };
}

/** Says that everything of the run is there, and outlasts a power cut. */
export async function keepLease(parts: Pick<FileParts, "dataDir">, run: string, kept: Kept): Promise<void> {
  await writeDurably(rooms(parts).lease(run), JSON.stringify(kept));
}

/** Null when there is no such run here, it was not made ready, or its lease cannot be read. */
export async function readKept(parts: Pick<FileParts, "dataDir">, run: string): Promise<Kept | null> {
  const kept = Kept.safeParse(parseJson((await readIfThere(rooms(parts).lease(run))) ?? ""));
  return kept.success ? kept.data : null;
}

/** Whether the run was made ready: it has a lease, readable or not. */
export async function wasReady(parts: Pick<FileParts, "dataDir">, run: string): Promise<boolean> {
  return (await readIfThere(rooms(parts).lease(run))) !== null;
}

/** What the agent's CLI printed when it was asked for its version; null when it was not asked or said nothing. */
export function readVersionSaid(parts: Pick<FileParts, "dataDir">, run: string): Promise<string | null> {
  return readPlain(join(rooms(parts).answers(run), "agent-version"), versionBytes);
}

/** The agent's answer; null when there is none. */
export function readAnswer(parts: Pick<FileParts, "dataDir">, run: string): Promise<string | null> {
  return readPlain(join(rooms(parts).answers(run), "result.json"), resultBytes);
}

/** Removes everything of a run but its quarantine. */
export async function removeFiles(parts: Pick<FileParts, "dataDir">, run: string): Promise<void> {
  const dir = rooms(parts).run(run);
  // What can fail goes first, what is told of it last.
  for (const written of ["workspace", join("loop", "out"), "without", "asked"])
    await removeWorkspace(join(dir, written));
  await removeTree(dir);
  for (const id of [run, setUpRun(run)]) await rm(rooms(parts).socket(id), { recursive: true, force: true }); // of a gateway that was not closed but killed
}

/** Removes folders and quarantines of runs that nobody keeps, as a lost store leaves them; other things are left alone. */
export async function removeOrphans(
  parts: Pick<FileParts, "dataDir">,
  keep: (run: string, loop: string) => boolean,
): Promise<void> {
  for (const run of await namesLeft(parts)) {
    const loop = readRunName(run)?.loop;
    if (loop === undefined || keep(run, loop)) continue;
    await removeFiles(parts, run);
    await removeQuarantine(rooms(parts).quarantines, run);
  }
}

/** Names of all that has a folder or a quarantine here, each once; what is none of a run among them. */
export async function namesLeft(parts: Pick<FileParts, "dataDir">): Promise<ReadonlySet<string>> {
  const { runs } = rooms(parts);
  return new Set([...(await readdir(runs).catch(() => [])), ...(await quarantined(parts))]);
}

async function quarantined(parts: Pick<FileParts, "dataDir">): Promise<readonly string[]> {
  const names = await readdir(rooms(parts).quarantines).catch(() => []);
  return names.flatMap((name) => /^(.+)\.git$/.exec(name)?.[1] ?? []);
}

/** Which repository a run is of, as its quarantine says by whose objects it borrows; null where it has none. */
export async function repositoryOfRun(parts: Pick<FileParts, "dataDir">, run: string): Promise<number | null> {
  const quarantine = await findQuarantine(rooms(parts).quarantines, run).catch(() => null);
  return quarantine === null ? null : repositoryOfObjects(quarantine.objectsDir);
}

/** Which repository each run that has a quarantine is of. */
export async function repositoriesOfRuns(parts: Pick<FileParts, "dataDir">): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const run of await quarantined(parts)) {
    const repository = await repositoryOfRun(parts, run);
    if (repository !== null) found.set(run, repository);
  }
  return found;
}

/** What a killed process left of quarantines it was making, listed before this one can make any of its own. */
export function halfMadeQuarantines(parts: Pick<FileParts, "dataDir">): string[] {
  const { quarantines } = rooms(parts);
  const names = existsSync(quarantines) ? readdirSync(quarantines) : [];
  return names.filter((name) => name.startsWith(".new-")).map((name) => join(quarantines, name));
}
