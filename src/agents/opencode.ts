// The CLI opencode: its configuration is ours alone; the repository's is left unread as far as this CLI can be told to.
import { type Agent, type Prepared, TOOL_SERVER, TOOLS_READY_MS } from "./agent.ts";
import { opencodeEvents } from "./events/opencode.ts";
import { quoted } from "./shell.ts";

export const opencode: Agent = {
  kind: "opencode",
  route: "openai",
  takesPart: null, // a plugin could, but with any this version first tries for minutes to install what it cannot reach
  prepare({ promptPath, model, gatewayUrl, lease, hasTools }): Prepared {
    const lines = [
      ownCode,
      `export OPENCODE_CONFIG="$HOME"/${quoted(configPath)}`,
      "export OPENCODE_DISABLE_PROJECT_CONFIG=1 OPENCODE_PURE=1 OPENCODE_DISABLE_MODELS_FETCH=1",
      "export OPENCODE_DISABLE_AUTOUPDATE=1 OPENCODE_DISABLE_SHARE=1 OPENCODE_DISABLE_LSP_DOWNLOAD=1",
      `exec opencode run --format json --model ${quoted(`loopgate/${model}`)} --title loop <${quoted(promptPath)}`,
    ];
    const env = { OPENAI_API_KEY: lease, LOOP_MODEL_URL: `${gatewayUrl}/model/openai/v1` };
    return {
      command: lines.join("\n"),
      env,
      files: [{ path: configPath, text: JSON.stringify(config(model, hasTools), null, 2) }],
    };
  },
  events: opencodeEvents,
};

/**
 * This version runs what lies in a repository's `.opencode/plugin` whatever it is told. An executor's container holds
 * nothing that its own shell could not reach; a reviewer must not run the code that it judges.
 */
const ownCode = `if [ "$LOOP_ROLE" = reviewer ]; then
  for file in .opencode opencode.json opencode.jsonc; do
    if [ -e "$file" ]; then
      echo "loopgate: opencode would run what $file names, so it reviews no repository that has it; the agent was not started" >&2
      exit 78
    fi
  done
fi`;

const configPath = ".config/loopgate/opencode.json";

/** The run's own. Without `oauth` it would look for a place to sign in. */
const tools = {
  type: "remote",
  url: "{env:LOOP_TOOLS_URL}",
  headers: { Authorization: "Bearer {env:LOOP_TOOLS_TOKEN}" },
  oauth: false,
  enabled: true,
  timeout: TOOLS_READY_MS,
};

/** Address and lease come from the environment, which knows the gateway's port. */
function config(model: string, hasTools: boolean): object {
  return {
    model: `loopgate/${model}`,
    small_model: `loopgate/${model}`,
    enabled_providers: ["loopgate"],
    provider: {
      loopgate: {
        npm: "@ai-sdk/openai-compatible",
        name: "Loopgate",
        options: { baseURL: "{env:LOOP_MODEL_URL}", apiKey: "{env:OPENAI_API_KEY}" },
        models: { [model]: { name: model, tool_call: true, limit: { context: 128_000, output: 32_000 } } },
      },
    },
    ...(hasTools ? { mcp: { [TOOL_SERVER]: tools } } : {}),
    // The repository's words to agents are material, which leaving its configuration unread would leave out.
    instructions: ["/workspace/AGENTS.md"],
    permission: { edit: "allow", bash: "allow", webfetch: "deny", external_directory: "allow" },
    autoupdate: false,
    share: "disabled",
    snapshot: false,
    lsp: false,
    formatter: false,
  };
}
