// The arguments of a tool's call against the patterns that policy has for them. An agent chooses the arguments, so no regular expression.

/** Patterns by the argument's name; every one that is named must be there and match one of its own. */
export type ArgumentPatterns = Readonly<Record<string, readonly string[]>>;

const longest = 4096;

/** Why a text is no such pattern, as the end of a sentence; null where it is one. */
export function ruleProblem(pattern: string): string | null {
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(pattern)) return "holds a control character";
  return (pattern.match(/\*+/g) ?? []).length > 8 ? "may have at most 8 stars" : null;
}

/**
 * The name of the first argument that is missing or matches none of its patterns; null where all do. Numbers, and true and false, are
 * taken as they are written; of a list each entry has to match; a group never does.
 */
export function unfitArgument(patterns: ArgumentPatterns, given: unknown): string | null {
  const all = isGroup(given) ? given : {};
  return Object.entries(patterns).find(([name, allowed]) => !fits(all[name], allowed))?.[0] ?? null;
}

function fits(value: unknown, allowed: readonly string[]): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every((one) => !Array.isArray(one) && fits(one, allowed));
  if (typeof value === "string") return value.length <= longest && allowed.some((one) => matches(one, value));
  if (typeof value === "number" || typeof value === "boolean")
    return allowed.includes(String(value)) || allowed.includes("*");
  return false;
}

/** A text that climbs by `..` matches only itself and a lone star: what it climbs out of is what the pattern names. */
function matches(pattern: string, text: string): boolean {
  if (pattern === text || pattern === "*") return true;
  const climbs = text.split(/[/\\]|%2f|%5c/i).some((part) => part.replace(/%2e/gi, ".") === "..");
  return !climbs && fitsPattern(pattern, text);
}

/** Whether a text is one that a pattern stands for, in which `*` stands for any text. */
export function fitsPattern(pattern: string, text: string): boolean {
  return starMatches(pattern.split(/\*+/), text);
}

/** In one pass: what stands between two stars is taken where it is found first. */
function starMatches([first = "", ...rest]: readonly string[], text: string): boolean {
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
