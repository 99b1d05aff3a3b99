// The webhook payloads in fixtures/webhooks are parts of what GitHub describes: no field is made up or mistyped.
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { descriptions } from "../descriptions.ts";
import { payload, payloadNames } from "../payloads.ts";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * Fixtures hold only some of the fields, so nothing is required; but what is not described may not be there. Parts of an
 * `allOf` describe one object together, so only what they refer to is closed.
 */
function relaxed(schema: Json, isPart = false): Json {
  if (Array.isArray(schema)) return schema.map((one) => relaxed(one, isPart));
  if (typeof schema !== "object" || schema === null) return schema;
  const { required, nullable, format, ...rest } = schema;
  const entries = Object.entries(rest).map(([key, value]) => [
    key,
    key === "enum" ? value : relaxed(value, key === "allOf"),
  ]);
  const inner = Object.fromEntries(entries) as { [key: string]: Json };
  const closed = !isPart && isPlainObject(inner) ? { ...inner, additionalProperties: false } : inner;
  return nullable === true ? { anyOf: [closed, { type: "null" }] } : closed;
}

function isPlainObject(schema: { [key: string]: Json }): boolean {
  const isCombined = "allOf" in schema || "anyOf" in schema || "oneOf" in schema;
  return "properties" in schema && !("additionalProperties" in schema) && !isCombined;
}

const ajv = new Ajv2020({
  strict: false,
  inlineRefs: false,
  validateSchema: false,
  validateFormats: false,
  code: { optimize: false },
});
ajv.addSchema(
  relaxed({ components: { schemas: descriptions.components.schemas as unknown as Json } }) as object,
  "github",
);

const schemas = descriptions.components.schemas as Record<string, unknown>;
const schemaOf = (name: string) => [`webhook-${name}`, `webhook-${name}-event`].find((one) => one in schemas);

test.each(payloadNames)("%s is shaped as GitHub describes it", (name) => {
  const schema = schemaOf(name);
  expect(schema, "GitHub describes this event").toBeDefined();
  const validate = ajv.compile({ $ref: `github#/components/schemas/${schema}` });
  validate(payload(name));
  expect(validate.errors).toBeNull();
});

test.each([
  ["a field that GitHub does not send", { issue: { nummer: 12 } }],
  ["a field of another type", { sender: { id: "9001" } }],
])("%s would be noticed", (_, changes) => {
  const validate = ajv.compile({ $ref: `github#/components/schemas/${schemaOf("issues-labeled")}` });
  expect(validate(payload("issues-labeled", changes))).toBe(false);
});
