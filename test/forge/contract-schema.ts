// GitHub's published descriptions as validators: the extract in fixtures/openapi, made strict JSON Schema.
import { readFileSync } from "node:fs";
import type { ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

type Json = null | boolean | number | string | Json[] | JsonObject;
interface JsonObject {
  [key: string]: Json;
}

interface Components {
  readonly schemas: Readonly<Record<string, Json>>;
}

interface RestOperation {
  readonly responses: Readonly<Record<string, JsonObject | null>>;
  readonly request?: JsonObject | null;
}

export interface Contract {
  /** As GitHub names them: `GET /repos/{owner}/{repo}`. */
  readonly operations: readonly string[];
  /** As GitHub names them: `issues-opened`, `push`. */
  readonly webhooks: readonly string[];
  /** What is wrong with the answer to an operation, one sentence each; empty when it is as described. */
  checkResponse(operation: string, status: number, body: unknown): string[];
  checkRequest(operation: string, body: unknown): string[];
  checkWebhook(name: string, payload: unknown): string[];
}

const rest = read<{ operations: Record<string, RestOperation>; components: Components }>("rest.json");
const hooks = read<{ webhooks: Record<string, JsonObject>; components: Components }>("webhooks.json");

/** Reads the extract. A schema is compiled when it is first needed. */
export function loadContract(): Contract {
  const compiler = createCompiler();
  compiler.addSchema(components(rest.components), "rest");
  compiler.addSchema(components(hooks.components), "hooks");
  const compiled = new Map<string, ValidateFunction>();
  const check = (key: string, root: "rest" | "hooks", schema: JsonObject, value: unknown): string[] => {
    const validate = compiled.get(key) ?? compiler.compile(rooted(strict(schema), root) as JsonObject);
    compiled.set(key, validate);
    return validate(value) ? [] : (validate.errors ?? []).map((one) => `${key}: ${told(one)}`);
  };
  return {
    operations: Object.keys(rest.operations),
    webhooks: Object.keys(hooks.webhooks),
    checkResponse: (operation, status, body) => {
      const described = corrected[`${operation} ${status}`] ?? rest.operations[operation]?.responses[status];
      if (described === undefined) return [`${operation}: GitHub describes no answer with status ${status}`];
      if (described !== null)
        return check(`${operation} ${status}`, "rest", described, status < 400 ? body : withoutStatus(body));
      return body === undefined || body === "" ? [] : [`${operation} ${status}: GitHub describes no body`];
    },
    checkRequest: (operation, body) => {
      const described = rest.operations[operation]?.request;
      return described && body ? check(`${operation} request`, "rest", described, body) : [];
    },
    checkWebhook: (name, payload) => {
      const described = hooks.webhooks[name];
      return described ? check(name, "hooks", described, payload) : [`${name}: GitHub describes no such delivery`];
    },
  };
}

/** Where the description is wrong: it asks each account in this list to be a user and an enterprise at once. */
const corrected: Readonly<Record<string, JsonObject>> = {
  "GET /app/installations 200": { type: "array", items: { $ref: "#/components/schemas/installation" } },
};

/** GitHub puts `status` into every refusal, and describes it for some. */
function withoutStatus(body: unknown): unknown {
  const { status, ...rest } = body as { status?: string };
  return rest;
}

function read<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(`../../fixtures/openapi/${file}`, import.meta.url), "utf8")) as T;
}

function createCompiler(): Ajv2020 {
  // `strict` is Ajv's own linting of schemas, which GitHub's do not pass; what is checked stays the same.
  const compiler = new Ajv2020({ strict: false, allErrors: true, inlineRefs: false });
  addFormats.default(compiler);
  compiler.addFormat("email", /^[^@\s]+@[^@\s]+$/); // a bot's address holds the brackets of its login
  compiler.addFormat("repo.nwo", /^[\w.-]+\/[\w.-]+$/);
  return compiler;
}

/** Each component as it is, and once more under `name~open` for those who add fields to it. */
function components({ schemas }: Components): JsonObject {
  const closed = Object.entries(schemas).map(([name, schema]) => [name, strict(schema)] as const);
  const opened = closed.map(([name, schema]) => [`${name}~open`, openSchema(schema)] as const);
  return { components: { schemas: Object.fromEntries([...closed, ...opened]) } };
}

/**
 * The schema as JSON Schema 2020-12 that also refuses fields GitHub does not describe. Differences of OpenAPI 3.0 that
 * matter here: `nullable`, and `oneOf` where GitHub's alternatives overlap, so that one value fits two of them.
 */
function strict(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(strict);
  if (!isObject(schema)) return schema;
  const { nullable, oneOf, allOf, ...rest } = schema;
  const out = Object.fromEntries(Object.entries(rest).map(([key, child]) => [key, convertChild(key, child)]));
  if (oneOf) out.anyOf = strict(oneOf);
  if (allOf) Object.assign(out, { allOf: openParts(strict(allOf)), unevaluatedProperties: false });
  else if (isObject(out.properties) && out.additionalProperties === undefined && !out.anyOf)
    out.unevaluatedProperties = false;
  return nullable === true ? orNull(out) : out;
}

/** Names of fields are not keywords, and literals are not schemas. */
function convertChild(key: string, child: Json): Json {
  if (key === "enum" || key === "required" || key === "const") return child;
  if (key !== "properties" || !isObject(child)) return strict(child);
  const fields = Object.entries(child).map(([name, field]) => [name, strict(field)] as const);
  const more = alsoSent.filter(([beside]) => child[beside] !== undefined).map(([, name]) => [name, true] as const);
  return Object.fromEntries([...more, ...fields]);
}

/** GitHub sends these with every user, App and installation, and describes them for most only: beside, field. */
const alsoSent = [
  ["login", "user_view_type"],
  ["slug", "client_id"],
  ["app_slug", "client_id"],
] as const;

/** The parts of an `allOf` each allow what the others bring; only their sum is closed. */
function openParts(parts: Json): Json {
  if (!Array.isArray(parts)) return parts;
  return parts.map((part) => {
    const opened = openSchema(part);
    return isObject(opened) && typeof opened.$ref === "string" ? { ...opened, $ref: `${opened.$ref}~open` } : opened;
  });
}

function openSchema(schema: Json): Json {
  if (!isObject(schema)) return schema;
  const { unevaluatedProperties, ...rest } = schema;
  // A part that may be null is one of two: its other half is open as well.
  return Array.isArray(rest.anyOf) ? { ...rest, anyOf: rest.anyOf.map(openSchema) } : rest;
}

function orNull(schema: JsonObject): JsonObject {
  return { anyOf: [schema, { type: "null" }] };
}

/** References reach the components of the description they come from. */
function rooted(schema: Json, root: string): Json {
  const text = JSON.stringify(schema).replaceAll('"$ref":"#/', `"$ref":"${root}#/`);
  return JSON.parse(text) as Json;
}

function told(error: { instancePath: string; message?: string; params: Record<string, unknown> }): string {
  const detail = error.params.unevaluatedProperty ?? error.params.additionalProperty ?? error.params.allowedValues;
  return `${error.instancePath || "/"} ${error.message}${detail === undefined ? "" : ` (${JSON.stringify(detail)})`}`;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
