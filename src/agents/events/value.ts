// Looks into values of unknown shape, and makes events of them that are short and plain.
import { createHash } from "node:crypto";
import type { AgentEvent } from "../agent.ts";

export type Data = Readonly<Record<string, unknown>>;

const TEXT = 4000;
const LINE = 500;

/** Whether a value is an object with names, no list. */
export function isData(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object under a name, or an empty one. */
export function inside(value: Data, name: string): Data {
  const found = value[name];
  return isData(found) ? found : {};
}

/** The objects in the list under a name. */
export function all(value: Data, name: string): readonly Data[] {
  const found = value[name];
  return Array.isArray(found) ? found.filter(isData) : [];
}

/** The text under a name, or an empty one. */
export function text(value: Data, name: string): string {
  const found = value[name];
  return typeof found === "string" ? found : "";
}

/** The count under a name: a whole number from 0; anything else is 0. */
export function count(value: Data, name: string): number {
  const found = value[name];
  return typeof found === "number" && Number.isSafeInteger(found) && found >= 0 ? found : 0;
}

/** The exit code under a name, or null. */
export function exitCode(value: Data, name: string): number | null {
  const found = value[name];
  return typeof found === "number" && Number.isSafeInteger(found) ? found : null;
}

/** What was said; nothing when it is only white space. */
export function message(words: string): readonly AgentEvent[] {
  return words.trim() === "" ? [] : [{ type: "message", text: clipped(words.trim(), TEXT) }];
}

/** A call of a tool with its arguments, as JSON says them. */
export function toolCall(name: string, given: unknown): AgentEvent {
  const json = asJson(given);
  return {
    type: "tool_call",
    name: oneLine(name === "" ? "unknown" : name),
    argumentsDigest: createHash("sha256").update(json).digest("hex"),
    argumentsClipped: oneLine(json),
  };
}

/** Parsing nests deeper than writing can follow. */
function asJson(given: unknown): string {
  try {
    return JSON.stringify(given) ?? "null";
  } catch {
    return '"nested too deeply"';
  }
}

/** A command as it was run. */
export function command(line: string, code: number | null): AgentEvent {
  return { type: "command", line: oneLine(line), exitCode: code };
}

/** A file that was changed. */
export function fileChange(path: string, change: Extract<AgentEvent, { type: "file_change" }>["change"]): AgentEvent {
  return { type: "file_change", path: oneLine(path), change };
}

/** An error as it was told. */
export function error(words: string): AgentEvent {
  return { type: "error", message: clipped(words.trim() || "An error without words.", TEXT) };
}

/** One line, control characters made visible as spaces, at most 500 characters. */
export function oneLine(words: string): string {
  return clipped(words.slice(0, 4 * LINE).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " "), LINE);
}

/** At most this many UTF-16 units, never half a character; a cut ends in an ellipsis. */
function clipped(words: string, most: number): string {
  return words.length <= most ? words.toWellFormed() : `${words.slice(0, most - 1).toWellFormed()}…`;
}
