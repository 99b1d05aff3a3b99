// The formats of coverage: lcov, Cobertura, Clover, JaCoCo, Istanbul's JSON.
import { z } from "zod";
import { createCounts } from "./coverage.ts";
import type { Content } from "./report.ts";
import { pathIn } from "./text.ts";
import { childrenOf, type Element, numberOf, within } from "./xml.ts";

/** lcov: geninfo's trace file. A record without its end was cut off. */
export function readLcov(text: string, roots: readonly string[]): Content {
  const counts = createCounts();
  let file: string | null = null;
  // LLVM's records have no test's name, and their branches behind their lines; no other tool's have both.
  let [isNamed, hasLines] = [false, false];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("TN:")) isNamed = true;
    const colon = line.indexOf(":");
    const rest = line.slice(colon + 1);
    if (line === "end_of_record") {
      file = null;
      isNamed = false;
      hasLines = false;
    }
    if (line.startsWith("SF:")) file = pathIn(rest, roots);
    if (file === null) continue;
    const fields = rest.split(",");
    const number = Number(fields[0]);
    if (!Number.isInteger(number)) continue;
    if (line.startsWith("BRDA:") && hasLines && !isNamed) counts.byBlocks(file);
    if (line.startsWith("DA:")) {
      hasLines = true;
      counts.line(file, number, Number(fields[1]) || 0);
    }
    if (line.startsWith("BRDA:")) counts.branch(file, number, Number(fields[3]) || 0); // `-`: never reached
  }
  return {
    coverage: counts.result(),
    problems: file === null && /\n$/.test(text) ? [] : [{ kind: "incomplete", detail: "its last record has no end" }],
  };
}

/** Cobertura: only the lines of a class, not those that its methods repeat; classes may stand at any depth. */
export function readCobertura(root: Element, roots: readonly string[]): Content {
  const counts = createCounts();
  const sources = childrenOf(root, "sources").flatMap((each) =>
    childrenOf(each, "source").map(({ text }) => text.trim()),
  );
  for (const one of within(root, "class")) {
    const file = inSource(one.attributes.filename ?? "", sources, roots);
    for (const line of childrenOf(one, "lines").flatMap((lines) => childrenOf(lines, "line"))) {
      const number = numberOf(line, "number");
      if (number === null) continue;
      counts.line(file, number, numberOf(line, "hits") ?? 0);
      const [, taken, all] = /\((\d+)\/(\d+)\)/.exec(line.attributes["condition-coverage"] ?? "") ?? [];
      if (taken !== undefined && all !== undefined) branches(counts, file, number, Number(taken), Number(all));
    }
  }
  return { coverage: counts.result() };
}

/** Of several sources nobody can say which one a name belongs to. Some tools write a name from the root and a source as well. */
function inSource(name: string, sources: readonly string[], roots: readonly string[]): string {
  const [source = "", ...others] = sources.map((each) => each.replace(/(?<!\/)\/+$/, ""));
  const plain = pathIn(name, roots);
  const isWhole = isAbsolute(name) || plain.startsWith(`${source}/`);
  if (isWhole || others.length > 0 || sources.length === 0 || source === ".") return plain;
  const joined = pathIn(`${source}/${name}`, roots);
  return isAbsolute(joined) ? plain : joined;
}

function isAbsolute(path: string): boolean {
  return /^(?:\/|[A-Za-z]:|file:)/.test(path);
}

/**
 * Clover: lines of type `cond` count how often each side was taken. Istanbul, which calls itself Clover 3.2.0, writes there how many
 * branches were taken and how many were not.
 */
export function readClover(root: Element, roots: readonly string[]): Content {
  const counts = createCounts();
  const isIstanbuls = root.attributes.clover === "3.2.0";
  for (const one of within(root, "file")) {
    const file = pathIn(one.attributes.path ?? one.attributes.name ?? "", roots);
    for (const line of childrenOf(one, "line")) {
      const number = numberOf(line, "num");
      if (number === null) continue;
      counts.line(file, number, numberOf(line, "count") ?? 0);
      const [first, second] = [numberOf(line, "truecount"), numberOf(line, "falsecount")];
      if (isIstanbuls) branches(counts, file, number, first ?? 0, (first ?? 0) + (second ?? 0));
      else for (const side of [first, second]) if (side !== null) counts.branch(file, number, side);
    }
  }
  return { coverage: counts.result() };
}

/** JaCoCo: instructions and branches by line, missed and covered. */
export function readJacoco(root: Element, roots: readonly string[]): Content {
  const counts = createCounts();
  for (const folder of within(root, "package")) {
    for (const source of childrenOf(folder, "sourcefile")) {
      const file = pathIn([folder.attributes.name, source.attributes.name].filter(Boolean).join("/"), roots);
      for (const line of childrenOf(source, "line")) {
        const number = numberOf(line, "nr");
        if (number === null) continue;
        counts.line(file, number, numberOf(line, "ci") ?? 0);
        const taken = numberOf(line, "cb") ?? 0;
        branches(counts, file, number, taken, taken + (numberOf(line, "mb") ?? 0));
      }
    }
  }
  return { coverage: counts.result() };
}

function branches(
  counts: ReturnType<typeof createCounts>,
  file: string,
  line: number,
  taken: number,
  all: number,
): void {
  for (let at = 0; at < Math.min(all, 64); at++) counts.branch(file, line, at < taken ? 1 : 0);
}

const Place = z.object({ start: z.object({ line: z.number() }) });
const IstanbulFile = z.object({
  path: z.string(),
  statementMap: z.record(z.string(), Place),
  s: z.record(z.string(), z.number()),
  branchMap: z.record(z.string(), z.object({ loc: Place.optional(), line: z.number().optional() })),
  b: z.record(z.string(), z.array(z.number())),
});
const Istanbul = z.record(z.string(), IstanbulFile);

/** Whether parsed JSON is Istanbul's `coverage-final.json`. */
export function isIstanbul(value: unknown): boolean {
  return Istanbul.safeParse(value).success && Object.keys(value as object).length > 0;
}

/** Istanbul: a line ran as often as the first statement that begins on it. */
export function readIstanbul(value: unknown, roots: readonly string[]): Content {
  const counts = createCounts();
  for (const one of Object.values(Istanbul.parse(value))) {
    const file = pathIn(one.path, roots);
    const seen = new Map<number, number>();
    for (const [id, { start }] of Object.entries(one.statementMap))
      seen.set(start.line, Math.max(seen.get(start.line) ?? 0, one.s[id] ?? 0));
    for (const [line, hits] of seen) counts.line(file, line, hits);
    for (const [id, { loc, line }] of Object.entries(one.branchMap))
      for (const taken of one.b[id] ?? []) counts.branch(file, loc?.start.line ?? line ?? 0, taken);
  }
  return { coverage: counts.result() };
}
