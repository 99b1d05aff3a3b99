// A tool's schema as every provider takes it: without references, dialects and words that one of them refuses. It only ever asks for less;
// the server itself still judges the arguments.
import { withoutUnseen } from "../../../base/unseen.ts";
import type { InputSchema } from "../tool.ts";

type Schema = Readonly<Record<string, unknown>>;

const bounds = { depth: 12, properties: 100, nodes: 2_000, bytes: 16 * 1024, text: 400, choices: 200 };

/** Words that stand as they are where their value is of this kind. */
const kept: Readonly<Record<string, "number" | "boolean" | "string">> = {
  minimum: "number",
  maximum: "number",
  minLength: "number",
  maxLength: "number",
  minItems: "number",
  maxItems: "number",
  uniqueItems: "boolean",
};

const types = ["string", "number", "integer", "boolean", "array", "object", "null"];

interface Reading {
  readonly root: Schema;
  nodes: number;
}

/** The arguments of a tool. Whatever is given, the answer is an object's schema, of at most 16 KiB. */
export function inputSchemaOf(given: unknown): InputSchema {
  const root = isSchema(given) ? given : {};
  const reading = { root, nodes: 0 };
  const top = referred(reading, root);
  const properties = propertiesOf(reading, top, 0);
  const schema: InputSchema = { type: "object", properties, ...requiredOf(top, properties) };
  return Buffer.byteLength(JSON.stringify(schema)) <= bounds.bytes ? schema : shortened(schema);
}

/** Too long with all that is said of the arguments: their names and kinds are left, or nothing. */
function shortened({ properties, required }: InputSchema): InputSchema {
  const plain = Object.entries(properties as Schema).map(([name, one]) => [name, typeAlone(one)]);
  const schema: InputSchema = {
    type: "object",
    properties: Object.fromEntries(plain),
    ...(required === undefined ? {} : { required }),
  };
  return Buffer.byteLength(JSON.stringify(schema)) <= bounds.bytes ? schema : { type: "object", properties: {} };
}

function typeAlone(one: unknown): Schema {
  const { type } = one as Schema;
  if (type === undefined) return {};
  return type === "array" ? { type, items: {} } : { type };
}

/** Those of the schema and of every alternative that it is made of, at the top: no provider takes a choice there. */
function propertiesOf(reading: Reading, schema: Schema, depth: number): Record<string, unknown> {
  const named = isSchema(schema.properties) ? Object.entries(schema.properties) : [];
  const own = named.slice(0, bounds.properties).filter(([name]) => /^[\w.$-]{1,64}$/.test(name));
  const found = own.map(([name, one]) => [name, plain(reading, one, depth + 1)] as const);
  const others = depth > 3 ? [] : alternatives(reading, schema).map((one) => propertiesOf(reading, one, depth + 1));
  return Object.assign({}, ...others, Object.fromEntries(found));
}

function requiredOf({ required }: Schema, properties: Schema): Schema {
  if (!Array.isArray(required)) return {};
  const there = [...new Set(required)].filter((name) => typeof name === "string" && Object.hasOwn(properties, name));
  return there.length === 0 ? {} : { required: there };
}

function alternatives(reading: Reading, schema: Schema): Schema[] {
  return ["anyOf", "oneOf", "allOf"]
    .flatMap((word) => (Array.isArray(schema[word]) ? (schema[word] as unknown[]).slice(0, 20) : []))
    .map((one) => referred(reading, one));
}

/** What a reference within the schema stands for; one that leads nowhere, or outside, stands for anything. */
function referred({ root }: Reading, schema: unknown): Schema {
  let one = schema;
  for (let steps = 0; isSchema(one) && typeof one.$ref === "string" && steps < 8; steps++) one = at(root, one.$ref);
  return isSchema(one) && one.$ref === undefined ? one : {};
}

