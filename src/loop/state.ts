// What a loop is at one moment: the state that `decide` turns into the next one, and that the record carries.
import { z } from "zod";
import { Cause, Halt, Trouble } from "./cause.ts";
import { DayFull, DayLimit } from "./day.ts";
import { NanoUsd } from "./money.ts";
import { OfSchedule } from "./schedule.ts";

/** Where a loop stands. `refused` and `settled` are final until a person acts again. */
export const Phase = z.enum([
  "queued", // the label was seen; permission, policy and issue text are being read
  "preparing", // claimed and said so in the thread; the executor is being started
  "executing", // the executor's container runs
  "publishing", // its commits passed policy and are on their way to the branch and the pull request
  "verifying", // CI and the reviewer judge one commit
  "resting", // waiting for a moment in time before the same step is tried again
  "awaiting_plan", // a plan is shown, and a person's yes to it is asked for
  "awaiting_gate", // green; a person's approval is asked for
  "paused", // a person said `/loop pause`
  "settled", // ended, with exactly one reason
  "refused", // the label was set by someone who may not; no loop came of it
]);
export type Phase = z.infer<typeof Phase>;

/** A GitHub account, by the number that survives a rename. */
export const Person = z.object({ id: z.number().int(), login: z.string(), bot: z.boolean() });
export type Person = z.infer<typeof Person>;

/** The issue a loop belongs to; ids survive renames and transfers, names are for addresses. */
export const IssueRef = z.object({
  installationId: z.number().int(),
  repositoryId: z.number().int(),
  owner: z.string(),
  name: z.string(),
  number: z.number().int(),
});
export type IssueRef = z.infer<typeof IssueRef>;

/** How an agent is started: a CLI known by name, or `command` for anything else. */
export const AGENT_KINDS = ["command", "claude-code", "codex", "gemini", "opencode", "qwen", "pi"] as const;
const AgentKind = z.enum(AGENT_KINDS);
export type AgentKind = z.infer<typeof AgentKind>;

/** A container beside each run, which answers on 127.0.0.1 there. */
const ServiceRules = z.object({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).optional(), // absent: what the image starts by itself
  env: z.record(z.string(), z.string()),
  ready: z.string().optional(), // succeeds in it once it is ready; absent: its image's ports tell
  tmpfs: z.array(z.string()), // folders that it writes to
  memoryBytes: z.number().int(),
});

/** What the repository's own files say of its environment, as far as policy leaves it to them. */
const FoundEnvironment = z.object({
  from: z.string().optional(), // the file that it was taken from; absent: none
  left: z.array(z.string()), // what of that is left out, in words
  unused: z.array(z.object({ path: z.string(), why: z.array(z.string()) })), // files that were not used
});

/** A Dockerfile of the repository, as the base has it. */
const BuildRules = z.object({
  context: z.string(), // folder that the build sees; empty: the whole repository
  dockerfile: z.string(), // path in that folder
  args: z.record(z.string(), z.string()),
  target: z.string().optional(), // stage; absent: the last one
});
export type BuildRules = z.infer<typeof BuildRules>;

/** The image that a Dockerfile makes, where the name of one would stand; no image's name has a blank in it. */
export function imageOfBuild({ context, dockerfile }: Pick<BuildRules, "context" | "dockerfile">): string {
  return `built from ${context === "" ? "" : `${context}/`}${dockerfile}`;
}

/** What every run of a loop has besides the repository; sizes in bytes. */
const RunEnvironment = z.object({
  memoryBytes: z.number().int(),
  cpus: z.number(),
  processes: z.number().int(),
  tmpBytes: z.number().int(),
  diskBytes: z.number().int(), // what its workspace may hold
  env: z.record(z.string(), z.string()), // as policy sets them
  setup: z.array(z.string()).default([]), // commands that run before the agent
  cache: z.array(z.string()).default([]), // files whose content is their key; empty: the known lockfiles
  services: z.array(ServiceRules).optional(), // in the order they start; absent: none
  build: BuildRules.optional(), // what the image is made of; absent: it is named
  found: FoundEnvironment.optional(), // absent: there was nothing to look into, or policy says all itself
});

/** Whom a check must come from: an App by its slug, or the account by whose login a commit status is posted. */
export const CheckSource = z.union([z.object({ app: z.string() }), z.object({ creator: z.string() })]);
export type CheckSource = z.infer<typeof CheckSource>;

/** What a run may fetch from package registries. */
const Packages = z.object({
  registries: z.array(z.string()), // by protocol, such as `npm`
  allow: z.array(z.string()), // names, or `@scope/*`; empty: any
  deny: z.array(z.string()),
  minimumAgeMs: z.number().int(), // that a version must have been out for
  fresh: z.enum(["allow", "ask", "deny"]), // a name that no lockfile of the base has
  agents: z.boolean(), // false: only the set-up
});

/** A command of the policy's own that judges a commit. */
const OwnCheck = z.object({
  name: z.string(),
  command: z.string(),
  only: z.string().optional(), // runs some files of tests alone, for which `{files}` stands; absent: there is none
  ms: z.number().int(), // that it may take
  reports: z.array(z.string()), // globs of what it writes of its tests or findings; empty: its exit code is all there is
  artifacts: z.array(z.string()), // globs of other files it must leave
  empty: z.literal("clean").optional(), // what a linter's report is that names nothing; absent: no evidence
});
export type OwnCheck = z.infer<typeof OwnCheck>;

