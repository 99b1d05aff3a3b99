// OpenAI Chat Completions, as far as a client needs it: one choice, one delta.
import { quoted } from "../../../src/agents/shell.ts";
import { type Asked, at, countAt, list, type Step, type Usage, type Wire } from "../script.ts";

export const chat: Wire = {
  name: "chat",
  isCall: (path) => path.endsWith("/chat/completions"),
  read: (body): Asked => ({
    model: String(at(body, "model")),
    streamed: at(body, "stream") === true,
    outputLimit: countAt(body, "max_completion_tokens") ?? countAt(body, "max_tokens"),
    results: list(at(body, "messages")).filter((message) => at(message, "role") === "tool").length,
    tools: list(at(body, "tools")).map((tool) => String(at(at(tool, "function"), "name"))),
  }),
  credential: ({ authorization }) => String(authorization ?? "").replace(/^Bearer /, ""),
  failure: openaiFailure,
  answer(step, usage, asked, turn) {
    const finish_reason = step.kind === "say" ? "stop" : "tool_calls";
    const shared = { id: `chatcmpl-${turn}`, created: 1, model: asked.model };
    if (!asked.streamed) {
      const choices = [{ index: 0, message: { role: "assistant", ...said(step, asked, turn) }, finish_reason }];
      return [{ data: { ...shared, object: "chat.completion", choices, usage: tokens(usage) } }];
    }
    const chunk = { ...shared, object: "chat.completion.chunk" };
    const delta = { role: "assistant", ...said(step, asked, turn) };
    return [
      { data: { ...chunk, choices: [{ index: 0, delta, finish_reason: null }] } },
      { data: { ...chunk, choices: [{ index: 0, delta: {}, finish_reason }] } },
      { data: { ...chunk, choices: [], usage: tokens(usage) } },
      { data: "[DONE]" },
    ];
  },
};

/** OpenAI's error shape, of both its wires. */
export function openaiFailure(status: number, message: string): object {
  const [type, code] = status === 429 ? ["requests", "rate_limit_exceeded"] : ["server_error", null];
  return { error: { message, type, param: null, code } };
}

function said(step: Step, asked: Asked, turn: number): object {
  if (step.kind === "say") return { content: step.text };
  const [name, given] = called(step, asked.tools);
  const call = { index: 0, id: `call_${turn}`, type: "function" };
  return { content: null, tool_calls: [{ ...call, function: { name, arguments: JSON.stringify(given) } }] };
}

/** By the names that this client has for its tools; it takes what it does not know for itself. */
function called(step: Exclude<Step, { kind: "say" }>, tools: readonly string[]): [name: string, given: object] {
  const own = step.kind === "call" && tools.find((name) => [`loop_${step.tool}`, mcpName(step.tool)].includes(name));
  if (own) return [own, step.given];
  if (step.kind === "write") {
    const [path, { content }] = [`/workspace/${step.path}`, step];
    if (tools.includes("write_file")) return ["write_file", { file_path: path, content }];
    return ["write", tools.includes("glob") ? { filePath: path, content } : { path, content }];
  }
  const command = step.kind === "call" ? byCommand(step) : step.command;
  return tools.includes("run_shell_command")
    ? ["run_shell_command", { command, is_background: false }]
    : ["bash", { command, description: "Look at the work" }];
}

function mcpName(tool: string): string {
  return `mcp__loop__${tool.replaceAll("-", "_")}`;
}

/** The command `loop`, for a client without MCP. */
function byCommand({ tool, given }: Extract<Step, { kind: "call" }>): string {
  const words = tool.includes("-") ? JSON.stringify(given) : String(given.text ?? given.summary ?? given.check ?? "");
  return `loop ${tool} ${quoted(words)}`;
}

function tokens({ input, cached, output, reasoning }: Usage) {
  return {
    prompt_tokens: input,
    prompt_tokens_details: { cached_tokens: cached },
    completion_tokens: output,
    completion_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + output,
  };
}
