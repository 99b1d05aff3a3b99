// Matches paths against globs in time that grows with their lengths only: an agent chooses the paths, so no regular expression.

type Token = { readonly kind: "one"; readonly accepts: (character: string) => boolean } | { readonly kind: "any" }; // `*`: any run of characters within a segment

type Segment = readonly Token[] | "deep"; // "deep" is `**`: any number of whole segments

/**
 * A matcher for `*`, `**`, `?`, `[a-z]`, `[!a]` and `{one,two}`; hidden files match like others and case does not count.
 * `a/**` matches `a` and everything below it.
 */
export function globMatcher(glob: string): (path: string) => boolean {
  const alternatives = alternativesOf(glob.toLowerCase()).map((plain) => plain.split("/").map(segmentOf));
  return (path) => {
    const names = path.toLowerCase().split("/");
    return alternatives.some((segments) => greedy(segments, names, (segment) => segment === "deep", hasName));
  };
}

/** Why a text is not a glob of this kind, or null. */
export function globProblem(glob: string): string | null {
  if (glob.startsWith("!")) return "cannot take paths away: the list only adds";
  if (/[()|\\]/.test(glob)) return "may use only *, **, ?, [ ] and { }";
  if (!/^(?:[^{}]*\{[^{}]*\}){0,2}[^{}]*$/.test(glob)) return "may have at most two groups in { }, one after the other";
  if (!/^(?:[^[\]]|\[[^[\]]+\])*$/.test(glob)) return "has a [ or ] that does not belong to a pair";
  return null;
}

/**
 * Matches a pattern with wildcards that stand for any number of items. On a mismatch only the last wildcard has to take
 * one more item: whatever an earlier one could take, the later one can take as well.
 */
function greedy<P, T>(
  pattern: readonly P[],
  text: readonly T[],
  isWild: (part: P) => boolean,
  fits: (part: P, item: T) => boolean,
): boolean {
  let at = 0;
  let wild = -1;
  let taken = 0;
  for (let index = 0; index < text.length; ) {
    const part = pattern[at];
    if (part !== undefined && isWild(part)) {
      wild = at++;
      taken = index;
    } else if (part !== undefined && fits(part, text[index] as T)) {
      at += 1;
      index += 1;
    } else if (wild >= 0) {
      at = wild + 1;
      index = ++taken;
    } else {
      return false;
    }
  }
  return pattern.slice(at).every(isWild);
}

function hasName(segment: Segment, name: string): boolean {
  if (segment === "deep") return false;
  const isAny = (token: Token): boolean => token.kind === "any";
  return greedy(segment, [...name], isAny, (token, character) => token.kind === "one" && token.accepts(character));
}

function segmentOf(text: string): Segment {
  if (text === "**") return "deep";
  return [...text.matchAll(/\*+|\?|\[[^[\]]+\]|./gsu)].map(([part]) => tokenOf(part));
}

function tokenOf(part: string): Token {
  if (part.startsWith("*")) return { kind: "any" };
  if (part === "?") return { kind: "one", accepts: () => true };
  if (part.length > 2 && part.startsWith("[")) return { kind: "one", accepts: classOf(part.slice(1, -1)) };
  return { kind: "one", accepts: (character) => character === part };
}

function classOf(body: string): (character: string) => boolean {
  const negated = body.startsWith("!") || body.startsWith("^");
  const ranges = [...(negated ? body.slice(1) : body).matchAll(/(.)-(.)|(.)/gsu)].map(([, from, to, one]) => ({
    from: from ?? one ?? "",
    to: to ?? one ?? "",
  }));
  return (character) => ranges.some(({ from, to }) => from <= character && character <= to) !== negated;
}

/** The text once for each choice of its groups in `{ }`. */
export function alternativesOf(glob: string): string[] {
  const group = /\{([^{}]*)\}/.exec(glob);
  if (group === null) return [glob];
  const before = glob.slice(0, group.index);
  const after = glob.slice(group.index + group[0].length);
  return (group[1] ?? "").split(",").flatMap((choice) => alternativesOf(`${before}${choice}${after}`));
}

/** Whether a path matches one of several globs, each as `globMatcher` reads it. */
export function globsMatcher(globs: readonly string[]): (path: string) => boolean {
  const matchers = globs.map(globMatcher);
  return (path) => matchers.some((matches) => matches(path));
}
