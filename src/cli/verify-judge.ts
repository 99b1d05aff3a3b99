// What the policy's commands show of one commit of a repository on this machine, for `verify` and for `eval`.
import type { ImageChoice } from "../container/run.ts";
import type { Finding } from "../loop/state.ts";
import { builtInProtectedPaths } from "../policy/paths.ts";
import { risksOf } from "../policy/risk.ts";
import type { Policy } from "../policy/schema.ts";
import { readGaming } from "../runs/gaming.ts";
import { readChange } from "../runs/quarantine.ts";
import { type CheckFacts, type GamingSeen, judgeCommit } from "../verify/checked.ts";
import type { KnockOut } from "../verify/knock-out/knock-out.ts";
import type { Terminal } from "./terminal.ts";
import { type CheckParts, runCheck } from "./verify-check.ts";
import { knockOutHunks } from "./verify-knock-out.ts";
import type { LocalRepository } from "./verify-repository.ts";

export interface Judging {
  readonly policy: Policy;
  /** How many hunks are taken back; null: as many as policy says. */
  readonly knockOut: number | null;
  /** How many of them are tried side by side. */
  readonly jobs: number;
  /** Whether the base is asked of what shows nothing at the head, as it always is of what is red there. */
  readonly asksBaseOfNothing: boolean;
}

/** Runs the policy's commands and, where they are green, the knock-out. Throws Fault, and when interrupted. */
export async function checkHere(
  parts: CheckParts,
  judging: Judging,
  terminal: Terminal,
): Promise<{ readonly checks: readonly CheckFacts[]; readonly knockOut: KnockOut | null }> {
  const { policy, knockOut: hunks, jobs } = judging;
  const checks = await runChecks(parts, judging, terminal);
  if (judgeCommit({ risks: [], checks }).colour !== "green") return { checks, knockOut: null };
  const rules = { ...policy.knock_out, ...(hunks === null ? {} : { hunks }) };
  const request = { parts, checks: policy.checks.run, done: checks, rules, jobs };
  return { checks, knockOut: await knockOutHunks(request, terminal) };
}

/** What the change does to its own judges, and what policy makes of it. Throws Fault. */
export async function gamingIn(repository: LocalRepository, { gaming }: Policy): Promise<GamingSeen> {
  return { ...(await readGaming(repository)), policy: gaming };
}

/** A named image, or one of this machine's own programs. A plain process has none. */
export function imageOf(
  { image, unsealed }: { readonly image: string | null; readonly unsealed: boolean },
  policy: Policy,
): ImageChoice {
  const reference = image ?? (policy.agent.image || policy.environment.image);
  return unsealed || reference === "" ? { kind: "toolchain" } : { kind: "named", reference };
}

/** What policy says of the change itself. Throws Fault. */
export async function risksIn({ gitDir, base, head }: LocalRepository, policy: Policy): Promise<readonly Finding[]> {
  const change = await readChange({ gitDir }, base, head, { placeholders: policy.placeholder_paths });
  const protectedPaths = [...new Set([...builtInProtectedPaths, ...policy.protected_paths])];
  return risksOf(change, { protectedPaths, deniedPaths: policy.denied_paths, changes: policy.changes }).risks;
}

/** One after the other; a check that is red at the head is run at the base as well, and where asked for one that shows nothing. */
async function runChecks(
  parts: CheckParts,
  { policy, asksBaseOfNothing }: Judging,
  { err }: Terminal,
): Promise<CheckFacts[]> {
  const done: CheckFacts[] = [];
  for (const [index, check] of policy.checks.run.entries()) {
    err(`${check.name}: running at the head …\n`);
    const headCall = { commit: parts.repository.head, id: `${parts.name}-${index}-head` };
    const head = await runCheck(parts, check, headCall);
    err(`${check.name}: ${head.state.replace("_", " ")} after ${(head.milliseconds / 1000).toFixed(1)} s\n`);
    const isAsked = head.state === "red" || (asksBaseOfNothing && head.state === "no_evidence");
    if (isAsked) err(`${check.name}: running at the base …\n`);
    const baseCall = { commit: parts.repository.base, id: `${parts.name}-${index}-base` };
    const base = isAsked ? await runCheck(parts, check, baseCall) : null;
    done.push({ name: check.name, head, base });
  }
  return done;
}
