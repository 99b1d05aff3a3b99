// The tools of a request: those that the client runs stay, in a known shape; the provider's own are left out and told.
import type { z } from "zod";
import type { JsonObject } from "./json.ts";
import { take } from "./shape.ts";

export type OwnTools =
  | { readonly ok: true; readonly tools: readonly unknown[]; readonly hosted: readonly string[] }
  | { readonly ok: false; readonly sentence: string };

/** The provider's own tools would reach out of the sandbox, at their own price. */
export function ownTools(
  tools: readonly JsonObject[],
  isOwn: (tool: JsonObject) => boolean,
  shape: z.ZodType,
): OwnTools {
  const kept: unknown[] = [];
  const hosted: string[] = [];
  for (const tool of tools) {
    if (!isOwn(tool)) {
      hosted.push(String(tool.type).slice(0, 60));
      continue;
    }
    const taken = take(shape, tool);
    if (!taken.ok) return { ok: false, sentence: `A tool: ${taken.sentence}` };
    kept.push(taken.value);
  }
  return { ok: true, tools: kept, hosted };
}
