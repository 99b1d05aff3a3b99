// What an agent says it did while it runs, counted: a claim for the thread, never a fact that decides.
import type { AgentEvent, EventReader } from "../agents/agent.ts";
import { readCommand } from "../verify/trace/commands.ts";
import type { Did } from "../verify/trace/trace.ts";

const namesAtMost = 12;
const [filesAtMost, commandsAtMost] = [400, 40];

/** Listens to an agent's output through its own reader. */
export interface Hearing {
  hear(stream: "stdout" | "stderr", chunk: Uint8Array): void;
  /** The tools it says it called, most often first: `shell ×5`. At most 12 names. */
  tools(): readonly string[];
  /** What else it says that it did; null: it tells of nothing that it does. */
  did(): Did | null;
}

/** A hearing with nothing heard yet. `isAgainstPolicy`: of a command, which nobody could check before it was run. */
export function listenTo(reader: EventReader, isAgainstPolicy: (line: string) => boolean = () => false): Hearing {
  const counts = new Map<string, number>();
  const files = new Set<string>();
  const outside = new Set<string>();
  let [commands, tests] = [0, 0];
  const count = (events: readonly AgentEvent[]) => {
    for (const event of events) {
      if (event.type === "file_change" && files.size < filesAtMost) files.add(event.path);
      if (event.type === "command") {
        const read = readCommand(event.line);
        commands += 1;
        if (read.tests) tests += 1;
        if ((read.outside || isAgainstPolicy(event.line)) && outside.size < commandsAtMost) outside.add(event.line);
      }
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
    did() {
      count(reader.end());
      if (commands + files.size === 0) return null;
      return { commands, tests, outside: [...outside], files: [...files] };
    },
  };
}

function toolOf(event: AgentEvent): string | null {
  if (event.type === "tool_call") return event.name;
  return event.type === "command" ? "command" : null;
}
