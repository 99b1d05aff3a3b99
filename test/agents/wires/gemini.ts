// Gemini's generateContent, as far as a client needs it: one candidate, one part.
import { type Asked, at, countAt, list, type Step, type Usage, type Wire } from "../script.ts";

export const gemini: Wire = {
  name: "gemini",
  isCall: (path) => /:(streamG|g)enerateContent$/.test(path),
  read: (body, url): Asked => ({
    model: /models\/([^:/]+):/.exec(url.pathname)?.[1] ?? "",
    streamed: url.pathname.endsWith(":streamGenerateContent"),
    outputLimit: countAt(at(body, "generationConfig"), "maxOutputTokens"),
    results: list(at(body, "contents")).flatMap((content) =>
      list(at(content, "parts")).filter((part) => at(part, "functionResponse") !== undefined),
    ).length,
    tools: list(at(body, "tools")).flatMap((tool) =>
      list(at(tool, "functionDeclarations")).map((one) => String(at(one, "name"))),
    ),
  }),
  credential: (headers) => String(headers["x-goog-api-key"] ?? ""),
  failure: (code, message) => ({
    error: { code, message, status: code === 429 ? "RESOURCE_EXHAUSTED" : "UNAVAILABLE" },
  }),
  answer: (step, usage, { model }) => [
    {
      data: {
        candidates: [{ index: 0, content: { role: "model", parts: [part(step)] }, finishReason: "STOP" }],
        usageMetadata: tokens(usage),
        modelVersion: model,
      },
    },
  ],
};

function part(step: Step): object {
  if (step.kind === "say") return { text: step.text };
  if (step.kind === "write") {
    const args = { file_path: `/workspace/${step.path}`, content: step.content };
    return { functionCall: { name: "write_file", args } };
  }
  if (step.kind === "call") return { functionCall: { name: `mcp_loop_${step.tool}`, args: step.given } };
  return { functionCall: { name: "run_shell_command", args: { command: step.command } } };
}

/** Thoughts stand beside the candidates here, not among them. */
function tokens({ input, cached, output, reasoning }: Usage) {
  return {
    promptTokenCount: input,
    cachedContentTokenCount: cached,
    candidatesTokenCount: output - reasoning,
    thoughtsTokenCount: reasoning,
    totalTokenCount: input + output,
  };
}
