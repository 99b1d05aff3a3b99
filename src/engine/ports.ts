// The only door from the engine to the outside: what it needs of GitHub, of containers, of git, of the store and of time.

import type { PlainCommit } from "../gateway/git/staging.ts";
import type { Origin, Translated } from "../github/deliveries/translated.ts";
import type { Trouble } from "../loop/cause.ts";
import type { Day, DayAnswer, DayAsk, DayUse } from "../loop/day.ts";
import type { Effect } from "../loop/effect.ts";
import type {
  AlarmName,
  BegunSince,
  Command,
  LoopEvent,
  MergeOutcome,
  Permission,
  RepositoryAlarm,
  UpdateOutcome,
} from "../loop/event.ts";
import type { NanoUsd } from "../loop/money.ts";
import type { Schedules } from "../loop/schedule.ts";
import type {
  AttachedPicture,
  BaseTip,
  CheckAgain,
  CheckOf,
  CheckSeen,
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
  RunFacts,
  Tokens,
  ToolCount,
} from "../loop/state.ts";
import type { Pending } from "../loop/still.ts";
import type { RepositoryFiles } from "../policy/found/find.ts";
import type { KindFound } from "../policy/kinds.ts";
import type { FileThen } from "../policy/proposed.ts";
import type { PolicyFile } from "../policy/rules.ts";
import type { TestFacts } from "../policy/tests.ts";
import type { LimitsLeft } from "../report/limits.ts";
import type { CheckFact, JobLog, PullFacts, PushedFacts, VerdictFacts } from "../verify/facts.ts";
import type { KeptPicture } from "../verify/pictures/left.ts";
import type { Told } from "../verify/told.ts";
import type { Did } from "../verify/trace/trace.ts";

export type { PlainCommit } from "../gateway/git/staging.ts";
export type { Origin, Route, Translated } from "../github/deliveries/translated.ts";

/** Epoch milliseconds, and one timer for the next alarm. */
export interface Clock {
  now(): number;
  /** Calls `fire` once at or after `at`; returns what cancels it. */
  at(at: number, fire: () => void): () => void;
}

export interface RepositoryRef {
  readonly installationId: number;
  readonly repositoryId: number;
  readonly owner: string;
  readonly name: string;
}

/** A comment on the issue whose author may speak to the agent. */
export interface IssueComment {
  readonly id: number;
  readonly author: Person;
  readonly association: string; // GitHub's author_association
  readonly body: string;
  readonly at: number;
  readonly hidden?: true; // by somebody, as spam or the like, so that GitHub shows it to nobody unasked
}

/** One read of everything a claim needs about an issue and its repository. */
export interface ClaimRead {
  readonly open: boolean;
  readonly isPull: boolean;
  readonly locked: boolean;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  readonly comments: readonly IssueComment[]; // all, oldest first
  readonly hasRecord: boolean; // one of them is ours and says how a loop is
  readonly base: { readonly branch: string; readonly sha: string };
  readonly signed?: true; // a rule of the base branch takes signed commits only; absent: none is known to
  readonly knownGone?: true; // the base that the loop has is no branch any more: renamed, or deleted
  readonly inTheWay?: string; // a branch below whose name those of loops would be
  readonly notes?: { readonly issue: number; readonly texts: readonly string[] }; // our own in the repository's open issue for them, oldest first; absent: it has none
  readonly assignable?: readonly number[]; // ids of up to a hundred accounts that issues can be assigned to, among them all who may write where there are no more; absent: nobody was asked for
  readonly soleAssignee?: number; // id of the one account that issues can be assigned to, as everybody who may write can be; absent: there are several
  readonly baseChecks?: readonly CheckFact[]; // of the commit the base is at, without their words; absent: none
  readonly workflows?: true; // the default branch has workflows of GitHub Actions; absent: it has none
  readonly policy: PolicyFile | null; // .github/loop.yml at `base.sha`, or of the owner's repository `.github`
  readonly policyFault: string | null; // why a policy that is there cannot be read: part of a sentence, for the thread
  readonly files: RepositoryFiles; // at `base.sha`, those from which an environment may come
  readonly devcontainers?: readonly string[]; // paths there of those with a folder of their own; absent: there is none
}

/** What a pull request makes of the policy file, beside what it is on its base now. */
export interface ProposedPolicy {
  readonly base: string;
  readonly isDefault: boolean; // the base is where policies are read
  readonly isThere: boolean; // the pull request leaves a policy file
  readonly owners: "before" | "after" | null; // when the owner's policy stands in; null: it does at neither time
  readonly near: readonly string[]; // files that it brings under names that are never read
  readonly before: FileThen;
  readonly after: FileThen;
}

/** What a repository's schedules go by. */
export interface ScheduleRead extends Pick<ClaimRead, "policy" | "policyFault"> {
  readonly repository: RepositoryRef; // by the names it has now
  readonly base: { readonly branch: string; readonly sha: string } | null; // the default branch; null: it has no commit
}

