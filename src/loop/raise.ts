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
