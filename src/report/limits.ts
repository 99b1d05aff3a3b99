// What is left of GitHub's limits, as one line of the answer to `/loop status`.
import { date } from "./time.ts";

/** What this process knows of an installation's limits without asking. */
export interface LimitsLeft {
  /** REST requests of the hour, as GitHub last said; null: it said nothing yet, or that hour is over. */
  readonly requests: { readonly left: number; readonly of: number; readonly resetAt: number } | null;
  /** Writes of the last hour, as this process counted its own. */
  readonly writes: { readonly left: number; readonly of: number };
}

/** The line, for people. */
export function limitsSentence({ requests, writes }: LimitsLeft): string {
  const asked =
    requests === null ? "" : `${requests.left} of ${requests.of} requests until ${date(requests.resetAt)}, and `;
  return `Left of GitHub's limits: ${asked}${writes.left} of ${writes.of} writes within an hour`;
}
