// The name of a new loop.
import { randomInt } from "node:crypto";

/** Six letters and digits without look-alikes: unique enough within one issue, short enough for a branch name. */
export function newLoopId(): string {
  const letters = "23456789abcdefghjkmnpqrstuvwxyz";
  return Array.from({ length: 6 }, () => letters[randomInt(letters.length)]).join("");
}
