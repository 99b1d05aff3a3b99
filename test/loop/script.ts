// Plays a loop script: one event a line, and below each, indented, what the machine made of it.

import { Gone, RecordFault } from "../../src/loop/cause.ts";
import { decide } from "../../src/loop/decide.ts";
import type { Effect } from "../../src/loop/effect.ts";
import { statusLabels, untoldRuns } from "../../src/loop/end.ts";
import type {
  AlarmName,
  BaseRefusal,
  BegunSince,
  ClaimFacts,
  LoopEvent,
  MergeOutcome,
  Permission,
  Verb,
} from "../../src/loop/event.ts";
import { nanoOf } from "../../src/loop/money.ts";
import type { ApprovalRefusal } from "../../src/loop/refusal.ts";
import {
  type BaseTip,
  type CheckAgain,
  CheckSeen,
  type Finding,
  type IssueRef,
  type LoopState,
  noTokens,
  type Person,
  type Plan,
  type Review,
  type Rules,
  type RunFacts,
  type Verdict,
} from "../../src/loop/state.ts";
import { nextOf, type Pending, sift } from "../../src/loop/still.ts";

const minute = 60_000;
const start = Date.parse("2026-01-05T09:00:00Z");
const dayTurns = Date.parse("2026-01-05T23:00:00Z"); // in Berlin

/** The rules of every script unless its claim says otherwise. */
const scriptRules: Rules = {
  label: "loop",
  policySha: "b10b",
  executor: { agent: "command", model: "", command: "agent", image: "toolchain" },
  reviewer: { agent: "command", model: "", command: "reviewer", image: "toolchain" },
  budgetNano: 5e9,
  raise: { by: "write", nano: 12e9, attempts: 6, ms: 10 * 60 * minute },
  hosts: [],
  attempts: 3,
  lifetimeRuns: 30,
  issueRuns: 60,
  issueNano: 25e9,
  attemptMs: 30 * minute,
  silenceMs: 10 * minute,
  loopMs: 8 * 60 * minute,
  ciWaitMs: 30 * minute,
  gateReminderMs: 48 * 60 * minute,
  gateExpiryMs: 7 * 24 * 60 * minute,
  changedLines: 1000,
  changedFiles: 50,
  confidence: 0.3,
  protectedPaths: [".github/**"],
  requiredChecks: [],
  skippedChecks: "block",
  draft: "until_green",
  signOff: false,
  approvals: 1,
  reviewers: [],
  merge: false,
};

const issueOfScripts: IssueRef = { installationId: 1, repositoryId: 2, owner: "acme", name: "shop", number: 12 };

/** The words of a line: bare ones in order, `key=value` ones by key; a value in quotes may hold spaces. */
interface Line {
  readonly verb: string;
  readonly words: readonly string[];
  readonly options: ReadonlyMap<string, string>;
}

function parseLine(text: string): Line {
  const parts = text.match(/[\w-]+="[^"]*"|"[^"]*"|\S+/g) ?? [];
  const pairs = parts.filter((part) => /^[\w-]+=/.test(part));
  const options = new Map(
    pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), unquote(pair.slice(pair.indexOf("=") + 1))] as const),
  );
  const [verb = "", ...words] = parts.filter((part) => !pairs.includes(part)).map(unquote);
  return { verb, words, options };
}

function unquote(text: string): string {
  return text.replace(/^"|"$/g, "");
}