/** A repository that the App did not work in before. */
export interface NewRepository {
  readonly repository: RepositoryRef; // by the names it has now
  readonly url: string; // its page
  /** Null: nothing can be proposed, or nothing is to be. */
  readonly base: { readonly branch: string; readonly sha: string; readonly tree: string } | null;
  /** Why nothing is to be proposed, for the log; null: it may be. */
  readonly not: string | null;
  /** Paths at its root and of its workflows, and the text of those that say how it is tested. */
  readonly paths: readonly string[];
  readonly files: RepositoryFiles;
}

export interface FileProposal {
  readonly branch: string; // made for it
  readonly base: { readonly branch: string; readonly sha: string; readonly tree: string };
  readonly path: string;
  readonly text: string;
  readonly message: string; // of its one commit
  readonly title: string;
  readonly body: string;
}

/** `declined`: with the reason, for the log. */
export type Proposed = { readonly pull: number } | { readonly declined: string };

/** What people did with an issue: whoever closed, opened or labelled it may triage; whoever wrote may be anybody. */
export interface IssueAnswers {
  readonly labels: readonly string[];
  readonly triaged: boolean;
  readonly speakers: readonly Person[]; // each once, the newest first
}

/** Another branch that a loop begins from. */
export type BaseRead = Pick<ClaimRead, "base" | "signed" | "baseChecks">;

/** A narrow, short-lived token and the address it is for. Revoked by whoever asked for it. */
export interface GitAccess {
  readonly url: string; // https address of the repository, no credential in it
  readonly token: string;
  revoke(): Promise<void>;
}

/** A pull request to be opened, between branches of one repository. */
export interface PullDraft {
  readonly head: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
  readonly draft: boolean; // where the repository has drafts
}

/** A pull request that is there, by the names its later calls need. */
export interface OpenedPull {
  readonly number: number;
  readonly nodeId: string;
  readonly url: string;
  readonly draft: boolean; // false: the repository has no drafts, or a person made it ready
}

/** Commits that are at GitHub already, and that it is to make anew on a branch, with a signature. */
export interface SignedPush {
  readonly branch: string;
  /** Where the branch was when last seen; null when it did not exist. */
  readonly expected: string | null;
  /** Oldest first; none: the branch is where it is to be. */
  readonly commits: readonly PlainCommit[];
}

export type SignedOutcome =
  | { readonly status: "pushed"; readonly head: string } // of the commits as GitHub made them
  | { readonly status: "moved"; readonly head: string | null } // someone else's commit is on the branch; null: it is gone
  | { readonly status: "refused"; readonly message: string };

/** An answer in a thread on a line of a pull request. */
export interface ThreadAnswer {
  readonly pull: number;
  readonly thread: number;
  readonly body: string;
  readonly marker: string; // a hidden text that is in `body`
}

/** A check run that has completed, whole. */
export interface CheckRunDraft {
  readonly name: string;
  readonly head: string;
  readonly externalId: string;
  readonly conclusion: "success" | "failure" | "neutral" | "action_required";
  readonly title: string;
  readonly summary: string;
  readonly text: string;
  readonly annotations: readonly {
    readonly path: string;
    readonly line: number;
    readonly to?: number; // the last line of several; absent: it is one
    readonly message: string;
    readonly level: "notice" | "warning" | "failure";
  }[];
}

/** A label as the timeline has it: who set it last, and when by GitHub's clock. */
export interface Labelling {
  readonly actor: Person;
  readonly at: number;
}

/** What a restore reads of an issue: its state and our own comments. */
export interface ThreadRead {
  readonly open: boolean;
  readonly isPull: boolean;
  readonly title: string;
  readonly labels: readonly string[];
  readonly labelledBy: Labelling | null; // the trigger label; null: nobody set it, or it is not set now
  readonly ours: readonly {
    readonly id: number;
    readonly body: string;
    readonly changedAt: number; // by GitHub's clock
    readonly editedBy: Person | null; // who changed the text last; null: nobody, or we ourselves
  }[]; // oldest first
}

/** A live loop as a survey asks after it. */
export interface SurveyedLoop {
  readonly issue: number;
  readonly branch: string | null;
  readonly pull: number | null;
}

/** What GitHub says now about one live loop. */
export interface LoopLook {
  readonly issue: number;
  readonly gone: boolean; // deleted or transferred: nothing else is known
  readonly open: boolean;
  readonly closedBy: Person; // here and below: the ghost where the account is gone, without a login where GitHub does not say
  readonly labels: readonly string[];
  readonly unlabelledBy: Person; // of the trigger label
  readonly branch: { readonly head: string; readonly ours: boolean } | null; // ours: its tip was committed by us
  readonly pull: {
    readonly number: number;
    readonly nodeId: string;
    readonly url: string;
    readonly open: boolean;
    readonly merged: boolean;
    readonly draft: boolean;
    readonly queued: boolean; // it is in the merge queue of its base
    readonly head: string;
    readonly conflicts: boolean; // with its base; false also where GitHub does not say yet
    readonly behind?: boolean; // as in BaseFact
    readonly baseHead: string | null; // where the base is now; null: it is gone
    readonly closedBy: Person;
    readonly branchDeletedBy: Person;
    readonly reviews: string; // equal while no approval or request for changes on `head` came or went, and all their authors may what they could
    readonly checksDone: boolean; // everything reported on `head` has completed
  } | null;
}

