// Every limit that a loop is held to, how far it is used, and which line of the policy sets it.
import { countedRuns } from "./begin.ts";
import { workedMs } from "./clock.ts";
import type { DayLimit, DayUse } from "./day.ts";
import { loopMsOf } from "./grants.ts";
import { spentOf } from "./money.ts";
import type { LoopState } from "./state.ts";

/** `is` of `may`: dollars in billionths, milliseconds, or a count. `option`: the line of the policy that it comes from. */
export interface Limit {
  readonly of: "money" | "attempts" | "time" | "runs" | "issue_money" | "issue_runs" | "day_money" | "day_runs";
  readonly is: number;
  readonly may: number;
  readonly option: string;
}

/** Before the claim there is none. `now` in epoch milliseconds. */
export function limitsOf(state: LoopState, now: number): readonly Limit[] {
  const { rules, earlier } = state;
  if (rules === null) return [];
  const spent = spentOf(state);
  const used = state.attempts.filter(({ counted }) => counted).length;
  const runs = countedRuns(state);
  const ofIssue: Limit[] = [
    { of: "issue_money", is: earlier.spentNano + spent, may: rules.issueNano, option: "issue.usd" },
    { of: "issue_runs", is: earlier.runs + runs, may: rules.issueRuns, option: "issue.runs" },
  ];
  return [
    { of: "attempts", is: used, may: state.granted, option: "attempts" },
    { of: "money", is: spent, may: state.grantedNano, option: "budget.usd" },
    { of: "time", is: workedMs(state, now), may: loopMsOf(state), option: "loop_hours" },
    { of: "runs", is: runs, may: rules.lifetimeRuns, option: "runs" },
    ...ofIssue,
  ];
}

/** The limits that the policy sets for a day of all the repository's loops; what is set aside for runs under way counts as used. */
export function limitsOfDay({ nano, runs }: DayLimit, use: DayUse): readonly Limit[] {
  const money: Limit = { of: "day_money", is: use.settledNano + use.reservedNano, may: nano, option: "day.usd" };
  const begun: Limit = { of: "day_runs", is: use.runs, may: runs, option: "day.runs" };
  return [money, begun].filter(({ may }) => may > 0);
}
