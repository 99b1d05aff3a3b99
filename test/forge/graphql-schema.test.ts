// The forge's GraphQL schema is the one that GitHub publishes.
import { schema as published } from "@octokit/graphql-schema";
import { buildSchema, parse, print, printSchema, visit } from "graphql";
import { expect, test } from "vitest";
import { githubSchema } from "../../src/forge/graphql/schema.ts";

/** The same document without what is said of its parts. */
function undescribed(text: string): string {
  const document = visit(parse(text), {
    enter: (node) => ("description" in node && node.description ? { ...node, description: undefined } : undefined),
  });
  return print(document);
}

test("of what GitHub publishes only the descriptions are left out", () => {
  const whole = buildSchema(published.idl, { assumeValid: true, assumeValidSDL: true });
  const ours = printSchema(githubSchema());
  expect(ours).toBe(undescribed(printSchema(whole)));
  expect(ours).not.toContain('"""');
});
