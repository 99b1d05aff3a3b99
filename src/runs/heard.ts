// What an agent says it did while it runs, counted: a claim for the thread, never a fact that decides.
import type { AgentEvent, EventReader } from "../agents/agent.ts";

const namesAtMost = 12;

/** Listens to an agent's output through its own reader. */
export interface Hearing {
  hear(stream: "stdout" | "stderr", chunk: Uint8Array): void;
  /** The tools it says it called, most often first: `shell ×5`. At most 12 names. */
  tools(): readonly string[];
}

/** A hearing with nothing heard yet. */
export function listenTo(reader: EventReader): Hearing {
  const counts = new Map<string, number>();
  const count = (events: readonly AgentEvent[]) => {
    for (const event of events) {
      const name = toolOf(event);
      if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  };
  return {
    hear(stream, chunk) {
      if (stream === "stdout") count(reader.read(chunk));
    },
    tools() {
      count(reader.end());
      const sorted = [...counts].sort(([, a], [, b]) => b - a).slice(0, namesAtMost);
      return sorted.map(([name, times]) => `${name.slice(0, 40)} ×${times}`);
    },
  };
}

function toolOf(event: AgentEvent): string | null {
  if (event.type === "tool_call") return event.name;
  return event.type === "command" ? "command" : null;
}
