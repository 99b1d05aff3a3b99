// The places by which a stranger's words reach a loop: what is decided there, and what agents and people are shown of them.
import { criteriaIn } from "../../src/brief/criteria.ts";
import { executorBrief } from "../../src/brief/executor.ts";
import { freezeIssue, type IssueText } from "../../src/brief/freeze.ts";
import { plannerBrief } from "../../src/brief/planner.ts";
import { reviewerBrief } from "../../src/brief/reviewer.ts";
import { historyProblems } from "../../src/gateway/git/problems.ts";
import { oddityOf } from "../../src/gateway/git/raw-commit.ts";
import { withTrailers } from "../../src/gateway/git/trailers.ts";
import { answerOf } from "../../src/gateway/tools/upstream/result.ts";
import { agreedOf, serverTools } from "../../src/gateway/tools/upstream/served.ts";
import { parseCommand } from "../../src/github/deliveries/command.ts";
import { planText } from "../../src/loop/plan-text.ts";
import { kindsIn } from "../../src/policy/kinds.ts";
import { risksOf } from "../../src/policy/risk.ts";
import { explainedBody, threadAnswer } from "../../src/report/pull.ts";
import { attemptComment, checkText, pullText, replyText, statusComment, stopComment } from "../../src/report/report.ts";
import { tallyRefusals } from "../../src/runs/refusals.ts";
import { parseClaim } from "../../src/verify/claim.ts";
import { parseReview } from "../../src/verify/review.ts";
import { verdictOf } from "../../src/verify/verdict.ts";
import {
  aLoop,
  anAttempt,
  anEndedLoop,
  aPublishedLoop,
  aRun,
  aVerdict,
  labelledAt,
  minute,
  sha,
  someRules,
} from "../loop/builder.ts";

/** What comes of one text at one place. */
export interface Carried {
  /** What the loop does next because of it, as far as this place decides anything. */
  readonly decision: unknown;
  readonly briefs?: readonly string[];
  /** Markdown of the App's own. */
  readonly comments?: readonly string[];
  /** Markdown that a squashed commit may take over as its message. */
  readonly descriptions?: readonly string[];
  /** Titles of pull requests, which such a commit takes over too. */
  readonly titles?: readonly string[];
  /** What GitHub shows letter by letter. */
  readonly plain?: readonly string[];
  /** Messages of commits that would be published as they are. */
  readonly messages?: readonly string[];
}

export type Carrier = (text: string) => Carried;

const issue: IssueText = { title: "sum() is off by one", body: "It returns 5 for [1, 2, 3].", comments: [] };
const now = labelledAt + 10 * minute;
const limits = { requests: null, writes: { left: 500, of: 500 } };

/** Whoever brings it: an issue that a person labelled after reading what GitHub shows of it. */
function ofIssue(text: IssueText): Carried {
  const frozen = freezeIssue(text);
  const state = aPublishedLoop({
    title: text.title,
    snapshot: { sha256: frozen.sha256, title: text.title, comments: [], removed: [...frozen.removed], at: labelledAt },
    attempts: [anAttempt({ verdict: aVerdict() })],
  });
  const { title, body } = pullText(state);
  return {
    decision: criteriaIn(frozen.text),
    briefs: [briefOf({ snapshotText: frozen.text }), reviewOf({ snapshotText: frozen.text })],
    comments: [statusComment(state, now)],
    descriptions: [body, explainedBody(state)],
    titles: [title],
  };
}

/** A person quotes the words, and says something else first: only the first line of a comment commands. */
function ofComment(text: string): Carried {
  const body = `Somebody wrote to me:\n\n${text}`;
  const ofTheIssue = ofIssue({ ...issue, comments: [{ author: "alice", body }] });
  const argument = text.split("\n", 1)[0] ?? "";
  const command = { verb: "retry", argument, actor: { id: 9, login: "bob", bot: false }, commentId: 1 } as const;
  const why = { of: "told", said: text } as const;
  const reply = replyText({ kind: "command_refused", command, why }, aPublishedLoop(), { now, limits });
  return {
    ...ofTheIssue,
    decision: [ofTheIssue.decision, parseCommand(body, "loopgate")],
    comments: [...(ofTheIssue.comments ?? []), reply],
  };
}

/** A file that the agent wrote, or found, and that its reviewer and a person are to judge. */
function ofFile(text: string): Carried {
  const lines = text.split("\n").map((line) => `+${line}`);
  const patch = `diff --git a/notes.md b/notes.md\n--- /dev/null\n+++ b/notes.md\n@@ -0,0 +1,${lines.length} @@\n${lines.join("\n")}\n`;
  const files = [{ path: "notes.md", status: "A", additions: lines.length, deletions: 0, binary: false }];
  const held = { files, patch };
  const state = anEndedLoop({ reason: "risky_action_detected", of: "told", said: "It waits.", pendingHead: sha("e") });
  return {
    decision: risksOf(aChange("notes.md"), { protectedPaths: [".github/**"] }),
    briefs: [reviewOf({ patch })],
    comments: [stopComment(state, held)],
  };
}