function at(root: Schema, pointer: string): unknown {
  if (!pointer.startsWith("#/")) return undefined;
  let one: unknown = root;
  for (const step of pointer.slice(2).split("/").slice(0, 20)) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    one = isSchema(one) && Object.hasOwn(one, name) ? one[name] : undefined;
  }
  return one;
}

function plain(reading: Reading, given: unknown, depth: number): Schema {
  reading.nodes += 1;
  if (depth > bounds.depth || reading.nodes > bounds.nodes) return {};
  const schema = referred(reading, given);
  const said = describedBy(given) ?? describedBy(schema);
  const about = said === undefined ? {} : { description: said };
  const all = alternatives(reading, schema);
  if (all.length > 0) return { ...about, ...choiceOf(reading, schema, all, depth) };
  return { ...about, ...simple(reading, schema, depth) };
}

/** A part of everything, or the one alternative beside null, is that alone; a choice of several is `anyOf`. */
function choiceOf(reading: Reading, schema: Schema, all: readonly Schema[], depth: number): Schema {
  if (Array.isArray(schema.allOf) || isSchema(schema.properties)) {
    const properties = propertiesOf(reading, schema, depth);
    return Object.keys(properties).length > 0 ? { type: "object", properties } : simple(reading, all[0] ?? {}, depth);
  }
  const each = all.map((one) => plain(reading, one, depth + 1)).filter(({ type }) => type !== "null");
  return each.length === 1 ? (each[0] ?? {}) : { anyOf: each };
}

function simple(reading: Reading, schema: Schema, depth: number): Schema {
  const type = typeOf(schema);
  const words = Object.entries(kept).filter(([word, kind]) => typeof schema[word] === kind);
  return {
    ...(type === null ? {} : { type }),
    ...Object.fromEntries(words.map(([word]) => [word, schema[word]])),
    ...enumOf(schema),
    ...(type === "array" ? { items: itemsOf(reading, schema, depth) } : {}),
    ...(type === "object" ? objectOf(reading, schema, depth) : {}),
  };
}

/** One type: of several the first that is not null. */
function typeOf({ type, properties, items }: Schema): string | null {
  const named = (Array.isArray(type) ? type : [type]).filter((one) => types.includes(one));
  const first = named.find((one) => one !== "null") ?? named[0];
  if (first !== undefined) return first;
  return isSchema(properties) ? "object" : items !== undefined ? "array" : null;
}

/** Choices of words or numbers; providers take no others. */
function enumOf(schema: Schema): Schema {
  const given = Array.isArray(schema.enum) ? schema.enum : "const" in schema ? [schema.const] : [];
  const plain = given.filter((one) => typeof one === "string" || typeof one === "number");
  const isWhole = plain.length > 0 && plain.length === given.length && plain.length <= bounds.choices;
  return isWhole
    ? { enum: plain.map((one) => (typeof one === "string" ? withoutUnseen(one).slice(0, 200) : one)) }
    : {};
}

function itemsOf(reading: Reading, { items, prefixItems }: Schema, depth: number): Schema {
  const several = Array.isArray(items) ? items : Array.isArray(prefixItems) ? prefixItems : null;
  if (several === null) return plain(reading, items, depth + 1);
  return several.length === 1 ? plain(reading, several[0], depth + 1) : {};
}

function objectOf(reading: Reading, schema: Schema, depth: number): Schema {
  const properties = propertiesOf(reading, schema, depth);
  return { properties, ...requiredOf(schema, properties) };
}

function describedBy(schema: unknown): string | undefined {
  const text = isSchema(schema) ? schema.description : undefined;
  return typeof text === "string" && text.trim() !== "" ? cleaned(text, bounds.text) : undefined;
}

/** Words of a server's own: without what nobody sees, in one line, and cut. */
export function cleaned(text: string, most: number): string {
  const line = withoutUnseen(text.slice(0, 4 * most))
    .replace(/\s+/g, " ")
    .trim();
  return line.length <= most
    ? line
    : `${line
        .slice(0, most - 1)
        .toWellFormed()
        .replace(/\uFFFD$/, "")}…`;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
