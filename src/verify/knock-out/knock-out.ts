// What taking hunks back one at a time has shown, and what that means for the verdict.

/** One hunk and what the checks said without it. */
export interface HunkResult {
  readonly path: string;
  readonly lines: { readonly from: number; readonly to: number } | null; // at the head; null: the file is gone
  /** `unknown`: the checks came to nothing without it, or there was no time. */
  readonly state: "held" | "not_held" | "unknown";
  /** What was red without it: the check, and the first test or line it named. */
  readonly by: string | null;
}

export interface KnockOut {
  readonly hunks: readonly HunkResult[];
  /** Hunks that were not tried, since there are more than may be. */
  readonly beyond: number;
  /** New tests of the change that pass without it: they prove nothing about it. */
  readonly idleTests: readonly string[];
  /** What is made of hunks that no test holds. */
  readonly notHeld: "inform" | "block";
}

export type KnockOutColour = "green" | "red" | "no_evidence" | "told";

/** Where policy blocks: red for a hunk that is not held, no evidence for one of which nothing is known. Else it is told. */
export function colourOfKnockOut({ hunks, beyond, notHeld }: KnockOut): KnockOutColour {
  const has = (state: HunkResult["state"]) => hunks.some((hunk) => hunk.state === state);
  if (notHeld === "inform") return has("not_held") || has("unknown") || beyond > 0 ? "told" : "green";
  if (has("not_held")) return "red";
  return has("unknown") || beyond > 0 ? "no_evidence" : "green";
}

/** `src/pay.ts:40–52`; a file that is gone has no lines. */
export function placeOf({ path, lines }: Pick<HunkResult, "path" | "lines">): string {
  if (lines === null) return path;
  return lines.from === lines.to ? `${path}:${lines.from}` : `${path}:${lines.from}–${lines.to}`;
}

/** `7 of 9 hunks are held by a test`, and what of the rest; a sentence each. */
export function summaryOf({ hunks, beyond, idleTests }: KnockOut): readonly string[] {
  if (hunks.length === 0) return ["Nothing outside of tests was changed that a test could hold."];
  const those = (state: HunkResult["state"]) => hunks.filter((hunk) => hunk.state === state).map(placeOf);
  const [held, open, unknown] = [those("held"), those("not_held"), those("unknown")];
  const are = hunks.length === 1 ? "hunk is" : held.length === 1 ? "hunks is" : "hunks are";
  return [
    `${held.length} of ${hunks.length} ${are} held by a test.`,
    ...(open.length > 0
      ? [`Not held: ${open.join(", ")}. The checks stay green without ${open.length === 1 ? "it" : "any one of them"}.`]
      : []),
    ...(unknown.length > 0 ? [`Not known: ${unknown.join(", ")}.`] : []),
    ...(beyond > 0 ? [`${beyond} smaller ${beyond === 1 ? "hunk was" : "hunks were"} not tried.`] : []),
    ...(idleTests.length > 0 ? [`New, but green without the change too: ${idleTests.join(", ")}.`] : []),
  ];
}
