// Qwen Code: the workspace is no trusted folder to it, so that nothing of the repository's own configuration is read.
import type { Agent, Prepared } from "./agent.ts";
import { qwenEvents } from "./events/qwen.ts";
import { hookFile, hookLine } from "./hook.ts";
import { quoted } from "./shell.ts";

export const qwen: Agent = {
  kind: "qwen",
  route: "openai",
  takesPart: "hooks",
  prepare({ promptPath, model, gatewayUrl, lease, hasTools }): Prepared {
    const lines = [
      // At the system's place as well, where no other settings can take its word back.
      `export QWEN_CODE_SYSTEM_SETTINGS_PATH="$HOME"/${settingsPath} QWEN_CODE_DISABLE_CRON=1`,
      instructions,
      unwritten,
      [
        "exec qwen --approval-mode default --output-format stream-json --extensions none",
        '--include-directories "$LOOP_DIR/out"',
        `--auth-type openai --model ${quoted(model)} <${quoted(promptPath)}`,
      ].join(" \\\n  "),
    ];
    const env = { OPENAI_API_KEY: lease, OPENAI_BASE_URL: `${gatewayUrl}/model/openai/v1` };
    return {
      command: lines.join("\n"),
      env,
      files: [{ path: settingsPath, text: settings(hasTools) }, ...(hasTools ? [hookFile] : [])],
    };
  },
  events: qwenEvents,
};

const settingsPath = ".qwen/settings.json";

/** Words of the repository to agents are material, which a folder without trust leaves out with the rest. */
const instructions = `for file in QWEN.md AGENTS.md; do
  if [ -f "$file" ]; then cat "$file" >"$HOME/.qwen/$file"; fi
done`;

/** Trusted or not, it writes its own version into the repository's settings when it reads them, and that would be committed. */
const unwritten = "if [ -e .qwen/settings.json ]; then chmod a-w .qwen .qwen/settings.json; fi";

/**
 * In a folder without trust this CLI reads neither `.qwen` nor `.env`, starts no hook of its own, and no MCP server either, the run's own
 * included: its tools are the command `loop`. It would also ask before it acts, so what it may do is named.
 */
function settings(hasTools: boolean): string {
  const hooks = [{ matcher: "*", hooks: [{ type: "command", command: hookLine }] }];
  const all = {
    security: { folderTrust: { enabled: true }, auth: { selectedType: "openai" } },
    permissions: {
      allow: ["read_file", "write_file", "edit", "notebook_edit", "run_shell_command", "agent"],
      // Worktrees would lie in the workspace, and artifacts are for its own page.
      deny: ["enter_worktree", "exit_worktree", "record_artifact", "web_fetch"],
    },
    // By itself it adds its name to every commit.
    general: { enableAutoUpdate: false, gitCoAuthor: { commit: false, pr: false } },
    // Seven tries a call are left. Ten more rounds of them, as it does by itself, take the better part of an hour.
    model: { generationConfig: { maxRetries: 0 } },
    tools: { sandbox: false, toolSearch: { enabled: false } },
    ...(hasTools ? { hooks: { PreToolUse: hooks, PostToolUse: hooks, Stop: hooks } } : { disableAllHooks: true }),
    privacy: { usageStatisticsEnabled: false },
    telemetry: { enabled: false },
  };
  return JSON.stringify(all, null, 2);
}
