// The loop's own addresses on GitHub: the only places that links may lead to.
import type { LoopState } from "../loop/state.ts";
import { linkWithin } from "./escape.ts";

/** The repository's address, taken from its pull request's; null before that is open. */
export function homeOf(state: LoopState): string | null {
  return state.pull === null ? null : (/^(https?:\/\/[^\s]+)\/pull\/\d+$/.exec(state.pull.url)?.[1] ?? null);
}

/** The branch on which pictures stand for threads; a repository that has it for anything else keeps it, and gets no pictures. */
export const pictureBranch = "loop-artifacts";

/**
 * Where GitHub shows a picture that stands at `path` on that branch. In this form an image in a comment is fetched by the reader's browser
 * with the reader's own access, so that it shows in a private repository to whoever may read that, and to nobody else
 * (https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#images).
 */
export function pictureAddress(home: string, path: string): string {
  return `${home}/blob/${pictureBranch}/${path}?raw=true`;
}

/** The pull request as a link; null before it is open. */
export function pullLink(state: LoopState): string | null {
  if (state.pull === null) return null;
  return linkWithin(homeOf(state), state.pull.url, `#${state.pull.number}`);
}
