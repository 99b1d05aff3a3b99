// Codex's `exec --json`: threads, turns and items; an item counts when it is completed.
import type { AgentEvent, EventReader, FileChange } from "../agent.ts";
import { jsonLines } from "./lines.ts";
import {
  all,
  command,
  count,
  type Data,
  error,
  exitCode,
  fileChange,
  inside,
  message,
  text,
  toolCall,
} from "./value.ts";

/** Reads Codex's events. Its own words on the model's metadata are errors to it, and are told as such. */
export function codexEvents(): EventReader {
  return jsonLines((line) => {
    switch (line.type) {
      case "item.completed":
        return itemEvents(inside(line, "item"));
      case "turn.completed":
        return [usage(inside(line, "usage")), { type: "ended", claimed: "success" }];
      case "turn.failed":
        return [error(text(inside(line, "error"), "message")), { type: "ended", claimed: "failure" }];
      case "error":
        return [error(text(line, "message"))];
      default:
        return [];
    }
  });
}

function itemEvents(item: Data): readonly AgentEvent[] {
  switch (item.type) {
    case "agent_message":
      return message(text(item, "text"));
    case "command_execution":
      return [
        toolCall("command_execution", { command: item.command }),
        command(text(item, "command"), exitCode(item, "exit_code")),
      ];
    case "file_change":
      return [
        toolCall("file_change", { changes: item.changes }),
        ...(item.status === "completed" ? all(item, "changes").map(changeOf) : []),
      ];
    case "mcp_tool_call":
      return [toolCall(`${text(item, "server")}/${text(item, "tool")}`, item.arguments)];
    case "error":
      return text(item, "message").startsWith(bidden) ? [] : [error(text(item, "message"))];
    default:
      return [];
  }
}

/** Its word on a flag that we start it with. */
const bidden = "`--dangerously-bypass-hook-trust` is enabled.";

const changes: Readonly<Record<string, FileChange>> = { add: "added", update: "modified", delete: "deleted" };

function changeOf(change: Data): AgentEvent {
  return fileChange(text(change, "path"), changes[text(change, "kind")] ?? "written");
}

function usage(told: Data): AgentEvent {
  return {
    type: "usage",
    input: count(told, "input_tokens"),
    output: count(told, "output_tokens"),
    cached: count(told, "cached_input_tokens"),
    reasoning: count(told, "reasoning_output_tokens"),
  };
}
