// Everything that can happen to a loop. Edges translate the world into these, once.
import type { Gone, RecordFault, Trouble } from "./cause.ts";
import type { DayFull } from "./day.ts";
import type { NanoUsd } from "./money.ts";
import type { ApprovalRefusal } from "./refusal.ts";
import type { OfSchedule, Schedules } from "./schedule.ts";
import type {
  AttachedPicture,
  BaseTip,
  ChangeSize,
  CheckAgain,
  CheckOf,
  CheckSeen,
  Claim,
  Finding,
  GamingSeen,
  Handover,
  Heard,
  Isolation,
  IssueRef,
  KnockOutSeen,
  LoopState,
  Person,
  Planted,
  Provenance,
  Review,
  Rules,
  RunFacts,
  Snapshot,
  Tokens,
  ToolCount,
  TraceSeen,
  Verdict,
} from "./state.ts";

/** GitHub's repository roles, weakest first. */
export type Permission = "none" | "read" | "triage" | "write" | "maintain" | "admin";

export const verbs = [
  "run",
  "status",
  "explain",
  "plan",
  "answer",
  "approve",
  "deny",
  "pause",
  "resume",
  "pause-all",
  "resume-all",
  "stop",
  "retry",
  "steer",
  "budget",
  "extend",
  "report",
  "help",
] as const;
export type Verb = (typeof verbs)[number] | "unknown";

export interface Command {
  readonly verb: Verb;
  readonly argument: string; // the rest of the first line; untrusted
  readonly actor: Person;
  readonly commentId: number; // or that of the review
  readonly review?: string; // node id of the review, or of the comment on a line, that it stands in; absent: it stands in a comment
  readonly onLine?: true; // it stands in a comment on a line
  readonly begins?: { readonly loop: string; readonly title: string; readonly label: string }; // of `run` on an issue: the loop that it may begin, its id made at the edge; absent: it is none
}

/** The branch is not there, the policy names another, or it is the branch of a loop. */
export type BaseRefusal = "missing" | "policy" | "loop";

/** What an ended loop came to: money for model calls in billionths of a dollar, and attempts that counted. */
export interface PastLoop {
  readonly spentNano: NanoUsd;
  readonly attempts: number;
}

/** What was read at the claim; `policy` is what the file says or why it does not stand. */
export interface ClaimFacts {
  readonly permission: Permission;
  readonly open: boolean;
  readonly isPull?: true; // the label is on a pull request, which nothing else is read of
  readonly newerRecord?: true; // the thread holds the record of a loop that only a newer version can read
  readonly labels: readonly string[];
  readonly title: string;
  readonly base: { readonly branch: string; readonly sha: string };
  readonly signed?: true; // the base takes signed commits only; absent: no such rule is known
  readonly policy: { readonly ok: true; readonly rules: Rules } | { readonly ok: false; readonly message: string };
  readonly allPaused?: { readonly by: string; readonly since: number }; // nothing may start in this repository; absent: it may
  readonly notes?: NonNullable<LoopState["notes"]>; // what people corrected in earlier loops; absent: nothing is noted
  readonly unscheduled?: true; // the policy does not name the schedule any more that began it
  readonly baseRefused?: BaseRefusal; // why it may not begin from the branch that `/loop run` named; absent: it may, or none was
  readonly baseGone?: true; // the branch the loop began from is there no more: renamed, or deleted
  readonly inTheWay?: string; // a branch below whose name the loop's own would be
  readonly openPulls?: number; // of other loops, open or on their way; absent: the rules do not ask
  readonly writesAlone?: true; // nobody but the requester can write here; absent: others can, or it is not known
  readonly unjudged?: true; // neither the policy nor the repository shows anything that could judge a change; absent: one does
  readonly redOnBase?: readonly string[]; // names of the checks that count and that the base fails now; absent: none is known to
  readonly past?: readonly PastLoop[]; // what earlier loops of the repository came to; absent: not looked up
  readonly snapshot: Snapshot;
}

