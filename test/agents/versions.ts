// The tool servers that agents are tried with, each at exactly one version; the agents' own are in `src/cli/demo-clis.ts`.
import type { Version } from "../../src/cli/demo-clis.ts";

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
