// The verdict of a loop that nobody but the policy's own checks judges: no CI, no reviewer.
import { assert } from "../../base/assert.ts";
import type { CheckSeen, Finding, Rules, Verdict } from "../../loop/state.ts";
import type { CheckFacts, CheckRun, GamingSeen } from "../checked.ts";
import { fingerprintOf } from "../fingerprint.ts";
import { findingOf } from "../gaming/told.ts";
import { type KnockOut, seenOfKnockOut } from "../knock-out/knock-out.ts";
import { seenOf } from "../own-check.ts";
import { verdictOf } from "../verdict.ts";

export interface OwnFacts {
  /** With the base wherever the head is not green. */
  readonly checks: readonly CheckFacts[];
  /** Null: it was not asked for, or there is no green to try it on. */
  readonly knockOut: KnockOut | null;
  readonly gaming: GamingSeen;
}

/** As a loop has it whose repository is known to have no CI. None of the runs may be one that was lost. */
export function verdictWithoutCi(head: string, rules: Rules, { checks, knockOut, gaming }: OwnFacts): Verdict {
  const results = checks.map(({ name, head: at, base }) => {
    return { name, head: seen(name, at), base: base && seen(name, base) };
  });
  const held = knockOut && { hunks: knockOut.hunks.length, ms: 0, notHeld: knockOut.notHeld };
  const verdict = verdictOf({
    head,
    ci: { head, pullHead: head, checks: [], truncated: false },
    review: null,
    rules: { ...rules, requiredChecks: [], reviewer: null, ...(held === null ? {} : { knockOut: held }) },
    ourChecks: [],
    checks: results,
    ciQuiet: true,
    ...(knockOut === null ? {} : { knockOut: seenOfKnockOut(knockOut) }),
  });
  const finds = gaming.policy === "inform" ? [] : gaming.finds.map(findingOf);
  return finds.length === 0 ? verdict : withGaming(verdict, finds);
}

/** Nobody can be asked here: what waits for a person in a loop is red. */
function withGaming(verdict: Verdict, finds: readonly Finding[]): Verdict {
  const note = finds.map(({ title }) => title).join("; ");
  const part = { source: "policy", name: "gaming", colour: "red", note, url: null } as const;
  const findings = [...finds, ...verdict.findings];
  const { head, parts } = verdict;
  return { head, colour: "red", parts: [part, ...parts], findings, fingerprint: fingerprintOf(findings) };
}

function seen(name: string, run: CheckRun): CheckSeen {
  const { state } = run;
  assert(state !== "lost", "a run that was lost is told of no commit");
  return seenOf(name, { ...run, state }, { limit: null, lateMs: null });
}
