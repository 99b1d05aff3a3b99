// The tasks of an evaluation: past commits that can be tasks, and what the tests of each are proved to prove.

import { join } from "node:path";
import { z } from "zod";
import { eachAtMost } from "../base/at-most.ts";
import { Fault } from "../base/fault.ts";
import { parseJson } from "../base/parse-json.ts";
import { type PastChange, readPast, readPastChange } from "../gateway/git/past.ts";
import { removeWorkspace } from "../gateway/git/workspace.ts";
import type { CheckRun } from "../verify/checked.ts";
import { type Proof, prove, type Shown, type Unproven } from "../verify/eval/proof.ts";
import { type Unfit, unfitness } from "../verify/eval/select.ts";
import type { Replaced } from "../verify/knock-out/hunk.ts";
import { namePast } from "./eval-origin.ts";
import type { Results } from "./eval-results.ts";
import type { Terminal } from "./terminal.ts";
import { readNamed, UsageError } from "./usage.ts";
import { type CheckParts, type OwnCheck, runCheck } from "./verify-check.ts";
import type { LocalRepository } from "./verify-repository.ts";

export interface Task {
  readonly commit: string;
  readonly parent: string;
  readonly text: { readonly title: string; readonly body: string };
  /** Lays the commit's tests over another tree. */
  readonly tests: readonly Replaced[];
}

export interface Chosen {
  readonly tasks: readonly Task[]; // newest first
  readonly looked: number; // how many commits
  readonly unfit: Readonly<Partial<Record<Unfit, number>>>;
}

const mostLooked = 2_000;

const toldEach = 200;

/** The newest commits that can be tasks, at most `last`. Throws Fault. */
export async function chooseTasks(
  { gitDir, head }: LocalRepository,
  last: number,
  issues: ReadonlyMap<string, Task["text"]>,
  { signal, terminal }: { readonly signal: AbortSignal; readonly terminal: Terminal },
): Promise<Chosen> {
  const tasks: Task[] = [];
  const unfit: Partial<Record<Unfit, number>> = {};
  let looked = 0;
  for (const { sha, parents, message } of await readPast(gitDir, head, mostLooked)) {
    if (tasks.length >= last) break;
    signal.throwIfAborted();
    looked += 1;
    if (looked % toldEach === 0) terminal.err(`${looked} commits looked at, ${tasks.length} can be tasks …\n`);
    const [parent, more] = parents;
    const isPlain = parent !== undefined && more === undefined;
    const change: PastChange | null = isPlain ? await readPastChange(gitDir, parent, sha) : null;
    const why = unfitness({ parents, files: change?.files ?? null });
    if (why !== null) unfit[why] = (unfit[why] ?? 0) + 1;
    if (why !== null || parent === undefined || change === null) continue;
    await namePast(gitDir, parent);
    tasks.push({ commit: sha, parent, text: textFor(sha, message, issues), tests: change.tests });
  }
  return { tasks, looked, unfit };
}

function textFor(sha: string, message: string, issues: ReadonlyMap<string, Task["text"]>): Task["text"] {
  const [, given] = [...issues].find(([id]) => sha.startsWith(id)) ?? [];
  return given ?? textOf(message);
}

/** The first line is the title. */
function textOf(message: string): Task["text"] {
  const [title = "", ...body] = message.split("\n");
  return { title: title.trim() || "(no title)", body: body.join("\n").trim() };
}

const Issues = z.record(
  z.string().regex(/^[0-9a-f]{7,40}$/),
  z.union([z.string().min(1), z.strictObject({ title: z.string().min(1), body: z.string().default("") })]),
);

/** Reads `--issues`: by commit, a title and a body, or a text whose first line is the title. Throws UsageError. */
export async function readIssues(file: string | null): Promise<ReadonlyMap<string, Task["text"]>> {
  if (file === null) return new Map();
  const read = Issues.safeParse(parseJson(await readNamed(file)));
  if (!read.success) {
    const example = `{"1a2b3c4": "Title\\n\\nText"}`;
    throw new UsageError(`${file} must be JSON with texts by commit id (at least 7 of its digits), such as ${example}`);
  }
  return new Map(
    Object.entries(read.data).map(([id, given]) => [id, typeof given === "string" ? textOf(given) : given]),
  );
}

export interface ProvingParts {
  /** Of the user's repository. */
  readonly parts: Omit<CheckParts, "name">;
  readonly checks: readonly OwnCheck[];
  readonly results: Results;
  readonly jobs: number;
  readonly terminal: Terminal;
}

export type ProvedTask = Task & { readonly proof: Proof };
export type UnprovedTask = Task & { readonly why: Unproven; readonly names: readonly string[] };

/** Runs the commands on the parent with the commit's tests and on the commit, unless that is known; no money is spent. Throws Fault. */
export async function proveTasks(
  proving: ProvingParts,
  tasks: readonly Task[],
): Promise<{ readonly proved: readonly ProvedTask[]; readonly unproved: readonly UnprovedTask[] }> {
  const found = await eachAtMost(proving.jobs, tasks, async (task, index) => ({
    task,
    ...(await proveTask(proving, task, index)),
  }));
  return {
    proved: found.flatMap((one) => (one.ok ? [{ ...one.task, proof: one.proof }] : [])),
    unproved: found.flatMap((one) => (one.ok ? [] : [{ ...one.task, why: one.why, names: one.names }])),
  };
}

async function proveTask({ parts, checks, results, terminal }: ProvingParts, task: Task, index: number) {
  const { image, environment } = parts;
  const question = { commit: task.commit, checks, image, environment, runtime: parts.runtime.kind };
  const known = await results.proving(question);
  if (known !== null) return known;
  terminal.err(`${task.commit.slice(0, 12)}: what do its tests prove? …\n`);
  const named = { ...parts, name: `eval-${process.pid}-proof-${index}` };
  const before = await showAll(named, checks, { commit: task.parent, replaced: task.tests });
  const after = await showAll({ ...named, name: `${named.name}-after` }, checks, { commit: task.commit });
  const proving = prove(before, after);
  await results.keepProving(question, proving);
  return proving;
}

/** Every command at one commit with some files replaced, one after the other; what it left of them goes. Throws Fault. */
export async function showAll(
  parts: CheckParts,
  checks: readonly OwnCheck[],
  call: { readonly commit: string; readonly replaced?: readonly Replaced[] },
): Promise<readonly Shown[]> {
  const shown: Shown[] = [];
  for (const [index, check] of checks.entries()) {
    const id = `${parts.name}-${index}`;
    const run = await runCheck(parts, check, { ...call, id });
    requireEnd(check.name, run);
    shown.push({ check: check.name, run });
    await removeWorkspace(join(parts.scratchDir, id));
  }
  return shown;
}

/** A run that was lost says nothing of the commit, so that nothing can be made of it. Throws Fault. */
export function requireEnd(check: string, run: CheckRun | null): void {
  if (run?.state === "lost") throw new Fault(`A run of ${check} was lost`, { kind: "engine", retry: "later" });
}
