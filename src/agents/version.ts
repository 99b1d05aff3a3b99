// Which version of an agent CLI a run had, as that CLI says: a claim, asked inside the run and never believed to be more.
import type { AgentKind } from "./agent.ts";

const lines: Readonly<Record<AgentKind, string | null>> = {
  command: null,
  "claude-code": "claude --version",
  codex: "codex --version",
  gemini: "gemini --version",
  opencode: "opencode --version",
  qwen: "qwen --version",
  pi: "pi --version",
};

/** The line for `sh` that makes the CLI say its version; null where the policy's command may be anything. */
export function versionLine(kind: AgentKind): string | null {
  return lines[kind];
}

/** The version in what a CLI printed: numbers with dots and what is joined to them, at most 40 characters; else null. */
export function readVersion(printed: string): string | null {
  const found = /\d{1,9}(?:\.\d{1,9}){1,3}(?:[-+][A-Za-z0-9][A-Za-z0-9.+-]*)?/.exec(printed.slice(0, 2_000));
  return found === null ? null : found[0].slice(0, 40);
}