/** One repository at one moment. */
export interface Survey {
  readonly labelled: readonly {
    readonly number: number;
    readonly title: string;
    readonly labels: readonly string[];
    readonly labelledBy: Labelling | null;
  }[]; // every open issue with the trigger label
  readonly loops: readonly LoopLook[];
  readonly schedules: string | null; // blob id of a policy file that speaks of some; null: there is none
}

/** GitHub, as the engine needs it. Every method throws only `Fault`. `retrying` is true when an earlier try's outcome is unknown: look before making. */
export interface GitHubPort {
  /** What is known to be left of an installation's limits; asks nobody. */
  limitsLeft(installationId: number): LimitsLeft;
  /** Of the account with this person's id, whatever login it has now. */
  permission(repository: RepositoryRef, person: Person): Promise<Permission>;
  /** `known`: the base that the loop has, where it has one. */
  readClaim(issue: IssueRef, known?: string): Promise<ClaimRead>;
  /** Numbers of the pull requests of ours that are open in the repository. */
  openPulls(repository: RepositoryRef): Promise<readonly number[]>;
  /** Null: the repository has no such branch. */
  readBase(repository: RepositoryRef, branch: string): Promise<BaseRead | null>;
  /** At most twelve files at a commit; null: there, but no text that can be read whole. Absent: not there. */
  readFiles(repository: RepositoryRef, commit: string, paths: readonly string[]): Promise<RepositoryFiles>;
  /** `marker` is a hidden text that is in `body`; with `retrying` an existing comment that carries it is adopted. */
  createComment(issue: IssueRef, body: string, marker: string, retrying: boolean): Promise<number>;
  /** Resolves to false when the comment no longer exists. */
  editComment(issue: IssueRef, comment: number, body: string): Promise<boolean>;
  react(issue: IssueRef, comment: number, content: "eyes" | "rocket" | "-1" | "+1"): Promise<void>;
  /** `review`: its node id. */
  reactToReview(repository: RepositoryRef, review: string, content: "eyes" | "rocket" | "-1" | "+1"): Promise<void>;
  /** Adds and removes these labels and touches no other. Those that are not there to be removed are nothing to do. */
  changeLabels(
    issue: IssueRef,
    change: { readonly add: readonly string[]; readonly remove: readonly string[] },
  ): Promise<void>;
  openPull(issue: IssueRef, draft: PullDraft, retrying: boolean): Promise<OpenedPull>;
  /** Publishes commits that were staged; done twice, the branch is moved once. */
  publishSigned(repository: RepositoryRef, push: SignedPush): Promise<SignedOutcome>;
  /**
   * Out of its draft, and with `body`, unless that is null, its description becomes that: one request. Resolves to what the
   * description was just before, and whether it was written over; where it was no draft, to what it is now.
   */
  markReady(
    repository: RepositoryRef,
    nodeId: string,
    body: string | null,
  ): Promise<{ readonly before: string; readonly written: boolean }>;
  /** The description of a pull request as it is now. */
  readPullBody(repository: RepositoryRef, nodeId: string): Promise<string>;
  /** Replaces the description of a pull request; nothing where GitHub will not have it changed any more. */
  editPullBody(repository: RepositoryRef, pull: number, body: string): Promise<void>;
  /** `thread` is the comment that a thread on a line began with; with `retrying` an answer of ours that carries `marker` is enough. */
  answerThread(repository: RepositoryRef, answer: ThreadAnswer, retrying: boolean): Promise<void>;
  /** Resolves to those whom GitHub would not ask; the others are asked. */
  requestReviewers(repository: RepositoryRef, pull: number, logins: readonly string[]): Promise<readonly string[]>;
  publishCheck(repository: RepositoryRef, check: CheckRunDraft, retrying: boolean): Promise<void>;
  /** Null: the pull request changes no policy, or is not as it was said to be any more. */
  readProposedPolicy(
    pull: IssueRef,
    at: { readonly head: string; readonly base: string },
  ): Promise<ProposedPolicy | null>;
  readCi(repository: RepositoryRef, pull: number, head: string): Promise<VerdictFacts>;
  /** The end of the log of a job of GitHub Actions, or why there is none. */
  readJobLog(repository: RepositoryRef, job: number): Promise<JobLog>;
  /** Has CI run these again; `refused`: GitHub took none of them. Asked for twice, what runs already is not begun anew. */
  rerunChecks(repository: RepositoryRef, checks: readonly CheckAgain[]): Promise<"asked" | "refused">;
  /** Merges the base into the branch, which was last seen at `head`; done twice, it is merged once. */
  updateBranch(
    repository: RepositoryRef,
    of: { readonly branch: string; readonly head: string; readonly base: BaseTip },
  ): Promise<UpdateOutcome>;
  readPull(repository: RepositoryRef, pull: number): Promise<PullFacts>;
  /** Asks again, for some seconds, whether a pull request merges; false: GitHub does not say yet, or it is not open any more. */
  mergeabilityFound(repository: RepositoryRef, pull: number): Promise<boolean>;
  /** Who pushed to the pull request's branch, and whom its commits name. */
  /** `until`: later pushes are left out, by GitHub's own clock; null: none are. */
  readPushes(
    repository: RepositoryRef,
    of: { readonly pull: number; readonly branch: string; readonly until: number | null },
  ): Promise<PushedFacts>;
  /** A comment as it is now, and the command in it; null when it is gone. */
  readComment(
    issue: IssueRef,
    comment: number,
  ): Promise<{ readonly author: Person; readonly command: Pick<Command, "verb" | "argument"> | null } | null>;
  /** Merges exactly `head`; a refusal GitHub explains is a value. Throws Fault of kind `conflict` where a branch moved. */
  merge(repository: RepositoryRef, pull: number, head: string): Promise<MergeOutcome>;
  /** Takes the pull request out of the merge queue; where it is in none, that is as good. */
  leaveQueue(repository: RepositoryRef, nodeId: string): Promise<void>;
  /** Where the App is installed. */
  listInstallations(): Promise<readonly { readonly id: number; readonly suspended: boolean }[]>;
  /** Every repository that an installation covers; one that is archived or disabled takes no part in anything. */
  listRepositories(installationId: number): Promise<readonly (RepositoryRef & { readonly takesPart: boolean })[]>;
  /** One request: the open issues that carry the trigger label, and how things stand with these loops. */
  survey(repository: RepositoryRef, label: string, loops: readonly SurveyedLoop[]): Promise<Survey>;
  /** Our own comments on an issue, as far back as `marker` needs it. One request unless the thread is very long. */
  readThread(issue: IssueRef, label: string, marker: string): Promise<ThreadRead>;
  /** The policy of the repository's own, and where its default branch is. */
  readSchedules(repository: RepositoryRef): Promise<ScheduleRead>;
  /** A repository that is new to the App, as an introduction needs it; `branch` is where it would propose a policy. */
  readNewRepository(repository: RepositoryRef, branch: string): Promise<NewRepository>;
  /** Makes all labels of ours that the repository lacks, the trigger among them. */
  makeLabels(repository: RepositoryRef, trigger: string): Promise<void>;
  /** Opens a pull request that adds one file. Done again it comes to the same one. */
  proposeFile(repository: RepositoryRef, proposal: FileProposal, retrying: boolean): Promise<Proposed>;
  /** Of the issues with this label the newest that the App itself opened, oldest first. */
  readOwnIssues(
    repository: RepositoryRef,
    label: string,
  ): Promise<
    readonly { readonly number: number; readonly body: string; readonly author: Person; readonly open: boolean }[]
  >;
  /** By number; an issue that is gone is not among them. */
  readAnswers(repository: RepositoryRef, issues: readonly number[]): Promise<ReadonlyMap<number, IssueAnswers>>;
  /** Done twice, it opens two. */
  openIssue(
    repository: RepositoryRef,
    draft: { readonly title: string; readonly body: string; readonly labels: readonly string[] },
  ): Promise<{ readonly number: number; readonly author: Person }>;
  /** Asks GitHub to send again what it could not deliver; resolves to how many deliveries that were. */
  redeliverFailed(): Promise<number>;
  /** A token for this one repository, contents only. */
  gitAccess(repository: RepositoryRef, may: "read" | "write"): Promise<GitAccess>;
}

