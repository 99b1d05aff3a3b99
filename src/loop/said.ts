// What people say to a loop by commands, for each brief from then on.
import { type LoopState, type Said, saidBounds } from "./state.ts";

/** The state with what a person said; of many the newest are kept. */
export function withSaid(state: LoopState, said: Said): LoopState {
  return { ...state, said: [...(state.said ?? []), { ...said, text: cut(said.text) }].slice(-saidBounds.entries) };
}

/** As much of a text as is kept, and no half of a character. */
export function cut(text: string): string {
  return text.slice(0, saidBounds.text).toWellFormed();
}

/** What people said no to, word for word. */
export function refusedIn({ said = [] }: Pick<LoopState, "said">): string[] {
  return said.flatMap(({ of, about }) => (of === "denied" && about !== undefined ? [about] : []));
}
