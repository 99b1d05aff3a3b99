// The types of everything the forge stores: plain mutable records that refer to each other directly.

import type { Commit } from "./git/commits.ts";
import type { PullStats } from "./git/read.ts";

/** Whoever has a login. A Bot is the account under which an App acts. */
export interface User {
  id: number;
  nodeId: string;
  login: string;
  type: "User" | "Bot" | "Organization";
  name: string;
  email: string;
  createdAt: number;
  /** Of an organisation: who belongs to it, and whether everybody may know. */
  members: Map<User, "public" | "private">;
  /** Whether its IP allow list keeps out everybody here who is signed in. */
  ipAllowList: boolean;
  /** A deleted account: REST shows `ghost` in its place, or null where GitHub does; GraphQL null. */
  deleted: boolean;
}

export interface App {
  id: number;
  nodeId: string;
  slug: string;
  name: string;
  clientId: string;
  owner: User;
  bot: User;
  publicKey: string;
  /** Null until somebody has asked for one. */
  clientSecret: string | null;
  url: string;
  description: string;
  callbackUrls: string[];
  /** Where people go once they have installed it. */
  setupUrl: string | null;
  /** Whether others than its owner can install it. */
  isPublic: boolean;
  permissions: Permissions;
  events: string[];
  hookId: number;
  webhook: Webhook | null;
  createdAt: number;
}

/** Permission name of a GitHub App to its level, such as `{ contents: "write" }`. */
export type Permissions = Record<string, "read" | "write" | "admin">;

export interface Installation {
  id: number;
  nodeId: string;
  app: App;
  account: User;
  /** Whether it covers all of the account's, those that are yet to come among them. */
  coversAll: boolean;
  repositoryIds: Set<number>;
  permissions: Permissions;
  events: string[];
  suspendedAt: number | null;
  createdAt: number;
  updatedAt: number;
}

/** A secret that a request may carry. `repositoryIds` null means every repository of the installation or the person. */
export interface Token {
  value: string;
  actor: Actor;
  installation: Installation | null;
  permissions: Permissions;
  repositoryIds: Set<number> | null;
  expiresAt: number | null;
  revoked: boolean;
}

/** Who acts: a person, or an App through its bot. */
export interface Actor {
  readonly user: User;
  readonly app: App | null;
  /** The App that acts for the person, as the person let it; absent: nobody but the person. */
  readonly via?: App;
}

export type Access = "none" | "read" | "triage" | "write" | "maintain" | "admin";

export type MergeMethod = "merge" | "squash" | "rebase";

export interface Repository {
  id: number;
  nodeId: string;
  owner: User;
  name: string;
  description: string | null;
  private: boolean;
  archived: boolean;
  /** GitHub's own staff has closed it to everyone; null: it is open. */
  blocked: Block | null;
  defaultBranch: string;
  /** Path of the bare repository on disk. */
  gitDir: string;
  /** Commits that were pushed or reported on; `knowCommit` reads one that is not here yet. */
  commits: Map<string, Commit>;
  collaborators: Map<User, Access>;
  labels: Label[];
  /** Issues and pull requests share one sequence of numbers; a pull request is an issue whose `pull` is set. */
  issues: Map<number, Issue>;
  lastNumber: number;
  suites: CheckSuite[];
  runs: CheckRun[];
  statuses: CommitStatus[];
  workflowRuns: WorkflowRun[];
  /** Every move of a branch, oldest first. */
  moves: BranchMove[];
  /** Rules by branch name. */
  rules: Map<string, BranchRule>;
  /** Rules of rulesets that are checked wherever a branch moves, of whatever branches they are. */
  pushRules: PushRule[];
  environments: Environment[];
  /** Branches that were renamed, to their names since. */
  formerBranches: Map<string, string>;
  ci: CiSettings;
  settings: RepositorySettings;
  /** What it was forked from. */
  parent: Repository | null;
  /** Issues that are no longer here: where they went, or null for those that were deleted. */
  gone: Map<number, Issue | null>;
  createdAt: number;
  updatedAt: number;
  pushedAt: number;
}

