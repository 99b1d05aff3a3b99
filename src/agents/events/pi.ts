// What pi's `--mode json` says: whole messages with the usage of each, tools as they begin and end, and a line when nothing is left to do.
import type { AgentEvent, EventReader } from "../agent.ts";
import { jsonLines } from "./lines.ts";
import { createPending, type Pending } from "./pending.ts";
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

/** Reads pi's events. Each try of the model ends with all its messages in one line, which says nothing new. */
export function piEvents(): EventReader {
  const pending = createPending();
  let failed = false;
  return jsonLines((line) => {
    switch (line.type) {
      case "message_end": {
        const said = inside(line, "message");
        if (said.role !== "assistant") return [];
        failed = ["error", "aborted"].includes(text(said, "stopReason"));
        return [...spoken(said), ...(failed ? [error(text(said, "errorMessage"))] : [])];
      }
      case "tool_execution_start":
        return [called(line, pending)];
      case "tool_execution_end":
        return result(line, pending);
      case "agent_settled":
        return [{ type: "ended", claimed: failed ? "failure" : "success" }];
      default:
        return [];
    }
  }, '{"type":"agent_end"');
}

/** Input without what the cache gave, as this CLI counts. */
function spoken(said: Data): readonly AgentEvent[] {
  const used = inside(said, "usage");
  const cached = count(used, "cacheRead");
  const usage: AgentEvent = {
    type: "usage",
    input: count(used, "input") + cached + count(used, "cacheWrite"),
    output: count(used, "output"),
    cached,
    reasoning: count(used, "reasoning"),
  };
  const words = all(said, "content").flatMap((block) => (block.type === "text" ? message(text(block, "text")) : []));
  return usage.input + usage.output === 0 ? words : [...words, usage];
}

function called(line: Data, pending: Pending): AgentEvent {
  const [name, given, id] = [text(line, "toolName"), inside(line, "args"), text(line, "toolCallId")];
  if (name === "bash") pending.add(id, { kind: "command", what: text(given, "command") });
  if (["write", "edit"].includes(name)) pending.add(id, { kind: "file", what: text(given, "path") });
  return toolCall(name, line.args);
}

function result(line: Data, pending: Pending): readonly AgentEvent[] {
  const call = pending.take(text(line, "toolCallId"));
  const told = inside(inside(line, "result"), "structuredContent");
  if (call?.kind === "command") return [command(call.what, exitCode(told, "exit_code"))];
  if (call?.kind !== "file" || line.isError === true) return [];
  return [fileChange(call.what, line.toolName === "edit" ? "modified" : "written")];
}
