// What this process saw of GitHub since it started: deliveries by repository, those it refused, and what is left of limits.
import type { Decided } from "../../engine/ports.ts";

export interface Seen {
  /** To be told of each delivery that was stored. */
  delivered(repositoryId: number | null): void;
  /** To be told of each answer to a delivery. */
  answered(outcome: string, reason: string): void;
  /** To be told of what GitHub says is left of a limit. */
  left(quota: Omit<Limit, "at">): void;
  /** To be told of each decision: what repositories are called is known from their loops. */
  decided(decided: Pick<Decided, "after">): void;
  report(): SeenReport;
}

export interface Limit {
  readonly installationId: number;
  readonly resource: string;
  readonly remaining: number;
  readonly limit: number;
  readonly at: number; // epoch milliseconds
}

export interface SeenReport {
  readonly since: number; // epoch milliseconds
  /** The repositories that were heard of last, first. */
  readonly deliveries: readonly { readonly repository: string; readonly at: number; readonly count: number }[];
  readonly refused: readonly { readonly reason: string; readonly at: number; readonly count: number }[];
  readonly limits: readonly Limit[];
}

/** So many repositories, reasons and limits are told apart; of more, those that were heard of last. */
const most = 500;

export function createSeen(now: () => number): Seen {
  const since = now();
  const names = new Map<number, string>();
  const deliveries = new Map<number, { at: number; count: number }>();
  const refused = new Map<string, { at: number; count: number }>();
  const limits = new Map<string, Limit>();

  return {
    delivered(repositoryId) {
      if (repositoryId !== null) countIn(deliveries, repositoryId, now());
    },
    answered(outcome, reason) {
      if (outcome === "refused" || outcome === "failed") countIn(refused, reason, now());
    },
    left(quota) {
      const key = `${quota.installationId} ${quota.resource}`;
      limits.delete(key);
      limits.set(key, { ...quota, at: now() });
      cut(limits);
    },
    decided({ after }) {
      if (after === null) return;
      const { repositoryId, owner, name } = after.issue;
      names.delete(repositoryId);
      names.set(repositoryId, `${owner}/${name}`);
      cut(names);
    },
    report: () => ({
      since,
      deliveries: [...deliveries]
        .map(([id, one]) => ({ repository: names.get(id) ?? `repository ${id}`, ...one }))
        .reverse(),
      refused: [...refused].map(([reason, one]) => ({ reason, ...one })).reverse(),
      limits: [...limits.values()].reverse(),
    }),
  };
}

function countIn<Key>(counts: Map<Key, { at: number; count: number }>, key: Key, at: number): void {
  const count = (counts.get(key)?.count ?? 0) + 1;
  counts.delete(key);
  counts.set(key, { at, count });
  cut(counts);
}

function cut<Key>(map: Map<Key, unknown>): void {
  for (const key of map.keys()) if (map.size > most) map.delete(key);
}