/** An MCP server that policy names. Tools that are not in its list may not be called. */
const ToolServer = z.object({
  name: z.string(),
  command: z.string(),
  image: z.string(), // empty: the executor's own
  env: z.record(z.string(), z.string()),
  url: z.string().optional(), // where it is, and nothing is started for it; absent: `command` starts it
  credential: z.string().optional(), // name of the operator's that it is shown; absent: none
  memoryBytes: z.number().int().optional(), // absent: as much as the run
  tools: z.array(
    z.object({
      name: z.string(),
      ask: z.literal(true).optional(), // a call waits for a person; absent: it may be made
      arguments: z.record(z.string(), z.array(z.string())).optional(), // patterns by name; absent: any
    }),
  ),
});
export type ToolServer = z.infer<typeof ToolServer>;

/** What becomes of commands that an agent would run: `deny` counts first, then `ask`, then `allow`. */
const CommandRules = z.object({
  allow: z.array(z.string()), // patterns, each for its words and whatever follows them
  ask: z.array(z.string()),
  deny: z.array(z.string()),
  otherwise: z.enum(["allow", "ask", "deny"]), // of what none of them names
});
export type CommandRules = z.infer<typeof CommandRules>;

/** What a run may be found to have done on its way. */
export const TRACE_RULES = ["refused", "undeclared", "reverted", "outside", "untested"] as const;
export type TraceRule = (typeof TRACE_RULES)[number];

/** What the policy and the operator allow this loop, fixed at the claim. Times in milliseconds. */
export const Rules = z.object({
  label: z.string(),
  policySha: z.string(), // blob id of .github/loop.yml at the claim, "" where the file is absent
  policyOf: z.string().optional(), // owner/name of the repository that the file stands in; absent: the loop's own, or there is none
  clamped: z.array(z.string()).optional(), // what the file states and the operator's bounds made tighter, in words; absent: nothing
  base: z.string().optional(), // branch that the loop begins from; absent: the default branch
  executor: z.object({ agent: AgentKind, model: z.string(), command: z.string(), image: z.string() }),
  reviewer: z // null: switched off by policy
    .object({ agent: AgentKind, model: z.string(), command: z.string(), image: z.string() })
    .nullable(),
  otherReviewers: z // asked after the first, in this order; absent: there is none
    .array(z.object({ agent: AgentKind, model: z.string(), command: z.string(), image: z.string() }))
    .optional(),
  quorum: z.number().int().optional(), // so many reviewers have to say the same; absent: all of them
  planFirst: z.literal(true).optional(), // an agent plans and a person says yes before any work; absent: only where a label wants it
  canaries: z.number().int().optional(), // of a hundred approved commits, for so many a reviewer is tried on a change that was planted as bad; absent: none
  criteriaRequired: z.union([z.literal(true), z.literal("unjudged")]).optional(), // the issue has to say what done means, be it only where nothing else judges; absent: it need not
  rubric: z.array(z.string()).optional(), // what the reviewer is told to ask of every change; absent: nothing more
  reviewerMissing: z.boolean().optional(), // true: nobody named a reviewer, so it was left out; absent: it is as policy says
  environment: RunEnvironment.optional(), // absent: claimed by a version whose runs all had the same
  budgetNano: NanoUsd, // for model calls; granted with the label and again with each /loop retry
  profiles: z.object({ small: NanoUsd, large: NanoUsd }).optional(), // what labels make of that; absent: of an earlier version
  profile: z.enum(["small", "large"]).optional(), // the label that made it what it is; absent: none did
  day: DayLimit.optional(), // what all loops of the repository may come to in a day; absent: the policy sets no limit
  raise: z // who may add to the limits by a command, and the most that one grant may come to; absent: nobody
    .object({
      by: z.enum(["write", "maintain", "admin"]),
      nano: NanoUsd,
      attempts: z.number().int(),
      ms: z.number().int(),
    })
    .optional(),
  packages: Packages.optional(), // absent: the operator has set no registry
  hosts: z.array(z.string()), // what a run may reach through the egress proxy; empty: nothing
  toolServers: z.array(ToolServer).optional(), // MCP servers beside an executor's run; absent: none
  commands: CommandRules.optional(), // of an executor's run; absent: it may run any
  attempts: z.number().int(), // granted with the label and again with each /loop retry
  lifetimeRuns: z.number().int(), // containers of any role over the loop's whole life, never refunded
  issueRuns: z.number().int().default(60), // containers of all loops of the issue, however often its label is set
  issueNano: NanoUsd.default(25e9), // for the model calls of all loops of the issue
  attemptMs: z.number().int(),
  silenceMs: z
    .number()
    .int()
    .default(10 * 60_000), // a run without a sign of life for this long is stopped
  loopMs: z.number().int(),
  ciWaitMs: z.number().int(),
  gateReminderMs: z.number().int(),
  gateExpiryMs: z.number().int(),
  changedLines: z.number().int(),
  changedFiles: z.number().int(),
  confidence: z.number(), // below this the executor's own doubt stops the loop
  protectedPaths: z.array(z.string()),
  deniedPaths: z.array(z.string()).optional(), // patterns of files that no approval lets through; absent: there are none
  changes: z.record(z.string(), z.enum(["allow", "ask", "deny"])).optional(), // by kind, as policy has it; absent: all are allowed
  placeholderPaths: z.array(z.string()).optional(), // patterns of files whose keys are made up; absent: there are none
  requiredChecks: z.array(z.string()), // empty: every reported check counts and at least one must exist
  checkSources: z.record(z.string(), CheckSource).optional(), // by name, of those that policy names one for; absent: of none
  skippedChecks: z.enum(["block", "pass"]).default("block"), // required ones that ended as skipped or neutral
  runAgain: z.literal("deny").optional(), // what failed by chance is not run again; absent: it may be, once
  ownChecks: z.array(OwnCheck).optional(), // absent: none
  knockOut: z // of the change's hunks, where there are own checks; absent: none is taken back
    .object({ hunks: z.number().int(), ms: z.number().int(), notHeld: z.enum(["inform", "ask", "block"]) })
    .optional(),
  gaming: z.enum(["ask", "block"]).optional(), // what it counts as when judges are made to see less; absent: it is said
  traceBlocks: z.array(z.enum(TRACE_RULES)).optional(), // rules of the trace that make a verdict red; absent: none
  asOnBase: z.array(z.string()).optional(), // patterns of files that own checks see as the base has them; absent: none
  artifacts: z.literal("branch").optional(), // where pictures go that a thread shows; absent: nowhere, and they are told of in words
  openPulls: z.number().int().optional(), // most that may be open, or on their way, when another loop begins; absent: any number
  draft: z.enum(["until_green", "never"]).default("until_green"), // what the pull request is before its gate
  signOff: z.boolean().default(false), // commits bear a sign-off
  memory: z.literal(true).optional(), // what people correct is noted, and the notes are given to agents; absent: neither
  schedules: z.literal(true).optional(), // the policy names some that begin loops; absent: it names none
  approvals: z.number().int(), // 0: no human gate
  approvers: z.literal("anyone").optional(), // whose approval counts, of those who may write; absent: neither the requester's nor an author's
  reviewers: z.array(z.string()),
  merge: z.boolean(),
});
export type Rules = z.infer<typeof Rules>;