function ofFileName(text: string): Carried {
  const path = `docs/${text || "x"}`;
  const { risks } = risksOf(aChange(path), { protectedPaths: ["docs/**"] });
  const change = { files: 1, additions: 1, deletions: 0, paths: [path], patchId: sha("d") };
  const heaviest = [{ path, additions: 1, deletions: 0 }];
  const attempt = anAttempt({ change: { ...change, heaviest }, verdict: aVerdict({ findings: [...risks] }) });
  const state = aPublishedLoop({ attempts: [attempt] });
  const files = [{ path, status: "A", additions: 1, deletions: 0, binary: false }];
  const ended = anEndedLoop({ reason: "risky_action_detected", of: "told", said: "It waits.", pendingHead: sha("e") });
  return {
    // An overlong path is refused for that alone, and not even a person's yes lets it through.
    decision: risks.length > 0,
    briefs: [reviewOf({ files }), briefOf({ earlier: [attempt], findings: risks })],
    comments: [attemptComment(state, attempt), stopComment(ended, { files, patch: "" })],
    descriptions: [explainedBody(state)],
    plain: annotationsOf(parseReview(JSON.stringify({ ...rejection, findings: [{ title: "Odd", path, line: 1 }] }))),
  };
}

/** The message is the agent's own; no brief and no comment has it, so what counts is what would be published. */
function ofCommitMessage(text: string): Carried {
  const who = { authorName: "Loopgate", authorEmail: "loop@acme.example", committerName: "Loopgate" };
  const commit = { ...who, sha: sha("e"), parents: [sha("a")], committerEmail: "loop@acme.example" };
  const message = withTrailers(`Add notes\n\n${text}`, ["Loop-Task: acme/widgets#12", "Loop-Attempt: 1 of 3"]);
  const made = { ...commit, committedAt: 1_767_600_000, subject: "Add notes", message };
  const problems = historyProblems([made], [made], { email: "loop@acme.example", issue: 12 });
  const raw = `tree ${sha("f")}\nparent ${sha("a")}\nauthor Loopgate <loop@acme.example> 1767600000 +0000\ncommitter Loopgate <loop@acme.example> 1767600000 +0000\n\n${message}`;
  const isHeld = problems.length > 0 || oddityOf(Buffer.from(raw)) !== null;
  return { decision: null, messages: isHeld ? [] : [message] };
}

/** The log, the words and the annotations of a check that is red, whatever they say. */
function ofCi(text: string): Carried {
  const check = {
    name: "test",
    app: { id: 15_368, slug: "github-actions" },
    done: true,
    conclusion: "failure",
    required: false,
    title: text,
    summary: text,
    text,
    url: text.startsWith("http") ? text : "https://github.com/acme/widgets/actions/runs/1",
    annotations: [{ path: "src/sum.js", line: 3, message: text }],
    log: { text: `2026-01-05T09:00:00.0000000Z ##[group]Run npm test\n${text}\nError: 1 failed` },
  };
  const ci = { head: sha("c"), pullHead: sha("c"), checks: [check], truncated: false };
  const review = parseReview(JSON.stringify(approval));
  const verdict = verdictOf({ head: sha("c"), ci, review, rules: someRules(), ourChecks: ["loop / review"] });
  const attempt = anAttempt({ verdict });
  return {
    decision: [verdict.colour, verdict.parts.map(({ source, name, colour }) => [source, name, colour])],
    briefs: [briefOf({ earlier: [attempt], findings: verdict.findings })],
    comments: [attemptComment(aPublishedLoop({ attempts: [attempt] }), attempt)],
  };
}

/** The name of a check, and of whoever reports it. */
function ofCheckName(text: string): Carried {
  const part = { source: "ci", name: text, colour: "red", note: text, url: text } as const;
  const verdict = aVerdict({ colour: "red", parts: [part] });
  const attempt = anAttempt({ verdict });
  const state = aPublishedLoop({ attempts: [attempt] });
  return {
    decision: null,
    briefs: [briefOf({ earlier: [attempt] }), reviewOf({ checks: [{ name: text, shown: "green" }] })],
    comments: [attemptComment(state, attempt), statusComment(state, now)],
    descriptions: [explainedBody(state)],
  };
}