/** The script with everything the machine said written anew. Lines that begin with `#` and empty lines are kept. */
export function playScript(script: string): string {
  let state: LoopState | null = null;
  let now = start;
  let held: Pending[] | null = null; // what was asked for since `hold`; null: all of it is done before the next event
  const out: string[] = [];
  for (const text of script.split("\n")) {
    if (text.startsWith("  ")) continue;
    out.push(text);
    if (text.trim() === "" || text.startsWith("#")) continue;
    const line = parseLine(text);
    if (line.verb === "wait") {
      now += minutesOf(line.words[0] ?? "") * minute;
      continue;
    }
    if (line.verb === "hold") {
      held = [];
      continue;
    }
    if (line.verb === "go") {
      out.push(
        `  → ${inTurn(held ?? [], line.options.get("waits") ?? "", now)
          .map(effectText)
          .join(", ")}`,
      );
      held = null;
      continue;
    }
    // A restored loop is one whose local state was lost: what was there is what its record says. One that is `here` was not lost.
    const isLost = (line.verb === "restored" && !line.words.includes("here")) || line.verb === "tampered";
    const known = isLost ? null : state;
    const decision = decide(known, eventOf(line, state, now), now);
    state = decision.state;
    out.push(`  ${stateText(state)}: ${decision.note}`);
    if (decision.effects.length > 0) out.push(`  → ${decision.effects.map(effectText).join(", ")}`);
    const all: Pending[] = [...(held ?? []), ...asked(decision.effects, state)];
    const { left, dropped } = sift(all, state);
    for (const { asked: gone, why } of dropped) out.push(`  ✗ ${effectText(gone.effect)}: ${why}`);
    if (held !== null) held = [...left];
  }
  return `${out.join("\n").trimEnd()}\n`;
}

/** Effects as they are pending, each under a key of its own. */
function asked(effects: readonly Effect[], state: LoopState | null): Pending[] {
  return effects.map((effect, index) => ({
    key: `${state?.revision}/${index}`,
    loop: state?.id ?? "none",
    effect,
    notBefore: 0,
  }));
}

/** In which order these are done, while the first of type `waiting` has to wait for its time. */
function inTurn(held: readonly Pending[], waiting: string, now: number): Effect[] {
  let left = held.map((one) => (one.effect.type === waiting ? { ...one, notBefore: now + 1 } : one));
  const done: Effect[] = [];
  for (let next = nextOf(left, now); next !== null; next = nextOf(left, now)) {
    done.push(next.effect);
    left = left.filter((one) => one !== next);
  }
  return done;
}

/** The state after these event lines, one minute apart from the scripts' start. */
export function playToEnd(lines: readonly string[]): { readonly state: LoopState | null; readonly now: number } {
  let state: LoopState | null = null;
  for (const line of lines) state = decide(state, readEvent(line, state, start), start).state;
  return { state, now: start };
}

/** The event that a script line stands for, in this state. */
export function readEvent(line: string, state: LoopState | null, now: number): LoopEvent {
  return eventOf(parseLine(line), state, now);
}

function minutesOf(text: string): number {
  const [, amount, unit] = /^(\d+)([mhd])$/.exec(text) ?? [];
  if (amount === undefined) throw new Error(`a script cannot wait "${text}"`);
  return Number(amount) * { m: 1, h: 60, d: 1440 }[unit as "m" | "h" | "d"];
}

function stateText(state: LoopState | null): string {
  if (state === null) return "no loop";
  const attempt = state.attempts.length > 0 ? ` attempt ${state.attempts.length}` : "";
  const head = state.head === null ? "" : ` at ${state.head}`;
  const ending = state.ending === null ? "" : ` ${state.ending.reason}`;
  const resume = state.ending === null || state.ending.resume === "none" ? "" : ` (may ${state.ending.resume})`;
  return `${state.phase}${ending}${resume}${attempt}${head}`;
}

function effectText(effect: Effect): string {
  const { type, ...rest } = effect;
  const details = Object.entries(rest).flatMap(([key, value]) => detailText(key, value));
  return details.length === 0 ? type : `${type} ${details.join(" ")}`;
}

function detailText(key: string, value: unknown): string[] {
  if (key === "at") return [`+${Math.round((Number(value) - start) / minute)}m`];
  if (key === "reply") return [(value as { kind: string }).kind];
  if (key === "review") return [(value as Review).verdict];
  if (key === "command") return [(value as { verb: string }).verb];
  if (key === "actor") return [(value as Person).login];
  if (key === "why") return [];
  if (key === "base") return [typeof value === "string" ? value : (value as BaseTip).sha];
  if (key === "issue") return [];
  if (key === "checks") return (value as CheckAgain[]).map(({ of, id }) => `${of}:${id}`);
  if (key === "add" || key === "remove")
    return (value as string[]).map((label) => `${key === "add" ? "+" : "-"}${label}`);
  if (Array.isArray(value)) return [value.join("+")];
  return [String(value)];
}

/** A person by login; ids are made from the login, so that the same login is the same person. */
function person(login: string): Person {
  const id = [...login].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 1_000_000;
  return { id, login, bot: login.endsWith("[bot]") };
}