/** The frozen issue text's identity; the text itself is an artifact found by this hash. */
export const Snapshot = z.object({
  sha256: z.string(),
  title: z.string(),
  comments: z.array(z.number().int()), // ids of the comments that were included
  removed: z.array(z.string()), // what was taken out, in words, for the thread
  criteria: z.number().int().optional(), // how many acceptance criteria it names; absent: none, or it was not looked
  at: z.number().int(),
});
export type Snapshot = z.infer<typeof Snapshot>;

/** Why the log of a job of GitHub Actions could not be read. */
const LogMissing = z.enum(["not_there", "expired", "forbidden", "failed"]);
export type LogMissing = z.infer<typeof LogMissing>;

/** One thing that is wrong, said so that it can be acted on. */
export const Finding = z.object({
  source: z.enum(["policy", "ci", "check", "knock_out", "gaming", "trace", "review", "person", "run"]),
  title: z.string(),
  detail: z.string(), // untrusted text; quoted wherever it is shown
  path: z.string().nullable(),
  line: z.number().int().nullable(),
  url: z.string().nullable(),
  wordless: z.literal(true).optional(), // of a person's review that says nothing: `detail` stands in for words
  thread: z.number().int().optional(), // of a person's comment on a line: the comment that its thread began with
  onBase: z.boolean().optional(), // true: a check that the base branch fails too
  flaky: z.boolean().optional(), // true: a check that was green on this very commit, too
  logMissing: LogMissing.optional(), // then only annotations are in `detail`; absent: read, or there is no such log
});
export type Finding = z.infer<typeof Finding>;

/** One judge's share of a verdict. */
export const VerdictPart = z.object({
  source: z.enum(["policy", "ci", "check", "knock_out", "gaming", "trace", "review", "run"]), // check: a command of the policy's own
  name: z.string(),
  colour: z.enum(["green", "red", "pending", "absent"]),
  note: z.string(),
  url: z.string().nullable(),
  final: z.boolean().optional(), // pending, and waiting changes nothing; absent: it may still come
  onBase: z.boolean().optional(), // true: red, and the base branch fails this check too
  flaky: z.boolean().optional(), // true: it was both red and green on this commit
  lacks: z.enum(["run", "report", "approval", "person", "start", "runner"]).optional(), // pending since what was reported was skipped, nothing was, its run waits for a person, it ended asking for one, GitHub did not start it, or it was ended from outside; absent: none of these
});
export type VerdictPart = z.infer<typeof VerdictPart>;

/** What policy, CI and review say about one commit. Absence of evidence is never green. */
export const Verdict = z.object({
  head: z.string().nullable(), // null: the run pushed nothing
  colour: z.enum(["green", "red", "pending"]),
  parts: z.array(VerdictPart),
  findings: z.array(Finding),
  onBase: z.boolean().optional(), // true: all that is red are checks that the base branch fails too
  doubtful: z.boolean().optional(), // true: each red check fails on the base too, or was green on this commit as well
  fingerprint: z.string(), // equal for the same failure, whatever the commit
});
export type Verdict = z.infer<typeof Verdict>;

/** What CI can run again on one commit: the failed jobs of a run of a workflow of GitHub Actions, or a check run. */
export const CheckAgain = z.object({ of: z.enum(["workflow", "check"]), id: z.number().int() });
export type CheckAgain = z.infer<typeof CheckAgain>;

/** What the reviewer says of one of the issue's acceptance criteria. */
const Criterion = z.object({
  text: z.string(), // the issue's own words, cut
  state: z.enum(["met", "not_met", "cannot_tell"]),
  evidence: z.string(), // the reviewer's words: the line that shows it; empty: it named none
});
export type Criterion = z.infer<typeof Criterion>;

/** The reviewer's answer, after validation. */
export const Review = z.object({
  verdict: z.enum(["approve", "reject", "unreadable"]),
  summary: z.string(),
  confidence: z.number(),
  findings: z.array(Finding),
  criteria: z.array(Criterion).optional(), // absent: the issue named none, or the answer did not speak of them
  votes: z.object({ approve: z.number().int(), reject: z.number().int(), of: z.number().int() }).optional(), // of several reviewers, whose joint answer it is; absent: it is one's
});
export type Review = z.infer<typeof Review>;

