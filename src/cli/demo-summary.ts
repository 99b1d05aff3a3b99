// The demo's summary for machines: how the loop ended, what each attempt was, what isolated it, what it cost GitHub.
import type { ContainerFacts } from "../container/run.ts";
import { countByKind, type RequestEntry } from "../forge/http/requests.ts";
import { dollarsOf, spentOf } from "../loop/money.ts";
import type { Attempt, LoopState } from "../loop/state.ts";
import { endingSentence } from "../report/wording/endings.ts";
import { isSetUp } from "../runs/files.ts";
import type { SeenRun } from "./demo-runtime.ts";

export interface SummaryParts {
  /** Null when the issue was never claimed. */
  readonly state: LoopState | null;
  readonly runs: readonly SeenRun[];
  readonly requests: readonly RequestEntry[]; // since the issue was opened
  readonly briefs: ReadonlyMap<string, string>; // by run
  readonly startedAt: number; // epoch milliseconds
  readonly endedAt: number;
  readonly addresses: { readonly thread: string; readonly pull: string | null };
  readonly thread: string; // Markdown
  readonly pullThread: string | null;
}

/** What `--json` writes. Times in seconds where the name says nothing else. */
export interface Summary {
  readonly reason: string | null; // null: the loop did not end
  readonly phase: string | null;
  readonly detail: string | null;
  readonly seconds: number;
  readonly addresses: SummaryParts["addresses"];
  readonly attempts: readonly AttemptSummary[];
  /** In US dollars; null: nothing was said before it began. */
  readonly cost: { readonly usd: number; readonly estimate: { readonly least: number; readonly most: number } | null };
  readonly requests: {
    readonly kinds: Readonly<Record<string, number>>;
    readonly total: number;
    readonly logs: number; // of them, one for each job of CI that failed
    readonly floor: number; // 13 + 4 for each attempt
    readonly ratio: number; // of all but the logs to the floor
  };
  readonly thread: string;
  readonly pullThread: string | null;
}

export interface AttemptSummary {
  readonly number: number;
  readonly verdict: "green" | "red" | "pending" | null;
  readonly seconds: number | null;
  readonly head: string | null;
  readonly change: { readonly files: number; readonly additions: number; readonly deletions: number } | null;
  readonly findings: readonly string[];
  readonly runs: readonly RunSummary[];
}

export interface RunSummary {
  readonly id: string;
  readonly role: string;
  readonly status: string | null; // null: it still runs
  readonly seconds: number | null;
  readonly exit_code: number | null; // null: it still runs, or has none
  readonly note: string | null; // why it ended so, where its status does not say it
  readonly brief: string | null; // exactly what its agent was told
  readonly last_lines: string | null; // of a run that failed, as the thread has them
  readonly ready_ms: number | null; // from the order to the agent's go
  readonly container: ContainerFacts;
}

/** Puts the summary together. */
export function summarize(parts: SummaryParts): Summary {
  const { state, addresses, thread, pullThread } = parts;
  const attempts = state?.attempts ?? [];
  return {
    reason: state?.ending?.reason ?? null,
    phase: state?.phase ?? null,
    detail: state?.ending ? endingSentence(state.ending) : null,
    seconds: seconds(parts.startedAt, parts.endedAt),
    addresses,
    attempts: attempts.map((attempt) => summarizeAttempt(attempt, parts)),
    cost: costOf(state),
    requests: summarizeRequests(parts.requests, attempts.length),
    thread,
    pullThread,
  };
}

function costOf(state: LoopState | null): Summary["cost"] {
  const { estimate } = state ?? {};
  return {
    usd: state === null ? 0 : dollarsOf(spentOf(state)),
    estimate:
      estimate === undefined ? null : { least: dollarsOf(estimate.leastNano), most: dollarsOf(estimate.mostNano) },
  };
}

function summarizeAttempt(attempt: Attempt, { runs, briefs }: SummaryParts): AttemptSummary {
  const { number, startedAt, endedAt, head, change, verdict } = attempt;
  return {
    number,
    verdict: verdict?.colour ?? null,
    seconds: endedAt === null ? null : seconds(startedAt, endedAt),
    head,
    change: change && { files: change.files, additions: change.additions, deletions: change.deletions },
    findings: (verdict?.findings ?? []).map((finding) => finding.title),
    runs: runs
      .filter(({ request }) => request.attempt === number)
      .map((run) => ({
        ...summarizeRun(run),
        brief: briefs.get(run.request.id) ?? null,
        last_lines: attempt.runs.find(({ id }) => id === run.request.id)?.said ?? null,
      })),
  };
}

function summarizeRun({ request, running, outcome }: SeenRun): Omit<RunSummary, "brief" | "last_lines"> {
  return {
    id: request.id,
    role: isSetUp(request.id) ? "set_up" : request.role,
    status: outcome?.status ?? null,
    seconds: outcome && seconds(outcome.startedAt, outcome.endedAt),
    exit_code: outcome?.exitCode ?? null,
    note: outcome?.note ?? null,
    ready_ms: outcome?.readyMs ?? null,
    container: running.facts,
  };
}

/** The requests against the least that a healthy loop of so many attempts can do with, and a log for each job that failed. */
function summarizeRequests(requests: readonly RequestEntry[], attempts: number): Summary["requests"] {
  const kinds = countByKind(requests);
  const total = Object.values(kinds).reduce((sum, count) => sum + count, 0);
  const floor = 13 + 4 * attempts;
  const logs = kinds[logRequest] ?? 0;
  return { kinds, total, logs, floor, ratio: Math.round(((total - logs) / floor) * 100) / 100 };
}

const logRequest = "GET /repos/:owner/:repo/actions/jobs/:id/logs";

/** One line on what the loop cost GitHub. */
export function requestsLine({ requests: { total, logs, floor, ratio }, attempts }: Summary): string {
  const besides = logs === 0 ? "" : `, ${logs} of them for the log of a job that failed`;
  return `${total} requests to GitHub${besides}; the floor for as many attempts (${attempts.length}) is ${floor}: ${ratio} ×`;
}

function seconds(from: number, to: number): number {
  return Math.round(to - from) / 1000;
}