function eventOf(line: Line, state: LoopState | null, now: number): LoopEvent {
  const { verb, words, options } = line;
  const [first = "", second = ""] = words;
  switch (verb) {
    case "label":
      return {
        type: "labelled",
        issue: issueOfScripts,
        loop: second || "k3f9x2",
        title: "Totals are wrong",
        label: "loop",
        actor: person(first),
        ...(options.has("base") ? { base: options.get("base") } : {}),
        ...(options.has("set") ? { setAt: start + minutesOf(options.get("set") ?? "") * minute } : {}),
      };
    case "restored":
      return restored(line, state);
    case "tampered":
      return {
        type: "record_tampered",
        issue: issueOfScripts,
        loop: "z9y8x7",
        title: "Totals are wrong",
        label: "loop",
        requester: person("alice"),
        by: first === "" ? null : person(first),
        why: RecordFault.parse(second || "wrong_seal"),
      };
    case "claim":
      return { type: "claim_read", facts: claimFacts(line, now) };
    case "reread":
      return { type: "retry_read", facts: claimFacts(line, now) };
    case "in_line":
      return { type: "run_queued", run: runningRun(state), place: Number(first), of: Number(second) };
    case "day_full":
      return {
        type: "day_full",
        run: runningRun(state),
        whose: first === "account" ? "account" : "repository",
        of: second === "runs" ? "runs" : "money",
        may: second === "runs" ? 40 : 12_000_000_000,
        zone: "Europe/Berlin",
        until: dayTurns,
        ...(words.includes("sooner") ? { sooner: true as const } : {}),
      };
    case "delayed":
      return {
        type: "run_delayed",
        run: runningRun(state),
        why: first,
        ...(words.includes("awaits") ? { awaits: true as const } : {}),
      };
    case "started":
      return {
        type: "run_started",
        run: first || runningRun(state),
        startedAt: now,
        isolation: { runtime: "docker", network: "none", capabilities: [], readOnlyRoot: true, user: "10001:10001" },
        briefSha256: "b41ef",
      };
    case "heard":
      return {
        type: "words_heard",
        run: runningRun(state),
        heard: [{ id: first, by: second === "brief" ? second : "tool" }],
      };
    case "executor":
      return executorEnded(line, state, now);
    case "reviewer":
      return reviewerEnded(line, state, now);
    case "check":
      return checkEnded(line, state, now);
    case "published":
      return { type: "published", head: first };
    case "overtaken":
      return { type: "publish_overtaken", head: first === "deleted" ? null : first };
    case "publish_refused":
      return { type: "publish_refused", message: first };
    case "pull":
      return {
        type: "pull_opened",
        pull: { number: Number(first), nodeId: `PR_${first}`, url: `https://forge/pull/${first}` },
      };
    case "reviewers_asked":
      return { type: "reviewers_asked", missed: words };
    case "pull_ready":
      return { type: "pull_ready" };
    case "ci":
      return {
        type: "ci_changed",
        head: first,
        name: second || null,
        ...(words.includes("failed") ? { failed: true as const } : {}),
        ...(words.includes("passed") ? { passed: true as const } : {}),
        ...(words.includes("looked") ? { looked: true as const } : {}),
      };
    case "checks_pending":
      return { type: "checks_pending", head: first, names: words.slice(1) };
    case "conflict":
      return { type: "conflict_seen", head: first };
    case "verdict":
      return {
        type: "verdict_read",
        verdict: verdictOf(first, options.get("head") ?? headOf(state), options),
        ...conflictOf(line),
        ...outdatedOf(line),
        ...againIn(line),
      };
    case "updated":
      return {
        type: "branch_updated",
        head: headOf(state),
        base: baseIn(line),
        outcome: { status: "updated", head: first },
      };
    case "not_updated":
      return {
        type: "branch_updated",
        head: headOf(state),
        base: baseIn(line),
        outcome: first === "refused" ? { status: first, message: second } : { status: first as "current" | "conflict" },
      };
    case "rerun":
      return { type: "checks_rerun", head: headOf(state), outcome: first === "refused" ? "refused" : "asked" };
    case "review":
      return { type: "review_submitted", actor: person(first), head: headOf(state) };
    case "auto_merge":
      return { type: "auto_merge", by: first ?? null };
    case "queue_left":
      return { type: "queue_left", head: headOf(state) };
    case "proposed":
      return { type: "policy_proposed", pull: { ...issueOfScripts, number: 31 }, head: first, base: "main" };
    case "priority":
      return { type: "priority_set", priority: first === "none" ? null : (first as "high" | "low") };
    case "schedules_seen": {
      const { number: _, ...repository } = issueOfScripts;
      return { type: "schedules_seen", repository };
    }
    case "repository_added":
      return { type: "repository_added", among: 1 };
    case "gate":
      return gateRead(line, state);
    case "command":
      return {
        type: "command",
        command: commandOf(line),
        ...(state === null ? { on: { issue: issueOfScripts, label: "loop" } } : {}),
      };
    case "checked":
      return {
        type: "command_checked",
        command: commandOf(line),
        permission: (options.get("permission") ?? "write") as Permission,
        ...(options.has("all-paused") ? { allPaused: { by: options.get("all-paused") ?? "" } } : {}),
        ...(options.has("closed") ? { closed: true } : {}),
      };
    case "hold_label":
      return { type: "hold_set", by: first || null };
    case "hold_off":
      return { type: "hold_taken_off" };
    case "status_label":
      return { type: "status_label_changed", label: first, set: second !== "gone" };
    case "all_paused":
      return { type: "all_paused", by: first, since: now };
    case "all_resumed":
      return { type: "all_resumed" };
    case "unlabel":
      return { type: "unlabelled", actor: person(first) };
    case "close":
      return { type: "issue_closed", actor: person(first), ...(second === "seen" ? { pullSeen: true } : {}) };
    case "gone":
      return { type: "issue_gone", why: Gone.parse(first) };
    case "back":
      return { type: "issue_back", installationId: 9 };
    case "renamed":
      return { type: "renamed", owner: first, name: second };
    case "moved":
      return {
        type: "branch_moved",
        head: first,
        actor: person(second),
        ...(options.has("looked") ? { looked: true } : {}),
      };
    case "branch_deleted":
      return { type: "branch_deleted", actor: person(first), ...(second === "seen" ? { pullSeen: true } : {}) };
    case "pull_closed":
      return { type: "pull_closed", merged: second === "merged", actor: person(first) };
    case "set_back":
      return { type: "clock_set_back", byMs: minutesOf(first) * minute };
    case "alarm":
      return { type: "alarm", name: first as AlarmName };
    case "failed":
      return { type: "effect_failed", effect: first, message: second };
    case "edited":
      return { type: "record_edited", comment: Number(second || 501), actor: person(first) };
    case "comment_deleted":
      return { type: "record_deleted", comment: Number(second || 501), actor: person(first) };
    case "status_posted":
      return { type: "status_posted", comment: Number(first || 501) };
    case "attempt_posted":
      return { type: "attempt_posted", attempt: Number(first), comment: Number(second || 600 + Number(first)) };
    default:
      throw new Error(`a script does not know the event "${verb}"`);
  }
}