/** Why a repository is closed to everyone, and since when. */
export interface Block {
  reason: "dmca" | "tos";
  at: number;
}

/** What an administrator sets for a whole repository. */
export interface RepositorySettings {
  /** Private repositories of some plans have none. */
  drafts: boolean;
  mergeCommits: boolean;
  squashMerges: boolean;
  rebaseMerges: boolean;
  /** People may have GitHub merge by itself once the rules let it. */
  autoMerge: boolean;
  /** Commits made on GitHub's pages must be signed off. */
  webCommitSignoff: boolean;
}

/** A branch moved: what GitHub's list of a repository's activity tells, and the only place that says who pushed. */
export interface BranchMove {
  id: number;
  /** Full name, such as `refs/heads/main`. */
  ref: string;
  before: string;
  after: string;
  at: number;
  type: "push" | "force_push" | "branch_creation" | "branch_deletion" | "pr_merge" | "merge_queue_merge";
  user: User;
}

/** How the forge's CI treats the pushed commits of a repository. */
export type CiSettings =
  | { mode: "off" }
  | { mode: "silent" }
  | { mode: "run"; command: string; name?: string; timeoutMs?: number }
  | { mode: "scripted"; name?: string; conclude: (sha: string, branch: string) => ScriptedCi | Promise<ScriptedCi> }
  | { mode: "actions"; workflows: readonly WorkflowFile[] };

export type WorkflowEvent = "push" | "pull_request";

/** A workflow as its file would describe it. */
export interface WorkflowFile {
  readonly name: string;
  /** Default `.github/workflows/` and the name in lower case. */
  readonly path?: string;
  /** Default `push`; one that has both starts twice for a push to a branch with a pull request. */
  readonly on?: WorkflowEvent | readonly WorkflowEvent[];
  /** Of `pull_request`; default opened, synchronize and reopened. */
  readonly types?: readonly string[];
  /** It starts only when a changed file is below one of these, or is one of them. */
  readonly paths?: readonly string[];
  /** Its runs wait until a person approves them, as those of outside contributors do, and of bots where the settings say so. */
  readonly held?: boolean;
  /** Its file is none that GitHub can start: each run fails at once, without any job. */
  readonly invalid?: boolean;
  /** A newer run for the same branch or pull request cancels one that still runs. */
  readonly cancelInProgress?: boolean;
  readonly jobs: readonly JobFile[];
}

export interface JobFile {
  readonly name: string;
  /** One job for each combination, named `test (20, ubuntu-latest)`. */
  readonly matrix?: Readonly<Record<string, readonly (string | number)[]>>;
  /** False: the job is skipped, which a rule that requires it takes for a success. */
  readonly if?: (at: JobTime) => boolean;
  /** Run by a shell at the top of the checkout. */
  readonly command?: string;
  /** In place of the command. */
  readonly conclude?: (at: JobTime) => ScriptedCi | Promise<ScriptedCi>;
  readonly timeoutMs?: number;
  /** It never gets a runner, and its only annotation says so: it fails without a step or a log. */
  readonly refused?: string;
  /** It is ended from outside in the middle of its command: no log is kept, that step never ends, and annotations say why. */
  readonly cutShort?: (at: JobTime) => CutShort | null;
}

/** How a job ended whose runner was lost, or that GitHub called off. */
export interface CutShort {
  readonly conclusion: "failure" | "cancelled";
  readonly said: readonly string[];
}

/** What a job can see of why it runs. */
export interface JobTime {
  readonly sha: string;
  readonly branch: string;
  readonly event: WorkflowEvent;
  /** Of the pull request; false for a push. */
  readonly draft: boolean;
  readonly attempt: number;
}

export interface ScriptedCi {
  conclusion: "success" | "failure" | "timed_out" | "cancelled" | "neutral" | "skipped";
  log?: string;
}

