// What a decision adds to the figures: the difference between two states of a loop, and nothing that was counted before.
import type { Decided } from "../engine/ports.ts";
import { dollarsOf } from "../loop/money.ts";
import type { Attempt, LoopState, RunFacts, ToolCount, Verdict } from "../loop/state.ts";

/** From one state of a loop to the next, and by what. */
export type Moved = Pick<Decided, "issueKey" | "event" | "before" | "after">;

export interface Added {
  /** The reason, where the loop ended by it. */
  readonly ended: string | null;
  /** The verdicts of attempts that were judged by it. */
  readonly judged: readonly Verdict["colour"][];
  /** The run that ended with it. */
  readonly ran: Ran | null;
  /** What was booked for model calls, in US dollars, and the tokens of those calls. */
  readonly paid: readonly {
    readonly role: RunFacts["role"];
    readonly usd: number;
    readonly tokens: RunFacts["tokens"];
  }[];
}

export interface Ran {
  readonly role: RunFacts["role"];
  readonly status: RunFacts["status"];
  readonly seconds: number;
  /** From asking for it to its agent's go; null: another process saw that. */
  readonly readySeconds: number | null;
  readonly toolCalls: readonly ToolCount[];
}

const nothing: Added = { ended: null, judged: [], ran: null, paid: [] };

/** A loop that came back from its thread adds nothing: all that its record has was counted when it happened. */
export function addedBy({ event, before, after }: Moved): Added {
  if (after === null || event.type === "restored") return nothing;
  const known = before?.id === after.id ? before : null;
  return {
    ended: after.ending !== null && (known?.ending ?? null) === null ? after.ending.reason : null,
    judged: judgedIn(after, known),
    ran: event.type === "run_ended" ? ranTo(event, after) : null,
    paid: paidFor(after, known),
  };
}

function judgedIn(after: LoopState, known: LoopState | null): Added["judged"] {
  const before = new Map(known?.attempts.map(({ number, verdict }) => [number, verdict]));
  const isNew = ({ number, verdict }: Attempt) =>
    verdict !== null && verdict.colour !== "pending" && !isJudged(before.get(number));
  return after.attempts.filter(isNew).flatMap(({ verdict }) => (verdict === null ? [] : [verdict.colour]));
}

const isJudged = (verdict: Verdict | null | undefined) => (verdict ?? null) !== null && verdict?.colour !== "pending";

function ranTo(event: Extract<Decided["event"], { type: "run_ended" }>, after: LoopState): Ran | null {
  const run = runsOf(after).find(({ id }) => id === event.run);
  if (run === undefined) return null;
  const ready = event.readyMs ?? null;
  return {
    role: run.role,
    status: event.status,
    seconds: Math.max(0, event.endedAt - run.startedAt) / 1_000,
    readySeconds: ready === null ? null : ready / 1_000,
    toolCalls: event.toolCalls ?? [],
  };
}

function paidFor(after: LoopState, known: LoopState | null): Added["paid"] {
  const before = new Map(runsOf(known).map((run) => [run.id, run]));
  return runsOf(after).flatMap(({ id, role, spentNano, tokens }) => {
    const was = before.get(id);
    const more = spentNano - (was?.spentNano ?? 0);
    const since = {
      input: Math.max(0, tokens.input - (was?.tokens.input ?? 0)),
      cached: Math.max(0, tokens.cached - (was?.tokens.cached ?? 0)),
      output: Math.max(0, tokens.output - (was?.tokens.output ?? 0)),
    };
    // What is booked at its worst may turn out to have been less: a counter only grows.
    const isMore = more > 0 || since.input + since.output > 0;
    return isMore ? [{ role, usd: dollarsOf(Math.max(0, more)), tokens: since }] : [];
  });
}

function runsOf(loop: LoopState | null): readonly RunFacts[] {
  return loop?.attempts.flatMap(({ runs }) => runs) ?? [];
}
