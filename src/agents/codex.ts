// Codex: everything about the model is said by flags, which win over every file; a repository's `.codex` is not trusted.
import { type Agent, type Prepared, TOOL_SERVER, TOOLS_READY_MS } from "./agent.ts";
import { codexEvents } from "./events/codex.ts";
import { hookFile, hookLine } from "./hook.ts";
import { quoted } from "./shell.ts";

export const codex: Agent = {
  kind: "codex",
  route: "openai",
  takesPart: "hooks",
  prepare({ promptPath, model, gatewayUrl, lease, hasTools }): Prepared {
    const line = [
      "exec codex exec --json --color never --ephemeral --skip-git-repo-check",
      "--ignore-user-config --ignore-rules --dangerously-bypass-approvals-and-sandbox",
      `--model ${quoted(model)}`,
      ...settings.map((setting) => `-c ${quoted(setting)}`),
      `-c "model_providers.loopgate.base_url=\\"$LOOP_MODEL_URL\\""`,
      ...(hasTools ? [...tools, "--dangerously-bypass-hook-trust", ...hooks] : ["--disable hooks"]),
      '-c "projects.$PWD.trust_level=\\"untrusted\\""',
      ...features.map((feature) => `--disable ${feature}`),
      `- <${quoted(promptPath)}`,
    ];
    const env = { OPENAI_API_KEY: lease, LOOP_MODEL_URL: `${gatewayUrl}/model/openai/v1` };
    return { command: line.join(" \\\n  "), env, files: hasTools ? [hookFile] : [] };
  },
  events: codexEvents,
};

/** The run's own tools. */
const tools = [
  `-c "mcp_servers.${TOOL_SERVER}.url=\\"$LOOP_TOOLS_URL\\""`,
  `-c ${quoted(`mcp_servers.${TOOL_SERVER}.bearer_token_env_var="LOOP_TOOLS_TOKEN"`)}`,
  `-c ${quoted(`mcp_servers.${TOOL_SERVER}.startup_timeout_sec=${TOOLS_READY_MS / 1000}`)}`,
  // Else its first turn begins before the server has answered, without any tool of it.
  `-c mcp_servers.${TOOL_SERVER}.required=true`,
];

/** Nobody is there to trust what we start ourselves; what a repository has is not read, since its folder is untrusted. */
const hooks = ["PreToolUse", "PostToolUse", "Stop"].map(
  (event) => `-c ${quoted(`hooks.${event}=[{matcher="*",hooks=[{type="command",command='${hookLine}'}]}]`)}`,
);

const settings = [
  'model_provider="loopgate"',
  'model_providers.loopgate.name="Loopgate"',
  'model_providers.loopgate.wire_api="responses"',
  'model_providers.loopgate.env_key="OPENAI_API_KEY"',
  "model_providers.loopgate.supports_websockets=false",
  // It tries again after every error, refusals included, but never after too many requests; that the gateway does.
  "model_providers.loopgate.request_max_retries=1",
  "model_providers.loopgate.stream_max_retries=2",
  // A login shell reads /etc/profile, and Debian's replaces the PATH that the image has its tools on.
  "allow_login_shell=false",
  'web_search="disabled"',
  "analytics.enabled=false",
  "check_for_update_on_startup=false",
];

/** What would start programs that we did not name, call elsewhere, or send what the gateway does not read. */
const features = ["plugins", "apps", "enable_request_compression", "remote_plugin"];
