// What the executor says of its own attempt: read leniently, clipped, recorded as a claim, never trusted.
import { z } from "zod";
import type { Claim } from "../loop/state.ts";
import { jsonIn } from "./answer-file.ts";

const longest = 2000;
const entries = 20;

// Each field is read by itself: one of another type than agreed is as if it were not there, and takes no other with it.
const text = z
  .union([z.string(), z.array(z.string()).transform((values) => values.join("\n"))])
  .transform((value) => value.trim().slice(0, longest) || null)
  .catch(null);
/** What agents put where they have nothing to say, its words alone. */
const nothingSaid = new Set([
  ...["", "none", "no", "nil", "null", "undefined", "nothing", "na", "n a", "not applicable"],
  ...["no question", "no questions", "no questions at this time"],
]);
const said = text.transform((value) => (value === null || isBlank(value) ? null : value));
const permission = said.transform((value) => value?.slice(0, 500) ?? null); // granted and compared word for word
const list = z
  .union([z.array(z.unknown()), z.string().transform((value): unknown[] => [value])])
  .catch([])
  .transform((values) => values.filter((value): value is string => typeof value === "string" && !isBlank(value)))
  .transform((values) => values.slice(0, entries).map((value) => value.slice(0, 500)));

const Answer = z.object({
  summary: text,
  confidence: z.number().min(0).max(1).nullable().catch(null),
  question: said,
  permission,
  blocked_on: said,
  nothing_to_do: said,
  assumptions: list,
  decisions: list,
});

/** Reads result.json of an executor's run; null when there is none, or when it is no JSON object. */
export function parseClaim(file: string | null): Claim | null {
  const answer = Answer.safeParse(jsonIn(file));
  if (!answer.success) return null;
  const { summary, confidence, blocked_on, nothing_to_do, ...rest } = answer.data;
  return {
    ...rest,
    summary: summary ?? "",
    confidence,
    blockedOn: blocked_on,
    nothingToDo: nothing_to_do,
  };
}

function isBlank(value: string): boolean {
  const words = value.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ");
  return nothingSaid.has(words.trim());
}