/** How an agent means to do the work: its own words, untrusted, for a person to say yes or no to. */
export const Plan = z.object({
  summary: z.string(),
  steps: z.array(z.string()), // in order
  files: z.array(z.string()), // that it means to change
  verification: z.string(), // how it will be seen that the work is done; empty: it does not say
  estimate: z.string(), // what it will take, in the agent's words; empty: it does not say
});
export type Plan = z.infer<typeof Plan>;

/** How much of a plan is kept: steps and paths, and characters of each and of the other texts. */
export const planBounds = { steps: 20, step: 400, files: 40, file: 200, text: 1500 } as const;

/** What the executor says of its own attempt in result.json: recorded as a claim, never trusted. */
export const Claim = z.object({
  summary: z.string(),
  confidence: z.number().nullable(),
  question: z.string().nullable(),
  choices: z.array(z.string()).optional(), // answers that it offers, in its order; absent: none
  recommendation: z.string().optional(), // which it would take, and why; absent: it does not say
  permission: z.string().nullable(),
  blockedOn: z.string().nullable(),
  plan: Plan.optional(), // absent: it gave none
  nothingToDo: z.string().nullable(), // the evidence that no change is needed
  assumptions: z.array(z.string()),
  decisions: z.array(z.string()),
});
export type Claim = z.infer<typeof Claim>;

/** How much of a claim is kept: characters of a text, of what is asked for and of an entry of a list, such entries, and answers offered. */
export const claimBounds = { text: 2000, permission: 500, entry: 500, entries: 20, choices: 6 } as const;

/** What a person said to a loop by a command, for each brief from then on. */
const Said = z.object({
  of: z.enum(["steer", "answer", "denied"]),
  by: z.string(), // login
  text: z.string(), // their words; of a choice, the choice; of what was denied without any, empty
  about: z.string().optional(), // the question, or what was denied: untrusted text; absent: nothing was asked
  id: z.string().optional(), // of the comment or review, where an agent was at work; absent: none was
  telling: z.string().optional(), // the run whose agent is to hear it; absent: none, or it is known whether it did
});
export type Said = z.infer<typeof Said>;

/** Words of a person that an agent was told while it worked: `id` as in `Said`, in its brief or by the tool `steering` or another of Loopgate's own. */
export const Heard = z.object({ id: z.string(), by: z.enum(["brief", "tool"]) });
export type Heard = z.infer<typeof Heard>;

/** How much people may say to one loop: the newest so many, each of so many characters. */
export const saidBounds = { entries: 8, text: 2000 } as const;

/** What a person added to the limits for a time: so much of each, from `at` on. */
const Raise = z.object({
  by: z.string(), // login
  at: z.number().int(),
  forMs: z.number().int(),
  nano: NanoUsd,
  attempts: z.number().int(),
  ms: z.number().int(),
});
export type Raise = z.infer<typeof Raise>;

/** How often a run called one of its tools, as the gateway counted. */
export const ToolCount = z.object({
  tool: z.string(), // by its name; all that do not exist together
  calls: z.number().int(), // all of them
  refused: z.number().int(), // of those: by a rule, for its arguments, or since there is no such tool
  failed: z.number().int(), // of those: by our own fault, or not answered in time
  ms: z.number().int(), // together, in milliseconds
  bytes: z.number().int(), // of the answers, together
});
export type ToolCount = z.infer<typeof ToolCount>;

/** The size of a change. */
export const ChangeSize = z.object({
  files: z.number().int(),
  additions: z.number().int(),
  deletions: z.number().int(),
  paths: z.array(z.string()), // at most 20, for the report
  patchId: z.string(), // hash of the normalised diff
  heaviest: z // at most 5, to be looked at first: what changes most, tests after the rest; absent: of an earlier version
    .array(z.object({ path: z.string(), additions: z.number().int(), deletions: z.number().int() }))
    .optional(),
});
export type ChangeSize = z.infer<typeof ChangeSize>;

/** How the containers of a run were seen to be, from inside or by inspection. */
export const Isolation = z.object({
  runtime: z.enum(["docker", "process"]),
  network: z.string(),
  capabilities: z.array(z.string()),
  readOnlyRoot: z.boolean(),
  user: z.string(),
  sharedUser: z.literal(true).optional(), // every run of this App has that user; absent: it was the run's own, or nobody looked
  missing: z.array(z.string()).optional(), // guards seen not to be in force; absent where there are none, or nobody looked
  unseen: z.array(z.string()).optional(), // guards of which nothing was to be seen inside
});
export type Isolation = z.infer<typeof Isolation>;

/** Tokens of a run's model calls, in the providers' own figures: `cached` is part of `input`, reasoning of `output`. */
export const Tokens = z.object({
  input: z.number().int(),
  cached: z.number().int(),
  output: z.number().int(),
});
export type Tokens = z.infer<typeof Tokens>;

export const noTokens: Tokens = { input: 0, cached: 0, output: 0 };

/** An image by content: what a policy's reference meant on this machine when it was looked up. */
export const ImageUsed = z.object({
  reference: z.string(), // as the policy has it
  id: z.string(), // `sha256:…`, what the container was created from
  digest: z.string().nullable(), // the registry's, where the image came from one
});
export type ImageUsed = z.infer<typeof ImageUsed>;

