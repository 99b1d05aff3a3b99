// What the executor says of its own attempt: read leniently, clipped, recorded as a claim, never trusted.
import { z } from "zod";
import type { Claim } from "../loop/state.ts";

const longest = 2000;
const entries = 20;

const text = z
  .string()
  .transform((value) => value.trim().slice(0, longest))
  .nullish()
  .transform((value) => value || null);
const permission = text.transform((value) => value?.slice(0, 500) ?? null); // granted and compared word for word
const list = z
  .array(z.string())
  .nullish()
  .transform((values) => (values ?? []).slice(0, entries).map((value) => value.slice(0, 500)));

// A file with keys of its own is still a claim; a key of ours with another type is not.
const Answer = z.object({
  summary: text,
  confidence: z.number().min(0).max(1).nullish(),
  question: text,
  permission,
  blocked_on: text,
  nothing_to_do: text,
  assumptions: list,
  decisions: list,
});

/** Reads result.json of an executor's run; null when there is none or a field has another type than agreed. */
export function parseClaim(file: string | null): Claim | null {
  const answer = Answer.safeParse(json(file));
  if (!answer.success) return null;
  const { summary, confidence, blocked_on, nothing_to_do, ...rest } = answer.data;
  return {
    ...rest,
    summary: summary ?? "",
    confidence: confidence ?? null,
    blockedOn: blocked_on,
    nothingToDo: nothing_to_do,
  };
}

function json(file: string | null): unknown {
  try {
    return file === null ? undefined : JSON.parse(file);
  } catch {
    return undefined;
  }
}
