// What taking hunks back one at a time has shown, and what that means for the verdict.
import { maskCredentials } from "../../base/credentials.ts";
import { placeOf } from "../../base/place.ts";
import { openHunks } from "../../loop/own-checks.ts";
import type { Finding, KnockOutSeen, Place, Rules, VerdictPart } from "../../loop/state.ts";
import { plain } from "../plain.ts";

/** One hunk and what the checks said without it. */
export interface HunkResult extends Place {
  /** `unknown`: the checks came to nothing without it, or there was no time. */
  readonly state: "held" | "not_held" | "unknown";
  /** What was red without it: the check, and the first test or line it named. */
  readonly by: string | null;
}

/** What is made of hunks that no test holds. */
type NotHeld = NonNullable<Rules["knockOut"]>["notHeld"];

export interface KnockOut {
  readonly hunks: readonly HunkResult[];
  /** Hunks that were not tried, since there are more than may be. */
  readonly beyond: number;
  /** New and changed tests that pass without the change: they prove nothing about it. */
  readonly idleTests: readonly string[];
  readonly notHeld: NotHeld;
}

export type KnockOutColour = "green" | "red" | "no_evidence" | "told";

const [mostIdle, longestName] = [10, 200];

/** What is kept of it: places and counts. Names of tests come from reports: they are masked and cut. */
export function seenOfKnockOut({ hunks, beyond, idleTests }: KnockOut): KnockOutSeen {
  const those = (state: HunkResult["state"]) =>
    hunks.filter((hunk) => hunk.state === state).map(({ path, lines }) => ({ path, lines }));
  const [notHeld, unknown] = [those("not_held"), those("unknown")];
  const held = hunks.length - notHeld.length - unknown.length;
  const names = idleTests.slice(0, mostIdle).map((name) => maskCredentials(plain(name)).slice(0, longestName));
  return { held, notHeld, unknown, beyond, idleTests: names };
}

/**
 * Where policy blocks: red for a hunk that is not held, no evidence for one of which nothing is known. Where it asks, a hunk that is
 * not held is no evidence either, and a person decides. Else it is told.
 */
export function colourOfKnockOut(seen: KnockOutSeen, policy: NotHeld): KnockOutColour {
  const { notHeld, unknown, beyond, note } = seen;
  const isOpen = unknown.length > 0 || beyond > 0 || note !== undefined;
  if (notHeld.length > 0) return ({ inform: "told", ask: "no_evidence", block: "red" } as const)[policy];
  if (policy !== "block") return isOpen ? "told" : "green";
  return isOpen ? "no_evidence" : "green";
}

/** `7 of 9 hunks are held by a test`, and what of the rest; a sentence each. */
export function summaryOf(seen: KnockOutSeen): readonly string[] {
  const { held, notHeld, unknown, beyond, idleTests, note } = seen;
  if (note !== undefined) return [`It came to nothing. ${note}`.trim()];
  const { notHeld: openCount, unknown: lostCount } = openHunks(seen);
  const all = held + openCount + lostCount;
  if (all === 0) return ["Nothing outside of tests was changed that a test could hold."];
  const [open, lost] = [placesOf(notHeld, openCount), placesOf(unknown, lostCount)];
  const are = all === 1 ? "hunk is" : held === 1 ? "hunks is" : "hunks are";
  return [
    `${held} of ${all} ${are} held by a test.`,
    ...(openCount > 0
      ? [`Not held: ${open}. The checks stay green without ${openCount === 1 ? "it" : "any one of them"}.`]
      : []),
    ...(lostCount > 0 ? [`Not known: ${lost}.`] : []),
    ...(beyond > 0 ? [`${beyond} smaller ${beyond === 1 ? "hunk was" : "hunks were"} not tried.`] : []),
    ...(idleTests.length > 0 ? [`New or changed, but green without the change too: ${idleTests.join(", ")}.`] : []),
  ];
}

/** What is known where no check was green, so that none could have told. */
export const untried: KnockOutSeen = {
  held: 0,
  notHeld: [],
  unknown: [],
  beyond: 0,
  idleTests: [],
  note: "No check is green that could tell.",
};

function placesOf(listed: readonly Place[], count: number): string {
  const more = count - listed.length;
  return [...listed.map(placeOf), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

const name = "knock-out";

/** What it is to a loop's verdict: a judge where policy blocks, else a word to whoever decides. Null: it is not known yet. */
export function judgeKnockOut(
  seen: KnockOutSeen | null,
  policy: NotHeld,
): { readonly part: VerdictPart; readonly findings: readonly Finding[] } {
  const part = (colour: VerdictPart["colour"], note: string): VerdictPart => {
    return { source: "knock_out", name, colour, note, url: null };
  };
  if (seen === null) return { part: part("pending", "not finished yet"), findings: [] };
  const said = summaryOf(seen).join(" ");
  const findings = seen.notHeld.map((place) => findingOf(place, seen.notHeld));
  switch (colourOfKnockOut(seen, policy)) {
    case "green":
      return { part: part("green", said), findings: [] };
    case "told":
      return { part: part("absent", said), findings: [] };
    case "no_evidence":
      return { part: { ...part("pending", said), final: true }, findings };
    case "red":
      return { part: part("red", said), findings };
  }
}

/** It says how many there are in the file: one less is another failure. */
function findingOf(place: Place, all: readonly Place[]): Finding {
  const here = all.filter(({ path }) => path === place.path).length;
  const which = here === 1 ? "this part of the change" : `this part of the change, one of ${here} in this file,`;
  return {
    source: "knock_out",
    title: `No test holds ${placeOf(place)}`,
    detail: `Without ${which} every check stays green. Add a test that fails without it, or leave it out if it is not needed.`,
    path: place.path,
    line: place.lines?.from ?? null,
    url: null,
  };
}