/** A run as the engine orders it: everything it may see, call and push. */
export interface RunOrder {
  readonly id: string;
  readonly loop: LoopState;
  readonly role: RunFacts["role"];
  readonly check?: CheckOf; // of a check, and only there
  readonly reviewer?: number; // which of several reviewers, from 0; absent: the first, or it is none
  readonly attempt: number;
  readonly brief: string;
  readonly issue?: string; // of an executor: the frozen issue; absent: it is none, or of an earlier version
  readonly deadlineMs: number;
  readonly startFrom: string; // executor: the commit to work on; reviewer and check: the commit to judge
  readonly planted?: Planted; // what was planted in the commit to judge; absent: nothing
}

/** What came of a run, before anyone has judged it. Result text is the agent's and untrusted. */
export interface RunReport {
  readonly status: "finished" | "failed" | "timed_out" | "silent" | "refused" | "lost" | "stopped";
  readonly exitCode: number | null;
  readonly endedAt: number;
  readonly log: string; // capped; the tail when it had to be cut
  readonly note: string; // our own sentence where the status alone does not say it
  readonly spentNano?: NanoUsd; // on model calls, calls of unknown outcome at their worst; absent: nothing
  readonly tokens?: Tokens; // of those calls; absent: none
  readonly outOfBudget?: boolean; // its model calls ended with one refused for want of money; absent: false
  readonly modelDown?: boolean; // its model calls ended with one that failed on the provider's side; absent: false
  readonly handover?: Handover; // absent: no agent was started for it
  readonly trouble?: Trouble | null; // what kept it from its work, as far as its end tells; absent: nothing
  readonly tools?: readonly string[]; // what the agent says it called, with counts; absent: nothing
  readonly toolCalls?: readonly ToolCount[]; // what it called at the tool gateway; absent: nothing
  readonly permitsUsed?: readonly string[]; // what a person had allowed and was done; absent: nothing
  readonly heard?: readonly Heard[]; // what people said that its agent was told; absent: nothing
  readonly refusals?: readonly string[]; // what its gateways refused to it by policy, with counts; absent: nothing
  readonly newPackages?: readonly string[]; // what it was refused until a person is asked, such as `npm left-pad`; absent: nothing
  readonly lostServices?: readonly string[]; // services that ended while it went on, each with how; absent: none
  readonly readyMs?: number | null; // from the request to the agent's go; null: another process saw that
  readonly agentVersion?: string | null; // as its CLI says
  readonly told?: Told; // what its agent said by its tools, untrusted; absent: nothing
  readonly did?: Did; // what its agent tells of what it did, untrusted; absent: nothing, or nobody heard
  readonly undeclared?: readonly string[]; // versions that it fetched and no lockfile names; absent: none
  readonly result: string | null; // result.json as text, at most 256 KiB
  readonly pushed: PushedChange | null;
  readonly knockOut?: KnockOutSeen; // of a check with parts of the change taken back; absent: it came to nothing
  readonly check?: CheckSeen | null; // of a check; null: it says nothing of the commit
  readonly attached?: readonly AttachedPicture[]; // what its agent wants people to see, untrusted; absent: nothing
  readonly pictures?: readonly KeptPicture[]; // that it left or attached; absent: none
}