/** What was fetched from package registries, and which hosts were reached beside them. */
export const PackagesFetched = z.object({
  count: z.number().int(), // versions, each once
  fresh: z.array(z.object({ name: z.string(), version: z.string(), ageMs: z.number().int().nullable() })), // in no lockfile of the base; at most 20
  freshCount: z.number().int(),
  registries: z.array(z.object({ name: z.string(), count: z.number().int(), bytes: z.number() })).optional(), // of packages alone, not of what tells of them; absent: none, or nobody counted
  hosts: z.array(z.object({ name: z.string(), count: z.number().int() })).optional(), // with how many connections; at most 10; absent: none
});
export type PackagesFetched = z.infer<typeof PackagesFetched>;

/** How a run came by what its set-up leaves. */
export const SetUp = z.object({
  madeMs: z.number().int().nullable(), // how long it took; null: it was there already
  changed: z.array(z.string()), // tracked files that it changed, taken back; at most 20
  strays: z.array(z.string()), // what it left where git ignores nothing, not kept; at most 20
  packages: PackagesFetched.optional(), // absent: none
  refused: z.array(z.string()).optional(), // what its gateways refused to it by policy, with counts; absent: nothing
});
export type SetUp = z.infer<typeof SetUp>;

/** What a run was made of: enough to make it again, and to see what differs then. */
export const Provenance = z.object({
  orderSha256: z.string().nullable(), // its order's file below the data folder; null: it could not be written
  policySha256: z.string(), // of the rules it ran under, as JSON
  base: z.string(), // the commit that the loop was claimed at
  startFrom: z.string(), // executor: the commit it began at; reviewer: the one it judged
  image: ImageUsed.nullable(), // null: a plain process has none
  agent: AgentKind,
  agentVersion: z.string().nullable(), // as its CLI says: a claim
  readyMs: z.number().int().nullable(), // from the request to the agent's go; null: another process saw that
  setUp: SetUp.optional(), // absent: policy asks for none
  services: z.array(ImageUsed).optional(), // the images of what stood beside it; absent: nothing did
});
export type Provenance = z.infer<typeof Provenance>;

/**
 * Which of the policy's own checks a run is of, and whether it judges the attempt's commit or what the loop began from. `without`:
 * all of them judge the commit, a part of the change taken back at a time.
 */
export const CheckOf = z.object({ name: z.string(), at: z.enum(["head", "base", "without"]) });
export type CheckOf = z.infer<typeof CheckOf>;

/** What one run of an own check showed of a commit. */
/** A picture that a check left; `differs`, of the base's alone, is from it to the one of this path at the head. */
const PictureSeen = z.object({
  path: z.string(), // below its folder; untrusted
  id: z.string(), // by which the store finds it
  width: z.number().int(),
  height: z.number().int(),
  differs: z.object({ pixels: z.number().int(), id: z.string().nullable() }).optional(), // id: of the picture that shows where; absent: not compared
});
export type PictureSeen = z.infer<typeof PictureSeen>;

/** A picture that an agent wants to be seen; `path`: as it calls it. */
export const AttachedPicture = PictureSeen.omit({ differs: true }).extend({ caption: z.string().optional() }); // caption: untrusted
export type AttachedPicture = z.infer<typeof AttachedPicture>;

export const CheckSeen = z.object({
  state: z.enum(["green", "red", "no_evidence"]),
  note: z.string(), // why, in a line; parts of it may be names from a report
  red: z.array(z.string()), // digests of what was red, at most 50
  redAll: z.string(), // digest of all that was red: equal where the same is
  redCount: z.number().int(),
  findings: z.array(Finding), // what has to change; empty where nothing was red
  kept: z.boolean().optional(), // true: the same files had been judged before, so that nothing ran
  pictures: z.array(PictureSeen).optional(), // absent: it left none
  unread: z.array(z.object({ path: z.string(), why: z.string() })).optional(), // files that call themselves pictures and are not shown; absent: none
});
export type CheckSeen = z.infer<typeof CheckSeen>;

/** What an own check showed of the attempt's commit, and of the base, where it is asked at all; null: not known yet. */
const CheckResult = z.object({ name: z.string(), head: CheckSeen.nullable(), base: CheckSeen.nullable() });
export type CheckResult = z.infer<typeof CheckResult>;

/**
 * What came of an agent that was started once more to hand over: its model calls ended with an answer, or the money that
 * was kept for them, or their time, was too little.
 */
export const Handover = z.enum(["done", "cut"]);
export type Handover = z.infer<typeof Handover>;

/** Lines of the attempt's commit, or all of a file that is gone. */
const Place = z.object({
  path: z.string(),
  lines: z.object({ from: z.number().int(), to: z.number().int() }).nullable(),
});
export type Place = z.infer<typeof Place>;

/** What the own checks say with parts of the change taken back: a hunk is held when one of them is red without it. */
export const KnockOutSeen = z.object({
  held: z.number().int(), // how many hunks are
  notHeld: z.array(Place), // everything stays green without any one of them
  unknown: z.array(Place), // nothing came of it, or there was no time
  beyond: z.number().int(), // hunks that were not tried, since there are more than may be
  idleTests: z.array(z.string()), // new and changed tests that are green without the change, too; at most 10
  unlisted: z // how many more there are, whose places a small record forgot; absent: none
    .object({ notHeld: z.number().int(), unknown: z.number().int() })
    .optional(),
  note: z.string().optional(), // why it came to nothing; absent: it did not
});
export type KnockOutSeen = z.infer<typeof KnockOutSeen>;

/** What of a change makes its own judges see less. */
export const GamingSeen = z.object({
  head: z.string(), // the commit that was read
  findings: z.array(Finding), // at most 20
  more: z.number().int(), // findings beyond those
  unread: z.array(z.string()), // paths of files that could not be read; at most 6
});
export type GamingSeen = z.infer<typeof GamingSeen>;