/** What a package calls itself, its versions and its hosts, as the registry, a run's refusals and a change to a manifest have it. */
function ofPackage(text: string): Carried {
  const manifest = ofManifest(text);
  const refusals = tallyRefusals();
  refusals.hear("package", text);
  refusals.hear("host", `${text}:443`);
  const packages = {
    count: 1,
    fresh: [{ name: text, version: text, ageMs: minute }],
    freshCount: 1,
    hosts: [{ name: text, count: 2 }],
  };
  const provenance = {
    orderSha256: null,
    policySha256: "4".repeat(64),
    base: sha("a"),
    startFrom: sha("a"),
    image: null,
    agent: "command",
    agentVersion: text,
    readyMs: 5,
    setUp: { madeMs: 5, changed: [text], strays: [text], packages },
  } as const;
  const run = aRun({
    refusals: [...refusals.told()],
    tools: [text],
    provenance: {
      ...provenance,
      setUp: { ...provenance.setUp, changed: [text], strays: [text], refused: [...refusals.told()] },
    },
  });
  const attempt = anAttempt({ runs: [run] });
  const environment = { memoryBytes: 2 ** 31, cpus: 2, processes: 256, tmpBytes: 2 ** 29, diskBytes: 2 ** 32 };
  const rules = someRules({ environment: { ...environment, env: {}, setup: ["npm ci"], cache: [] } });
  const state = aPublishedLoop({ attempts: [attempt], rules });
  return { ...manifest, comments: [...manifest.comments, attemptComment(state, attempt), statusComment(state, now)] };
}

/** The kinds of risk in a manifest that says this of itself, and what people, the reviewer and the next attempt are shown of them. */
function ofManifest(text: string) {
  const before = { name: "widgets", license: "MIT", dependencies: { chalk: "5.0.0" } };
  const dependencies = { chalk: "5.0.0", "left-pad": ` ${text}` };
  const after = {
    ...before,
    description: text,
    author: text,
    license: text,
    scripts: { postinstall: text },
    dependencies,
  };
  const [path, mode] = ["package.json", "100644"];
  const asJson = (value: object) => JSON.stringify(value, null, 2);
  const modes = { path, oldMode: mode, newMode: mode, binary: false };
  const kinds = kindsIn({ ...modes, before: asJson(before), after: asJson(after) });
  const changes = { dependencies: "ask", install_scripts: "deny", licences: "ask" } as const;
  const change = { ...aChange(path), files: [{ ...modes, status: "M", additions: 4, deletions: 1, kinds }] };
  const { risks, grantable } = risksOf(change, { protectedPaths: [], changes });
  const attempt = anAttempt({ verdict: aVerdict({ colour: "red", findings: [...risks] }) });
  const ended = anEndedLoop({ reason: "risky_action_detected", of: "risks", attempt: 1, pendingHead: sha("e") });
  return {
    decision: [grantable, risks.map(({ title }) => title)],
    briefs: [briefOf({ earlier: [attempt], findings: risks })],
    comments: [attemptComment(aPublishedLoop({ attempts: [attempt] }), attempt), stopComment(ended)],
  };
}

/** What the executor says of its own work, each of its fields but those by which it asks to stop. */
function ofClaim(text: string): Carried {
  const claim = parseClaim(JSON.stringify({ summary: text, confidence: 0.9, assumptions: [text], decisions: [text] }));
  const attempt = anAttempt({ claim, verdict: aVerdict() });
  const state = aPublishedLoop({ attempts: [attempt] });
  const asks = claim && { ...claim, summary: "", assumptions: [], decisions: [] };
  const asking = anEndedLoop({ reason: "uncertainty_too_high", of: "told", said: text, quote: text });
  return {
    decision: asks,
    briefs: [briefOf({ earlier: [attempt], permits: [text] })],
    comments: [
      attemptComment(state, attempt),
      statusComment(state, now),
      stopComment(asking),
      threadAnswer(state, "src/sum.js"),
    ],
    descriptions: [explainedBody(state)],
  };
}

/** A plan in the thread, in the brief of whoever makes another, works by it, or judges by it. */
function ofPlan(text: string): Carried {
  const told = { summary: text, steps: [text, "Mend it."], files: [text], verification: text, estimate: text };
  const claim = parseClaim(JSON.stringify({ plan: told }));
  const offered = claim?.plan ?? { ...told, steps: ["Mend it."] };
  const attempt = anAttempt({ plans: true, head: null, change: null, claim: null });
  const plan = { stage: "offered", offered, of: attempt.number } as const;
  const state = aLoop({ phase: "awaiting_plan", attempts: [attempt], plan, gateSince: now });
  return {
    decision: claim && { ...claim, plan: undefined },
    briefs: [
      briefOf({ plan: { offered, by: "bob" } }),
      reviewOf({ plan: planText(offered) }),
      plannerBrief({ ...aPlanner, before: offered }),
    ],
    comments: [attemptComment(state, attempt), statusComment(state, now)],
  };
}

