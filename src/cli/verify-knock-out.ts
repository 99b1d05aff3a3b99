// Whether any test holds the change, hunk by hunk, in a repository on this machine.
import { readChangedTexts } from "../gateway/git/changed-texts.ts";
import type { Policy } from "../policy/schema.ts";
import { tryHunks } from "../runs/try-hunks.ts";
import type { CheckFacts } from "../verify/checked.ts";
import type { KnockOut } from "../verify/knock-out/knock-out.ts";
import { witnessOf } from "../verify/knock-out/witness.ts";
import type { Terminal } from "./terminal.ts";
import { type CheckParts, type OwnCheck, runCheck } from "./verify-check.ts";

export interface KnockOutRequest {
  readonly parts: CheckParts;
  readonly checks: readonly OwnCheck[];
  /** What they said at the head. */
  readonly done: readonly CheckFacts[];
  readonly rules: Policy["knock_out"];
  readonly jobs: number;
}

/** Null where nothing is to be tried. Throws Fault as a check does. */
export async function knockOutHunks(request: KnockOutRequest, { err }: Terminal): Promise<KnockOut | null> {
  const { parts, rules, done } = request;
  if (rules.hunks === 0) return null;
  const { head } = parts.repository;
  return tryHunks({
    files: await readChangedTexts(parts.repository),
    witnesses: request.checks.flatMap((check, index) => {
      const seen = done[index]?.head;
      return seen?.state === "green" ? [{ check, ...witnessOf(seen) }] : [];
    }),
    rules: { hunks: rules.hunks, ms: rules.minutes * 60_000, notHeld: rules.not_held },
    jobs: request.jobs,
    run: (check, { name, ...call }) =>
      runCheck(parts, check, { ...call, commit: head, id: `${parts.name}-without-${name}` }),
    say: (line) => err(`${line}\n`),
  });
}
