// Tells of loops as spans as they go: deliveries and decisions when they happen, what a loop did once it is over.
import type { Decided, Delivery } from "../../engine/ports.ts";
import type { LoopState } from "../../loop/state.ts";
import { rootIdOf, rootStart, type SpanData, spanIdOf, treeOf, within } from "./tree.ts";

export interface Teller {
  /** To be told of each delivery before it is stored. */
  delivered(delivery: Delivery): void;
  /** To be told of each decision once it is saved. */
  decided(decided: Decided): void;
}

/** A delivery that nothing was decided for within so long is nobody's. */
const deliveryLastsMs = 10 * 60_000;
const mostDeliveries = 1_000;

interface Arrived {
  readonly guid: string;
  readonly receivedAt: number;
  /** Types of the events that it means. */
  readonly events: readonly string[];
}

/**
 * Each span is told once by this process. What an earlier one told of a loop, or was killed before it told, is not known here: so
 * a loop that goes on from there has its whole tree told when it ends, under the same ids.
 */
export function createTeller(tell: (spans: readonly SpanData[]) => void): Teller {
  const told = new Map<string, { readonly spans: Set<string>; readonly isWhole: boolean }>();
  const arrived = new Map<string, Arrived>();
  const issueOfPull = new Map<string, string>();

  /** The delivery that brought what was decided about. */
  function deliveryOf({ issueKey, event, at }: Decided): Arrived | null {
    const found = arrived.get(issueKey);
    if (found === undefined || !found.events.includes(event.type)) return null;
    arrived.delete(issueKey);
    return at - found.receivedAt < deliveryLastsMs ? found : null;
  }

  function fresh(issueKey: string, { before, after }: Decided): readonly SpanData[] {
    if (after === null) return [];
    const key = `${issueKey} ${after.id}`;
    const known = told.get(key) ?? begun(before, after);
    told.set(key, known);
    const ended = after.ending !== null;
    if (ended) told.delete(key);
    const isLate = (span: SpanData) => !known.spans.has(span.spanId) || (ended && !known.isWhole);
    const spans = treeOf(after).filter(isLate);
    for (const { spanId } of spans) known.spans.add(spanId);
    return spans;
  }

  function remember(issueKey: string, after: LoopState | null): void {
    if (after === null) return;
    const { pull, issue } = after;
    if (pull === null) return;
    const key = `${issue.repositoryId}#${pull.number}`;
    if (after.ending === null) issueOfPull.set(key, issueKey);
    else issueOfPull.delete(key);
  }

  return {
    delivered({ guid, receivedAt, translated, origin: { repositoryId, thread } }) {
      if (repositoryId === null || thread === null || translated.kind !== "event") return;
      const number = `${repositoryId}#${thread}`;
      const key = issueOfPull.get(number) ?? number;
      arrived.delete(key);
      arrived.set(key, { guid, receivedAt, events: translated.events.map(({ type }) => type) });
      const [oldest] = arrived.keys();
      if (oldest !== undefined && arrived.size > mostDeliveries) arrived.delete(oldest);
    },
    decided(decided) {
      const { issueKey, event, before, after, seq, storedAt, at } = decided;
      remember(issueKey, after);
      const state = after ?? before;
      if (state === null) return;
      // What still comes in once a loop is over is no part of it.
      if (before?.id === state.id && before.ending !== null && state.ending !== null) return;
      const begin = (ms: number) => Math.max(rootStart(state), Math.min(ms, at));
      const root = rootIdOf(state);
      const delivery = deliveryOf(decided);
      const deliverySpan: SpanData[] =
        delivery === null
          ? []
          : [
              {
                ...within(state, spanIdOf("delivery", state.id, delivery.guid), root),
                name: "delivery",
                kind: "server",
                startMs: begin(delivery.receivedAt),
                endMs: at,
                attributes: {
                  "loopgate.delivery": delivery.guid,
                  "loopgate.waited_ms": Math.max(0, at - delivery.receivedAt), // also before the loop had begun
                },
                error: null,
              },
            ];
      const decision: SpanData = {
        ...within(state, spanIdOf("decision", state.id, seq), deliverySpan[0]?.spanId ?? root),
        name: `decide ${event.type}`,
        startMs: begin(storedAt),
        endMs: at,
        attributes: { "loopgate.before": before?.phase ?? "none", "loopgate.after": after?.phase ?? "none" },
        error: null,
      };
      tell([...deliverySpan, decision, ...fresh(issueKey, decided)]);
    },
  };
}

/** A loop that was under way before this process heard of it: what was over then was told, or was to be, by another. */
function begun(before: LoopState | null, after: LoopState) {
  const earlier = before?.id === after.id ? before : null;
  const spans = new Set(earlier === null ? [] : treeOf(earlier).map(({ spanId }) => spanId));
  return { spans, isWhole: earlier === null };
}
