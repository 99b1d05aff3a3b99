// The agent CLIs that are tried, each at exactly one version, and where their programs stand when installed.
import type { AgentKind } from "../../src/agents/agent.ts";

export interface Version {
  /** Package and version in the registry. */
  readonly name: string;
  readonly version: string;
  /** The program's name on the path. */
  readonly program: string;
  /** Where it stands below its own folder's `node_modules`, on this machine. */
  readonly file: string;
}

const machine = `linux-${process.arch}`;

export const VERSIONS: Readonly<Record<Exclude<AgentKind, "command">, Version>> = {
  codex: { name: "@openai/codex", version: "0.169.0", program: "codex", file: "@openai/codex/bin/codex.js" },
  gemini: {
    name: "@google/gemini-cli",
    version: "0.61.0",
    program: "gemini",
    file: "@google/gemini-cli/bundle/gemini.js",
  },
  "claude-code": {
    name: "@anthropic-ai/claude-code",
    version: "2.1.330",
    program: "claude",
    file: `@anthropic-ai/claude-code-${machine}/claude`,
  },
  qwen: { name: "@qwen-code/qwen-code", version: "0.24.4", program: "qwen", file: "@qwen-code/qwen-code/cli-entry.js" },
  pi: {
    name: "@earendil-works/pi-coding-agent",
    version: "1.6.0",
    program: "pi",
    file: "@earendil-works/pi-coding-agent/dist/bundle/cli.js",
  },
  opencode: { name: "opencode-ai", version: "1.18.33", program: "opencode", file: `opencode-${machine}/bin/opencode` },
};

/** A tool server of somebody else's, which the agents call through the gateway. */
export const SERVER: Version = {
  name: "@modelcontextprotocol/server-filesystem",
  version: "2026.8.31",
  program: "mcp-server-filesystem",
  file: "@modelcontextprotocol/server-filesystem/dist/index.js",
};

/** One that drives a browser, which is the machine's own Chromium. */
export const BROWSER: Version = {
  name: "@playwright/mcp",
  version: "0.0.83",
  program: "playwright-mcp",
  file: "@playwright/mcp/cli.js",
};

/** More servers of others, that a run is tried with. */
export const OTHERS = {
  memory: {
    name: "@modelcontextprotocol/server-memory",
    version: "2026.8.31",
    program: "mcp-server-memory",
    file: "@modelcontextprotocol/server-memory/dist/index.js",
  },
  everything: {
    name: "@modelcontextprotocol/server-everything",
    version: "2026.8.31",
    program: "mcp-server-everything",
    file: "@modelcontextprotocol/server-everything/dist/index.js",
  },
  context7: {
    name: "@upstash/context7-mcp",
    version: "4.1.1",
    program: "context7-mcp",
    file: "@upstash/context7-mcp/dist/index.js",
  },
  notion: {
    name: "@notionhq/notion-mcp-server",
    version: "2.5.2",
    program: "notion-mcp-server",
    file: "@notionhq/notion-mcp-server/bin/cli.mjs",
  },
  devtools: {
    name: "chrome-devtools-mcp",
    version: "1.11.0",
    program: "chrome-devtools-mcp",
    file: "chrome-devtools-mcp/build/src/bin/chrome-devtools-mcp.js",
  },
} satisfies Readonly<Record<string, Version>>;
