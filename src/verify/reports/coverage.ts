// What a coverage report knows of the lines of a file, put together from counts of lines and of branches.
import type { FileCoverage } from "./report.ts";

interface Line {
  hits: number;
  branches: number[];
}

/** Counts by file and line; the same file named twice adds up. */
export interface Counts {
  line(file: string, line: number, hits: number): void;
  branch(file: string, line: number, taken: number): void;
  /** The file was counted by blocks of code, whatever its lines look like. */
  byBlocks(file: string): void;
  result(): FileCoverage[];
}

/** Most lines that are counted of one report. */
const LINES = 2_000_000;

export function createCounts(): Counts {
  const files = new Map<string, Map<number, Line>>();
  const ofBlocks = new Set<string>();
  let size = 0;
  const at = (file: string, line: number): Line => {
    const lines = files.get(file) ?? new Map<number, Line>();
    files.set(file, lines);
    const found = lines.get(line);
    if (found !== undefined) return found;
    const made: Line = { hits: Number.NaN, branches: [] };
    if (++size <= LINES) lines.set(line, made);
    return made;
  };
  return {
    line(file, line, hits) {
      const one = at(file, line);
      one.hits = Number.isNaN(one.hits) ? hits : one.hits + hits;
    },
    branch: (file, line, taken) => void at(file, line).branches.push(taken),
    byBlocks: (file) => void ofBlocks.add(file),
    result: () => [...files].map(([file, lines]) => coverageOf(file, lines, ofBlocks.has(file))),
  };
}

/**
 * A line all of whose branches are 0 is not covered, whatever its own count: V8 counts blocks, and gives a line that never
 * ran the count of the block around it. Where a report comes from V8, a line behind a branch that was not taken may be that
 * branch's second line, which never ran: unknown. LLVM does the same.
 */
function coverageOf(file: string, lines: ReadonlyMap<number, Line>, isToldSo: boolean): FileCoverage {
  const byBlocks = isToldSo || isFromBlocks(lines);
  const [covered, uncovered, unknown]: [number[], number[], number[]] = [[], [], []];
  for (const [number, { hits, branches }] of [...lines].sort(([a], [b]) => a - b)) {
    if (Number.isNaN(hits)) continue; // a branch on a line without a record of its own
    const taken = branches.some((count) => count > 0);
    const contradictory = hits === 0 && taken;
    if (contradictory) unknown.push(number);
    else if (hits === 0 || (branches.length > 0 && !taken)) uncovered.push(number);
    else if (byBlocks && isBehindUntaken(number, lines)) unknown.push(number);
    else covered.push(number);
  }
  return { file, covered, uncovered, unknown };
}

/** Fewer lines than these may well be statements without a gap. */
const BLOCK_LINES = 10;

/** V8 gives every line a count, comments and blank lines too. */
function isFromBlocks(lines: ReadonlyMap<number, Line>): boolean {
  const counted = [...lines].filter(([, { hits }]) => !Number.isNaN(hits)).map(([number]) => number);
  const last = counted.reduce((a, b) => Math.max(a, b), 0);
  return (
    last >= BLOCK_LINES && counted.length === last && [...lines.values()].some(({ branches }) => branches.length > 0)
  );
}

function isBehindUntaken(number: number, lines: ReadonlyMap<number, Line>): boolean {
  return lines.get(number - 1)?.branches.includes(0) === true;
}
