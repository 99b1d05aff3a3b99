// What of CI is going: until all of it was heard to have passed, and nothing else was heard, it can come to nothing new.
import type { LoopEvent } from "./event.ts";
import type { LoopState, Verdict } from "./state.ts";

type CiChanged = Extract<LoopEvent, { type: "ci_changed" }>;

/** So many names are remembered: where there are more, they are read again when these have passed. */
const remembered = 64;

/** A part of this name may be no check but what CI as a whole lacks, of which no event tells. */
const ciAsAWhole = "checks";

/**
 * Whether to read it now that this was heard. A whole suite that ended is always read: what was to be told of its last checks may be
 * lost. What is heard while it is read counts as heard afterwards, too: the answer may come
 * from a replica that did not know of it yet.
 */
export function afterNews(
  state: LoopState,
  { name, passed, suite }: CiChanged,
  now: number,
): { state: LoopState; reads: boolean } {
  const { going, heard = [] } = state.ciGoing ?? {};
  const known = [...new Set([...heard, ...(name === null ? [] : [name])])].slice(-remembered);
  const left = going?.filter((one) => one !== name) ?? [];
  const reads = passed !== true || name === null || left.length === 0;
  if (reads) return { state: { ...notOwed(state), ciGoing: { heard: known } }, reads };
  const next: LoopState = { ...state, ciGoing: { going: left, heard: known } };
  // A commit status is of no suite whose end would tell, should the word of another one be lost.
  return { state: suite === undefined ? owed(next, now, "anew") : next, reads };
}

/** What is put off is read a minute later, then two, and so on until it is as long as a regular look takes to come. */
const longestOwedMs = 10 * 60_000;

/**
 * At a gate each time is four times as long: CI that goes on for hours costs few readings there, and once it is quiet a regular
 * look comes, which reads it where all of it is done.
 */
function owedMs({ phase }: LoopState, times: number): number {
  if (phase === "awaiting_gate") return Math.min(24 * 60 * 60_000, 4 ** times * 60_000);
  return Math.min(longestOwedMs, (1 + times) * 60_000);
}

/** The state by which CI is read in a while, whatever is heard until then; `anew`: from now on, although it was owed before. */
export function owed(state: LoopState, now: number, since: "first" | "anew" = "first"): LoopState {
  const { at, times = 0 } = state.ciOwed ?? {};
  if (at !== undefined && since === "first") return state;
  return { ...state, ciOwed: { at: now + owedMs(state, times), times } };
}

/** It is read, because that was owed or because of what was heard. */
export function notOwed(state: LoopState): LoopState {
  if (state.ciOwed?.at === undefined) return state;
  return { ...state, ciOwed: { times: state.ciOwed.times + 1 } };
}

/** The state with the names of the checks that this verdict waits for. */
export function withGoing(state: LoopState, names: readonly string[] | null): LoopState {
  if (names === null) return { ...state, ciGoing: undefined };
  const heard = state.ciGoing?.heard ?? [];
  return { ...state, ciGoing: { going: names.filter((name) => !heard.includes(name)) } };
}

/** The checks that may still pass, as many as are remembered; null where what is missing has no name. */
export function goingIn({ parts }: Verdict): readonly string[] | null {
  const pending = parts.filter(({ source, colour }) => source === "ci" && colour === "pending");
  if (pending.some(({ name }) => name === ciAsAWhole)) return null;
  return pending
    .filter(({ final }) => final !== true)
    .map(({ name }) => name)
    .slice(0, remembered);
}
