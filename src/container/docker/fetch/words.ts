// What an engine says while it works on an image: read line by line, and put so that it can stand in a sentence of ours.
import type { Readable } from "node:stream";
import { maskCredentials } from "../../../base/credentials.ts";
import { parseJson } from "../../../base/parse-json.ts";

/** A line of its progress. */
export interface ProgressLine {
  readonly id?: string;
  readonly status?: string;
  readonly stream?: string;
  readonly error?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

/** The engine's progress: a JSON object a line. */
export async function* linesOf(stream: Readable): AsyncGenerator<ProgressLine> {
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split("\n");
    rest = (lines.pop() ?? "").slice(-1_000_000);
    for (const line of lines) if (line.trim() !== "") yield (parseJson(line) ?? {}) as ProgressLine;
  }
  if (rest.trim() !== "") yield (parseJson(rest) ?? {}) as ProgressLine;
}

/** Words of others as the middle of a sentence: on one line, without a credential, and nothing that a thread would make more of. */
export function plainWords(said: string, most = 400): string {
  const plain = maskCredentials(said).replaceAll(/[^\p{L}\p{N} .:,;/'()=+-]+/gu, " ");
  return plain.replaceAll(/\s+/g, " ").trim().slice(0, most).replace(/\.$/, "");
}

/** What an error of the engine says. */
export function wordsOf(error: unknown): string {
  const { json, message } = error as { readonly json?: { readonly message?: unknown }; readonly message?: string };
  return plainWords(typeof json?.message === "string" ? json.message : (message ?? String(error)));
}
