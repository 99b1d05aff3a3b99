// The model providers that the operator configured: where they are, whose wire format they speak, and what a call reports.
import { anthropic } from "./anthropic.ts";
import { gemini } from "./gemini.ts";
import type { Share } from "./ledger.ts";
import { openai } from "./openai.ts";
import type { Family, ProblemKind } from "./wire.ts";

export interface ModelProvider {
  /** Its part of the path, as in `/model/anthropic`. */
  readonly name: string;
  readonly family: "anthropic" | "openai" | "gemini";
  /** Upstream address as the provider's own clients take it; for the OpenAI family that includes `/v1`. */
  readonly baseUrl: string;
  /** The real key, which never leaves the gateway inwards; null for a server that wants none. */
  readonly key: string | null;
  /** Its id in the price table, or null where only the operator's own prices count. */
  readonly priceId: string | null;
  /** The only models that may be called; empty or absent: every model that has a price. */
  readonly models?: readonly string[];
}

const families: Readonly<Record<ModelProvider["family"], Family>> = { anthropic, openai, gemini };

export function familyOf(provider: ModelProvider): Family {
  return families[provider.family];
}

/** How a call ended. Everything but `refused` was sent, or tried to be. */
export type CallOutcome =
  | "complete"
  | "refused" // by the gateway; `problem` says why
  | "declined" // by the provider, in its own error shape: nothing was produced
  | "usage_missing" // a whole answer without figures: the reservation is spent
  | "cut" // the answer ended before its figures
  | "silent" // no byte for too long
  | "unreachable" // no connection: nothing was sent
  | "unreadable"; // an answer that is neither a success nor the provider's own error

/** One call, for the trace and the report. Token counts are the provider's; costs are US dollars. */
export interface ModelCall {
  readonly run: string;
  readonly provider: string;
  readonly model: string | null;
  readonly kind: "generate" | "count" | null;
  readonly outcome: CallOutcome;
  readonly problem: ProblemKind | null;
  /** The provider's HTTP status; null when there was no answer. */
  readonly status: number | null;
  /** How often it was sent again because the provider had too many requests. */
  readonly repeats: number;
  /** Milliseconds that the provider asked the client to wait in the refusal that was passed on; null: it asked for none. */
  readonly retryAfterMs: number | null;
  /** Whether it offers tools: a call that does is the agent's work, one that does not may be an errand, such as a title. */
  readonly offersTools: boolean;
  readonly share: Share | null;
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly costUsd: number;
  readonly reservedUsd: number;
  /** True where figures were missing and the worst was charged. */
  readonly estimated: boolean;
  /** Whether the client went away before the end; the rest was still read, for its figures. */
  readonly clientGone: boolean;
  /** The output limit that was sent. */
  readonly outputLimit: number | null;
  readonly stripped: readonly string[];
  readonly prices: string | null;
  readonly ms: number;
}

export interface ModelLimits {
  readonly bodyBytes: number;
  /** Bytes of requests that one run may send at once, and how many a second after that: others want their turn. */
  readonly burstBytes: number;
  readonly bytesPerSecond: number;
  /** Bytes of an answer that is not streamed. */
  readonly answerBytes: number;
  /** Bytes of one event of a stream. The largest there are repeat the tools and instructions of their request. */
  readonly eventBytes: number;
  /** Calls of one run at a time. */
  readonly calls: number;
  /** Output tokens of one call, and what a call gets that asks for none. */
  readonly outputTokens: number;
  /** Output tokens of one call while handing over. */
  readonly handoverTokens: number;
  /** How long the provider may send nothing. */
  readonly silenceMs: number;
  /** How long a call waits in all for a provider that has too many requests, before its client is told. */
  readonly patienceMs: number;
  /** How long an answer is still read, for its figures, after the client went away. */
  readonly drainMs: number;
}

export const defaultLimits: ModelLimits = {
  bodyBytes: 20 * 1024 * 1024,
  burstBytes: 64 * 1024 * 1024,
  bytesPerSecond: 4 * 1024 * 1024,
  answerBytes: 8 * 1024 * 1024,
  eventBytes: 4 * 1024 * 1024,
  calls: 16,
  outputTokens: 64_000,
  handoverTokens: 4096,
  silenceMs: 300_000,
  patienceMs: 30_000,
  drainMs: 120_000,
};