function baseIn({ options }: Line) {
  return { branch: "main", sha: options.get("base") ?? "ba5f" };
}

/** `outdated=ba5f`: rules want `main` in the branch, which is at that commit. */
function outdatedOf({ options }: Line) {
  const sha = options.get("outdated");
  return sha === undefined ? {} : { upToDate: true as const, outdated: { branch: "main", sha } };
}

/** `conflict=ba5f`: the branch conflicts with `main`, which is at that commit. */
function conflictOf({ options }: Line) {
  const sha = options.get("conflict");
  return sha === undefined ? {} : { conflict: { branch: "main", sha } };
}

function againIn({ options }: Line) {
  const id = options.get("again");
  return id === undefined ? {} : { again: [{ of: "check" as const, id: Number(id) }] };
}

function restored({ words, options }: Line, record: LoopState | null): LoopEvent {
  if (record === null) throw new Error("a script restores a loop that it told of before");
  const head = options.get("head") ?? record.head;
  const labels = words.includes("unlabelled") ? ["bug"] : ["bug", "Loop", ...shownOn(record)];
  const pull = options.get("pull") ?? record.pull?.number;
  return {
    type: "restored",
    record,
    facts: {
      open: !words.includes("closed"),
      labels: options.get("labels")?.split(",") ?? labels,
      running: listed(options.get("running")),
      since: listed(options.get("since")).map(begunSince),
      left: listed(options.get("left")),
      branch: head === null || words.includes("branchless") ? null : { head, ours: !words.includes("foreign") },
      pull:
        pull === undefined
          ? null
          : {
              number: Number(pull),
              nodeId: `PR_${pull}`,
              url: `https://forge/pull/${pull}`,
              open: !words.includes("merged") && !words.includes("pull_closed"),
              merged: words.includes("merged"),
              draft: words.includes("draft"),
              closedBy: person(options.get("by") ?? "ghost"),
            },
      comments: { status: 501, attempts: {}, stop: !words.includes("unsaid") },
    },
  };
}