/** The commits that arrived in the quarantine, read by tree diff only. */
export interface PushedChange {
  readonly base: string;
  readonly head: string;
  readonly commits: number;
  /** What of the whole change makes its judges see less; absent: nothing does, or it was not looked for. */
  readonly gaming?: Omit<GamingSeen, "head">;
  /** Files that its commits changed, and that are as they were when all are taken together; absent: none. */
  readonly reverted?: readonly string[];
  /** Since the loop was claimed, where that was before the base; absent: the same files. */
  readonly whole?: PushedChange["files"];
  readonly files: readonly {
    readonly path: string;
    readonly status: string; // A, M, D, T
    readonly oldMode: string;
    readonly newMode: string;
    readonly additions: number;
    readonly deletions: number;
    readonly bytes: number;
    readonly binary: boolean;
    readonly kinds?: readonly KindFound[]; // what kind of change it is; absent: of none
    readonly tests?: TestFacts; // what becomes of the tests in it; absent: none
  }[];
  readonly problems: readonly { readonly name: string; readonly detail: string }[];
  readonly patch: string; // capped unified diff
  readonly patchId: string;
}

/** A run that exists. `done` never rejects. */
export interface StartedRun {
  readonly startedAt: number;
  readonly isolation: Isolation;
  readonly provenance?: Provenance; // absent: adopted after a restart, and told when it was started
  /** Has `tell` told of what its agent heard of people's words, what it heard before included; absent: it has no agent that could. */
  readonly onHeard?: (tell: (heard: Heard) => void) => void;
  readonly done: Promise<RunReport>;
}

/** A run of which something is left on this host. */
export interface LeftRun {
  readonly id: string;
  readonly loop: string;
  readonly repositoryId: number | null; // null: unknown
}

/** What runs take of this host's disk, in bytes. */
export interface DiskUse {
  readonly quarantines: number;
  readonly folders: number; // of runs: workspaces, answers
  readonly records: number; // what runs were made of
  readonly objects: number; // of repositories
}

/** What a sweep is told of the loops that there are. */
export interface Wanted {
  /** Loops whose folders and quarantines stay. */
  readonly loops: ReadonlySet<string>;
  /** Runs whose containers stay. */
  readonly running: ReadonlySet<string>;
  /** Whether a loop that is not among them is known to want nothing: it is over, or its repository was looked through. Null: of an unknown repository. */
  readonly isOver: (loop: string, repositoryId: number | null) => boolean;
}

