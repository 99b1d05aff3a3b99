// Coverage in JSON (coverage.py, SimpleCov, gcovr, Coveralls, Istanbul's summary), Sonar's XML and Go's profile.
import { z } from "zod";
import { createCounts } from "./coverage.ts";
import type { Content } from "./report.ts";
import { pathIn } from "./text.ts";
import { childrenOf, type Element, numberOf } from "./xml.ts";

const lines = z.array(z.number());
/** coverage.py. */
export const CoveragePy = z.object({
  meta: z.object({ version: z.string() }),
  files: z.record(
    z.string(),
    z.object({
      executed_lines: lines,
      missing_lines: lines,
      executed_branches: z.array(lines).optional(),
      missing_branches: z.array(lines).optional(),
    }),
  ),
});

export function readCoveragePy({ files }: z.infer<typeof CoveragePy>, roots: readonly string[]): Content {
  const counts = createCounts();
  for (const [name, one] of Object.entries(files)) {
    const file = pathIn(name, roots);
    for (const line of one.executed_lines) counts.line(file, line, 1);
    for (const line of one.missing_lines) counts.line(file, line, 0);
  }
  return { coverage: counts.result() };
}

const Hits = z.array(z.union([z.number(), z.string(), z.null()])); // SimpleCov writes "ignored" of lines between its marks
const SimpleCovFile = z.union([z.object({ lines: Hits }), Hits.transform((list) => ({ lines: list }))]);
const SimpleCovFiles = z.record(z.string(), SimpleCovFile);
/** SimpleCov's `coverage.json`, and its `.resultset.json`, in which each command has its own counts. */
export const SimpleCov = z.union([
  z
    .object({ meta: z.object({ simplecov_version: z.string() }), coverage: SimpleCovFiles })
    .transform((one) => [one.coverage]),
  z
    .record(z.string(), z.object({ coverage: SimpleCovFiles, timestamp: z.number() }))
    .transform((commands) => Object.values(commands).map(({ coverage }) => coverage))
    .refine((commands) => commands.length > 0),
]);

export function readSimpleCov(commands: z.infer<typeof SimpleCov>, roots: readonly string[]): Content {
  const counts = createCounts();
  for (const files of commands)
    for (const [name, { lines: hits }] of Object.entries(files)) countHits(counts, pathIn(name, roots), hits);
  return { coverage: counts.result() };
}

function countHits(counts: ReturnType<typeof createCounts>, file: string, hits: z.infer<typeof Hits>): void {
  for (const [index, each] of hits.entries()) if (typeof each === "number") counts.line(file, index + 1, each);
}

/** What Coveralls is sent. */
export const Coveralls = z.object({ source_files: z.array(z.object({ name: z.string(), coverage: Hits })) });

export function readCoveralls({ source_files }: z.infer<typeof Coveralls>, roots: readonly string[]): Content {
  const counts = createCounts();
  for (const { name, coverage } of source_files) countHits(counts, pathIn(name, roots), coverage);
  return { coverage: counts.result() };
}

const GcovrLine = z.object({
  line_number: z.number(),
  count: z.number(),
  "gcovr/noncode": z.boolean().optional(),
  branches: z.array(z.object({ count: z.number() })).optional(),
});
/** gcovr. */
export const Gcovr = z.object({
  "gcovr/format_version": z.string(),
  files: z.array(z.object({ file: z.string(), lines: z.array(GcovrLine) })),
});

export function readGcovr({ files }: z.infer<typeof Gcovr>, roots: readonly string[]): Content {
  const counts = createCounts();
  for (const { file: name, lines: each } of files) {
    const file = pathIn(name, roots);
    for (const { line_number, count, branches, "gcovr/noncode": isNone } of each) {
      if (isNone === true) continue;
      counts.line(file, line_number, count);
      for (const branch of branches ?? []) counts.branch(file, line_number, branch.count);
    }
  }
  return { coverage: counts.result() };
}

const Share = z.object({ total: z.number(), covered: z.number() });
/** Istanbul's summary has shares and no lines: it is a report of coverage that says nothing of any line. */
export const Summary = z.object({
  total: z.object({ lines: Share, statements: Share, functions: Share, branches: Share }),
});

/** Sonar's generic coverage: `<file path><lineToCover lineNumber covered branchesToCover coveredBranches/></file>`. */
export function readSonarCoverage(root: Element, roots: readonly string[]): Content {
  const counts = createCounts();
  for (const one of childrenOf(root, "file")) {
    const file = pathIn(one.attributes.path ?? "", roots);
    for (const line of childrenOf(one, "lineToCover")) {
      const number = numberOf(line, "lineNumber");
      if (number === null) continue;
      counts.line(file, number, line.attributes.covered === "true" ? 1 : 0);
      const taken = numberOf(line, "coveredBranches") ?? 0;
      for (let at = 0; at < Math.min(numberOf(line, "branchesToCover") ?? 0, 64); at++)
        counts.branch(file, number, at < taken ? 1 : 0);
    }
  }
  return { coverage: counts.result() };
}

const block = /^(.+):(\d+)\.\d+,(\d+)\.(\d+) \d+ (\d+)$/;
/** Lines of one block; longer ones are no code. */
const BLOCK = 10_000;

/** Go's profile: blocks from line to line; a line ran if one of its blocks did. Files are named by their package. */
export function readGoProfile(text: string, roots: readonly string[]): Content {
  const hits = new Map<string, Map<number, number>>();
  let others = 0;
  for (const line of text.split(/\r?\n/)) {
    if (line === "" || /^mode: \w+$/.test(line)) continue;
    const [, name = "", from, to, column, count] = block.exec(line) ?? [];
    if (from === undefined) others += 1;
    const file = pathIn(name, roots);
    const known = hits.get(file) ?? new Map<number, number>();
    if (from !== undefined) hits.set(file, known);
    // The brace that ends a block at the beginning of a line is no statement of it.
    const last = Math.min(Number(column) <= 2 ? Number(to) - 1 : Number(to), Number(from) + BLOCK);
    for (let at = Number(from); at <= Math.max(last, Number(from)); at++)
      known.set(at, Math.max(known.get(at) ?? 0, Number(count)));
  }
  const counts = createCounts();
  for (const [file, known] of hits) for (const [line, count] of known) counts.line(file, line, count);
  const isWhole = text.endsWith("\n") && others === 0;
  return {
    coverage: counts.result(),
    problems: isWhole ? [] : [{ kind: "incomplete", detail: "its last line is no block of a profile" }],
  };
}
