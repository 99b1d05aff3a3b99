// What people say to the agent by `/loop steer`: the one at work is told with the next answer of its tools, and they are told whether it was.
import { reaction, refuse } from "./answer.ts";
import type { Effect } from "./effect.ts";
import { type Decision, isLive, runningRuns, stay } from "./end.ts";
import type { Command, LoopEvent } from "./event.ts";
import { withSaid } from "./said.ts";
import type { Heard, LoopState, Said } from "./state.ts";

/** Words for the agent: the one at work is told, and each brief from then on quotes them. */
export function onSteer(state: LoopState, command: Command): Decision {
  if (!isLive(state) && hearsLater(state) === "nobody") return refuse(state, command, { of: "over" });
  const text = command.argument.trim();
  if (text === "") return refuse(state, command, { of: "nothing_said" });
  const said: Said = { of: "steer", by: command.actor.login, text };
  const run = runningRuns(state).find(({ role }) => role === "executor")?.id;
  const note = "heard what a person said";
  if (run === undefined) {
    const reply = { kind: "steered", hears: isLive(state) ? "next" : "retry" } as const;
    const effects: Effect[] = [reaction(command, "+1"), { type: "reply", reply }, { type: "write_status" }];
    return { state: withSaid(state, said), effects, note };
  }
  const id = command.review ?? String(command.commentId);
  const reply = { kind: "steered", hears: "now", attempt: attemptOf(state, run) } as const;
  const effects: Effect[] = [
    { type: "tell_run", run },
    reaction(command, "+1"),
    { type: "reply", reply },
    { type: "write_status" },
  ];
  return { state: withSaid(state, { ...said, id, telling: run }), effects, note: `${note}; the agent at work is told` };
}

type WordsHeard = Extract<LoopEvent, { type: "words_heard" }>;
type RunEnded = Extract<LoopEvent, { type: "run_ended" }>;

/** The agent of a run was told some of what people said. */
export function onWordsHeard(state: LoopState, { run, heard }: WordsHeard): Decision {
  const { next, effects } = settled(state, run, heard);
  if (effects.length === 0) return stay(state, "whoever said it knows already whether it was heard");
  return { state: next, effects, note: "the agent was told what a person said" };
}

/** Whoever spoke to the agent of a run that is over is told whether it heard. */
export function withUnheard(decision: Decision, { run, heard = [] }: RunEnded): Decision {
  if (decision.state === null) return decision;
  const { next, effects } = settled(decision.state, run, heard);
  const of = toBeTold(next, run);
  if (of.length + effects.length === 0) return decision;
  const hears = isLive(next) ? "next" : hearsLater(next);
  const reply = { kind: "words_unheard", of, attempt: attemptOf(next, run), hears } as const;
  const unheard: Effect[] = of.length === 0 ? [] : [{ type: "reply", reply }];
  return { ...decision, state: known(next, of), effects: [...decision.effects, ...effects, ...unheard] };
}

/** What was heard, of what somebody waits to know that of; no effects where that is nothing. */
function settled(state: LoopState, run: string, heard: readonly Heard[]) {
  const waiting = toBeTold(state, run);
  const attempt = attemptOf(state, run);
  const ways = (["brief", "tool"] as const).map((by) => ({
    by,
    of: waiting.filter(({ id }) => heard.some((one) => one.id === id && one.by === by)),
  }));
  const effects = ways.flatMap(({ by, of }): Effect[] =>
    of.length === 0 ? [] : [{ type: "reply", reply: { kind: "words_heard", of, attempt, by } }],
  );
  const next = known(
    state,
    ways.flatMap(({ of }) => of),
  );
  return { next, effects };
}

function toBeTold({ said = [] }: LoopState, run: string): readonly Said[] {
  return said.filter(({ telling }) => telling === run);
}

/** It is known of these whether they were heard. */
function known(state: LoopState, of: readonly Said[]): LoopState {
  if (of.length === 0) return state;
  const told = ({ telling: _, ...said }: Said): Said => said;
  return { ...state, said: (state.said ?? []).map((one) => (of.includes(one) ? told(one) : one)) };
}

function attemptOf({ attempts }: LoopState, run: string): number {
  const attempt = attempts.find(({ runs }) => runs.some(({ id }) => id === run)) ?? attempts.at(-1);
  return attempt?.number ?? 0;
}

/** Of a loop that has ended. */
function hearsLater({ ending }: LoopState): "retry" | "nobody" {
  return (ending?.resume ?? "none") === "none" ? "nobody" : "retry";
}