const aPlanner = {
  repository: "acme/widgets",
  issue: 12,
  snapshotText: "sum() is off by one",
  deadlineMs: 20 * minute,
  said: [],
};

/** What the reviewer says, as one whose words somebody else has put into its mouth. */
function ofReview(text: string): Carried {
  const findings = [{ title: text, detail: text, path: "src/sum.js", line: 3 }];
  const review = parseReview(JSON.stringify({ ...rejection, summary: text || "No.", findings }));
  const attempt = anAttempt({ review, verdict: aVerdict({ colour: "red", findings: [...review.findings] }) });
  const { title, summary, text: body } = checkText(review);
  return {
    decision: [review.verdict, review.confidence],
    briefs: [briefOf({ earlier: [attempt], findings: review.findings, asked: review.findings })],
    comments: [attemptComment(aPublishedLoop({ attempts: [attempt] }), attempt), summary, body],
    plain: [title, ...annotationsOf(review)],
  };
}

const docs = { name: "docs", command: "serve", image: "", env: {}, tools: [{ name: "search" }] };

/** What a server says of its tool and of an argument, which a client shows its model beside every other tool. */
function ofToolDescription(text: string): Carried {
  const inputSchema = { type: "object", description: text, properties: { q: { type: "string", description: text } } };
  const listed = [{ name: "search", title: text, description: text, inputSchema }, { name: text }];
  const asking = {
    allowed: [],
    denied: [],
    ask: async () => true,
    use: async () => true,
    keep: async () => ({ why: "it is none" }),
  };
  const tools = serverTools(docs, agreedOf(docs, listed), { call: async () => null }, asking);
  const shown = JSON.stringify(tools.map(({ inputSchema }) => inputSchema.properties));
  return {
    decision: tools.map(({ name, description }) => [name, description.split(": ", 1)[0], description.includes("\n")]),
    plain: [...tools.map(({ description }) => description), shown],
  };
}

/** What it answers, as the agent reads it. */
function ofToolResult(text: string): Carried {
  const content = [
    { type: "text", text: `Found: ${text}` },
    { type: "image", data: "", mimeType: text },
  ];
  const answers = [{ content }, { content, isError: true }, { structuredContent: { found: text } }];
  const told = answers.map((answer) => answerOf("docs-search", answer));
  return { decision: told.map(({ outcome }) => outcome), briefs: told.map((answer) => answer.text) };
}

/** By the place's name in the words of design.md. */
export const carriers: Readonly<Record<string, Carrier>> = {
  "issue title": (text) => ofIssue({ ...issue, title: text }),
  "issue body": (text) => ({ ...ofIssue({ ...issue, body: text }), decision: null }),
  comment: ofComment,
  file: ofFile,
  "file name": ofFileName,
  "commit message": ofCommitMessage,
  "CI log": ofCi,
  "check name": ofCheckName,
  "package metadata": ofPackage,
  "tool description": ofToolDescription,
  "tool result": ofToolResult,
  claim: ofClaim,
  plan: ofPlan,
  review: ofReview,
};

const approval = { verdict: "approve", summary: "Good.", confidence: 0.9, findings: [] };
const rejection = { ...approval, verdict: "reject" };

function annotationsOf(review: ReturnType<typeof parseReview>): string[] {
  return checkText(review).annotations.map(({ message }) => message);
}

function briefOf(work: Partial<Parameters<typeof executorBrief>[0]>): string {
  return executorBrief({
    repository: "acme/widgets",
    issue: 12,
    branch: "loop/12-k3f9",
    snapshotText: "sum() is off by one",
    attempt: 2,
    of: 3,
    deadlineMs: 20 * minute,
    earlier: [],
    findings: [],
    asked: [],
    said: [],
    permits: [],
    merge: null,
    rules: someRules(),
    ...work,
  });
}

function reviewOf(work: Partial<Parameters<typeof reviewerBrief>[0]>): string {
  return reviewerBrief({
    repository: "acme/widgets",
    issue: 12,
    snapshotText: "sum() is off by one",
    base: sha("a"),
    head: sha("c"),
    files: [{ path: "src/sum.js", status: "M", additions: 1, deletions: 1, binary: false }],
    patch: "-a\n+b\n",
    ...work,
  });
}

function aChange(path: string) {
  const file = { path, status: "A", oldMode: "000000", newMode: "100644", additions: 1, deletions: 0 };
  return { files: [file], problems: [], patchId: sha("d") };
}
