// What is said where a person adds to a loop's limits.
import { unreachable } from "../../base/assert.ts";
import type { Amount, AmountFault } from "../../loop/amount.ts";
import { isHeldByDay, workedMs } from "../../loop/clock.ts";
import type { Reply } from "../../loop/effect.ts";
import { loopMsOf, roomFor } from "../../loop/grants.ts";
import { spentOf } from "../../loop/money.ts";
import type { CommandRefusal } from "../../loop/refusal.ts";
import type { LoopState } from "../../loop/state.ts";
import { inlineCode } from "../escape.ts";
import { inDollars } from "../money.ts";
import { date, dateIn, duration } from "../time.ts";

type Raised = Extract<Reply, { kind: "raised" }>;

/** The answer: what was added, what that comes to, until when it stands, and what happens now. */
export function raisedSentence({ given, cut, until, goesOn }: Raised, state: LoopState, now: number): string {
  const added =
    cut === null
      ? `Added ${amountWords(given)}.`
      : `Added ${amountWords(given)} of the ${amountWords(cut.asked)} you asked for: ${boundSentence(given.of, cut.by)}`;
  const stands = until === null ? "" : ` It stands until ${date(until)}; what is not used by then is taken back.`;
  return `${added} ${sumSentence(given.of, state, now)}${stands} ${onwardSentence(given.of, state, goesOn)}`;
}

function amountWords(amount: Amount): string {
  switch (amount.of) {
    case "money":
      return inDollars(amount.nano);
    case "attempts":
      return amount.count === 1 ? "1 attempt" : `${amount.count} attempts`;
    case "time":
      return duration(amount.ms);
  }
}

function boundSentence(of: Amount["of"], by: "operator" | "issue"): string {
  if (by === "issue") return "`issue.usd` in `.github/loop.yml` allows all loops of this issue together no more.";
  return `this App's operator allows one loop no more ${plural[of]}.`;
}

const plural: Record<Amount["of"], string> = { money: "money", attempts: "attempts", time: "time" };

function sumSentence(of: Amount["of"], state: LoopState, now: number): string {
  switch (of) {
    case "money":
      return `Spent so far: ${inDollars(spentOf(state))} of ${inDollars(state.grantedNano)}.`;
    case "attempts":
      return `Used so far: ${attemptsUsed(state)} of ${state.granted} attempts.`;
    case "time":
      return `Worked so far: ${duration(workedMs(state, now))} of ${duration(loopMsOf(state))}.`;
  }
}

function onwardSentence(of: Amount["of"], state: LoopState, goesOn: boolean): string {
  if (goesOn) return "The loop continues where it stopped.";
  if (isHeldByDay(state)) {
    const { until, zone } = state.dayFull;
    return `The loop waits until ${dateIn(zone, until)} all the same: it is held by a limit of the day, which no command raises.`;
  }
  return of === "money"
    ? "It counts from the next run on; an agent at work now keeps what it was started with."
    : "It counts from now on.";
}

/** That a good part of the money is spent, and what may be done about it. */
export function moneyWarning(percent: 50 | 80, state: LoopState): string {
  const share = percent === 50 ? "Half" : `${percent} %`;
  const room = state.rules?.raise !== undefined && roomFor(state, "money").left > 0;
  const next = room ? `\`${examples.money}\` adds some; \`/loop stop\` ends the loop.` : "`/loop stop` ends the loop.";
  return `${share} of this loop's money for models is spent: ${inDollars(spentOf(state))} of ${inDollars(state.grantedNano)}. No work begins once nine tenths are; the rest is for handing over. Nothing has to be done now: ${next}`;
}

type RaiseRefusal = Extract<
  CommandRefusal,
  { of: "raise_role" | "raise_in_vain" | "raise_little" | "raise_full" | "raise_many" }
>;

/** Part of a sentence, without its full stop. */
export function raiseRefusal(why: RaiseRefusal): string {
  switch (why.of) {
    case "raise_role":
      return `the policy (\`budget.raise\`) leaves adding to limits to people with at least ${why.least} permission, and you have ${why.permission}`;
    case "raise_in_vain":
      return why.needs === null
        ? "the loop did not stop for want of money, attempts or time, so that adding some would not continue it; the newest comment that begins “Loopgate stopped” says what does"
        : `the loop stopped for want of ${plural[why.needs]}, so that adding something else would not continue it; \`${examples[why.needs]}\` would`;
    case "raise_little":
      return "so little would be used up at once: a tenth of the money is kept for handing over, so add more";
    case "raise_full":
      return why.by === "issue"
        ? "`issue.usd` in `.github/loop.yml` allows all loops of this issue together no more money; raise it there, and `/loop retry` after a stop reads it"
        : `this App's operator allows one loop no more ${plural[why.what]} than this one has`;
    case "raise_many":
      return `${why.may} additions that expire are in force already; add one without \`for\`, or wait until one has expired`;
    default:
      return unreachable(why);
  }
}

/** A command that adds some of it. */
export const examples: Record<Amount["of"], string> = {
  money: "/loop budget +$5",
  attempts: "/loop budget +2 attempts",
  time: "/loop extend 2h",
};

/** Why the words were not taken, and what would be: part of a sentence, without its full stop. */
export function amountRefusal(fault: AmountFault, verb: string): string {
  const forms =
    verb === "extend"
      ? "write for example `/loop extend 2h` or `/loop extend 90m`"
      : "write for example `/loop budget +$5`, `/loop budget +2 attempts` or `/loop budget +2h`, each also with `for 24h` behind it";
  return `${faults[fault]}; ${forms}`;
}

const faults: Record<AmountFault, string> = {
  nothing: "it does not say how much",
  no_plus: "an amount without a plus could also be meant as the new limit",
  negative: "it can only add; to spend less, `/loop stop` ends the loop",
  zero: "it would add nothing",
  fraction: "a fraction of a cent, an attempt or a unit of time cannot be added",
  too_much: "so much is most likely a slip: at most $10000, 100 attempts or 30 days can be added at once",
  no_unit: "it does not say of what",
  tokens: "no limit counts tokens; the limit on model calls is in money",
  not_time: "it adds time only",
  for: "what stands behind `for` is no time of at most 30 days",
  unclear: "the amount cannot be read",
};

/** What was added for a time and has not expired, as a line of the status; null: nothing. */
export function raisesWords({ raises = [] }: LoopState, now: number): string | null {
  const standing = raises.filter(({ at, forMs }) => at + forMs > now);
  if (standing.length === 0) return null;
  const parts = standing.map(({ by, at, forMs, nano, attempts, ms }) => {
    const what = [
      ...(nano > 0 ? [inDollars(nano)] : []),
      ...(attempts > 0 ? [attempts === 1 ? "1 attempt" : `${attempts} attempts`] : []),
      ...(ms > 0 ? [duration(ms)] : []),
    ];
    return `${what.join(" and ")} by ${inlineCode(by)} until ${date(at + forMs)}`;
  });
  return `Of these, added for a time: ${parts.join("; ")}`;
}

/** The one that has just begun with what was added is not used up yet. */
function attemptsUsed({ attempts }: LoopState): number {
  return attempts.filter(({ counted, endedAt }) => counted && endedAt !== null).length;
}
