// The policy's one schema: defaults, documentation and the two fixtures that keep every option tested.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { commentedExample, optionTable } from "../../src/policy/docs.ts";
import { expectationAt, groups, options } from "../../src/policy/options.ts";
import { parsePolicy } from "../../src/policy/parse.ts";
import { Policy } from "../../src/policy/schema.ts";

function fixture(name: string): string {
  return readFileSync(new URL(`../../fixtures/policy/${name}`, import.meta.url), "utf8");
}

function policyIn(text: string | null): Policy {
  const parsed = parsePolicy(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.policy;
}

function at(policy: Policy, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], policy);
}

type Shape = z.core.JSONSchema.JSONSchema;

/** Paths of entries' parts whose every value in the fixture is their default, or that have none; and forms that no value has. */
function unsaid(schema: Shape, values: readonly unknown[], path: string): string[] {
  const forms = (schema.anyOf ?? schema.oneOf ?? []) as Shape[];
  if (forms.length > 0)
    return forms.flatMap((form, at) => {
      const fitting = values.filter(
        (value) => z.fromJSONSchema(form as Parameters<typeof z.fromJSONSchema>[0]).safeParse(value).success,
      );
      return fitting.length === 0 ? [`${path}|${at}`] : unsaid(form, fitting, path);
    });
  const within = values.filter((value) => typeof value === "object" && value !== null) as Record<string, unknown>[];
  const entries = [schema.items, schema.additionalProperties].filter((one) => typeof one === "object") as Shape[];
  const parts = Object.entries(schema.properties ?? {}).flatMap(([name, part]) => {
    const [inner, said] = [part as Shape, within.map((value) => value[name]).filter((value) => value !== undefined)];
    const isSaid = said.some((value) => JSON.stringify(value) !== JSON.stringify(inner.default));
    return isSaid || "const" in inner ? unsaid(inner, said, `${path}.${name}`) : [`${path}.${name}`];
  });
  return [
    ...parts,
    ...entries.flatMap((entry) =>
      unsaid(
        entry,
        within.flatMap((value) => Object.values(value)),
        `${path}[]`,
      ),
    ),
  ];
}

describe("the policy's options", () => {
  it("each have a sentence, a default and limits in words", () => {
    for (const option of options) {
      expect(option.description, option.path).toMatch(/^[A-Z].*\.$/);
      expect(option.fallback, option.path).not.toBeUndefined();
      expect(option.expectation, option.path).not.toMatch(/undefined/);
    }
    for (const group of groups) expect(group.description, group.path).toMatch(/^[A-Z].*\.$/);
  });

  it("are written down in the commented example, which parses to the defaults", () => {
    expect(fixture("default.yml")).toBe(commentedExample());
    expect(policyIn(fixture("default.yml"))).toEqual(Policy.parse({}));
  });

  it("all differ from their default in the fixture that changes everything", () => {
    const changed = policyIn(fixture("everything-changed.yml"));
    const fixed = ["version"]; // the only option with one possible value
    const same = options.filter(({ path, fallback }) => JSON.stringify(at(changed, path)) === JSON.stringify(fallback));
    expect(same.map((option) => option.path)).toEqual(fixed);
  });

  it("with entries of several parts have each part in that fixture, other than by its default and in each of its forms", () => {
    const changed: unknown = policyIn(fixture("everything-changed.yml"));
    const schema = z.toJSONSchema(Policy, { io: "input" });
    expect(unsaid(schema as Shape, [changed], "")).toEqual([]);
  });

  it("make a table with one row each", () => {
    const rows = optionTable().trim().split("\n");
    expect(rows).toHaveLength(options.length + 2);
    expect(rows[0]).toBe("| option | default | may be | what it does |");
    expect(rows).toContain(
      "| `attempts` | `3` | a whole number from 1 to 20 | Attempts granted by the label and again by each `/loop retry`. |",
    );
  });

  it("are known by their path, and nothing else is", () => {
    expect(expectationAt("gate.reviewers.0")).toBe("a GitHub login without the @");
    expect(expectationAt("gate.nothing")).toBeNull();
  });
});
