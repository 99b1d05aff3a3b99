// Which agent a policy means by its kind.
import type { Agent, AgentKind } from "./agent.ts";
import { claudeCode } from "./claude-code.ts";
import { codex } from "./codex.ts";
import { commandAgent } from "./command.ts";
import { gemini } from "./gemini.ts";
import { opencode } from "./opencode.ts";
import { pi } from "./pi.ts";
import { qwen } from "./qwen.ts";

/** The agent of this kind; `command` is the shell command, which the kind `command` alone needs. */
export function agentOf(kind: AgentKind, command: string): Agent {
  return kind === "command" ? commandAgent(command) : named[kind];
}

const named: Readonly<Record<Exclude<AgentKind, "command">, Agent>> = {
  "claude-code": claudeCode,
  codex,
  gemini,
  opencode,
  qwen,
  pi,
};
