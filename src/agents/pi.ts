// The CLI pi: what belongs to the repository's `.pi` is left unread, and an extension of ours names the model, the tools and the exit code.
import { type Agent, type Prepared, TOOL_SERVER } from "./agent.ts";
import { piEvents } from "./events/pi.ts";
import { askGateway } from "./hook.ts";
import { quoted } from "./shell.ts";

export const pi: Agent = {
  kind: "pi",
  route: "openai",
  takesPart: "hooks",
  prepare({ promptPath, model, gatewayUrl, lease, hasTools }): Prepared {
    const line = [
      "exec pi --print --mode json --no-session --offline --no-approve",
      `--no-extensions ${hasTools ? "--extension builtin:mcp " : ""}--extension "$HOME"/${extensionPath}`,
      `--provider loopgate --model ${quoted(model)} <${quoted(promptPath)}`,
    ];
    const env = { OPENAI_API_KEY: lease, LOOP_MODEL_URL: `${gatewayUrl}/model/openai/v1` };
    const files = [{ path: extensionPath, text: extension(model, hasTools) }];
    return { command: line.join(" \\\n  "), env, files };
  },
  events: piEvents,
};

const extensionPath = ".loopgate/pi.mjs";

/**
 * This CLI reads addresses from no environment, so its extension does. Its events end with exit code 0 whatever went wrong, also when no
 * call of the model was answered.
 */
function extension(model: string, hasTools: boolean): string {
  const models = [
    {
      id: model,
      name: model,
      reasoning: false,
      input: ["text", "image"],
      cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
      contextWindow: 128_000,
      maxTokens: 32_000,
    },
  ];
  const provider = { name: "Loopgate", api: "openai-completions", apiKey: "$OPENAI_API_KEY", models };
  // Direct: else the model would have to look for the run's tools before it can call them.
  const server = { headers: { Authorization: `Bearer ${variable("LOOP_TOOLS_TOKEN")}` }, exposure: "direct" };
  const tools = `  pi.registerMcpServer("${TOOL_SERVER}", { url: process.env.LOOP_TOOLS_URL, ...${JSON.stringify(server)} });\n`;
  return `${hasTools ? askGateway : ""}export default function (pi) {
  pi.registerProvider("loopgate", { baseUrl: process.env.LOOP_MODEL_URL, ...${JSON.stringify(provider)} });
${hasTools ? tools + hooks : ""}  let failed = false;
  pi.on("agent_end", ({ messages }) => {
    failed = ["error", "aborted"].includes(messages.findLast(({ role }) => role === "assistant")?.stopReason);
  });
  process.on("exit", () => {
    if (failed) process.exitCode = 1;
  });
}
`;
}

const hooks = `  pi.on("tool_call", async ({ toolName, input }) => {
    const said = await ask({ hook_event_name: "PreToolUse", tool_name: toolName, tool_input: input });
    if (said.permissionDecision === "deny") return { block: true, reason: said.permissionDecisionReason };
  });
  pi.on("tool_result", async ({ toolName, content }) => {
    const { additionalContext: text } = await ask({ hook_event_name: "PostToolUse", tool_name: toolName });
    if (text !== undefined) return { content: [...content, { type: "text", text }] };
  });
  let kept = false;
  pi.on("agent_end", async () => {
    const { decision, reason } = await ask({ hook_event_name: "Stop", stop_hook_active: kept });
    kept = decision === "block";
    if (kept) pi.sendUserMessage(reason, { deliverAs: "followUp" });
  });
`;

/** What this CLI replaces by the value of a variable of its environment. */
const variable = (name: string) => `\${${name}}`;