/** Containers with their workspace and gateway. */
export interface RunsPort {
  /** Idempotent by `order.id`: a run that is already there is adopted. Throws Fault when it cannot start. */
  start(order: RunOrder): Promise<StartedRun>;
  /** For adoption after a restart: the run if it still runs, else its end as it was kept. Null: neither is left of it. */
  adopt(loop: LoopState, run: string): Promise<StartedRun | null>;
  /** What began of a loop after its record was written, in order: all of which anything is left or written down here. */
  begunSince(record: Pick<LoopState, "id" | "issue" | "runsStarted">): Promise<readonly BegunSince[]>;
  /** The runs of loops on an issue of this number of which something is left here: a container, files, or commits. */
  left(issue: Pick<IssueRef, "number">): Promise<readonly LeftRun[]>;
  /** Ends the run, whichever process started it; resolves when nothing of it runs. What it left stays. */
  stop(run: string, why: string): Promise<void>;
  /** Has the agent of a run told what people said to it, as the loop's state has it; nothing where the run is not at work here. Absent: agents have no tools. */
  readonly tell?: (loop: LoopState, run: string) => Promise<void>;
  /** Removes what a run left whose end is stored: container, folder, spending, and with `commits` what it pushed. */
  forget(run: string, commits: boolean): Promise<void>;
  /** What a run which is gone had spent on model calls; absent: runs call no models. */
  readonly spentBy?: (
    loop: Pick<LoopState, "id" | "attempts" | "grantedNano">,
    run: string,
  ) => Promise<Required<Pick<RunReport, "spentNano" | "tokens">>>;
  /** Readies the quarantine of a reviewer's run and reads there what `head` changes against the loop's base. */
  readChange(loop: LoopState, run: string, head: string): Promise<PushedChange>;
  /** Readies the quarantine of a reviewer's run and makes there, of `head`, a commit that a reviewer has to reject; null: there is no text to plant anything in. */
  readonly plant?: (
    loop: LoopState,
    run: string,
    head: string,
  ) => Promise<(PushedChange & { readonly planted: Planted }) | null>;
  /** What a commit that an executor's run left in its quarantine changes against the loop's base; null where that is gone. */
  readHeld(run: string, head: string): Promise<PushedChange | null>;
  /** Publishes a commit of `run`'s quarantine to the loop's branch. */
  publish(
    loop: LoopState,
    run: string,
    head: string,
    expected: string | null,
  ): Promise<
    | { readonly status: "pushed" | "already" }
    | { readonly status: "moved"; readonly head: string | null }
    | { readonly status: "refused"; readonly message: string }
  >;
  /** Brings a commit of `run`'s quarantine to GitHub, on no branch, to be signed there. */
  stage(
    loop: LoopState,
    run: string,
    head: string,
    expected: string | null,
  ): Promise<
    | { readonly status: "staged"; readonly commits: readonly PlainCommit[] } // what GitHub has not yet, oldest first
    | { readonly status: "refused"; readonly message: string }
  >;
  /** Takes away what was staged; nothing there is fine. */
  unstage(loop: LoopState, run: string): Promise<void>;
  /** How two pictures of one size differ, both as they are kept; null: that cannot be told. Absent: runs leave none. */
  readonly comparePictures?: (
    before: string,
    after: string,
  ) => Promise<{ readonly pixels: number; readonly shown: KeptPicture | null } | null>;
  /** Puts pictures where GitHub shows them in a thread, below the path of each, if they are not there. Absent: runs leave none. */
  readonly putPictures?: (
    loop: LoopState,
    pictures: readonly { readonly path: string; readonly base64: string }[],
  ) => Promise<{ readonly status: "put" } | { readonly status: "refused"; readonly message: string }>;
  /** Removes everything of the loop that is kept on this host. */
  release(loop: LoopState): Promise<void>;
  /** Removes what nobody wants of all that runs left here; resolves to the names of what was removed. */
  sweep(wanted: Wanted): Promise<readonly string[]>;
  /** Removes what was written down of runs longer ago than the operator keeps it; absent: nothing is written down. */
  readonly prune?: (now: number) => Promise<readonly string[]>;
  /** Removes what was written down of these runs. */
  readonly forgetRecords?: (runs: readonly string[]) => Promise<void>;
  /** Removes what is kept of repositories that are not among these and that no quarantine needs. */
  readonly forgetObjects?: (repositories: ReadonlySet<number>) => Promise<void>;
  /** Measured anew; absent: nothing is on a disk. */
  readonly diskUse?: () => Promise<DiskUse>;
}

/** One webhook delivery, read: what it means is stored before it is answered. */
export interface Delivery {
  readonly guid: string;
  readonly bodySha256: string;
  readonly receivedAt: number;
  readonly translated: Translated;
  readonly origin: Origin;
}

/** A delivery that an earlier version stored as it came, and did not come to handle. */
export interface EarlierDelivery extends Pick<Delivery, "guid" | "bodySha256" | "receivedAt"> {
  readonly event: string;
  readonly body: string;
}

/** A delivery that a process that stands by has answered for whoever leads. */
export interface StoredArrival {
  readonly position: number;
  readonly delivery: Delivery;
}

