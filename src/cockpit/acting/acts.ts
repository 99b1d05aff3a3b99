// What a person may do to a loop from its page: each is a command, written in the thread under their own name.
import { isLive } from "../../loop/end.ts";
import type { LoopState } from "../../loop/state.ts";

export const acts = ["pause", "resume", "steer", "stop"] as const;
export type Act = (typeof acts)[number];

export interface ActWords {
  readonly button: string;
  /** What comes of it, in a sentence. */
  readonly meaning: string;
}

export const actWords: Readonly<Record<Act, ActWords>> = {
  pause: { button: "Pause", meaning: "What runs is ended, and nothing more happens until somebody resumes the loop." },
  resume: { button: "Resume", meaning: "The loop goes on from where it was." },
  steer: {
    button: "Tell the agent",
    meaning: "An agent at work is told with the next answer of its tools, and later attempts before they begin.",
  },
  stop: { button: "Stop", meaning: "The loop ends. What is on its branch stays there." },
};

/** What there is to do with a loop as it stands, in the order of the buttons. */
export function actsOn(state: LoopState): readonly Act[] {
  if (!isLive(state)) return [];
  return state.phase === "paused" ? ["resume", "steer", "stop"] : ["pause", "steer", "stop"];
}

/** So much a loop keeps of what somebody tells it. */
export const mostWords = 2_000;

/** The comment that does it. A command is one line, so what was written on several becomes one. */
export function commentFor(act: Act, words: string): string {
  const line = act === "steer" ? ` ${oneLine(words)}` : "";
  return `/loop ${act}${line}\n\nFrom Loopgate's pages.`;
}

export const oneLine = (words: string) =>
  words
    .replace(/[\s\p{Cc}\u2028\u2029]+/gu, " ")
    .trim()
    .slice(0, mostWords);
