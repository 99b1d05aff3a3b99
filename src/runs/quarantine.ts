// The quarantine of a run as the engine needs it: made from the base, filled with the branch, read as a change.

import { assert } from "../base/assert.ts";
import type { PushedChange } from "../engine/ports.ts";
import { type JudgeRequest, judge } from "../gateway/git/judge.ts";
import { changeBase, findQuarantine, openQuarantine, type Quarantine } from "../gateway/git/quarantine.ts";
import { changedPaths, descends, forkPoint } from "../gateway/git/repository.ts";
import { branchOf } from "../loop/begin.ts";
import type { LoopState } from "../loop/state.ts";
import { seenOfGaming } from "../verify/gaming/told.ts";
import { readGaming } from "./gaming.ts";
import { type Origin, type OriginParts, tipOfBase } from "./origin.ts";
import { rooms } from "./rooms.ts";

export interface QuarantineParts {
  readonly dataDir: string;
  readonly origin: Pick<Origin, "base" | "branch">;
}

/** The run's quarantine, made from the base's objects or found again. Throws Fault. */
export async function quarantineOf(parts: QuarantineParts, loop: LoopState, run: string): Promise<Quarantine> {
  const { base } = loop;
  assert(base !== null, `loop ${loop.id} has no base`);
  const { quarantines } = rooms(parts);
  const found = await findQuarantine(quarantines, run);
  if (found !== null) return found;
  const { objectsDir } = await parts.origin.base(loop);
  return openQuarantine({ root: quarantines, runId: run, objectsDir, base, branch: branchOf(loop) });
}

/** Brings what there is of the loop's branch into the quarantine; nothing before the first push. Throws Fault. */
export async function fetchLoopBranch(parts: QuarantineParts, loop: LoopState, quarantine: Quarantine): Promise<void> {
  if (loop.head !== null) await parts.origin.branch(loop, quarantine);
}

/**
 * The commit from which the loop's change is told: its base or, once others pushed, the newest of the base branch that the
 * head has in it. Where a person brought the branch up to date, the base branch's changes are not the loop's. Throws Fault.
 */
export async function changeStart(
  parts: OriginParts,
  loop: LoopState,
  { gitDir, base }: Quarantine,
  head: string,
): Promise<string> {
  const known = await changeBase({ gitDir, base }, head);
  if (!loop.othersPushed) return known;
  const shared = await forkPoint(gitDir, await tipOfBase(parts, loop), head);
  return shared !== null && (await descends(gitDir, known, shared)) ? shared : known;
}

/** What a run's commits amount to; `from` is where the branch was when it began. Throws Fault. */
export async function readPushed(
  quarantine: Quarantine,
  from: string,
  head: string,
  held: HeldTo,
): Promise<PushedChange> {
  const { gitDir } = quarantine;
  const start = await changeBase(quarantine, head);
  const isMerge = from !== start && !(await descends(gitDir, start, from));
  const seen = seenOfGaming(await readGaming({ gitDir, base: start, head }));
  const gaming = seen === null ? {} : { gaming: seen };
  if (isMerge) return { ...(await readMerge(quarantine, { start, from, head }, held)), ...gaming };
  const pushed = await readChange(quarantine, from, head, held);
  if (from === start) return { ...pushed, ...gaming };
  const { files } = await readChange(quarantine, start, head);
  return { ...pushed, whole: files, ...gaming };
}

/**
 * Of a run that merged the base: the whole change as it is on the base now, with as the run's own only those files that are
 * neither as the branch had them nor as the base has them.
 */
async function readMerge(
  quarantine: Quarantine,
  { start, from, head }: { readonly start: string; readonly from: string; readonly head: string },
  held: HeldTo,
): Promise<PushedChange> {
  const whole = await readChange(quarantine, start, head, { ...held, published: from });
  const since = new Set(await changedPaths(quarantine.gitDir, from, head));
  return { ...whole, files: whole.files.filter(({ path }) => since.has(path)), whole: whole.files };
}

/** Patterns of files whose keys are made up, as policy has them. */
export function placeholdersOf({ rules }: Pick<LoopState, "rules">): readonly string[] {
  return rules?.placeholderPaths ?? [];
}

/** The issue that messages on the loop's branch may close: its own. */
export function closableIn({ branch }: Pick<Quarantine, "branch">): { readonly issue?: number } {
  const [, number] = /^loop\/(\d+)-/.exec(branch) ?? [];
  return number === undefined ? {} : { issue: Number(number) };
}

/** So many files that were put back are told. */
const REVERTED = 100;

const letters = { added: "A", modified: "M", deleted: "D", type_changed: "T" } as const;

/** What a commit that waits here changes, as policy judged it; null where the run's quarantine is gone. Throws Fault. */
export async function readHeld(
  parts: Pick<QuarantineParts, "dataDir">,
  run: string,
  head: string,
): Promise<PushedChange | null> {
  const quarantine = await findQuarantine(rooms(parts).quarantines, run);
  return quarantine === null ? null : readChange(quarantine, await changeBase(quarantine, head), head);
}

/** What a change is held to, as a judge takes it. */
export type HeldTo = Pick<JudgeRequest, "author" | "published" | "placeholders">;

/** What `head` changes against `base`, judged. Throws Fault. */
export async function readChange(
  { gitDir }: Pick<Quarantine, "gitDir">,
  base: string,
  head: string,
  held: HeldTo = {},
): Promise<PushedChange> {
  const change = await judge({ gitDir, base, head, ...held });
  const changed = new Set(change.files.map(({ path }) => path));
  const reverted = change.touched.filter((path) => !changed.has(path)).slice(0, REVERTED);
  return {
    base,
    head,
    commits: change.commits.length,
    ...(reverted.length === 0 || change.files.length === 0 ? {} : { reverted }),
    files: change.files.map((file) => ({ ...file, status: letters[file.status] })),
    problems: change.problems,
    patch: change.patch,
    patchId: change.diffHash ?? "",
  };
}
