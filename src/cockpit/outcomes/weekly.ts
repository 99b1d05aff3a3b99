// What one message a week says of all loops, for a team's chat: what came of those that ended, and who is waited for.
import { inDollars } from "../../report/money.ts";
import { duration } from "../../report/time.ts";
import type { Read } from "./book.ts";
import { type Digest, type Sum, summed, sumOf } from "./digest.ts";

/** A loop that waits for a person. */
export interface Waiting {
  readonly name: string; // owner/name#number
  readonly url: string;
  readonly headline: string;
  readonly since: number; // epoch milliseconds
}

export interface Week {
  readonly read: Read;
  readonly from: number; // epoch milliseconds
  readonly until: number;
  /** The day it ends on, as in `2026-11-30`. */
  readonly day: string;
  /** Whoever has waited longest first. */
  readonly waiting: readonly Waiting[];
}

/** So many repositories and loops are named; the others are counted. */
const named = 10;

/**
 * As Slack's incoming webhooks take text: `*bold*`, `<address|name>`, with `&`, `<` and `>` escaped
 * (https://docs.slack.dev/messaging/formatting-message-text). Null: nothing ended and nobody is waited for, so nobody is disturbed.
 */
export function weeklyText({ read, from, until, day, waiting }: Week): string | null {
  const ended = read.digests.filter(({ endedAt }) => endedAt >= from && endedAt < until);
  if (ended.length === 0 && waiting.length === 0) return null;
  return [
    `*Loopgate, the week up to ${day}:* ${ended.length === 0 ? "no loop ended." : allOf(sumOf("all", ended))}`,
    ...(ended.length === 0 ? [] : byRepository(ended)),
    ...(cutOff(read, from) ? [`Only the ${read.digests.length} loops that ended last are counted.`] : []),
    ...waitingLines(waiting, until),
  ].join("\n");
}

/** Whether loops of this week may be among those that were not read. */
function cutOff({ digests, isMore }: Read, from: number): boolean {
  return isMore && digests.every(({ endedAt }) => endedAt >= from);
}

function allOf({ loops, counts, spentNano, perMergedNano, medianToMergeMs }: Sum): string {
  const merged = counts.merged + counts.changed;
  const changed = counts.changed === 0 ? "" : ` (${counts.changed} of them changed by people before)`;
  const parts = [
    `${merged} merged${changed}`,
    ...(counts.well === 0 ? [] : [`${counts.well} ended well without a merge`]),
    ...(counts.stopped === 0 ? [] : [`${counts.stopped} stopped for a person`]),
    ...(counts.closed === 0 ? [] : [`${counts.closed} ended without success`]),
  ];
  const each = perMergedNano === null ? "" : `, ${inDollars(perMergedNano)} for each merged change`;
  const time =
    medianToMergeMs === null ? "" : ` Half of the merges came within ${duration(medianToMergeMs)} of the label.`;
  return `${loops === 1 ? "1 loop" : `${loops} loops`} ended: ${parts.join(", ")}. Spent: ${inDollars(spentNano)}${each}.${time}`;
}

function byRepository(ended: readonly Digest[]): string[] {
  const sums = summed(ended, "repository");
  const lines = sums.slice(0, named).map(({ name, loops, counts, spentNano }) => {
    return `• ${escaped(name)}: ${counts.merged + counts.changed} of ${loops} merged, ${inDollars(spentNano)}`;
  });
  return [...lines, ...more(sums.length, "repository", "repositories")];
}

function waitingLines(waiting: readonly Waiting[], now: number): string[] {
  if (waiting.length === 0) return ["Nobody is waited for."];
  const lines = waiting.slice(0, named).map(({ name, url, headline, since }) => {
    return `• <${url}|${escaped(name)}>: ${escaped(headline)}, for ${duration(Math.max(0, now - since))}`;
  });
  const head = waiting.length === 1 ? "*1 loop waits for a person:*" : `*${waiting.length} loops wait for a person:*`;
  return [head, ...lines, ...more(waiting.length, "loop", "loops")];
}

function more(all: number, one: string, several: string): string[] {
  const left = all - named;
  return left <= 0 ? [] : [`• and ${left === 1 ? `1 more ${one}` : `${left} more ${several}`}`];
}

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
