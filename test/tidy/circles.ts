// The rule that no file imports itself, however long the way round: types count, for a circle of types is a knot too.
import type { Rule } from "./rules.ts";
import { importsOf, isCode } from "./source.ts";

/** Each circle of imports, once, as the way round from its first file back to it. */
export const circles: Rule = (sources) => {
  const code = sources.filter(isCode);
  const there = new Set(code.map(({ path }) => path));
  const imports = new Map(
    code.map((source) => [
      source.path,
      importsOf(source)
        .map(({ to }) => to)
        .filter((to) => there.has(to)),
    ]),
  );
  const found = new Map<string, string>();
  const walk = (path: string, way: readonly string[], done: Set<string>) => {
    const at = way.indexOf(path);
    if (at >= 0) {
      const round = way.slice(at);
      found.set([...round].sort().join(), `${[...round, path].join(" → ")} is a circle of imports`);
    }
    if (done.has(path)) return;
    done.add(path);
    for (const to of imports.get(path) ?? []) walk(to, [...way, path], done);
  };
  const done = new Set<string>();
  for (const path of imports.keys()) walk(path, [], done);
  return [...found.values()];
};
