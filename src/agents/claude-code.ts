// Claude Code: only the user's settings are read, and the run's home has none; of hooks and MCP servers all but the run's own stay off.
import { type Agent, type Prepared, TOOL_SERVER } from "./agent.ts";
import { claudeCodeEvents } from "./events/claude-code.ts";
import { quoted } from "./shell.ts";

export const claudeCode: Agent = {
  kind: "claude-code",
  route: "anthropic",
  takesPart: "hooks",
  prepare({ promptPath, model, gatewayUrl, lease, hasTools }): Prepared {
    const name = quoted(model);
    const lines = [
      // Side errands go to the model that the run was given, not to one that nobody priced.
      `export ANTHROPIC_DEFAULT_HAIKU_MODEL=${name} ANTHROPIC_DEFAULT_SONNET_MODEL=${name} ANTHROPIC_DEFAULT_OPUS_MODEL=${name}`,
      "export DISABLE_AUTOUPDATER=1 CLAUDE_CODE_SUBPROCESS_ENV_SCRUB=0",
      // It prints its result and then stays for as long as a command in the background runs, or a wake-up is due.
      "export CLAUDE_CODE_DISABLE_BACKGROUND_TASKS=1",
      "export ENABLE_TOOL_SEARCH=false", // else the model has to look for the run's tools before it can call them
      ...(hasTools ? [settings] : []),
      [
        "exec claude --print --output-format stream-json --verbose --permission-mode bypassPermissions",
        "--setting-sources user --strict-mcp-config --no-session-persistence --no-chrome",
        ...(hasTools ? [`--mcp-config ${quoted(JSON.stringify(tools))}`] : []),
        "--disallowedTools ScheduleWakeup,CronCreate",
        `--settings ${hasTools ? `"$settings"` : quoted(JSON.stringify({ disableAllHooks: true }))}`,
        `--model ${name} <${quoted(promptPath)}`,
      ].join(" \\\n  "),
    ];
    const env = {
      ANTHROPIC_API_KEY: lease,
      ANTHROPIC_BASE_URL: `${gatewayUrl}/model/anthropic`,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      CLAUDE_CODE_MAX_RETRIES: "3",
    };
    return { command: lines.join("\n"), env, files: [] };
  },
  events: claudeCodeEvents,
};

/** What this CLI replaces by the value of a variable of its environment. */
const variable = (name: string) => `\${${name}}`;

/** The run's own hooks, and no other: it asks the gateway by itself, before and after each tool and before it ends. Its address is known to the shell alone. */
const hooks = [
  {
    matcher: "*",
    hooks: [
      {
        type: "http",
        url: "HOOK",
        headers: { Authorization: "Bearer $LOOP_TOOLS_TOKEN" },
        allowedEnvVars: ["LOOP_TOOLS_TOKEN"],
        timeout: 60,
      },
    ],
  },
];
const settings = `settings=${quoted(
  JSON.stringify({ hooks: { PreToolUse: hooks, PostToolUse: hooks, Stop: hooks } }),
).replaceAll("HOOK", `'"$LOOP_TOOLS_URL"'/hook`)}`;

/** Address and lease come from the environment. */
const tools = {
  mcpServers: {
    [TOOL_SERVER]: {
      type: "http",
      url: variable("LOOP_TOOLS_URL"),
      headers: { Authorization: `Bearer ${variable("LOOP_TOOLS_TOKEN")}` },
    },
  },
};
