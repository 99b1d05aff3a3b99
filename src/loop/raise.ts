// Which line of the policy gives a run more of what it ran out of.
import type { Trouble } from "./cause.ts";

/** The policy's option, where the limit that a run met has one. */
export function optionThatRaises(trouble: Trouble | undefined): string | null {
  switch (trouble) {
    case "memory":
    case "processes":
    case "tmp":
    case "disk":
      return `environment.${trouble}`;
    default:
      return null;
  }
}

/** One sentence on how a run gets more, for people and the next brief; empty where policy has no say in it. */
export function raisingSentence(trouble: Trouble | undefined): string {
  const option = optionThatRaises(trouble);
  if (option === null) return "";
  return `A person can raise \`${option}\` in \`.github/loop.yml\`, as far as this App's operator allows.`;
}