export interface BranchRule {
  /** Classic branch protection; absent: a rule of a ruleset. */
  classic?: boolean;
  /** `appId` null: any App may report it. */
  requiredChecks: { context: string; appId: number | null }[];
  requiredApprovals: number;
  /** The head must contain the base. */
  upToDate?: boolean;
  linearHistory?: boolean;
  /** Every commit must be verified. */
  signatures?: boolean;
  /** Of each changed file that CODEOWNERS gives to somebody, one of those must approve. */
  codeOwners?: boolean;
  /** An approval of who pushed last does not count. */
  lastPushApproval?: boolean;
  /** A push that changes what the pull request changes dismisses every approval. */
  dismissStale?: boolean;
  /** Every thread of comments on lines must be resolved. */
  resolvedThreads?: boolean;
  /** Nothing is merged but by the queue, which the forge does not have. */
  mergeQueue?: boolean;
  /** Only people with admin access may push directly. */
  restrictPushes: boolean;
  allowForcePushes: boolean;
}

/** Where jobs deploy to: what must be before one of them begins. */
export interface Environment {
  readonly id: number;
  readonly name: string;
  /** Of whom one must release each job; empty: nobody has to. */
  readonly reviewers: readonly User[];
  /** Minutes that a job rests before it begins; 0: none. */
  readonly waitMinutes: number;
  /** Whose jobs may begin: of all branches, of those with protection, or of those that a pattern names. */
  readonly branches: "all" | "protected" | readonly string[];
  readonly createdAt: number;
}

/** A rule of an active ruleset without a bypass for anybody. What it is about is asked of the commits that a push brings. */
export interface PushRule {
  /** Its target: all branches, or those whose names begin so, as `loop/**`. */
  readonly refs: "~ALL" | `${string}/**`;
  readonly kind:
    | "creation"
    | "update"
    | "linear"
    | "pull_request"
    | "check"
    | "message"
    | "author_email"
    | "path"
    | "file_size";
  /** A check's name, an extended regular expression, a path, or a size such as `1m`. */
  readonly asks?: string;
}

export interface Label {
  id: number;
  nodeId: string;
  name: string;
  color: string;
  description: string | null;
}

export interface Issue {
  id: number;
  nodeId: string;
  repository: Repository;
  number: number;
  title: string;
  body: string | null;
  user: User;
  via: App | null;
  state: "open" | "closed";
  stateReason: "completed" | "not_planned" | "reopened" | "duplicate" | null;
  labels: Label[];
  assignees: User[];
  locked: boolean;
  comments: Comment[];
  /** Comments ever made, deleted ones included: GitHub's cap of 2,500 counts these. */
  commentsEver: number;
  reactions: Reaction[];
  timeline: TimelineEntry[];
  pull: Pull | null;
  closedBy: User | null;
  closedAt: number | null;
  createdAt: number;
  updatedAt: number;
}

/** What happened to an issue beside its comments, in order. */
export interface TimelineEntry {
  /** From the same sequence as comments and reviews: ids tell the order even when a clock stands still. */
  id: number;
  at: number;
  actor: User;
  what:
    | { kind: "labeled" | "unlabeled"; label: string }
    | { kind: "closed" | "reopened" | "ready_for_review" | "converted_to_draft" | "head_deleted" }
    | { kind: "added_to_merge_queue" }
    | { kind: "removed_from_merge_queue"; reason: string }
    | { kind: "renamed"; from: string; to: string }
    | { kind: "review_requested" | "review_request_removed"; reviewer: string }
    | { kind: "merged"; sha: string }
    | { kind: "head_moved"; from: string; to: string };
}

export interface Comment {
  id: number;
  nodeId: string;
  issue: Issue;
  user: User;
  via: App | null;
  body: string;
  reactions: Reaction[];
  createdAt: number;
  updatedAt: number;
  /** Who last changed the text; null while it is as it was posted. */
  editedBy: User | null;
  /** Hidden on the page, as spam or the like; the API goes on serving it. */
  minimized: string | null;
}

