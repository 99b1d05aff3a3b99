// The input of a call in tokens, never counted too low: what the provider has counted before, and one token per byte for the rest.
import { createHash } from "node:crypto";

/** A request as it grows: what stays the same from call to call, then the conversation, item by item. */
export interface Growing {
  readonly head: string;
  readonly items: readonly { readonly text: string; readonly images: number }[];
}

/** Tokens that providers add for tools and roles, unseen in the request. */
const unseen = 4096;
/** Tokens for an image; more than any provider's largest (OpenAI's small models, tiled at high detail). */
const perImage = 50_000;
const remembered = 256;

/** A beginning of a request: its digest, and the most tokens that it can have. */
export interface Step {
  readonly key: string;
  readonly weight: number;
}

/** Only so many of the last items are looked for: what was added since the last call is fewer. */
const lookedFor = 1000;

/** What one run's calls have taught about the size of their common beginnings. */
export interface Known {
  /** An upper bound of the request's input tokens. */
  bound(request: readonly Step[]): number;
  /** The provider counted `tokens` of input for this request. */
  learn(request: readonly Step[], tokens: number): void;
}

/**
 * Every tokenizer in use falls back to bytes, so that a text has at most as many tokens as bytes, and JSON only makes
 * it longer. That alone would reserve four times too much for a long conversation; but the provider has counted all
 * of it except what was added since, and equal beginnings have equal counts.
 */
export function createKnown(): Known {
  const counts = new Map<string, number>();
  return {
    bound(steps) {
      const total = steps.at(-1)?.weight ?? 0;
      const last = steps.findLast(({ key }) => counts.has(key));
      if (last === undefined) return total + unseen;
      return Math.min(total, (counts.get(last.key) ?? 0) + total - last.weight) + unseen;
    },
    learn(steps, tokens) {
      const key = steps.at(-1)?.key ?? "";
      counts.delete(key);
      counts.set(key, tokens);
      const oldest = counts.keys().next();
      if (counts.size > remembered && !oldest.done) counts.delete(oldest.value);
    },
  };
}

/** Stands for something that must not differ between equal beginnings but is not billed by its bytes. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}

/** The beginnings of a request that are worth looking for, shortest first; the last is all of it. */
export function stepsOf({ head, items }: Growing): readonly Step[] {
  const parts = [{ text: head, images: 0 }, ...items];
  const hash = createHash("sha256");
  const steps: Step[] = [];
  let weight = 0;
  for (const [at, { text, images }] of parts.entries()) {
    const length = Buffer.byteLength(text);
    hash.update(`${length}:`).update(text);
    weight += length + images * perImage;
    if (at >= parts.length - lookedFor) steps.push({ key: hash.copy().digest("base64"), weight });
  }
  return steps;
}