/** What the quarantined commits of a run amount to, and what policy says of them. */
export interface ChangeFacts {
  readonly head: string;
  readonly size: ChangeSize;
  readonly whole?: Pick<ChangeSize, "files" | "additions" | "deletions">; // since the claim; absent: the same
  readonly risks: readonly Finding[]; // not empty: it must not reach GitHub without a person's yes
  readonly gaming?: GamingSeen; // what makes judges see less; absent: nothing does
  readonly grantable: boolean; // false: no person can allow it through the App (a workflow edit, a secret)
}

/** A run that its loop's record does not name, since it began after that was last written, as far as the host knows it. */
export interface BegunSince {
  readonly count: number; // which of the loop's runs it is
  readonly role: RunFacts["role"] | null; // null: no more is known of it than its number
  readonly attempt: number | null; // null: unknown
  readonly startFrom: string | null; // the commit it began at or judges; null: unknown
  readonly check?: CheckOf; // of a check; absent: it is none, or unknown
}

/** How things stand at GitHub and on this host with a loop whose state was read back from its record. */
export interface RestoredFacts {
  readonly open: boolean;
  readonly labels: readonly string[];
  readonly running: readonly string[]; // runs, of those the record names and those begun since, that still exist or whose end was kept
  readonly since?: readonly BegunSince[]; // what the host has of runs that began after the record was written, in their order; absent: none
  readonly left?: readonly string[]; // runs of which something is left on the host; absent: none
  readonly branch: { readonly head: string; readonly ours: boolean } | null; // ours: its tip was committed by us
  readonly pull: {
    readonly number: number;
    readonly nodeId: string;
    readonly url: string;
    readonly open: boolean;
    readonly merged: boolean;
    readonly draft: boolean;
    readonly closedBy: Person;
  } | null;
  readonly comments: {
    readonly status: number;
    readonly attempts: Readonly<Record<string, number>>;
    readonly stop: boolean; // the comment that says why it ended is there
  };
}

/** What the gate read says about the pull request now. */
export interface GateFacts {
  readonly head: string;
  readonly open: boolean;
  readonly merged: { readonly by: Person; readonly ours: boolean } | null;
  readonly approvals: readonly Person[]; // eligible ones, each once, who approve this head
  readonly refusals: readonly { readonly id: number; readonly login: string; readonly why: ApprovalRefusal }[]; // approvals that do not count
  readonly unknownPushes: number; // by someone whom GitHub does not name: each asks for one approval more
  readonly unread: { readonly what: "reviews" | "commits" | "pushes"; readonly read: number } | null; // not read to its end
  readonly changes: readonly Finding[]; // from eligible people whose last word is "request changes", and who were not heard yet
  readonly requests: readonly number[]; // ids of the reviews that those are from
  readonly queued?: true; // it is in the merge queue of its base; absent: it is not
  readonly unqueued?: string; // why it was last taken out of one, as GitHub calls it; absent: it never was
  readonly verdict: Verdict; // CI read again, with the review as recorded
  readonly autoMergeBy?: string; // as of `verdict_read`
  readonly conflict?: BaseTip; // the branch conflicts with it; absent: it does not, or GitHub does not say yet
  readonly retargeted?: BaseTip; // a person has it go there now, and not to the base it was judged with; absent: it goes there
  readonly upToDate?: true; // a ruleset takes only a branch that contains its base; absent: none is known to
  readonly outdated?: BaseTip; // the base that the branch has to contain and does not, by the rules; absent: nothing of the kind is known
}

/**
 * What came of merging the base into the loop's branch. `updated`: the merge is at `head`, and nothing else came to the branch.
 * `moved`: someone else's commit came between. `current`: there was nothing to merge. A refusal is GitHub's own, for good.
 */
