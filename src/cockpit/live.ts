// Which loops live, in what state, and who wants to hear of them: kept in memory, so that a page reads only what it shows.
import type { Decided, LivePhase } from "../engine/ports.ts";
import { waitOf } from "../loop/clock.ts";
import { isLive } from "../loop/end.ts";
import type { Phase } from "../loop/state.ts";

/** Who is waited for: people, an agent or a judge, or time, a free container or the next day. */
export const groups = ["people", "work", "queue"] as const;
export type Group = (typeof groups)[number];

const groupOf: Readonly<Record<Phase, Group>> = {
  awaiting_gate: "people",
  awaiting_plan: "people",
  paused: "people",
  preparing: "work",
  executing: "work",
  publishing: "work",
  verifying: "work",
  queued: "queue",
  resting: "queue",
  settled: "queue",
  refused: "queue",
};

function groupIn({ phase, waits }: Pick<LivePhase, "phase" | "waits">): Group {
  return waits === null ? groupOf[phase] : "queue";
}

export interface Live {
  /** The live loops that the store had at the start. */
  began(loops: readonly LivePhase[]): void;
  /** To be told of each decision once it is saved. */
  decided(decided: Pick<Decided, "issueKey" | "after">): void;
  /** Keys of the group's issues; those that came to it first, first. */
  keys(group: Group): readonly string[];
  /** The loop that has waited longest for a person at its gate, and since when (epoch milliseconds); null: none waits. */
  oldestGate(): { readonly issueKey: string; readonly since: number } | null;
  /** Calls the listener after each decision about the issue; returns the way to stop. */
  watch(issueKey: string, listener: () => void): () => void;
  /** Calls the listener with its issue's key after each decision, for as long as the process lives. */
  watchAll(listener: (issueKey: string) => void): void;
}

export function createLive(): Live {
  const byGroup: Readonly<Record<Group, Set<string>>> = { people: new Set(), work: new Set(), queue: new Set() };
  const watchers = new Map<string, Set<() => void>>();

  const ofAll: ((issueKey: string) => void)[] = [];
  const gates = new Map<string, number>();

  function put(issueKey: string, group: Group | null, gateSince: number | null): void {
    if (gateSince === null) gates.delete(issueKey);
    else gates.set(issueKey, gateSince);
    for (const name of groups) if (name !== group) byGroup[name].delete(issueKey);
    if (group !== null) byGroup[group].add(issueKey);
  }

  return {
    began(loops) {
      for (const { issueKey, phase, gateSince, waits } of loops)
        put(issueKey, groupIn({ phase, waits }), phase === "awaiting_gate" ? gateSince : null);
    },
    decided({ issueKey, after }) {
      const lives = after !== null && isLive(after);
      const group = lives ? groupIn({ phase: after.phase, waits: waitOf(after) }) : null;
      put(issueKey, group, after?.phase === "awaiting_gate" ? after.gateSince : null);
      for (const listener of ofAll) listener(issueKey);
      for (const listener of watchers.get(issueKey) ?? []) listener();
    },
    keys: (group) => [...byGroup[group]],
    oldestGate() {
      let oldest: { issueKey: string; since: number } | null = null;
      for (const [issueKey, since] of gates) if (oldest === null || since < oldest.since) oldest = { issueKey, since };
      return oldest;
    },
    watchAll: (listener) => void ofAll.push(listener),
    watch(issueKey, listener) {
      const listeners = watchers.get(issueKey) ?? new Set();
      watchers.set(issueKey, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && watchers.get(issueKey) === listeners) watchers.delete(issueKey);
      };
    },
  };
}
