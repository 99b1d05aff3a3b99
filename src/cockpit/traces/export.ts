// Sends spans to a collector by OTLP over HTTP, in batches and behind everything else: a collector that is away costs spans, never a loop.
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { type HrTime, type SpanContext, SpanKind, SpanStatusCode, TraceFlags } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, type ReadableSpan } from "@opentelemetry/sdk-trace";
import { appVersion } from "../../base/app-version.ts";
import type { Collector } from "./collector.ts";
import type { SpanData } from "./tree.ts";

export interface Exporter {
  send(spans: readonly SpanData[]): void;
  /** Sends what is left, for two seconds at most, and ends; resolves also where that fails. */
  close(): Promise<void>;
}

const delayMs = 500;
const timeoutMs = 10_000;
/** Whoever stops the App is not kept waiting by a collector that hangs. */
const goodbyeMs = 2_000;

/** `tell` is told where spans are given up at the end. */
export function createExporter({ endpoint, headers }: Collector, tell: (what: string) => void): Exporter {
  const version = appVersion();
  const url = `${endpoint.replace(/\/+$/, "")}/v1/traces`;
  const agent =
    new URL(url).protocol === "https:" ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const exporter = new OTLPTraceExporter({
    url,
    headers: { ...headers },
    timeoutMillis: timeoutMs,
    httpAgentOptions: () => agent,
  });
  const options = { scheduledDelayMillis: delayMs, maxQueueSize: 8_192, exportTimeoutMillis: timeoutMs };
  const processor = new BatchSpanProcessor({ exporter, ...options });
  const resource = resourceFromAttributes({ "service.name": "loopgate", "service.version": version });
  const asRead = (span: SpanData): ReadableSpan => {
    const { traceId, parentId, startMs, endMs } = span;
    const context = (spanId: string): SpanContext => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED });
    return {
      name: span.name,
      kind: { internal: SpanKind.INTERNAL, server: SpanKind.SERVER, client: SpanKind.CLIENT }[span.kind],
      spanContext: () => context(span.spanId),
      ...(parentId === null ? {} : { parentSpanContext: context(parentId) }),
      startTime: timeOf(startMs),
      endTime: timeOf(endMs),
      duration: timeOf(endMs - startMs),
      status:
        span.error === null ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: span.error },
      attributes: { ...span.attributes },
      links: [],
      events: [],
      ended: true,
      resource,
      instrumentationScope: { name: "loopgate", version },
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    };
  };
  return {
    send(spans) {
      for (const span of spans) processor.onEnd(asRead(span));
    },
    async close() {
      const isOver = await Promise.race([
        processor.shutdown().then(
          () => true,
          () => true,
        ),
        delay(goodbyeMs, false, { ref: false }),
      ]);
      if (!isOver)
        tell(
          `The collector at ${new URL(url).origin} did not take the last spans within ${goodbyeMs / 1000} s; they are lost.`,
        );
      agent.destroy(); // what is under way would keep the process
    },
  };
}

/** Seconds and nanoseconds. */
function timeOf(ms: number): HrTime {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1e6)];
}
