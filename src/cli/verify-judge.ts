// The verdict about one commit of a repository on this machine, as `verify` gives it and `eval` asks for it.
import type { ImageChoice } from "../container/run.ts";
import type { Finding } from "../loop/state.ts";
import { builtInProtectedPaths } from "../policy/paths.ts";
import { risksOf } from "../policy/risk.ts";
import type { Policy } from "../policy/schema.ts";
import { readGaming } from "../runs/gaming.ts";
import { readChange } from "../runs/quarantine.ts";
import { type Checked, type CheckFacts, judgeCommit } from "../verify/checked.ts";
import type { Terminal } from "./terminal.ts";
import { type CheckParts, type OwnCheck, runCheck } from "./verify-check.ts";
import { knockOutHunks } from "./verify-knock-out.ts";
import type { LocalRepository } from "./verify-repository.ts";

export interface Judging {
  readonly policy: Policy;
  /** Null: no command is to be run. */
  readonly parts: CheckParts | null;
  /** How many hunks are taken back; null: as many as policy says. */
  readonly knockOut: number | null;
  /** How many of them are tried side by side. */
  readonly jobs: number;
}

/** Runs the policy's commands and, where they are green, the knock-out. Throws Fault, and when interrupted. */
export async function judgeHere(
  repository: LocalRepository,
  { policy, parts, knockOut: hunks, jobs }: Judging,
  terminal: Terminal,
): Promise<{ readonly risks: readonly Finding[]; readonly checked: Checked }> {
  const risks = await risksIn(repository, policy);
  const gaming = { ...(await readGaming(repository)), policy: policy.gaming };
  const checks = parts === null ? [] : await runChecks(parts, policy.checks.run, terminal);
  const rules = { ...policy.knock_out, ...(hunks === null ? {} : { hunks }) };
  const knockOut =
    parts === null || judgeCommit({ risks: [], checks }).colour !== "green"
      ? null
      : await knockOutHunks({ parts, checks: policy.checks.run, done: checks, rules, jobs }, terminal);
  return { risks, checked: judgeCommit({ risks, checks, knockOut, gaming }) };
}

/** A named image, or one of this machine's own programs. A plain process has none. */
export function imageOf(
  { image, unsealed }: { readonly image: string | null; readonly unsealed: boolean },
  policy: Policy,
): ImageChoice {
  const reference = image ?? (policy.agent.image || policy.environment.image);
  return unsealed || reference === "" ? { kind: "toolchain" } : { kind: "named", reference };
}

async function risksIn({ gitDir, base, head }: LocalRepository, policy: Policy): Promise<readonly Finding[]> {
  const change = await readChange({ gitDir }, base, head, { placeholders: policy.placeholder_paths });
  const protectedPaths = [...new Set([...builtInProtectedPaths, ...policy.protected_paths])];
  return risksOf(change, { protectedPaths }).risks;
}

/** One after the other; a check that is red at the head is run at the base as well. */
async function runChecks(parts: CheckParts, checks: readonly OwnCheck[], { err }: Terminal): Promise<CheckFacts[]> {
  const done: CheckFacts[] = [];
  for (const [index, check] of checks.entries()) {
    err(`${check.name}: running at the head …\n`);
    const headCall = { commit: parts.repository.head, id: `${parts.name}-${index}-head` };
    const head = await runCheck(parts, check, headCall);
    err(`${check.name}: ${head.state.replace("_", " ")} after ${(head.milliseconds / 1000).toFixed(1)} s\n`);
    if (head.state === "red") err(`${check.name}: running at the base …\n`);
    const base =
      head.state === "red"
        ? await runCheck(parts, check, { commit: parts.repository.base, id: `${parts.name}-${index}-base` })
        : null;
    done.push({ name: check.name, head, base });
  }
  return done;
}
