// Reads the webhook payloads in fixtures/webhooks, changed in the places that a test is about.
import { readdirSync, readFileSync } from "node:fs";

const folder = new URL("../../fixtures/webhooks/", import.meta.url);

/** Names of all payloads, such as `issues-labeled`. */
export const payloadNames = readdirSync(folder).map((file) => file.replace(/\.json$/, ""));

type Json = Record<string, unknown>;

/** The payload with `changes` laid over it: objects are merged, everything else is replaced, undefined removes. */
export function payload(name: string, changes: Json = {}): Json {
  return overlay(JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as Json, changes);
}

function overlay(under: Json, over: Json): Json {
  const merged: Json = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    if (value === undefined) delete merged[key];
    else merged[key] = isObject(value) && isObject(below) ? overlay(below, value) : value;
  }
  return merged;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
