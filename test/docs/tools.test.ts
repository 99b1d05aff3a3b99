// docs/tools.md has every tool of the catalogue, with what it takes and when to call it. UPDATE_DOCS=1 rewrites the table.
import { expect, test } from "vitest";
import { z } from "zod";
import { AGENT_KINDS } from "../../src/agents/agent.ts";
import { agentOf } from "../../src/agents/agents.ts";
import { ownTools } from "../../src/brief/tools.ts";
import { defaultToolLimits } from "../../src/gateway/tools/server.ts";
import { part } from "./part.ts";

/** Each argument with what it may be, those that may be left out in brackets. */
function takes(input: z.ZodObject): string {
  const { properties = {}, required = [] } = z.toJSONSchema(input, { io: "input" });
  const told = Object.entries(properties).map(([name, schema]) => {
    const { type, maxLength, minimum, maximum, maxItems, items } = schema as z.core.JSONSchema.JSONSchema;
    const each = (items as z.core.JSONSchema.JSONSchema | undefined)?.maxLength;
    const may =
      type === "string"
        ? `up to ${maxLength} characters`
        : type === "array"
          ? `up to ${maxItems} texts of up to ${each} characters`
          : `${minimum} to ${maximum}`;
    return required.includes(name) ? `\`${name}\`: ${may}` : `[\`${name}\`: ${may}]`;
  });
  return told.length === 0 ? "nothing" : told.join("<br>");
}

test("the page has every tool", () => {
  const rows = ownTools.map(({ name, does, when, input }) => `| \`${name}\` | ${does} | ${when} | ${takes(input)} |`);
  const table = ["| tool | what it does | when to call it | takes |", "|---|---|---|---|", ...rows, ""].join("\n");
  expect(part("docs/tools.md", "tools", table)).toBe(table);
});

/** How a CLI that takes part lets the gateway answer, for people. */
const ways: Readonly<Record<string, string>> = {
  "claude-code": "by HTTP hooks",
  codex: "by hooks",
  qwen: "by hooks",
  pi: "by an extension",
};

test("the page says of every agent whether its commands are checked before or told of after", () => {
  const rows = AGENT_KINDS.map((kind) => {
    const isChecked = agentOf(kind, "true").takesPart !== null;
    expect(kind in ways).toBe(isChecked);
    return `| \`${kind}\` | ${isChecked ? `checked before they run, ${ways[kind]}` : kind === "command" ? "neither: it tells of none" : "told of after"} |`;
  });
  const table = ["| kind | its commands |", "|---|---|", ...rows, ""].join("\n");
  expect(part("docs/tools.md", "commands", table)).toBe(table);
});

test("the page has the bounds", () => {
  const { calls, atOnce, bodyBytes, answerBytes, callMs } = defaultToolLimits;
  const rows = [
    `| calls in a run | ${calls} |`,
    `| calls at a time | ${atOnce} |`,
    `| one request | ${bodyBytes / 1024} KiB |`,
    `| one answer | ${answerBytes / 1024} KiB; the rest is left out, and that is said |`,
    `| until a call is answered | ${callMs / 1_000} s |`,
    "",
  ];
  const table = ["| of | at most |", "|---|---|", ...rows].join("\n");
  expect(part("docs/tools.md", "bounds", table)).toBe(table);
});
