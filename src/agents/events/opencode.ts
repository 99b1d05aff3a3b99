// What opencode's `run --format json` says: parts of messages, and the usage of each step; its last step is the end of the run.
import type { AgentEvent, EventReader } from "../agent.ts";
import { jsonLines } from "./lines.ts";
import { command, count, type Data, error, exitCode, fileChange, inside, message, text, toolCall } from "./value.ts";

/** Reads opencode's events. */
export function opencodeEvents(): EventReader {
  return jsonLines((line) => {
    const part = inside(line, "part");
    switch (line.type) {
      case "text":
        return message(text(part, "text"));
      case "tool_use":
        return toolEvents(part);
      case "step_finish":
        return [usage(inside(part, "tokens")), ...(part.reason === "stop" ? [success] : [])];
      case "error":
        return [error(words(inside(line, "error"))), { type: "ended", claimed: "failure" }];
      default:
        return [];
    }
  });
}

const success: AgentEvent = { type: "ended", claimed: "success" };

function toolEvents(part: Data): readonly AgentEvent[] {
  const [name, state] = [text(part, "tool"), inside(part, "state")];
  const given = inside(state, "input");
  const call = toolCall(name, state.input);
  const done = state.status === "completed";
  if (name === "bash") return [call, command(text(given, "command"), exitCode(inside(state, "metadata"), "exit"))];
  if (!done || !["write", "edit"].includes(name)) return [call];
  const isNew = name === "write" && inside(state, "metadata").exists === false;
  return [call, fileChange(text(given, "filePath"), isNew ? "added" : "modified")];
}

/** Input without what the cache gave and output without reasoning, as this CLI counts. */
function usage(tokens: Data): AgentEvent {
  const cache = inside(tokens, "cache");
  const [cached, reasoning] = [count(cache, "read"), count(tokens, "reasoning")];
  return {
    type: "usage",
    input: count(tokens, "input") + cached + count(cache, "write"),
    output: count(tokens, "output") + reasoning,
    cached,
    reasoning,
  };
}

function words(told: Data): string {
  return text(inside(told, "data"), "message") || text(told, "message") || text(told, "name");
}
