// The schema for editors says yes to what a claim says yes to, and no where an editor can know it.
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { editorSchema } from "../../src/policy/editor-schema.ts";
import { options } from "../../src/policy/options.ts";
import { parsePolicy } from "../../src/policy/parse.ts";

const schema = editorSchema();
const accepts = new Ajv({ allErrors: true }).compile(schema);
const fixture = (name: string) => readFileSync(new URL(`../../fixtures/policy/${name}`, import.meta.url), "utf8");

test("it is a schema of draft 7, without words of ours, and each option has its sentence", () => {
  expect(schema.$schema).toBe("http://json-schema.org/draft-07/schema#");
  const text = JSON.stringify(schema);
  expect(text).not.toContain('"words"');
  expect(options.filter(({ description }) => !text.includes(JSON.stringify(description)))).toEqual([]);
});

test.each(["default.yml", "everything-changed.yml"])("%s stands in an editor as at a claim", (name) => {
  expect(parsePolicy(fixture(name)).ok).toBe(true);
  accepts(parse(fixture(name)));
  expect(accepts.errors).toBeNull();
});

describe("an editor underlines what a claim refuses", () => {
  test.each([
    ["an option that is not there", "attemps: 3"],
    ["an option of a group that is not there", "gate: { approval: 1 }"],
    ["a number as a text", 'attempts: "3"'],
    ["a number that is too large", "attempts: 21"],
    ["a part of a whole number", "attempts: 1.5"],
    ["a word that is none of those", "packages: { new: maybe }"],
    ["a text where a list belongs", "protected_paths: secrets"],
    ["a size in words", "environment: { memory: plenty }"],
    ["a check of two origins", "checks: { required: [{ name: a, app: b, creator: c }] }"],
    ["another version", "version: 2"],
  ])("%s", (_, text) => {
    expect(parsePolicy(text).ok).toBe(false);
    expect(accepts(parse(text))).toBe(false);
  });
});
