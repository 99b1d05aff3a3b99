// How a command is answered: the reaction on its comment, and a refusal with its reason.
import type { Effect } from "./effect.ts";
import type { Decision } from "./end.ts";
import type { Command } from "./event.ts";
import type { CommandRefusal } from "./refusal.ts";
import type { LoopState } from "./state.ts";

/** The thumb on the comment or the review that the command stands in. */
export function reaction(command: Command, content: "+1" | "-1"): Effect {
  const { commentId: comment, review } = command;
  return { type: "react", comment, content, ...(review === undefined ? {} : { review }) };
}

/** Nothing changes, and the thread says why. */
export function refuse(state: LoopState, command: Command, why: CommandRefusal): Decision {
  const effects: Effect[] = [
    reaction(command, "-1"),
    { type: "reply", reply: { kind: "command_refused", command, why } },
  ];
  return { state, effects, note: `refused: ${why.of}` };
}
