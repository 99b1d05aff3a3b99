// The class of service that a provider bills by: the standard one is asked for, and the one that it tells is priced.
import type { JsonObject } from "./json.ts";

/** The class of service that an answer told so far; absent: none, which is the standard one. */
export interface Billed {
  readonly tier?: string;
}

/** What the standard class is called in a request; without it OpenAI takes the project's own default. */
export const standardTier = "default";

/** How many times the standard price each class costs, at the dearest that OpenAI's price list has it. */
const factors: Readonly<Record<string, number>> = {
  auto: 1, // what was asked for, told again: nothing is known then
  default: 1,
  standard: 1,
  on_demand: 1, // what other servers of this format call it
  flex: 1, // half of it at some providers: never priced below the standard
  batch: 1,
  scale: 1, // paid for ahead
  priority: 2,
  fast: 2,
  ultrafast: 6,
};

const dearest = Math.max(...Object.values(factors));

/** By the class that the answer tells; one that nobody knows costs what the dearest known one does. */
export function tierFactor(tier: string | undefined): number {
  return tier === undefined ? 1 : (factors[tier] ?? dearest);
}

/** The class in an answer of the OpenAI family; what was known before stays where this event tells none. */
export function tierIn(told: unknown, before: Billed): Billed {
  const tier = typeof told === "string" ? told.slice(0, 40) : before.tier;
  return tier === undefined ? {} : { tier };
}

/** Servers that only speak the format may refuse a field of OpenAI's own: theirs have one class, and it is not sent. */
const withTiers: readonly (string | null)[] = ["openai", "azure", null];

/** The body as this provider takes it. */
export function withTierFor(provider: { family: string; priceId: string | null }, body: JsonObject): JsonObject {
  const { family, priceId } = provider;
  if (family !== "openai" || withTiers.includes(priceId)) return body;
  const { service_tier: _tier, ...rest } = body;
  return rest;
}
