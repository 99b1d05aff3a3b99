// Reading JSON that somebody else wrote: objects, lists and counts, or nothing.

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object at `value`, or an empty one: for optional parts of an answer. */
export function objectAt(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The list at `value`, or an empty one. */
export function listAt(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A count of tokens as a provider reports it; null for anything that is none. */
export function countAt(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** Only the named fields, and the names of those left out. */
export function keepFields(
  object: JsonObject,
  names: ReadonlySet<string>,
): { readonly kept: Record<string, unknown>; readonly dropped: readonly string[] } {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  return {
    kept: Object.fromEntries(entries.filter(([name]) => names.has(name))),
    dropped: entries.filter(([name]) => !names.has(name)).map(([name]) => name),
  };
}