/** What an executor's run did on its way, beside what it pushed: one find for each rule that has something to say. */
export const TraceSeen = z.object({
  head: z.string().nullable(), // the commit that the run left; null: it pushed nothing
  finds: z.array(Finding.extend({ rule: z.enum(TRACE_RULES) })),
});
export type TraceSeen = z.infer<typeof TraceSeen>;

/** What was planted in a change to see whether its reviewer looks, and in which file. */
export const Planted = z.object({ kind: z.enum(["conflict_left", "cut_off", "speaks_to_reviewer"]), path: z.string() });
export type Planted = z.infer<typeof Planted>;

/** What a reviewer said of a change that was planted as bad: `nothing` where no answer could be had. */
export const CanarySeen = z.object({
  said: z.enum(["rejected", "approved", "nothing"]),
  planted: Planted.optional(), // absent: not known any more
});
export type CanarySeen = z.infer<typeof CanarySeen>;

/** One run's facts: role, times (epoch milliseconds), how it ended. */
export const RunFacts = z.object({
  id: z.string(),
  role: z.enum(["executor", "reviewer", "check"]),
  check: CheckOf.optional(), // of a check; absent: it is none
  reviewer: z.number().int().optional(), // which of several reviewers, from 0; absent: the first
  canary: z.literal(true).optional(), // of a reviewer: what it judges was planted as bad; absent: it is the attempt's commit
  planted: Planted.optional(), // of a canary: what was; absent: it has not started, or is none
  startedAt: z.number().int(),
  endedAt: z.number().int().nullable(),
  status: z.enum(["running", "finished", "failed", "timed_out", "silent", "refused", "lost", "stopped"]),
  exitCode: z.number().int().nullable(),
  isolation: Isolation.nullable(),
  spentNano: NanoUsd, // on model calls; where figures are missing the worst case
  tokens: Tokens.default(noTokens), // of model calls, as far as their providers told
  tools: z.array(z.string()), // what the agent says it called, with counts: a claim
  toolCalls: z.array(ToolCount).optional(), // what it called at the tool gateway; absent: nothing
  refusals: z.array(z.string()).optional(), // what its gateways refused to it by policy, with counts; absent: nothing
  lostServices: z.array(z.string()).optional(), // those that ended while it went on, each with how; absent: none
  logSha256: z.string().nullable(), // the log's artifact
  briefSha256: z.string().nullable(), // the exact brief's artifact
  provenance: Provenance.optional(), // absent before the start, and in records that never had it
  handover: Handover.optional(), // absent: no agent was started for it
  trouble: Trouble.optional(), // absent: none that its end tells of
  said: z.string().optional(), // the last lines of a run that failed, masked and short: untrusted text
  delayed: z.string().optional(), // why it could not start yet; absent: it has, or nothing was in its way
  awaits: z.literal(true).optional(), // that is on its way, and nothing is wrong; absent: it is not
  untold: z.boolean().optional(), // true: it was called off, and what it came to is not known yet; its cost is not booked
});
export type RunFacts = z.infer<typeof RunFacts>;

/** A numbered try: one executor run and its verdict. */
export const Attempt = z.object({
  number: z.number().int(),
  startedAt: z.number().int(),
  endedAt: z.number().int().nullable(),
  base: z.string(), // the commit the executor started from
  head: z.string().nullable(), // what it pushed, once that passed policy
  runs: z.array(RunFacts),
  claim: Claim.nullable(),
  change: ChangeSize.nullable(),
  checks: z.array(CheckResult).optional(), // of the policy's own checks; absent: there are none, or they were not begun
  knockOut: KnockOutSeen.nullable().optional(), // null: under way; absent: nothing is taken back, or it was not begun
  gaming: GamingSeen.optional(), // absent: nothing was found, and all was read
  attached: z.array(AttachedPicture).optional(), // pictures by its executor; absent: none
  trace: TraceSeen.optional(), // of its executor's run; absent: there is nothing to say of it
  canary: CanarySeen.nullable().optional(), // null: under way; absent: none was asked for
  review: Review.nullable(),
  reviews: z.array(Review).optional(), // of those reviewers who answered, while others are still to be asked; absent: none
  verdict: Verdict.nullable(),
  shownOn: z.string().optional(), // the commit whose check run shows a verdict already; absent: none does
  counted: z.boolean(), // false: ended through no doing of the executor's, so it uses up no attempt
  plans: z.literal(true).optional(), // it only plans, pushes nothing and is never counted; absent: it works
  cutByDay: z.literal(true).optional(), // the money of its day ran out before its own: never counted; absent: it had what it wanted
  merges: z.enum(["conflict", "outdated"]).optional(), // it is told to merge the base branch first; of a conflict it is never counted
  rerun: z.enum(["asked", "refused"]).optional(), // what failed was to run once more on `head`; absent: it was not
  rerunFor: z.literal("runner").optional(), // what was to run once more had been ended from outside; absent: it had failed
  rerunAtGate: z.boolean().optional(), // true: that was at the gate, after it had been green
});
export type Attempt = z.infer<typeof Attempt>;

/** Why the loop ended, as facts, and what a person may do now. */
export const Ending = z.intersection(
  Cause,
  z.object({
    quote: z.string().nullable(), // the only untrusted text (a question, a message), shown inside a fence
    at: z.number().int(),
    by: z.string().nullable(), // login of the person whose action ended it
    during: Phase, // what the loop was doing
    resume: z.enum(["execute", "verify", "gate", "publish", "none"]), // what /loop retry or /loop approve continues with
    pendingHead: z.string().nullable(), // a quarantined commit that waits for a person's yes
    unsaid: z.boolean().optional(), // true: the thread could not be told, since it was out of reach
  }),
);
export type Ending = z.infer<typeof Ending>;

