// Claude Code's `stream-json`: whole messages of both sides, and one result with the run's usage.
import type { AgentEvent, EventReader } from "../agent.ts";
import { jsonLines } from "./lines.ts";
import { createPending, type Pending } from "./pending.ts";
import { all, command, count, type Data, error, fileChange, inside, message, text, toolCall } from "./value.ts";

/** Reads Claude Code's events. */
export function claudeCodeEvents(): EventReader {
  const pending = createPending();
  return jsonLines((line) => {
    switch (line.type) {
      case "assistant":
        return all(inside(line, "message"), "content").flatMap((block) => said(block, pending));
      case "user":
        return all(inside(line, "message"), "content").flatMap((block) => result(block, line, pending));
      case "result":
        return ending(line);
      default:
        return [];
    }
  });
}

function said(block: Data, pending: Pending): readonly AgentEvent[] {
  if (block.type === "text") return message(text(block, "text"));
  if (block.type !== "tool_use") return [];
  const [name, given] = [text(block, "name"), inside(block, "input")];
  if (name === "Bash") pending.add(text(block, "id"), { kind: "command", what: text(given, "command") });
  const path = text(given, "file_path") || text(given, "notebook_path");
  if (["Write", "Edit", "NotebookEdit"].includes(name)) pending.add(text(block, "id"), { kind: "file", what: path });
  return [toolCall(name, block.input)];
}

function result(block: Data, line: Data, pending: Pending): readonly AgentEvent[] {
  if (block.type !== "tool_result") return [];
  const call = pending.take(text(block, "tool_use_id"));
  const failed = block.is_error === true;
  if (call?.kind === "command") return [command(call.what, failed ? codeIn(text(block, "content")) : 0)];
  if (call?.kind !== "file" || failed) return [];
  return [fileChange(call.what, inside(line, "tool_use_result").type === "create" ? "added" : "modified")];
}

/** A command that failed says so in words, and only there. */
function codeIn(words: string): number | null {
  const found = /^Exit code (\d{1,3})\b/.exec(words);
  return found === null ? null : Number(found[1]);
}

function ending(line: Data): readonly AgentEvent[] {
  const used = inside(line, "usage");
  const cached = count(used, "cache_read_input_tokens");
  const usage: AgentEvent = {
    type: "usage",
    input: count(used, "input_tokens") + count(used, "cache_creation_input_tokens") + cached,
    output: count(used, "output_tokens"),
    cached,
    reasoning: count(inside(used, "output_tokens_details"), "thinking_tokens"),
  };
  const failed = line.is_error !== false;
  return [
    ...(failed ? [error(text(line, "result") || text(line, "subtype"))] : []),
    usage,
    { type: "ended", claimed: failed ? "failure" : "success" },
  ];
}
