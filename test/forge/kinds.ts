// The kinds of value at each place of an answer or a delivery, for comparing what the forge sends with what GitHub was recorded to send.

export type Kinds = Map<string, Set<string>>;

/** Adds the kinds of `value` at `path` and below; all entries of a list are at one path. */
export function kindsOf(value: unknown, path: string, kinds: Kinds): Kinds {
  const kind = value === null ? "null" : Array.isArray(value) ? "list" : typeof value;
  kinds.set(path, (kinds.get(path) ?? new Set()).add(kind));
  if (Array.isArray(value)) for (const one of value) kindsOf(one, `${path}[]`, kinds);
  else if (value !== null && typeof value === "object")
    for (const [key, one] of Object.entries(value)) kindsOf(one, `${path}.${key}`, kinds);
  return kinds;
}

/** By path, as JSON keeps it. */
export function sorted(kinds: Kinds): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries([...kinds].map(([path, found]) => [path, [...found].sort()] as const).sort());
}