export type ReactionContent = "+1" | "-1" | "laugh" | "confused" | "heart" | "hooray" | "rocket" | "eyes";

export interface Reaction {
  id: number;
  nodeId: string;
  user: User;
  content: ReactionContent;
  createdAt: number;
}

/** One side of a pull request: a branch name and the commit it was last seen at. */
export interface PullSide {
  repository: Repository;
  ref: string;
  sha: string;
}

export interface Pull {
  id: number;
  nodeId: string;
  /** Title, body, state, labels, comments and author are the issue's. */
  issue: Issue;
  draft: boolean;
  head: PullSide;
  base: PullSide;
  merged: boolean;
  mergedAt: number | null;
  mergedBy: User | null;
  mergeCommitSha: string | null;
  /** Known only for the pair of commits it was computed for; GitHub answers null meanwhile. */
  mergeability: {
    head: string;
    base: string;
    mergeable: boolean;
    behind: boolean;
    /** Of each changed file that has some. */
    owners: readonly (readonly User[])[];
  } | null;
  /** Who had GitHub merge it by itself, and how; null: nobody. */
  autoMerge: { readonly by: User; readonly method: MergeMethod; readonly at: number } | null;
  /** Its place in the merge queue of its base; null: it is in none. */
  queueEntry: QueueEntry | null;
  requestedReviewers: User[];
  reviews: Review[];
  reviewComments: ReviewComment[];
  stats: PullStats;
}

export interface QueueEntry {
  readonly id: number;
  readonly nodeId: string;
  readonly enqueuer: User;
  readonly at: number;
}

export type ReviewState = "PENDING" | "COMMENTED" | "APPROVED" | "CHANGES_REQUESTED" | "DISMISSED";

export interface Review {
  id: number;
  nodeId: string;
  pull: Pull;
  user: User;
  via: App | null;
  body: string;
  state: ReviewState;
  commitId: string;
  submittedAt: number | null;
  reactions: Reaction[];
}

export interface ReviewComment {
  id: number;
  nodeId: string;
  pull: Pull;
  review: Review;
  user: User;
  via: App | null;
  body: string;
  path: string;
  line: number | null;
  side: "LEFT" | "RIGHT";
  commitId: string;
  inReplyTo: ReviewComment | null;
  /** Hidden on the page, as spam or the like; the API goes on serving it. */
  minimized: string | null;
  reactions: Reaction[];
  /** Of a comment that begins a thread: who resolved it. */
  resolvedBy: User | null;
  diffHunk: string;
  createdAt: number;
  updatedAt: number;
}

export type CheckStatus = "queued" | "in_progress" | "waiting" | "completed";
export type CheckConclusion =
  | "success"
  | "failure"
  | "neutral"
  | "cancelled"
  | "skipped"
  | "timed_out"
  | "action_required"
  | "startup_failure"
  | "stale";

export interface CheckSuite {
  id: number;
  nodeId: string;
  repository: Repository;
  app: App;
  headSha: string;
  headBranch: string | null;
  before: string | null;
  status: CheckStatus;
  conclusion: CheckConclusion | null;
  /** Set for a suite of GitHub Actions. */
  workflowRun: WorkflowRun | null;
  createdAt: number;
  updatedAt: number;
}

/** One run of a workflow, with all its attempts; its check suite is its own. */
export interface WorkflowRun {
  id: number;
  nodeId: string;
  repository: Repository;
  workflow: { id: number; nodeId: string; name: string; path: string };
  file: WorkflowFile;
  number: number;
  attempt: number;
  event: WorkflowEvent;
  headSha: string;
  headBranch: string;
  pull: Pull | null;
  suite: CheckSuite;
  actor: User;
  status: CheckStatus;
  conclusion: CheckConclusion | null;
  createdAt: number;
  startedAt: number;
  updatedAt: number;
  /** It waits for a person's approval: no job of it is there yet. */
  held: boolean;
  /** Names of the jobs that this attempt runs; null: all of them. */
  again: readonly string[] | null;
  jobs: WorkflowJob[];
}

