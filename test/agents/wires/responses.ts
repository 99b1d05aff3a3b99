// OpenAI Responses, as far as a client needs it: one output item an answer.
import { type Asked, at, countAt, list, pick, type Step, type Usage, type Wire } from "../script.ts";
import { openaiFailure } from "./chat.ts";

export const responses: Wire = {
  name: "responses",
  isCall: (path) => path.endsWith("/responses"),
  read: (body): Asked => ({
    model: String(at(body, "model")),
    streamed: at(body, "stream") === true,
    outputLimit: countAt(body, "max_output_tokens"),
    results: list(at(body, "input")).filter((item) => String(at(item, "type")).endsWith("_call_output")).length,
    tools: list(at(body, "tools")).map((tool) => String(at(tool, "name") ?? at(tool, "type"))),
  }),
  credential: ({ authorization }) => String(authorization ?? "").replace(/^Bearer /, ""),
  failure: openaiFailure,
  answer(step, usage, asked, turn) {
    const item = itemOf(step, asked, turn);
    const response = { id: `resp_${turn}`, object: "response", created_at: 1, model: asked.model };
    const completed = { ...response, status: "completed", output: [item], usage: tokens(usage) };
    if (!asked.streamed) return [{ data: completed }];
    return [
      { type: "response.created", response: { ...response, status: "in_progress", output: [] } },
      { type: "response.output_item.added", output_index: 0, item },
      { type: "response.output_item.done", output_index: 0, item },
      { type: "response.completed", response: completed },
    ].map((data, sequence_number) => ({ event: data.type, data: { ...data, sequence_number } }));
  },
};

function itemOf(step: Step, { tools }: Asked, turn: number): object {
  if (step.kind === "say") {
    const content = [{ type: "output_text", text: step.text, annotations: [] }];
    return { id: `msg_${turn}`, type: "message", role: "assistant", status: "completed", content };
  }
  const made = { id: `fc_${turn}`, status: "completed", type: "function_call", call_id: `call_${turn}` };
  if (step.kind === "call")
    return {
      ...made,
      name: step.tool.replaceAll("-", "_"),
      namespace: "mcp__loop",
      arguments: JSON.stringify(step.given),
    };
  const name = pick(tools, ["exec_command", "shell_command", "shell"]);
  const script = step.kind === "run" ? step.command : writing(step.path, step.content);
  const given = { exec_command: { cmd: script }, shell_command: { command: script } }[name] ?? {
    command: ["sh", "-c", script],
  };
  return { ...made, name, arguments: JSON.stringify(given) };
}

/** This client edits through its patch program, which its shell knows. */
function writing(path: string, content: string): string {
  const lines = content.trimEnd().split("\n");
  const patch = ["*** Begin Patch", `*** Add File: ${path}`, ...lines.map((line) => `+${line}`), "*** End Patch"];
  return `apply_patch <<'PATCH'\n${patch.join("\n")}\nPATCH\n`;
}

function tokens({ input, cached, output, reasoning }: Usage) {
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + output,
  };
}
