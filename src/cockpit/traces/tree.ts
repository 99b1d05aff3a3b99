// A loop as spans, nested and each with its end: worked out from its state alone, so that it is the same whichever process tells it.
import { createHash } from "node:crypto";
import { dollarsOf } from "../../loop/money.ts";
import type { Attempt, LoopState, RunFacts } from "../../loop/state.ts";

export interface SpanData {
  readonly traceId: string; // 32 hexadecimal digits
  readonly spanId: string; // 16 of them
  readonly parentId: string | null;
  readonly name: string;
  readonly kind: "internal" | "server" | "client";
  readonly startMs: number; // epoch milliseconds
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** Why it failed; null: it did not. */
  readonly error: string | null;
}

/** One trace for each loop. */
const traceIdOf = ({ id, issue }: Pick<LoopState, "id" | "issue">) => digest(32, "loop", issue.repositoryId, id);

/** Each grant of time, by the label or by a retry, is a span of its own below which all else hangs. */
export const rootIdOf = ({ id, grantedAt }: Pick<LoopState, "id" | "grantedAt">) => digest(16, "grant", id, grantedAt);

const digest = (length: number, ...parts: readonly (string | number)[]) =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, length);

export const spanIdOf = (...parts: readonly (string | number)[]) => digest(16, ...parts);

/** What of the loop is over, since its last grant: parents before their children. */
export function treeOf(state: LoopState): SpanData[] {
  const attempts = state.attempts.filter(({ startedAt }) => startedAt >= state.grantedAt);
  return [...rootOf(state), ...attempts.flatMap((attempt) => attemptSpans(state, attempt))];
}

/** When the loop's newest span at the top begins, in epoch milliseconds. */
export const rootStart = ({ startedAt, grantedAt }: Pick<LoopState, "startedAt" | "grantedAt">) =>
  Math.max(startedAt, grantedAt);

function rootOf(state: LoopState): SpanData[] {
  const { ending, issue, id } = state;
  if (ending === null) return [];
  const span: SpanData = {
    ...within(state, rootIdOf(state), null),
    name: "loop",
    startMs: rootStart(state),
    endMs: ending.at,
    attributes: {
      "gen_ai.operation.name": "invoke_workflow",
      "gen_ai.workflow.name": "loop",
      "gen_ai.conversation.id": id,
      "vcs.repository.name": `${issue.owner}/${issue.name}`,
      "loopgate.issue": issue.number,
      "loopgate.attempts": state.attempts.length,
      "loopgate.ended": ending.reason,
    },
    error: ending.reason === "infrastructure_error" ? ending.reason : null,
  };
  return [span];
}

function attemptSpans(state: LoopState, attempt: Attempt): SpanData[] {
  const { number, startedAt, verdict } = attempt;
  const spanId = spanIdOf("attempt", state.id, number);
  const endMs = attempt.endedAt ?? state.ending?.at ?? null;
  const runs = attempt.runs.filter(({ endedAt, untold }) => endedAt !== null && untold !== true);
  const runSpans = runs.flatMap((run) => runSpansOf(state, run, spanId));
  const own: SpanData[] =
    endMs === null
      ? []
      : [
          {
            ...within(state, spanId, rootIdOf(state)),
            name: `attempt ${number}`,
            startMs: startedAt,
            endMs,
            attributes: { "loopgate.attempt": number, "loopgate.counted": attempt.counted },
            error: null,
          },
        ];
  if (verdict === null || verdict.colour === "pending") return [...own, ...runSpans];
  const lastRun = Math.max(startedAt, ...runs.map(({ endedAt }) => endedAt ?? startedAt));
  const judged: SpanData = {
    ...within(state, spanIdOf("verdict", state.id, number, verdict.head ?? ""), spanId),
    name: "verdict",
    startMs: Math.min(
      ...runs.filter(({ role }) => role === "executor").map(({ endedAt }) => endedAt ?? lastRun),
      lastRun,
    ),
    endMs: Math.max(endMs ?? lastRun, lastRun),
    attributes: {
      "gen_ai.evaluation.name": "verdict",
      "gen_ai.evaluation.score.label": verdict.colour,
      "loopgate.findings": verdict.findings.length,
    },
    error: null,
  };
  return [...own, ...runSpans, judged];
}

/** https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-agent-spans/ */
function runSpansOf(state: LoopState, run: RunFacts, parentId: string): SpanData[] {
  const { id, role, startedAt, status, tokens, spentNano, toolCalls = [] } = run;
  const endMs = Math.max(startedAt, run.endedAt ?? startedAt);
  const rules = role === "reviewer" ? state.rules?.reviewer : state.rules?.executor;
  const spanId = spanIdOf("run", state.id, id);
  const own: SpanData = {
    ...within(state, spanId, parentId),
    name: `invoke_agent ${role}`,
    kind: "client",
    startMs: startedAt,
    endMs,
    attributes: {
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": role,
      "gen_ai.agent.id": id,
      ...(rules?.model && role !== "check" ? { "gen_ai.request.model": rules.model } : {}),
      "gen_ai.usage.input_tokens": tokens.input,
      "gen_ai.usage.output_tokens": tokens.output,
      "gen_ai.usage.cache_read.input_tokens": tokens.cached,
      "loopgate.cost_usd": dollarsOf(spentNano),
      "loopgate.status": status,
    },
    error: status === "finished" ? null : status,
  };
  const tools = toolCalls.map(
    ({ tool, calls, refused, failed, ms }): SpanData => ({
      ...within(state, spanIdOf("tool", state.id, id, tool), spanId),
      name: `execute_tool ${tool}`,
      startMs: startedAt,
      endMs: Math.min(endMs, startedAt + ms),
      attributes: {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": tool,
        "loopgate.tool.calls": calls,
        "loopgate.tool.refused": refused,
        "loopgate.tool.failed": failed,
        "loopgate.tool.ms": ms,
      },
      error: failed > 0 ? "some calls failed" : null,
    }),
  );
  return [own, ...tools];
}

/** A span of the loop's trace. */
export function within(state: Pick<LoopState, "id" | "issue">, spanId: string, parentId: string | null) {
  return { traceId: traceIdOf(state), spanId, parentId, kind: "internal" as SpanData["kind"] };
}