function listed(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.split(",");
}

/** A run that the record does not name: `4:reviewer:2:aa2`, its attempt and its commit where they are known. */
function begunSince(text: string): BegunSince {
  const [count, role, attempt, startFrom] = text.split(":");
  return {
    count: Number(count),
    role: (role as RunFacts["role"] | undefined) ?? null,
    attempt: attempt === undefined ? null : Number(attempt),
    startFrom: startFrom ?? null,
  };
}

/** What is on the issue while the record says this. */
function shownOn(record: LoopState): readonly string[] {
  return record.phase === "awaiting_gate" ? [statusLabels.gate] : [statusLabels.running];
}

function commandOf({ words, options }: Line) {
  const [login = "", verb = "", ...rest] = words;
  return {
    verb: verb as Verb,
    argument: rest.join(" "),
    actor: person(login),
    commentId: Number(options.get("comment") ?? 700),
    ...(verb === "run" ? { begins: { loop: "r4n5t6", title: "Totals are wrong", label: "loop" } } : {}),
  };
}

function claimFacts({ words, options }: Line, now: number): ClaimFacts {
  const rules: Rules = {
    ...scriptRules,
    attempts: Number(options.get("attempts") ?? scriptRules.attempts),
    approvals: Number(options.get("approvals") ?? scriptRules.approvals),
    budgetNano: Number(options.get("usd") ?? 5) * 1e9,
    issueNano: Number(options.get("issue-usd") ?? 25) * 1e9,
    issueRuns: Number(options.get("issue-runs") ?? scriptRules.issueRuns),
    lifetimeRuns: Number(options.get("runs") ?? scriptRules.lifetimeRuns),
    requiredChecks: options.has("required") ? (options.get("required") ?? "").split(",") : [],
    reviewers: options.has("reviewers") ? (options.get("reviewers") ?? "").split(",") : [],
    merge: words.includes("merge"),
    ...(words.includes("raise-off") ? { raise: undefined } : {}),
    ...(words.includes("no-run-again") ? { runAgain: "deny" as const } : {}),
    reviewer: words.includes("no-reviewer") ? null : scriptRules.reviewer,
    ...(words.includes("second-reviewer") ? { otherReviewers: [scriptRules.executor] } : {}),
    ...ownChecksOf(options.get("own")),
  };
  const broken = options.get("broken");
  return {
    permission: (options.get("permission") ?? "write") as Permission,
    open: !words.includes("closed"),
    ...(words.includes("pull") ? { isPull: true } : {}),
    labels: [
      ...(words.includes("unlabelled") ? ["bug"] : ["bug", words.includes("capital") ? "Loop" : "loop"]),
      ...(words.includes("on-hold") ? ["loop:hold"] : []),
      ...(words.includes("plan-first") ? ["loop:plan-first"] : []),
    ],
    title: "Totals are wrong",
    base: { branch: "main", sha: options.get("base") ?? "ba5e" },
    ...(options.has("all-paused") ? { allPaused: { by: options.get("all-paused") ?? "", since: now } } : {}),
    ...(options.has("base-refused") ? { baseRefused: options.get("base-refused") as BaseRefusal } : {}),
    policy: broken === undefined ? { ok: true, rules } : { ok: false, message: broken },
    snapshot: { sha256: options.get("text") ?? "f00d", title: "Totals are wrong", comments: [], removed: [], at: now },
  };
}