export type UpdateOutcome =
  | { readonly status: "updated" | "moved"; readonly head: string }
  | { readonly status: "current" | "conflict" }
  | { readonly status: "refused"; readonly message: string };

/** What came of merging: `queued` where GitHub's merge queue has it now. A refusal is GitHub's own, for good. */
export type MergeOutcome =
  | { readonly ok: true | "queued" }
  | { readonly ok: false; readonly message: string; readonly queue?: true }; // queue: taken out of it, for the reason in `message`

export type LoopEvent =
  // people, on the issue
  | {
      readonly type: "labelled";
      readonly issue: IssueRef;
      readonly loop: string; // id for a new loop, made at the edge
      readonly title: string;
      readonly label: string;
      readonly actor: Person;
      readonly setAt?: number; // by GitHub's clock, to the second; absent where only the label itself was seen
      readonly base?: string; // branch that `/loop run` named; absent: the one that the policy says
      readonly threadSeen?: true; // the thread was looked through since, and no loop of it is to be brought back first
      readonly schedule?: OfSchedule; // the policy's, which began it; absent: a person did
    }
  | { readonly type: "unlabelled"; readonly actor: Person }
  | {
      readonly type: "issue_closed";
      readonly actor: Person;
      readonly pullSeen?: true; // the pull request was looked at since, and it is not merged
    }
  | { readonly type: "issue_gone"; readonly why: Gone } // deleted, transferred, repository removed, App uninstalled
  | { readonly type: "issue_back"; readonly installationId: number } // installed again, unsuspended, unarchived, private again
  | { readonly type: "renamed"; readonly owner: string; readonly name: string } // the repository; its ids stay
  | {
      readonly type: "command";
      readonly command: Command;
      readonly on?: CommandedIssue; // absent: on a pull request, or stored by an earlier version
    }
  | {
      readonly type: "command_checked"; // the same command, once GitHub has said what its author may do
      readonly command: Command;
      readonly permission: Permission;
      readonly allPaused?: { readonly by: string }; // absent: the repository is not paused
      readonly closed?: true; // the issue is; absent: it is open, or it was not asked since the command begins nothing
    }
  | { readonly type: "all_paused"; readonly by: string; readonly since: number } // every loop of the repository, by a person with this login
  | { readonly type: "all_resumed" }
  | { readonly type: "hold_set"; readonly by: string | null } // the label that holds a loop is on the issue; null: a look found it
  | { readonly type: "hold_taken_off" }
  | { readonly type: "priority_set"; readonly priority: "high" | "low" | null } // by the labels of the issue; null: by none
  | { readonly type: "status_label_changed"; readonly label: string; readonly set: boolean } // one of ours, by a person
  | { readonly type: "record_edited"; readonly comment: number; readonly actor: Person }
  | { readonly type: "record_deleted"; readonly comment: number; readonly actor: Person }
  // people, on the pull request and the branch
  | { readonly type: "review_submitted"; readonly actor: Person; readonly head: string }
  | { readonly type: "branch_moved"; readonly head: string; readonly actor: Person; readonly looked?: true } // looked: read of the branch itself at the gate
  | { readonly type: "branch_deleted"; readonly actor: Person; readonly pullSeen?: true } // pullSeen: as of `issue_closed`
  | { readonly type: "pull_closed"; readonly merged: boolean; readonly actor: Person }
  | { readonly type: "policy_proposed"; readonly pull: IssueRef; readonly head: string; readonly base: string } // a pull request of anybody, which may change the policy file
  | { readonly type: "schedules_seen"; readonly repository?: Schedules["repository"] } // the policy file there may name some; absent: by its names of before, or as GitHub lists it
  | { readonly type: "repository_added"; readonly among: number; readonly unchosen?: true } // the App may work here from now on; among so many that came at once; unchosen: since it may in all of the account's
  // a loop whose local state was lost
  | { readonly type: "restored"; readonly record: LoopState; readonly facts: RestoredFacts }
  | {
      readonly type: "record_tampered"; // there is a record, and it cannot be relied on
      readonly issue: IssueRef;
      readonly loop: string; // the id of the loop that ends with this
      readonly title: string;
      readonly label: string;
      readonly requester: Person;
      readonly by: Person | null; // who edited it, where GitHub says
      readonly why: RecordFault;
      readonly setAt?: number; // as of `labelled`
    }
  // the world
  | {
      readonly type: "ci_changed";
      readonly head: string;
      readonly name: string | null; // null: a whole suite
      readonly failed?: true; // so its delivery says; what counts is read
      readonly passed?: true; // so its delivery says; neither: it ended in another way
      readonly looked?: true; // no delivery told of it, but a regular look
      readonly suite?: "going" | "done"; // so stood the suite of the check, as its delivery says; absent: it is of none, as a commit status
    }
  | { readonly type: "checks_pending"; readonly head: string; readonly names: readonly string[] | null } // checks alone were read at the gate, and these are going still; null: what is missing has no name
  | { readonly type: "conflict_seen"; readonly head: string } // a look found that the branch conflicts with its base, or lacks what rules want of it
  | { readonly type: "auto_merge"; readonly by: string | null } // login of who has GitHub merge the pull request by itself; null: it does not any more
  | { readonly type: "queue_left"; readonly head: string } // the pull request is no more in the merge queue
  | { readonly type: "alarm"; readonly name: AlarmName | RepositoryAlarm }
  | { readonly type: "clock_set_back"; readonly byMs: number } // our clock was ahead: what it stamped is too late by so much
  // results of our own effects
  | { readonly type: "claim_read"; readonly facts: ClaimFacts }
  | { readonly type: "retry_read"; readonly facts: ClaimFacts } // the issue read again for /loop retry
  | { readonly type: "status_posted"; readonly comment: number }
  | { readonly type: "attempt_posted"; readonly attempt: number; readonly comment: number }
  | {
      readonly type: "run_queued";
      readonly run: string;
      readonly place: number;
      readonly of: number;
      readonly waitMs?: number;
    } // 1 is next; waitMs: likely, absent where nobody can say
  | ({ readonly type: "day_full"; readonly run: string } & DayFull) // it waits for the day to turn, or for what others leave of it
  // It could not start, and is tried again; `awaits`: nothing is wrong, what it needs is on its way.
  | { readonly type: "run_delayed"; readonly run: string; readonly why: string; readonly awaits?: true }
  | {
      readonly type: "run_started";
      readonly run: string;
      readonly startedAt: number;
      readonly isolation: Isolation;
      readonly briefSha256: string;
      readonly planted?: Planted; // in what a reviewer is shown, to see whether it looks; absent: nothing is
      readonly provenance?: Provenance;
    }
  | { readonly type: "words_heard"; readonly run: string; readonly heard: readonly Heard[] } // its agent was told what people said
  | {
      readonly type: "run_ended";
      readonly run: string;
      readonly endedAt: number;
      readonly status: Exclude<RunFacts["status"], "running">;
      readonly exitCode: number | null;
      readonly logSha256: string | null;
      readonly spentNano: NanoUsd;
      readonly tokens: Tokens;
      readonly outOfBudget: boolean; // its model calls ended with one refused for want of money
      readonly outOfDay?: true; // so they did, and what was missing is not the loop's but the day's; absent: they did not
      readonly modelDown: boolean; // its model calls ended with one that failed on the provider's side
      readonly tools: readonly string[];
      readonly toolCalls?: readonly ToolCount[]; // what it called at the tool gateway; absent: nothing
      readonly permitsUsed?: readonly string[]; // what a person had allowed and was done; absent: nothing
      readonly heard?: readonly Heard[]; // what people said that its agent was told; absent: nothing
      readonly refusals?: readonly string[]; // what its gateways refused to it; absent: nothing
      readonly newPackages?: readonly string[]; // what it would have fetched, had a person been asked, such as `npm left-pad`; absent: nothing
      readonly lostServices?: readonly string[]; // services that ended while it went on, each with how; absent: none
      readonly readyMs?: number | null; // from the request to the agent's go; null: another process saw that
      readonly agentVersion?: string | null; // as its CLI says
      readonly note: string; // one sentence: out of memory, no answer file, …; ours, not the agent's
      readonly handover?: Handover; // absent: no agent was started for it
      readonly trouble?: Trouble; // what kept it from its work; absent: nothing that its end tells of
      readonly said?: string; // the last lines of a run that failed, masked and short; absent: it wrote nothing, or did not fail
      readonly claim: Claim | null; // executor only
      readonly change: ChangeFacts | null; // executor only; null: nothing was pushed
      readonly trace?: TraceSeen; // executor only; absent: there is nothing to say of its way
      readonly attached?: readonly AttachedPicture[]; // executor only: what it wants people to see; absent: nothing
      readonly review: Review | null; // reviewer only
      readonly check?: CheckSeen | null; // of a check; null: it came to nothing that says anything of the commit
      readonly knockOut?: KnockOutSeen; // of a run with parts of the change taken back; absent: it came to nothing
    }
  | { readonly type: "published"; readonly head: string } // where the branch is now: at the attempt's commit, or at what GitHub made of it
  | { readonly type: "publish_overtaken"; readonly head: string | null } // someone else's commit is on the branch
  | { readonly type: "publish_refused"; readonly message: string; readonly ofCommits?: true } // GitHub declined the push for good; ofCommits: others may pass
  | {
      readonly type: "pull_opened";
      readonly pull: {
        readonly number: number;
        readonly nodeId: string;
        readonly url: string;
        readonly draft?: boolean; // absent: true
      };
    }
  | { readonly type: "reviewers_asked"; readonly missed: readonly string[] } // missed: GitHub would not ask them
  // the pull request is no draft any more; `body`: absent where its description was not read
  | { readonly type: "pull_ready"; readonly body?: "ours" | "edited" }
  | {
      readonly type: "verdict_read";
      readonly verdict: Verdict;
      readonly conflict?: BaseTip; // as at the gate
      readonly upToDate?: true; // as at the gate
      readonly outdated?: BaseTip; // as at the gate
      readonly bodyEdited?: boolean; // true: a person wrote in the pull request's description
      readonly autoMergeBy?: string; // login of who has GitHub merge the pull request by itself; absent: it does not
      readonly again?: readonly CheckAgain[]; // what failed and can be run again, where none of it is surely the change's doing
      readonly wantsReview?: true; // branch rules require the check run that shows the reviewer's answer alone; absent: none does
    }
  | { readonly type: "checks_rerun"; readonly head: string; readonly outcome: "asked" | "refused" }
  | { readonly type: "branch_updated"; readonly head: string; readonly base: BaseTip; readonly outcome: UpdateOutcome } // head: as it was before
  | {
      readonly type: "gate_read";
      readonly facts: GateFacts;
      readonly merge: MergeOutcome | null; // of what was just read; null: it was not to be merged
      readonly again?: readonly CheckAgain[]; // as of `verdict_read`
    }
  | {
      readonly type: "effect_failed"; // past its retries
      readonly effect: string;
      readonly message: string;
    };

/** The issue a command was given on, and the label that would start a loop there: for an answer where there is none. */
export interface CommandedIssue {
  readonly issue: IssueRef;
  readonly label: string;
}

/** Alarms of a loop; each is set and cleared by effects, and comes back as an event. */
export type AlarmName = "loop_deadline" | "ci_wait" | "rest" | "gate_reminder" | "gate_expiry" | "ci_owed";

/** The one alarm of a repository: the next time of its schedules. */
export type RepositoryAlarm = "schedules";
