// What sentences about a loop are made of: attempts and commits by name.
import type { LoopState } from "../../loop/state.ts";
import { inlineCode } from "../escape.ts";

export interface Words {
  readonly title: string; // a few words, for a headline
  readonly sentence: string; // what happens now, or what it means
}

export const footer = "<sub>Written by Loopgate, a GitHub App.</sub>";

/** The sentence with a capital letter, for when nobody is called before it. */
export function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** `attempt 2 of 3`; attempts that did not count are granted again. */
export function attemptOf(state: LoopState): string {
  const uncounted = state.attempts.slice(0, -1).filter((attempt) => !attempt.counted).length;
  return `attempt ${Math.max(1, state.attempts.length)} of ${state.granted + uncounted}`;
}

/** A commit by its first seven digits. */
export function commit(sha: string | null): string {
  return sha === null ? "(none)" : inlineCode(sha.slice(0, 7));
}

/** The commit the loop is judging or has judged. */
export function headOf(state: LoopState): string | null {
  return state.attempts.at(-1)?.head ?? null;
}
