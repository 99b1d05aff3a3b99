// `/loop run`: begins a loop where the label would, for whoever may set it.
import { reaction, refuse } from "./answer.ts";
import type { Effect } from "./effect.ts";
import { type Decision, isLive } from "./end.ts";
import type { Command, LoopEvent } from "./event.ts";
import type { LoopState } from "./state.ts";

type Given = Extract<LoopEvent, { type: "command" }>;

/** The branch that is named, null where none is; undefined: the words are something else. */
function wantedBase({ argument }: Command): string | null | undefined {
  const words = argument.trim();
  if (words === "") return null;
  const [, branch] = /^base=([^\s=]{1,200})$/.exec(words) ?? [];
  return branch;
}

/** Where there is no loop; null: this is no such command, or it cannot begin one. */
export function runWithoutLoop({ command, on }: Given): Effect | null {
  const base = wantedBase(command);
  if (command.verb !== "run" || command.begins === undefined || on === undefined || base === undefined) return null;
  return { type: "run_loop", issue: on.issue, command, ...(base === null ? {} : { base }) };
}

/** Where there is one: the next begins once it is over. */
export function onRun(state: LoopState, command: Command): Decision {
  if (isLive(state)) return refuse(state, command, { of: "runs_already" });
  if (command.begins === undefined) return refuse(state, command, { of: "not_on_issue" });
  const base = wantedBase(command);
  if (base === undefined) return refuse(state, command, { of: "run_words" });
  const { issue } = state;
  const begin: Effect = { type: "run_loop", issue, command, ...(base === null ? {} : { base }) };
  return { state, effects: [reaction(command, "+1"), begin], note: "a person wants another loop" };
}
