// Qwen Code's `stream-json`: whole messages of both sides, and one result with the run's usage.
import type { AgentEvent, EventReader } from "../agent.ts";
import { jsonLines } from "./lines.ts";
import { createPending, type Pending } from "./pending.ts";
import { all, command, count, type Data, error, fileChange, inside, message, text, toolCall } from "./value.ts";

/** Reads Qwen Code's events. */
export function qwenEvents(): EventReader {
  const pending = createPending();
  return jsonLines((line) => {
    const blocks = all(inside(line, "message"), "content");
    switch (line.type) {
      case "assistant":
        return blocks.flatMap((block) => said(block, pending));
      case "user":
        return blocks.flatMap((block) => result(block, pending));
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
  const add = (kind: "command" | "file", what: string) => pending.add(text(block, "id"), { kind, what });
  if (name === "run_shell_command") add("command", text(given, "command"));
  if (["write_file", "edit"].includes(name)) add("file", text(given, "file_path"));
  if (name === "notebook_edit") add("file", text(given, "notebook_path"));
  return [toolCall(name, block.input)];
}

function result(block: Data, pending: Pending): readonly AgentEvent[] {
  if (block.type !== "tool_result") return [];
  const call = pending.take(text(block, "tool_use_id"));
  const [failed, words] = [block.is_error === true, text(block, "content")];
  if (call?.kind === "command") return [command(call.what, failed ? codeIn(words) : 0)];
  if (call?.kind !== "file" || failed) return [];
  return [fileChange(call.what, /\bcreated\b/i.test(words.slice(0, 200)) ? "added" : "modified")];
}

/** A command that failed says so in a line of words, behind its output. */
function codeIn(words: string): number | null {
  const found = [...words.slice(-END).matchAll(/^Exit Code: (\d{1,3})$/gm)].at(-1);
  return found === undefined ? null : Number(found[1]);
}

const END = 2_000;

/** Thoughts are in the output and told nowhere else. */
function ending(line: Data): readonly AgentEvent[] {
  const used = inside(line, "usage");
  const failed = line.is_error !== false;
  return [
    ...(failed ? [error(text(inside(line, "error"), "message") || text(line, "subtype"))] : []),
    {
      type: "usage",
      input: count(used, "input_tokens"),
      output: count(used, "output_tokens"),
      cached: count(used, "cache_read_input_tokens"),
      reasoning: 0,
    },
    { type: "ended", claimed: failed ? "failure" : "success" },
  ];
}
