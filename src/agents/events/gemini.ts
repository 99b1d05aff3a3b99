// Gemini CLI's `stream-json`: words in pieces, tools by name, and one result with the run's usage.
import type { AgentEvent, EventReader } from "../agent.ts";
import { jsonLines } from "./lines.ts";
import { createPending, type Pending } from "./pending.ts";
import { command, count, type Data, error, fileChange, inside, message, text, toolCall } from "./value.ts";

const WORDS = 16_000;

/** Reads Gemini CLI's events. Pieces of one message are told as one, when something else follows. */
export function geminiEvents(): EventReader {
  const pending = createPending();
  let words = "";
  const spoken = (): readonly AgentEvent[] => {
    const told = message(words);
    words = "";
    return told;
  };
  const lines = jsonLines((line) => {
    if (line.type === "message") {
      if (line.role === "assistant" && words.length < WORDS) words += text(line, "content").slice(0, WORDS);
      return [];
    }
    return [...spoken(), ...otherEvents(line, pending)];
  });
  return { read: (chunk) => lines.read(chunk), end: () => [...lines.end(), ...spoken()] };
}

function otherEvents(line: Data, pending: Pending): readonly AgentEvent[] {
  switch (line.type) {
    case "tool_use":
      return [called(line, pending)];
    case "tool_result":
      return result(line, pending);
    case "error":
      return [error(text(line, "message"))];
    case "result":
      return ending(line);
    default:
      return [];
  }
}

function called(line: Data, pending: Pending): AgentEvent {
  const [name, given] = [text(line, "tool_name"), inside(line, "parameters")];
  const id = text(line, "tool_id");
  if (name === "run_shell_command") pending.add(id, { kind: "command", what: text(given, "command") });
  if (["write_file", "replace"].includes(name)) pending.add(id, { kind: "file", what: text(given, "file_path") });
  return toolCall(name, line.parameters);
}

/** The CLI calls a failed command a success and keeps its exit code to itself. */
function result(line: Data, pending: Pending): readonly AgentEvent[] {
  const call = pending.take(text(line, "tool_id"));
  if (call?.kind === "command") return [command(call.what, null)];
  return call?.kind === "file" && line.status === "success" ? [fileChange(call.what, "written")] : [];
}

/** Thoughts are in the total only. */
function ending(line: Data): readonly AgentEvent[] {
  const stats = inside(line, "stats");
  const [input, spoken] = [count(stats, "input_tokens"), count(stats, "output_tokens")];
  const reasoning = Math.max(0, count(stats, "total_tokens") - input - spoken);
  const failed = line.status !== "success";
  return [
    ...(failed ? [error(text(inside(line, "error"), "message"))] : []),
    { type: "usage", input, output: spoken + reasoning, cached: count(stats, "cached"), reasoning },
    { type: "ended", claimed: failed ? "failure" : "success" },
  ];
}