/** What an event starts. */
export interface WorkflowStart {
  readonly repository: Repository;
  readonly file: WorkflowFile;
  readonly event: WorkflowEvent;
  readonly sha: string;
  readonly branch: string;
  readonly pull: Pull | null;
}

/** A job is a check run with steps and a log; both bear one id. */
export interface WorkflowJob {
  run: WorkflowRun;
  file: JobFile;
  attempt: number;
  check: CheckRun;
  steps: WorkflowStep[];
  /** Null until the job has ended, and for ever where nothing ran. */
  log: string | null;
  logExpired: boolean;
}

export interface WorkflowStep {
  name: string;
  number: number;
  status: CheckStatus;
  conclusion: "success" | "failure" | "cancelled" | "skipped" | null;
  startedAt: number | null;
  completedAt: number | null;
}

export interface CheckAnnotation {
  path: string;
  startLine: number;
  endLine: number;
  level: "notice" | "warning" | "failure";
  message: string;
  title: string | null;
  rawDetails: string | null;
}

export interface CheckOutput {
  title: string | null;
  summary: string | null;
  text: string | null;
  annotations: CheckAnnotation[];
}

export interface CheckRun {
  id: number;
  nodeId: string;
  repository: Repository;
  suite: CheckSuite;
  app: App;
  name: string;
  headSha: string;
  externalId: string;
  detailsUrl: string | null;
  status: CheckStatus;
  conclusion: CheckConclusion | null;
  startedAt: number | null;
  completedAt: number | null;
  output: CheckOutput;
}

export interface CommitStatus {
  id: number;
  nodeId: string;
  repository: Repository;
  sha: string;
  context: string;
  state: "error" | "failure" | "pending" | "success";
  description: string | null;
  targetUrl: string | null;
  creator: User;
  createdAt: number;
  updatedAt: number;
}

/** Where an App's deliveries go. */
export interface Webhook {
  readonly url: string;
  readonly secret: string;
  /** How the payload is sent; absent: as JSON. */
  readonly contentType?: "form";
}

/** One webhook delivery as the App's hook log keeps it. A redelivery is a new record with the same GUID. */
export interface Delivery {
  id: number;
  guid: string;
  app: App;
  event: string;
  action: string | null;
  installationId: number | null;
  repositoryId: number | null;
  deliveredAt: number;
  durationMs: number;
  /** GitHub's words: `OK`, `Invalid HTTP Response: 500`, `timed out`, `failed to connect to host`. */
  status: string;
  statusCode: number;
  redelivery: boolean;
  url: string;
  request: { headers: Record<string, string>; body: string };
  response: { headers: Record<string, string>; body: string };
}

/** Everything that has a node id, for GraphQL's `node(id:)`. */
export type Node =
  | { type: "User"; value: User }
  | { type: "App"; value: App }
  | { type: "Installation"; value: Installation }
  | { type: "Repository"; value: Repository }
  | { type: "Label"; value: Label }
  | { type: "Issue"; value: Issue }
  | { type: "IssueComment"; value: Comment }
  | { type: "Reaction"; value: Reaction }
  | { type: "PullRequest"; value: Pull }
  | { type: "PullRequestReview"; value: Review }
  | { type: "PullRequestReviewComment"; value: ReviewComment }
  | { type: "PullRequestReviewThread"; value: { nodeId: string; root: ReviewComment } }
  | { type: "CheckSuite"; value: CheckSuite }
  | { type: "CheckRun"; value: CheckRun }
  | { type: "StatusContext"; value: CommitStatus };

/** A branch or tag that moved, came or went. */
export interface RefUpdate {
  /** Full name, such as `refs/heads/main`. */
  readonly ref: string;
  /** Forty zeroes when the ref is new, or gone. */
  readonly before: string;
  readonly after: string;
}