/** How a loop is to end once what was done so far is on its branch. */
const EndingToBe = z.intersection(
  Cause,
  z.object({ quote: z.string().nullable().optional(), resume: z.literal("execute") }),
);
export type EndingToBe = z.infer<typeof EndingToBe>;

/** The base branch as it is now: its name, and the commit it is at. */
export const BaseTip = z.object({ branch: z.string(), sha: z.string() });
export type BaseTip = z.infer<typeof BaseTip>;

/** A comment with `/loop approve`: who wrote it about which commit. Comment and permission are read again at the gate. */
export const ApprovalComment = z.object({
  person: Person,
  comment: z.number().int(),
  head: z.string(),
  review: z.boolean().optional(), // true: it stands in the review of that id; absent: in a comment
});
export type ApprovalComment = z.infer<typeof ApprovalComment>;

/** What stood at the gate when somebody pushed: what was merged just before, if that is found out later. */
const LeftGate = z.object({
  attempt: z.number().int(),
  head: z.string(),
  review: Review.nullable(),
  verdict: Verdict.nullable(),
  approvals: z.array(ApprovalComment),
});

/** The trigger label as it was set: by whom, and when by GitHub's clock, where that is known. */
const Labelled = z.object({
  issue: IssueRef,
  loop: z.string(), // id of the loop that begins with it
  title: z.string(),
  label: z.string(),
  actor: Person,
  setAt: z.number().int().optional(),
  base: z.string().optional(), // as of the loop's own `wantedBase`
});