/** What processes that stand by took in. Each method throws only `Fault`. */
export interface ArrivalsPort {
  /** Has this called whenever more may be there; not all that comes is told. */
  onMore(wake: () => void): void;
  /** Those beyond this position, the earliest first, at most 256. One may come to be there before others that were read. */
  after(position: number): Promise<readonly StoredArrival[]>;
  /** These are accepted: they are gone. */
  done(positions: readonly number[]): Promise<void>;
}

export interface StoredEvent {
  readonly seq: number;
  readonly issueKey: string;
  readonly event: LoopEvent;
  readonly at: number;
}

export interface StoredEffect extends Pending {
  readonly issueKey: string; // `key` is `<loop>/<event seq>/<index>`: the same effect is never stored twice
  readonly tries: number; // started so many times; over 0 means an earlier outcome may be unknown
}

/** Where a loop is at GitHub, by numbers. */
export interface LoopAddress {
  readonly issueKey: string;
  readonly installationId: number;
  readonly repositoryId: number;
  readonly issue: number;
  readonly pull: number | null;
}

/** Where a live loop stands, and nothing else of it. */
export interface LivePhase {
  readonly issueKey: string;
  readonly phase: LoopState["phase"];
  readonly gateSince: number | null; // since when a person is waited for at the gate
  readonly waits: "slot" | "day" | null; // for a free container, or the next day
}

/** A decision that is saved, for those who count. */
export interface Decided {
  readonly issueKey: string;
  readonly event: LoopEvent;
  readonly before: LoopState | null;
  readonly after: LoopState | null;
  readonly seq: number; // the event's
  readonly storedAt: number; // when the event was, epoch milliseconds
  readonly at: number; // when it was decided
}

