// docs/tools.md has every tool of the catalogue, with what it takes and when to call it. UPDATE_DOCS=1 rewrites the table.
import { expect, test } from "vitest";
import { z } from "zod";
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
