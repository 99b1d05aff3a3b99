// What a pull request would make of the policy: what is wrong with its file, and what it changes for the loops to come.
import { type PolicyChange, policyChanges } from "./changes.ts";
import { clampPolicy, statedExcesses } from "./clamp.ts";
import { parsePolicy } from "./parse.ts";
import { type Operator, readRules } from "./rules.ts";
import type { Policy } from "./schema.ts";

/** A policy file as a commit has it; null: there is none. `hidden`: it is there, and fewer people may see it than what is shown of it. */
export type FileThen = { readonly text: string } | { readonly fault: string } | { readonly hidden: true } | null;

export interface Problem {
  readonly line: number;
  readonly sentence: string; // without a line, and without a full stop
  readonly refused: boolean; // false: it is held to the operator's bounds, and loops begin
}

export interface Proposed {
  readonly problems: readonly Problem[];
  /** Null: what was there before, or what comes, is not valid or hidden, and there is nothing to compare. */
  readonly changes: readonly (PolicyChange & { readonly line: number })[] | null;
}

/** Never throws, whatever the files hold. */
export function judgeProposed(before: FileThen, after: FileThen, operator: Operator): Proposed {
  const [old, now] = [heldTo(before, operator), heldTo(after, operator)];
  const { problems, lines } = now;
  if (old.policy === null || now.policy === null) return { problems, changes: null };
  const changes = policyChanges(old.policy, now.policy).map((change) => ({
    ...change,
    line: lineOf(change.path, lines),
  }));
  return { problems, changes };
}

interface Held {
  readonly problems: readonly Problem[];
  readonly lines: ReadonlyMap<string, number>;
  readonly policy: Policy | null; // within the operator's bounds; null: no loop would begin with this file
}

function heldTo(file: FileThen, operator: Operator): Held {
  if (file !== null && "hidden" in file) return { problems: [], lines: new Map(), policy: null };
  if (file !== null && "fault" in file) return refused({ line: 1, sentence: file.fault });
  const parsed = parsePolicy(file?.text ?? null);
  if (!parsed.ok) return refused({ line: parsed.line, sentence: withoutLine(parsed.message) });
  const { policy, lines } = parsed;
  const problems = statedExcesses(policy, lines, operator.bounds);
  const clamped = clampPolicy(policy, lines, operator.bounds);
  if (!clamped.ok) return { problems, lines, policy: null };
  const read = readRules(file === null ? null : { text: file.text, sha: "" }, operator, "");
  if (!read.ok) return refused({ line: 1, sentence: withoutLine(read.message) });
  return { problems, lines, policy: clamped.policy };
}

function refused(problem: Omit<Problem, "refused">): Held {
  return { problems: [{ ...problem, refused: true }], lines: new Map(), policy: null };
}

function withoutLine(message: string): string {
  return message.replace(/^line \d+: /, "");
}

/** Where it is stated; of what is stated no more, where its group begins; else the file's first line. */
function lineOf(path: string, lines: ReadonlyMap<string, number>): number {
  for (let at = path; at !== ""; at = at.slice(0, Math.max(0, at.lastIndexOf(".")))) {
    const within = [...lines].filter(([stated]) => stated === at || stated.startsWith(`${at}.`));
    if (within.length > 0) return Math.min(...within.map(([, line]) => line));
  }
  return 1;
}
