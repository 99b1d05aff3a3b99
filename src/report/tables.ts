// The tables and lists of the status and attempt comments.

import type { Attempt, Criterion, Isolation, LoopState, Review, RunFacts, VerdictPart } from "../loop/state.ts";
import { cellCode, inlineCode } from "./escape.ts";
import { inDollars } from "./money.ts";
import { date, duration } from "./time.ts";
import { commit } from "./wording/parts.ts";

const LISTED_ATTEMPTS = 25;

/** One row for each attempt, the newest 25. */
export function attemptTable(state: LoopState): string {
  const shown = state.attempts.slice(-LISTED_ATTEMPTS);
  const left = state.attempts.length - shown.length;
  const hasChecks = state.rules?.ownChecks !== undefined;
  const rows = shown.map((attempt) => {
    const judged = attempt.verdict?.parts ?? [];
    const cells = [
      attempt.number,
      changeCell(attempt),
      ...(hasChecks ? [judgeCell(judged, "check")] : []),
      judgeCell(judged, "ci"),
      reviewCell(attempt),
      outcomeCell(attempt),
      timeCell(attempt),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  const head = ["attempt", "change", ...(hasChecks ? ["checks"] : []), "CI", "review", "outcome", "time"];
  const lines = [`| ${head.join(" | ")} |`, `|${head.map(() => "---").join("|")}|`, ...rows];
  return left === 0 ? lines.join("\n") : `${lines.join("\n")}\n\n(${left} earlier attempts are not shown.)`;
}

const stateWords: Readonly<Record<Criterion["state"], string>> = {
  met: "met",
  not_met: "**not met**",
  cannot_tell: "cannot tell",
};

/** What the reviewer says of each of the issue's acceptance criteria, `shown` at most; empty where it says nothing of them. */
export function criteriaTable(review: Review | null, shown: number): string[] {
  const { criteria = [] } = review ?? {};
  if (criteria.length === 0) return [];
  const rows = criteria.slice(0, shown).map(({ text, state, evidence }) => {
    return `| ${cellCode(text, 300)} | ${stateWords[state]} | ${evidence === "" ? "–" : cellCode(evidence, 300)} |`;
  });
  const more = criteria.length - rows.length;
  const table = ["| what done means, by the issue | the reviewer says | evidence |", "|---|---|---|", ...rows].join(
    "\n",
  );
  return [table, ...(more > 0 ? [`(${more} more are in the issue.)`] : [])];
}

/** The containers of one attempt, one line each. */
export function runLines(attempt: Attempt): string {
  return attempt.runs.map((run) => `- ${roleWords(run)}: ${runWords(run)}`).join("\n");
}

/** How the runs are isolated, as inspected; null before the first container was seen. */
export function isolationOf(state: LoopState): Isolation | null {
  const seen = state.attempts.flatMap((attempt) => attempt.runs).map((run) => run.isolation);
  return seen.findLast((isolation) => isolation?.runtime === "process") ?? seen.findLast((one) => one !== null) ?? null;
}

/** One sentence on a container's isolation. */
export function isolationSentence(isolation: Isolation): string {
  if (isolation.runtime === "process") return "**none**: the agent runs as a plain process on the App's host";
  const capabilities =
    isolation.capabilities.length === 0
      ? "no capabilities"
      : `capabilities ${inlineCode(isolation.capabilities.join(", "))}`;
  const root = isolation.readOnlyRoot ? "read-only root" : "**writable root**";
  const missing = isolation.missing?.length ? `; **not in force here**: ${isolation.missing.join(", ")}` : "";
  const unseen = isolation.unseen?.length ? `; not visible from inside: ${isolation.unseen.join(", ")}` : "";
  const user = `user ${inlineCode(isolation.user)}${isolation.sharedUser ? ", **which all runs have**" : ""}`;
  return `container, network ${inlineCode(isolation.network)}, ${capabilities}, ${root}, ${user}${missing}${unseen}`;
}

function roleWords({ role, check, reviewer, canary }: RunFacts): string {
  if (canary === true)
    return `reviewer${reviewer === undefined ? "" : ` ${reviewer + 1}`}, tried on a change that was planted as bad`;
  if (check === undefined) return reviewer === undefined ? role : `${role} ${reviewer + 1}`;
  if (check.at === "without") return "checks with parts of the change taken back";
  return `check ${inlineCode(check.name)}${check.at === "base" ? " on the base" : ""}`;
}

function changeCell({ change, head, endedAt, plans }: Attempt): string {
  if (plans) return endedAt === null ? "planning" : "planned";
  if (change === null) return endedAt === null ? "working" : "nothing pushed";
  const files = change.files === 1 ? "1 file" : `${change.files} files`;
  const size = `${files}, +${change.additions} −${change.deletions}`;
  return head === null ? `${size}, not pushed` : `${size} in ${commit(head)}`;
}

function judgeCell(parts: readonly VerdictPart[], source: VerdictPart["source"]): string {
  const own = parts.filter((part) => part.source === source && part.colour !== "absent");
  const worst = own.find((part) => part.colour === "red") ?? own.find((part) => part.colour === "pending") ?? own[0];
  if (worst === undefined) return "–";
  return worst.colour === "green" ? "green" : `${worst.colour}: ${cellCode(worst.name, 40)}`;
}

function reviewCell(attempt: Attempt): string {
  if (attempt.review !== null)
    return { approve: "approves", reject: "rejects", unreadable: "unreadable" }[attempt.review.verdict];
  return judgeCell(attempt.verdict?.parts ?? [], "review");
}

function outcomeCell(attempt: Attempt): string {
  if (attempt.plans) return "not counted";
  const colour = attempt.verdict?.colour ?? (attempt.endedAt === null ? "–" : "not judged");
  return attempt.counted ? colour : `${colour}, not counted`;
}

function timeCell({ startedAt, endedAt }: Attempt): string {
  return endedAt === null ? `since ${date(startedAt)}` : duration(endedAt - startedAt);
}

function runWords(run: RunFacts): string {
  const took = run.endedAt === null ? `since ${date(run.startedAt)}` : duration(run.endedAt - run.startedAt);
  const code = run.exitCode === null ? "" : `, exit code ${run.exitCode}`;
  const brief =
    run.briefSha256 === null || run.role === "check" ? "" : `, brief ${inlineCode(run.briefSha256.slice(0, 12))}`;
  const log = run.logSha256 === null ? "" : `, log ${inlineCode(run.logSha256.slice(0, 12))}`;
  const refused = run.refusals?.length ? `, **was refused** ${inlineCode(run.refusals.join(", "), 600)}` : "";
  const lost = run.lostServices?.length ? `, **lost** ${inlineCode(run.lostServices.join("; "), 600)}` : "";
  const cost = modelWords(run);
  const tools = run.tools.length === 0 ? "" : `, says it called ${inlineCode(run.tools.join(", "), 400)}`;
  return `${run.status.replace("_", " ")}, ${took}${code}${cost}${handoverWords(run)}${refused}${lost}${toolWords(run)}${tools}${brief}${log}${madeOf(run)}`;
}

/** As the tool gateway counted, each with what its calls took together; nothing where none was called. */
function toolWords({ toolCalls = [] }: RunFacts): string {
  if (toolCalls.length === 0) return "";
  const shown = toolCalls.map(({ tool, calls, refused, failed, ms }) => {
    const bad = [...(refused === 0 ? [] : [`${refused} refused`]), ...(failed === 0 ? [] : [`${failed} failed`])];
    return `${tool} ×${calls} (${[...bad, ms < 1_000 ? `${ms} ms` : duration(ms)].join(", ")})`;
  });
  return `, called its tools ${inlineCode(shown.join(", "), 600)}`;
}

/** An agent was started once more after its budget for work was used up. */
function handoverWords({ handover }: RunFacts): string {
  if (handover === undefined) return "";
  return handover === "done" ? ", handed over within its budget" : ", could not hand over within its budget";
}

/** What a container was made of; a plain process was made of nothing that could be named. */
function madeOf({ provenance }: RunFacts): string {
  if (provenance === undefined) return "";
  const { agent, agentVersion, image, readyMs } = provenance;
  const version = agentVersion === null ? "" : `, ${inlineCode(`${agent} ${agentVersion}`)}`;
  if (image === null) return version;
  const ready = readyMs === null ? "" : `, ready in ${readyMs} ms`;
  return `${version}, image ${inlineCode(image.id.replace(/^sha256:/, "").slice(0, 12))}${ready}`;
}

/** Nothing for a run that called no model, or whose calls cost and told nothing. */
function modelWords({ spentNano, tokens }: RunFacts): string {
  const { input, cached, output } = tokens;
  if (spentNano === 0 && input + output === 0) return "";
  const ofThem = cached === 0 ? "" : ` (${cached} cached)`;
  return `, ${inDollars(spentNano)} for models: ${input} tokens in${ofThem}, ${output} out`;
}
