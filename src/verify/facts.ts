// The plain facts a verdict and a gate are computed from, as GitHub states them about one commit.
import type { Verb } from "../loop/event.ts";
import type { BaseTip, CheckAgain, LogMissing, Person } from "../loop/state.ts";

/** One check run or commit status on a commit. */
export interface CheckFact {
  readonly name: string;
  readonly app: { readonly id: number; readonly slug: string } | null; // null: a commit status, settable by any writer
  readonly creator?: Person; // of a commit status; absent: not known, so that it counts for nothing
  readonly creatorApp?: number; // id of the App that posted a commit status, where a branch rule expects one
  readonly suite?: number; // of a check run: runs of one suite supersede each other by name
  readonly workflow?: number | null; // of GitHub Actions; null: of no workflow; absent: not known
  readonly event?: string; // that started the workflow, as GitHub calls it: `push`, `pull_request`; absent: not known
  readonly startedAt?: number | null; // epoch milliseconds
  readonly done: boolean;
  readonly waits?: true; // a person has to let its deployment begin
  readonly unstarted?: true; // it ended red before its first step, since GitHub gave it no runner
  readonly conclusion: string | null; // GitHub's own word, lower case
  readonly required: boolean; // by branch protection or ruleset
  readonly title: string;
  readonly summary: string; // untrusted
  readonly text: string; // untrusted
  readonly url: string | null;
  readonly annotations: readonly AnnotationFact[];
  readonly job?: number | null; // of GitHub Actions, by its id, whose log says more; absent: none is known
  readonly again?: CheckAgain; // how it can be run again; absent: it cannot
  readonly log?: JobLog; // absent: not read
}

/** A check that the rules of the base branch require, and the id of the App it must come from; null: any. */
export interface ExpectedCheck {
  readonly name: string;
  readonly app: number | null;
}

/** What a check says of a line; `.github` is the path of what is said of no file. */
export interface AnnotationFact {
  readonly path: string;
  readonly line: number;
  readonly message: string; // untrusted
  readonly level?: "failure" | "warning" | "notice"; // absent: not known
}

/** The end of a job's log, untrusted, or why there is none. */
export type JobLog = { readonly text: string } | { readonly missing: LogMissing };

/** The pull request's base branch as it is now, and whether it and the head can be merged: null where GitHub does not say yet. */
export interface BaseFact extends BaseTip {
  readonly mergeable: boolean | null;
  readonly behind?: boolean; // true: rules want the base in the head, and it is not; false: nothing stands in the way of a merge; absent: what else stands there hides it
  readonly upToDate?: true; // a ruleset takes only a head that contains the base
}

/** CI as it stands on one commit. */
export interface CiFacts {
  readonly head: string; // the commit the facts are about
  readonly pullHead: string | null; // the pull request's head at the same moment
  readonly checks: readonly CheckFact[];
  readonly truncated: boolean; // there were more checks than one read returns: not green
  readonly expected?: readonly ExpectedCheck[]; // by the rules of the base branch, reported or not; absent: none, or not read
  readonly held?: true; // runs of workflows wait for a person to approve them; absent: none is known to
  readonly unstartable?: readonly string[]; // names of workflows that GitHub could not start; absent: none is known
  readonly base?: BaseFact; // absent: the branch is gone, or not known
  readonly baseChecks?: readonly CheckFact[]; // of the commit the base is at now, without their words; absent: none, or not read
}

/** The base that the head conflicts with, as an event has it; nothing where it does not, or is not known to. */
export function conflictIn({ base }: CiFacts): { readonly conflict?: BaseTip } {
  if (base?.mergeable !== false) return {};
  return { conflict: { branch: base.branch, sha: base.sha } };
}

/**
 * The base that the pull request goes to now, where that is another branch at another commit than what it was judged with, as an
 * event has it: a branch that was only renamed is at the same commit.
 */
export function retargetedIn({ base }: CiFacts, known: BaseTip | null): { readonly retargeted?: BaseTip } {
  if (base === undefined || known === null || base.branch === known.branch || base.sha === known.sha) return {};
  return { retargeted: { branch: base.branch, sha: base.sha } };
}

/**
 * Whether rules want the base in the head, and the base that is missing there, as an event has it. `known` is the newest tip of
 * the base that is known to be in it. Nothing where no rule is known to ask for it.
 */
export function outdatedIn(
  { base }: CiFacts,
  known: BaseTip | null,
): { readonly upToDate?: true; readonly outdated?: BaseTip } {
  if (base === undefined) return {};
  const { branch, sha, behind, upToDate } = base;
  const isNewer = known !== null && known.branch === branch && known.sha !== sha;
  const isOutdated = behind === true || (behind === undefined && upToDate === true && isNewer);
  return { ...(upToDate === true ? { upToDate } : {}), ...(isOutdated ? { outdated: { branch, sha } } : {}) };
}

/** A pull request that is closed, and by whom, where GitHub says. */
export interface Closing {
  readonly merged: boolean;
  readonly by: Person;
}

/** What one read for a verdict brings. */
export interface VerdictFacts extends CiFacts {
  readonly closed: Closing | null; // null: the pull request is open
  readonly body?: string; // of the pull request; absent: there is none
  readonly autoMergeBy?: string; // login of who has GitHub merge it by itself; absent: it does not
}

/** Whose approval of which commit, with what GitHub says of that person now. */
export interface ApprovalFact {
  readonly author: Person;
  readonly canPush: boolean;
  readonly head: string; // the commit it was given on
}

/** One review of a pull request. */
export interface ReviewFact extends ApprovalFact {
  readonly id: number;
  readonly state: "approved" | "changes_requested" | "commented" | "dismissed" | "pending";
  readonly submittedAt: number; // epoch milliseconds
  readonly body: string; // untrusted; without the line of a command
  readonly command?: { readonly verb: Verb; readonly argument: string }; // on its first line; absent: none
  readonly comments: readonly {
    readonly path: string;
    readonly line: number | null;
    readonly body: string;
    readonly thread?: number; // the comment that began its thread: itself, or what it replies to
  }[];
}

/** A merge: by whom, whether it was the App's own, and when by GitHub's clock. */
export interface Merged {
  readonly by: Person;
  readonly ours: boolean;
  readonly at: number;
}

/** A list that was too long to be read to its end: what counts may stand beyond it, so nothing counts. */
export interface Unread {
  readonly what: "reviews" | "commits" | "pushes";
  readonly read: number; // so many were read
}

/** One move of the branch, as GitHub keeps it: nothing that a commit says can change it. */
export interface PushFact {
  readonly after: string; // the commit the branch was at then
  readonly by: Person | null; // null: an account that is gone
  readonly ours: boolean;
}

/** One commit of a pull request. */
export interface CommitFact {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly people: readonly number[]; // ids of the accounts that author, co-authors and committer belong to
}

/** Who brought a pull request's commits to its branch. */
export interface PushedFacts {
  readonly pushes: readonly PushFact[]; // oldest first
  readonly commits: readonly CommitFact[];
  readonly unread: Unread | null;
}

/** The pull request as the gate sees it. */
export interface PullFacts {
  readonly head: string;
  readonly open: boolean;
  readonly merged: Merged | null;
  readonly draft: boolean;
  readonly autoMergeBy?: string; // as of a verdict
  readonly queued?: true; // it is in the merge queue of its base; absent: it is not
  readonly unqueued?: string; // why it was last taken out of one, as GitHub calls it; absent: it never was
  readonly reviews: readonly ReviewFact[]; // oldest first; of a merged one those of before its merge
  readonly unread: Unread | null;
  readonly ci: CiFacts;
}