/** The whole state of a loop. */
export const LoopState = z.object({
  version: z.literal(1),
  id: z.string(),
  revision: z.number().int(),
  phase: Phase,
  issue: IssueRef,
  title: z.string(),
  requester: Person,
  label: z.string(),
  schedule: OfSchedule.optional(), // the policy's schedule that began it; absent: a person did
  startedAt: z.number().int(),
  earlier: z
    .object({ loops: z.number().int(), runs: z.number().int(), spentNano: NanoUsd })
    .default({ loops: 0, runs: 0, spentNano: 0 }), // what the issue's loops before this one came to
  labelSetAt: z.number().int().nullable().default(null), // the newest label it answers, by GitHub's clock alone; null: not known
  grantedAt: z.number().int(), // when a person last gave it time: the label, or /loop retry
  worked: z.object({ ms: z.number().int(), since: z.number().int().nullable() }), // since that grant, and since when its clock runs; null: it stands
  queued: z
    .object({
      run: z.string(),
      since: z.number().int(),
      place: z.number().int(),
      of: z.number().int(),
      waitMs: z.number().int().optional(), // what it is likely to wait from there; absent: nobody can say
      said: z.number().int().optional(), // the place for which the status was written; absent: this one
    })
    .nullable()
    .default(null), // the run that waits in line for a container
  dayFull: DayFull.extend({ run: z.string(), since: z.number().int() }).optional(), // the run that waits for the day to turn; absent: none does
  rules: Rules.nullable(),
  wantedBase: z.string().optional(), // branch that `/loop run` named; absent: the one that the policy says
  snapshot: Snapshot.nullable(),
  base: BaseTip.nullable(), // as it was at the claim, at the last /loop retry or at the last conflict
  signed: z.boolean().optional(), // true: the base took signed commits only at the claim or the last /loop retry, so GitHub makes the loop's commits
  writesAlone: z.boolean().optional(), // true: nobody but the requester could write here at the claim or the last /loop retry, as far as GitHub tells
  unjudged: z.boolean().optional(), // true: nothing was seen at the claim or the last /loop retry that could judge a change; absent: something was
  redOnBase: z.array(z.string()).optional(), // names of checks that the base failed at the claim or the last /loop retry; absent: none was known to
  behind: BaseTip.extend({ conflict: z.boolean() }).nullable().default(null), // what the branch is to merge before anything else
  mergesTried: z.number().int().default(0), // attempts begun because of a conflict since the last grant
  upToDate: z.boolean().optional(), // true: a ruleset of the base takes only a branch that contains it, as last read
  updatesTried: z.number().int().default(0), // times the base was to be merged into the branch for such a rule since the last grant
  updateRefused: z.object({ head: z.string(), message: z.string() }).nullable().default(null), // GitHub's words for the newest it declined
  branch: z.string().nullable(),
  head: z.string().nullable(), // the commit last seen on the branch at GitHub
  pull: z
    .object({
      number: z.number().int(),
      nodeId: z.string(),
      draft: z.boolean(),
      url: z.string(),
      draftless: z.boolean().optional(), // true: the repository has no drafts, or policy wants none: an ordinary one from the start
      readyForCi: z.boolean().optional(), // true: it was made ready before it was green, since CI did not run on the draft
      reviewersAsked: z.boolean().optional(), // true: those whom the policy names were asked
      bodyEdited: z.boolean().optional(), // true: a person wrote in its description, which is left to people since
    })
    .nullable(),
  comments: z.object({ status: z.number().int().nullable(), attempts: z.record(z.string(), z.number().int()) }),
  attempts: z.array(Attempt),
  images: z.record(z.string(), ImageUsed).optional(), // by the policy's reference, from its first run on; absent: none yet
  granted: z.number().int(), // attempts granted so far, by label and by each retry
  grantedNano: NanoUsd, // money granted so far for model calls, by label and by each retry
  raised: z // what people added since the last grant, expired additions taken off; absent: nothing
    .object({ nano: NanoUsd, attempts: z.number().int(), ms: z.number().int() })
    .optional(),
  raises: z.array(Raise).optional(), // of that, what expires, in the order of asking; absent: nothing does
  estimate: z // what the loop will likely come to, as said at its claim; absent: of an earlier version
    .object({
      loops: z.number().int(), // ended ones of the repository that it goes by; 0: only the policy's grants
      leastNano: NanoUsd,
      mostNano: NanoUsd,
      leastAttempts: z.number().int(),
      mostAttempts: z.number().int(),
    })
    .optional(),
  outOfBudget: z.boolean(), // a model call was refused for want of money since the last grant
  runsStarted: z.number().int(), // lifetime counter, never refunded
  checksStarted: z.number().int().optional(), // how many of those were own checks, which call no models; absent: none
  ciSeen: z.boolean(), // a completion was reported for `head` since it was published
  ciSince: z.number().int().nullable().default(null), // when the wait for CI on this commit began
  ciOverdue: z.boolean(), // the time to wait for CI has run out; the next read decides
  alsoRequired: z.array(z.string()).optional(), // names of checks that branch rules require beside the policy's, as last read; absent: none are known
  ciLooked: z.boolean().default(false), // it was looked whether CI says anything at all of this commit on a draft
  ciAwaits: z.array(z.object({ name: z.string(), note: z.string() })).optional(), // checks of this commit that wait for a person; absent: none is known to
  ciGoing: z // absent: nothing of it is known
    .object({
      going: z.array(z.string()).optional(), // names of checks that were not done when they were last read, and did not pass since; absent: they are being read
      heard: z.array(z.string()).optional(), // names of checks that were heard of since; absent: none
    })
    .optional(),
  ciOwed: z // absent: what was heard of this commit's checks was read, or cannot make a difference
    .object({
      at: z.number().int().optional(), // when it is read although nothing tells that it has to be; absent: it was
      times: z.number().int(), // how often it was put off on this commit: each time for longer
    })
    .optional(),
  ciQuiet: z.boolean().optional(), // true: there are own checks, and CI had its time to say that it began; absent: it has it still
  reviewSeen: z.boolean().default(false), // a review was heard of before the gate opened: it is read there
  changesRequested: z.array(Finding), // a reviewer's words, for each brief until an attempt is green
  requestsHeard: z.array(z.number()).nullable().default(null), // reviews that an attempt was briefed with; null: of an earlier version, which kept none
  said: z.array(Said).optional(), // what people said by `steer`, `answer` and `deny`, oldest first; absent: nothing
  plan: z // absent: the loop works without one
    .object({
      stage: z.enum(["wanted", "offered", "approved"]),
      offered: Plan.optional(), // the newest that an agent made; absent: none was made yet
      of: z.number().int().optional(), // the attempt that made it
      asked: z.literal(true).optional(), // a person asked for one by `/loop plan`; absent: the label or the policy did
      by: z.string().optional(), // login of whoever approved it
    })
    .optional(),
  permits: z.array(z.string()), // permissions a person granted for one attempt: the one under way, or else the next
  packagesAllowed: z.array(z.string()).optional(), // new packages that a person let the loop fetch, such as `npm left-pad`; absent: none
  resumeAt: z.object({ phase: Phase, at: z.number().int(), why: Halt }).nullable(), // while resting or paused
  gateSince: z.number().int().nullable(),
  gateLooks: z.number().int().default(0), // readings of this gate because of its checks
  autoMerge: z.object({ by: z.string() }).optional(), // GitHub merges the pull request by itself once its own rules let it: this login had it do so; absent: it does not
  queuedHead: z.string().optional(), // the commit that the loop put into the merge queue; absent: none, or it was taken out
  gateReminded: z.boolean().default(false), // the one reminder of this gate went out
  approvals: z.array(ApprovalComment),
  unheldTaken: z.string().optional(), // the commit that a person took although no test holds all of it; absent: none was
  othersPushed: z.boolean(), // someone but the App pushed to the branch, or may have: who, is read at the gate
  awaitsCi: z.boolean(), // at its last reading the gate lacked nothing but green checks
  mergedBy: Person.nullable(), // told of as whoever merged; the gate is read once more, to say who did and whether it had been passed
  leftGate: LeftGate.optional(), // absent: nobody pushed while the loop was at its gate
  refusalsSaid: z.array(z.string()), // approvals that did not count and were answered already
  ending: Ending.nullable(),
  afterPush: z.union([z.literal("attempt"), EndingToBe]).optional(), // what follows the push of work that is not done; absent: its verdict
  partial: z.object({ run: z.string(), head: z.string() }).optional(), // the newest attempt's work so far, which policy lets out and which is not pushed; absent: none
  threadUnread: z.literal(true).optional(), // nobody knows yet whether its thread holds the record of a loop that the store has lost
  hold: z.object({ by: z.string().nullable(), at: z.number().int() }).optional(), // the label that holds it is set: by this login, null where that is not known; absent: it is not
  notes: z.object({ issue: z.number().int(), texts: z.array(z.string()) }).optional(), // what people corrected before, oldest first, and the issue it stands in; absent: nothing, or policy wants none
  priority: z.enum(["high", "low"]).optional(), // by its label, among the loops of its repository; absent: it has none
  labelsMended: z.number().int().optional(), // how often a status label was put right after somebody changed it; absent: never
  labelledAgain: Labelled.optional(), // since its end; the loop of that label begins once every run of this one has told its end
});
export type LoopState = z.infer<typeof LoopState>;
