// The policy's schema as a flat list of options, each with its limits in plain words.
import { z } from "zod";
import { Policy } from "./schema.ts";

export interface Option {
  readonly path: string; // dotted, as in `gate.approvals`
  readonly expectation: string; // "a whole number from 1 to 20"
  readonly fallback: unknown; // the default
  readonly description: string;
}

export interface Group {
  readonly path: string;
  readonly description: string;
}

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly words?: string;
  readonly default?: unknown;
  readonly description?: string;
}

const root = z.toJSONSchema(Policy, { io: "input" }) as Schema;

/** Every option in the order of the schema. */
export const options: readonly Option[] = leaves(root, "");

/** The groups that options are gathered in, in the order of the schema. */
export const groups: readonly Group[] = Object.entries(root.properties ?? {})
  .filter(([, schema]) => schema.properties !== undefined)
  .map(([path, schema]) => ({ path, description: schema.description ?? "" }));

/** What may stand at a dotted path, in plain words; null for a path that is no option and no group. */
export function expectationAt(path: string): string | null {
  const schema = schemaAt(path);
  return schema === null ? null : words(schema);
}

/** The keys that a group may hold; empty for an option. The empty path is the whole file. */
export function keysAt(path: string): readonly string[] {
  return Object.keys(schemaAt(path)?.properties ?? {});
}

function leaves(schema: Schema, path: string): Option[] {
  if (schema.properties === undefined) {
    return [{ path, expectation: words(schema), fallback: schema.default, description: schema.description ?? "" }];
  }
  return Object.entries(schema.properties).flatMap(([key, inner]) =>
    leaves(inner, path === "" ? key : `${path}.${key}`),
  );
}

function schemaAt(path: string): Schema | null {
  let schema: Schema | undefined = root;
  for (const key of path === "" ? [] : path.split(".")) {
    schema = /^\d+$/.test(key) ? schema?.items : (schema?.properties?.[key] ?? valuesOf(schema));
  }
  return schema ?? null;
}

/** What each value must be where any key may stand. */
function valuesOf(schema: Schema | undefined): Schema | undefined {
  const of = schema?.additionalProperties;
  return typeof of === "object" ? of : undefined;
}

function words(schema: Schema): string {
  if (schema.words !== undefined) return schema.words;
  if (schema.const !== undefined) return `the value ${JSON.stringify(schema.const)}`;
  if (schema.enum !== undefined) return `one of ${schema.enum.map((value) => JSON.stringify(value)).join(", ")}`;
  switch (schema.type) {
    case "boolean":
      return "true or false";
    case "integer":
      return `a whole number from ${schema.minimum} to ${schema.maximum}`;
    case "number":
      return `a number from ${schema.minimum} to ${schema.maximum}`;
    case "array":
      return `a list of at most ${schema.maxItems} entries, each ${words(schema.items ?? {})}`;
    case "object":
      return `a group with ${Object.keys(schema.properties ?? {}).join(", ")}`;
    default:
      return `a text of ${schema.minLength === undefined ? "at most" : `${schema.minLength} to`} ${schema.maxLength} characters`;
  }
}