/** `own=unit,lint`: the policy has these checks of its own. */
function ownChecksOf(names: string | undefined): Pick<Rules, "ownChecks"> {
  if (names === undefined) return {};
  const ownChecks = names.split(",").map((name) => {
    return { name, command: `run ${name}`, ms: 10 * minute, reports: [], artifacts: [] };
  });
  return { ownChecks };
}

/** The run that is waited for, or else the last whose end is still to be told. */
function runningRun(state: LoopState | null): string {
  const untold = state === null ? [] : untoldRuns(state);
  return (untold.findLast((run) => run.status === "running") ?? untold.at(-1))?.id ?? "no-run";
}

function headOf(state: LoopState | null): string {
  return state?.attempts.at(-1)?.head ?? "no-head";
}

function executorEnded({ words, options }: Line, state: LoopState | null, now: number): LoopEvent {
  const head = options.get("pushed");
  const risk = options.get("risk");
  const risks = risk === undefined ? [] : [aFinding("policy", risk)];
  const lines = Number(options.get("lines") ?? 10);
  const said = ["plan", "question", "permission", "blocked", "nothing", "confidence"].some((key) => options.has(key));
  return {
    type: "run_ended",
    run: options.get("run") ?? runningRun(state),
    endedAt: now,
    status: (words[0] ?? "finished") as Exclude<RunFacts["status"], "running">,
    exitCode: words[0] === "failed" ? 1 : 0,
    logSha256: null,
    spentNano: nanoOf(Number(options.get("spent") ?? 0)),
    tokens: noTokens,
    outOfBudget: words.includes("out-of-budget"),
    modelDown: words.includes("model-down"),
    tools: [],
    ...(options.has("heard") ? { heard: [{ id: options.get("heard") ?? "", by: "tool" as const }] } : {}),
    note: options.get("note") ?? "",
    claim: said
      ? {
          summary: "did it",
          confidence: options.has("confidence") ? Number(options.get("confidence")) : null,
          question: options.get("question") ?? null,
          ...(options.has("choices") ? { choices: options.get("choices")?.split("|") ?? [] } : {}),
          ...(options.has("plan") ? { plan: planOf(options.get("plan") ?? "") } : {}),
          permission: options.get("permission") ?? null,
          blockedOn: options.get("blocked") ?? null,
          nothingToDo: options.get("nothing") ?? null,
          assumptions: [],
          decisions: [],
        }
      : null,
    change:
      head === undefined
        ? null
        : {
            head,
            size: {
              files: Number(options.get("files") ?? 1),
              additions: lines,
              deletions: 0,
              paths: ["src/a.js"],
              patchId: options.get("patch") ?? `patch-${head}`,
            },
            risks,
            grantable: !words.includes("ungrantable"),
          },
    review: null,
  };
}

/** `plan="one|two"`: these steps. */
function planOf(steps: string): Plan {
  return {
    summary: "Mend it.",
    steps: steps.split("|"),
    files: ["src/a.js"],
    verification: "npm test",
    estimate: "10 minutes",
  };
}

function reviewerEnded({ words, options }: Line, state: LoopState | null, now: number): LoopEvent {
  const [answer = "approve"] = words;
  const gone = answer === "lost" || answer === "timed_out" || answer === "silent";
  return {
    type: "run_ended",
    run: options.get("run") ?? runningRun(state),
    endedAt: now,
    status: gone ? answer : "finished",
    exitCode: gone ? null : 0,
    logSha256: null,
    spentNano: nanoOf(Number(options.get("spent") ?? 0)),
    tokens: noTokens,
    outOfBudget: words.includes("out-of-budget"),
    modelDown: words.includes("model-down"),
    tools: [],
    note: "",
    claim: null,
    change: null,
    review: gone ? null : aReview(answer as Review["verdict"], Number(options.get("confidence") ?? 0.9)),
  };
}

