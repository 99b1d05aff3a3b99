// The plain facts a verdict and a gate are computed from, as GitHub states them about one commit.
import type { Person } from "../loop/state.ts";

/** One check run or commit status on a commit. */
export interface CheckFact {
  readonly name: string;
  readonly app: { readonly id: number; readonly slug: string } | null; // null: a commit status, settable by any writer
  readonly done: boolean;
  readonly conclusion: string | null; // GitHub's own word, lower case
  readonly required: boolean; // by branch protection or ruleset
  readonly title: string;
  readonly summary: string; // untrusted
  readonly text: string; // untrusted
  readonly url: string | null;
  readonly annotations: readonly { readonly path: string; readonly line: number; readonly message: string }[];
}

/** CI as it stands on one commit. */
export interface CiFacts {
  readonly head: string; // the commit the facts are about
  readonly pullHead: string | null; // the pull request's head at the same moment
  readonly checks: readonly CheckFact[];
  readonly truncated: boolean; // there were more checks than one read returns: not green
}

/** A pull request that is closed, and by whom, where GitHub says. */
export interface Closing {
  readonly merged: boolean;
  readonly by: Person;
}

/** What one read for a verdict brings. */
export interface VerdictFacts extends CiFacts {
  readonly closed: Closing | null; // null: the pull request is open
}

/** One review of a pull request, with what GitHub says of its author now. */
export interface ReviewFact {
  readonly id: number;
  readonly author: Person;
  readonly canPush: boolean;
  readonly state: "approved" | "changes_requested" | "commented" | "dismissed" | "pending";
  readonly head: string; // the commit it was given on
  readonly submittedAt: number; // epoch milliseconds
  readonly body: string; // untrusted
  readonly comments: readonly { readonly path: string; readonly line: number | null; readonly body: string }[];
}

/** The pull request as the gate sees it. */
export interface PullFacts {
  readonly head: string;
  readonly open: boolean;
  readonly merged: boolean;
  readonly draft: boolean;
  readonly reviews: readonly ReviewFact[]; // oldest first
  readonly authors: readonly string[]; // logins of the commits' authors and committers
  readonly ci: CiFacts;
}