export interface TraceEntry {
  readonly issueKey: string;
  readonly loop: string;
  readonly at: number;
  readonly kind: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** All loops of a repository are paused: by a person with this login, since then (epoch milliseconds). */
export interface AllPaused {
  readonly by: string;
  readonly since: number;
}

/** What a run cost, or may still cost, for a store that has never heard of it. */
export interface RunCost {
  readonly run: string;
  readonly repositoryId: number;
  readonly installationId: number;
  readonly owner: string;
  readonly beganAt: number; // here and below in epoch milliseconds
  readonly endedAt: number | null; // null: it is under way
  readonly nano: NanoUsd;
}

/** The local store. One process writes; every method is atomic; each throws only `Fault`. */
export interface StorePort {
  /** Grows by one each time the store is opened: what an earlier process left carries a smaller number. */
  readonly epoch: number;
  /** The latest time that anything stored before this opening bears; 0 in a new store. */
  readonly lastTime: number;
  /** To be asked right before anything is done outside the store. Throws Fault where another process has taken the store, or nobody can say. */
  confirm(): Promise<void>;
  /**
   * Stores the delivery's events for every loop that it is about, and resolves to the keys of those once that is on the
   * disk; null when a delivery with this GUID or this body was stored within the last 7 days.
   */
  acceptDelivery(delivery: Delivery): Promise<readonly string[] | null>;
  /** Whether a delivery with this GUID was stored within the last 7 days before `at`, whatever its body. */
  knowsDelivery(guid: string, at: number): boolean;
  /** Those that an earlier version left, oldest first, at most 100; each is gone once it was accepted. */
  earlierDeliveries(): Promise<readonly EarlierDelivery[]>;
  /** Null: no process can stand by. */
  readonly arrivals: ArrivalsPort | null;
  /** Adds events for one issue; `dedupe` keeps a result from being stored twice. */
  addEvent(issueKey: string, event: LoopEvent, at: number, dedupe?: string): Promise<void>;
  nextEvent(issueKey: string): Promise<StoredEvent | null>;
  /** Issue keys with unhandled events or due effects. */
  busyIssues(now: number): Promise<readonly string[]>;
  load(issueKey: string): Promise<LoopState | null>;
  /** One transaction: the event is handled, the state saved, the effects stored; those named in `drop` go. */
  commit(step: {
    readonly seq: number;
    readonly issueKey: string;
    readonly state: LoopState | null;
    readonly effects: readonly Effect[];
    readonly drop: readonly string[]; // keys of effects that are pending and go undone
    readonly now: number;
  }): Promise<void>;
  /** What was asked for and is not done, in the order of asking, due or not; loop/still.ts says what is next. */
  pendingEffects(issueKey: string): Promise<readonly StoredEffect[]>;
  effectStarted(key: string): Promise<void>; // counts a try before the first byte leaves
  effectDone(key: string): Promise<void>;
  effectPostponed(key: string, notBefore: number, forget: boolean): Promise<void>; // forget: the try did not happen
  nextDueTime(): Promise<number | null>; // earliest postponed effect or alarm
  setAlarm(issueKey: string, name: AlarmName | RepositoryAlarm, at: number): Promise<void>;
  clearAlarm(issueKey: string, name: AlarmName | RepositoryAlarm | null): Promise<void>; // null: all of them
  takeDueAlarms(
    now: number,
  ): Promise<readonly { readonly issueKey: string; readonly name: AlarmName | RepositoryAlarm }[]>;
  loops(filter: "live" | "all"): Promise<readonly { readonly issueKey: string; readonly state: LoopState }[]>;
  /** Where every live loop is, and nothing else of it. */
  liveLoops(): Promise<readonly LoopAddress[]>;
  /** Where every live loop stands. One of which a run waits is told as waiting, though another run of its may be under way. */
  livePhases(): Promise<readonly LivePhase[]>;
  /** Of every loop its id, and whether it needs what its runs left on this host; nothing else of it is read. */
  loopIds(): Promise<readonly { readonly id: string; readonly keepsFiles: boolean }[]>;
  /** The loops that wait for a run of theirs to tell its end. */
  runningLoops(): Promise<readonly { readonly issueKey: string; readonly state: LoopState }[]>;
  /** Of the loops of this repository that have ended, the newest so many; of each issue the last one. */
  pastLoops(repositoryId: number, limit: number): Promise<readonly LoopState[]>;
  findIssue(by: { repositoryId: number; branch?: string; pull?: number; head?: string }): Promise<string | null>;
  /** Resolves to the text's sha256. It is kept for as long as the loop is, and until the keep time after `at`. */
  putArtifact(text: string, of: { issueKey: string; loop: string; at: number }): Promise<string>;
  getArtifact(sha256: string): Promise<string | null>;
  /** Who paused all loops of the repository, and since when; null: nobody has. */
  allPaused(repositoryId: number): Promise<AllPaused | null>;
  /**
   * Null: they are not paused any more. Paused again, they are paused since the first time. `comment` holds the command, null where
   * comments do not tell its place; false, with nothing changed, where a command of a later comment was heeded already.
   */
  setAllPaused(repositoryId: number, paused: AllPaused | null, comment: number | null): Promise<boolean>;
  /** A thread's record says so: it counts where this store has never heard of the matter. */
  recallAllPaused(repositoryId: number, paused: AllPaused): Promise<void>;
  /**
   * Whether the days that the run falls into let it begin, and how much it may spend then; with `keep` that is set aside for it, at once with
   * the reading of what others have. What was set aside for a run before is the answer.
   */
  askDay(ask: DayAsk, keep: boolean): Promise<DayAnswer>;
  /** What was set aside for the run; null: nothing. */
  setAside(run: string): Promise<{ readonly nano: NanoUsd; readonly short: boolean } | null>;
  /** The run has ended, and cost so much: what was set aside beyond that is free. True: it had less than it wanted, for want of its day's. */
  settleRun(run: string, nano: NanoUsd, at: number): Promise<boolean>;
  /** What a thread's record tells of runs: it counts where this store has never heard of them. */
  recallRunCosts(costs: readonly RunCost[]): Promise<void>;
  /** What a day has come to so far. */
  dayUse(
    of: Pick<DayAsk, "repositoryId" | "installationId" | "owner">,
    day: Pick<Day, "whose" | "from">,
  ): Promise<DayUse>;
  /** How the repository's schedules stand; null: none is known. */
  schedules(repositoryId: number): Promise<Schedules | null>;
  /** Null: it has none any more. */
  setSchedules(repositoryId: number, schedules: Schedules | null): Promise<void>;
  /** What was noted under this name, also before a restart; null: nothing. */
  kept(name: string): Promise<string | null>;
  keep(name: string, value: string): Promise<void>;
  trace(entry: TraceEntry): Promise<void>;
  readTrace(issueKey: string, limit: number): Promise<readonly TraceEntry[]>;
  /** The clock runs earlier by `byMs` than before: stored times after `now` are moved to it, postponed effects by as much. */
  setBack(now: number, byMs: number): Promise<void>;
  /**
   * Forgets, in small steps, what nothing reads any more: old deliveries and handled events, and what loops that are not
   * there any more left before `keptSince`; null: that stays.
   */
  prune(now: number, keptSince: number | null): Promise<void>;
  /** Issue keys of loops that ended before `before`, longest ago first. */
  endedLoops(before: number, limit: number): Promise<readonly string[]>;
  /**
   * Loops that ended before `before`, newest first: so many, and with the last of them all that ended in the same millisecond;
   * of these repositories, or of all.
   */
  newestEnded(
    before: number,
    limit: number,
    repositories?: readonly number[],
  ): Promise<readonly { readonly at: number; readonly issueKey: string }[]>;
  /** Removes an ended loop; false when it is not there, lives, or has something left to do. */
  forgetLoop(issueKey: string, loop: string): Promise<boolean>;
  /** Of the store's file; what is free in it is used again before it grows. */
  size(): Promise<{ readonly bytes: number; readonly freeBytes: number }>;
  close(): Promise<void>;
}

/** One line of the log: constant text, values as fields. */
export interface Log {
  info(fields: Readonly<Record<string, unknown>>, text: string): void;
  warn(fields: Readonly<Record<string, unknown>>, text: string): void;
  error(fields: Readonly<Record<string, unknown>>, text: string): void;
}