/** `check unit green`, `check unit red=a,b`, `check unit no_evidence`, `check unit lost`: of the run of this check that is waited for. */
function checkEnded(
  { words: [name = "", word = "red"], options }: Line,
  state: LoopState | null,
  now: number,
): LoopEvent {
  const runs = (state?.attempts.at(-1)?.runs ?? []).filter(({ check }) => check?.name === name);
  const run = options.get("run") ?? (runs.find(({ status }) => status === "running") ?? runs.at(-1))?.id ?? "no-run";
  const isGone = word === "lost" || word === "refused" || word === "stopped";
  const red = options.get("red")?.split(",") ?? [];
  const seen = { state: word, note: `it is ${word}`, red, redAll: red.join(","), redCount: red.length, findings: [] };
  return {
    type: "run_ended",
    run,
    endedAt: now,
    status: isGone ? word : word === "green" ? "finished" : "failed",
    exitCode: isGone ? null : word === "red" ? 1 : 0,
    logSha256: null,
    spentNano: 0,
    tokens: noTokens,
    outOfBudget: false,
    modelDown: false,
    tools: [],
    note: "",
    claim: null,
    change: null,
    review: null,
    check: isGone ? null : CheckSeen.parse(seen),
  };
}

function aReview(verdict: Review["verdict"], confidence: number): Review {
  const findings = verdict === "reject" ? [aFinding("review", "the total is rounded twice")] : [];
  return { verdict, summary: `I ${verdict}`, confidence, findings };
}

function aFinding(source: Finding["source"], title: string): Finding {
  return { source, title, detail: "", path: null, line: null, url: null };
}

function verdictOf(colour: string, head: string, options: ReadonlyMap<string, string>): Verdict {
  const fails = options.get("fails") ?? "test a";
  return {
    head,
    colour: colour as Verdict["colour"],
    parts: [
      {
        source: "ci",
        name: "ci / test",
        colour: colour as Verdict["colour"],
        note: options.get("ended") ?? colour,
        url: null,
        ...(options.has("ended") ? { final: true } : {}),
        ...(options.has("lacks") ? { lacks: options.get("lacks") as "run" | "report" } : {}),
      },
      ...unshown(options.get("unshown")),
    ],
    findings: colour === "red" ? [aFinding("ci", fails)] : [],
    ...(options.has("onbase") ? { onBase: true, doubtful: true } : {}),
    ...(options.has("again") ? { doubtful: true } : {}),
    fingerprint: colour === "red" ? fails : "",
  };
}

/** An own check that shows nothing, here or on the base. */
function unshown(name: string | undefined): Verdict["parts"] {
  if (name === undefined) return [];
  return [{ source: "check", name, colour: "pending", note: "it shows nothing", url: null, final: true }];
}

function refusalOf(of: string | undefined, now: string): ApprovalRefusal {
  if (of === "requester" || of === "author") return { of };
  return of === "other_head" ? { of, head: "0ld", now } : { of: "no_permission" };
}

function mergedBy(login: string) {
  return { by: person(login), ours: login === "loopgate[bot]" };
}

function mergeOf(outcome: string | undefined): MergeOutcome | null {
  if (outcome === undefined) return null;
  if (outcome === "done") return { ok: true };
  if (outcome === "queued") return { ok: "queued" };
  const [, reason] = /^out:(.+)/.exec(outcome) ?? [];
  return reason === undefined ? { ok: false, message: outcome } : { ok: false, message: reason, queue: true };
}

function gateRead({ words, options }: Line, state: LoopState | null): LoopEvent {
  const head = options.get("head") ?? headOf(state);
  const listed = (key: string) => (options.has(key) ? (options.get(key) ?? "").split(",") : []);
  return {
    type: "gate_read",
    facts: {
      head,
      open: !words.includes("closed") && !options.has("merged"),
      merged: options.has("merged") ? mergedBy(options.get("merged") ?? "") : null,
      approvals: listed("approved").map(person),
      refusals: listed("refused").map((login) => ({ ...person(login), why: refusalOf(options.get("why"), head) })),
      changes: listed("changes").map((login) => aFinding("person", `changes requested by ${login}`)),
      requests: listed("changes").map((_, index) => 900 + index),
      unknownPushes: Number(options.get("unknown") ?? 0),
      unread: options.has("unread") ? { what: "reviews", read: Number(options.get("unread")) } : null,
      verdict: verdictOf(options.get("checks") ?? "green", head, options),
      ...conflictOf({ words, options, verb: "gate" }),
      ...outdatedOf({ words, options, verb: "gate" }),
      ...(options.has("retargeted") ? { retargeted: { branch: "release", sha: options.get("retargeted") ?? "" } } : {}),
    },
    merge: mergeOf(options.get("merge")),
    ...againIn({ words, options, verb: "gate" }),
  };
}
