// The loop's own addresses on GitHub: the only places that links may lead to.
import type { LoopState } from "../loop/state.ts";
import { linkWithin } from "./escape.ts";

/** The repository's address, taken from its pull request's; null before that is open. */
export function homeOf(state: LoopState): string | null {
  return state.pull === null ? null : (/^(https?:\/\/[^\s]+)\/pull\/\d+$/.exec(state.pull.url)?.[1] ?? null);
}

/** The pull request as a link; null before it is open. */
export function pullLink(state: LoopState): string | null {
  if (state.pull === null) return null;
  return linkWithin(homeOf(state), state.pull.url, `#${state.pull.number}`);
}
