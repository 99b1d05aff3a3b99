// Gemini CLI: our settings stand at the system's place, which wins over the repository's; its hooks, servers and extensions stay off.
import { type Agent, type Prepared, TOOL_SERVER } from "./agent.ts";
import { geminiEvents } from "./events/gemini.ts";
import { quoted } from "./shell.ts";

export const gemini: Agent = {
  kind: "gemini",
  route: "gemini",
  takesPart: null,
  prepare({ promptPath, model, gatewayUrl, lease, hasTools }): Prepared {
    const lines = [
      overruling,
      ...(hasTools ? [ownTools] : ["tools=none"]),
      // What is set, even to nothing, a repository's .env cannot set.
      "export GOOGLE_API_KEY= GOOGLE_GENAI_USE_VERTEXAI= GOOGLE_GENAI_USE_GCA= GOOGLE_VERTEX_BASE_URL= GEMINI_SANDBOX=false",
      [
        'exec gemini --prompt "" --yolo --output-format stream-json --extensions none',
        '--allowed-mcp-server-names "$tools" --include-directories "$LOOP_DIR/out"',
        `--model ${quoted(model)} <${quoted(promptPath)}`,
      ].join(" \\\n  "),
    ];
    const env = {
      GEMINI_API_KEY: lease,
      GOOGLE_GEMINI_BASE_URL: `${gatewayUrl}/model/gemini`,
      GEMINI_CLI_TRUST_WORKSPACE: "true",
    };
    return { command: lines.join("\n"), env, files: [{ path: ".gemini/settings.json", text: geminiSettings }] };
  },
  events: geminiEvents,
};

/**
 * What the image has to carry at `/etc/gemini-cli/settings.json`: the CLI takes settings that overrule a repository's
 * only from a file and folders of root. The workspace must be trusted, else no tool may be used; so each setting that
 * could start a program or change the model's address is answered here.
 */
export const geminiSettings = `${JSON.stringify(
  {
    security: { auth: { selectedType: "gemini-api-key", enforcedType: "gemini-api-key" } },
    // Ten tries, as it does by itself, take minutes; the gateway has waited already where that helps.
    general: { enableAutoUpdate: false, enableAutoUpdateNotification: false, maxAttempts: 3 },
    hooksConfig: { enabled: false },
    tools: { sandbox: false, discoveryCommand: "", callCommand: "" },
    advanced: { ignoreLocalEnv: true },
    mcpServers: {
      [TOOL_SERVER]: {
        httpUrl: "$LOOP_TOOLS_URL",
        headers: { Authorization: "Bearer $LOOP_TOOLS_TOKEN" },
        trust: true,
      },
    },
    privacy: { usageStatisticsEnabled: false },
    telemetry: { enabled: false },
  },
  null,
  2,
)}\n`;

/**
 * Finds those settings in the image or among the operator's tools. Without them, the copy in the run's home is enough
 * for a repository that has no settings of its own, and one that has some is not worked on. From a `.gemini/.env` in a
 * trusted workspace this version takes every variable that is not set, proxies included, whatever its settings say.
 */
const overruling = `if [ -e .gemini/.env ]; then
  echo "loopgate: Gemini CLI would take its environment from the repository's .gemini/.env, so it works on no repository that has one; the agent was not started" >&2
  exit 78
fi
system=
for file in /etc/gemini-cli/settings.json /opt/loopgate/tools/etc/gemini-cli/settings.json; do
  if [ -z "$system" ] && [ -r "$file" ] && [ ! -O "$file" ]; then system=$file; fi
done
if [ -n "$system" ]; then
  export GEMINI_CLI_SYSTEM_SETTINGS_PATH="$system"
elif [ -e .gemini/settings.json ]; then
  echo "loopgate: the repository has its own .gemini settings, and the image has no /etc/gemini-cli/settings.json to overrule them; the agent was not started" >&2
  exit 78
fi`;

/**
 * The run's own tools, unless the repository could put a program in their server's place: settings of the system that are of an
 * earlier version name no server, and the repository's are then the ones that count.
 */
const ownTools = `tools=${TOOL_SERVER}
if [ -n "$system" ] && [ -e .gemini/settings.json ]; then
  case $(cat "$system") in
    *LOOP_TOOLS_URL*) ;;
    *)
      tools=none
      echo "loopgate: $system is of an earlier version and the repository has its own .gemini settings, so the agent goes without its tools" >&2
      ;;
  esac
fi`;
