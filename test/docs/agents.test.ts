// docs/policy.md has every agent that is known by name: the version that is tried, its wire, and how it finds its tools. UPDATE_DOCS=1 rewrites the table.
import { expect, test } from "vitest";
import { AGENT_KINDS, TOOL_SERVER } from "../../src/agents/agent.ts";
import { agentOf } from "../../src/agents/agents.ts";
import { hookFile } from "../../src/agents/hook.ts";
import { startLine } from "../../src/agents/shell.ts";
import { CLI_VERSIONS } from "../../src/cli/demo-clis.ts";
import { part } from "./part.ts";

const task = { promptPath: "/loop/brief.md", model: "m", gatewayUrl: "http://127.0.0.1:1", lease: "l", hasTools: true };

test("the page has every agent that is known by name", () => {
  const rows = AGENT_KINDS.flatMap((kind) => {
    if (kind === "command") return [];
    const { route, prepare, takesPart } = agentOf(kind, "");
    const { name, version } = CLI_VERSIONS[kind];
    const { files, ...prepared } = prepare(task);
    const besideHook = files.filter(({ path }) => path !== hookFile.path); // which asks there too
    const hasServer = startLine({ ...prepared, files: besideHook }).includes("LOOP_TOOLS_URL");
    const tools = hasServer ? `the MCP server \`${TOOL_SERVER}\`` : `the command \`${TOOL_SERVER}\``;
    const words =
      takesPart === "hooks"
        ? "it reads that there are some after any use of a tool, and before it ends"
        : "with the next call of a tool";
    return `| \`${kind}\` | ${name} ${version} | \`LOOPGATE_${route?.toUpperCase()}_KEY\` | ${tools} | ${words} |`;
  });
  const table = [
    "| kind | tried with | key that the App needs | its run's tools | [what people say meanwhile](tools.md#what-people-say-meanwhile) |",
    "|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
  expect(part("docs/policy.md", "agents", table)).toBe(table);
});
