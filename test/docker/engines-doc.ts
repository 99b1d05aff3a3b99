// The table of docs/engines.md: a column for each engine, and for each guard what was found inside a run.
import { readFileSync, writeFileSync } from "node:fs";
import { GUARDS } from "../../src/container/observed.ts";
import type { ContainerFacts } from "../../src/container/run.ts";

const file = new URL("../../docs/engines.md", import.meta.url);
const [begin, end] = ["<!-- engines:begin -->\n", "<!-- engines:end -->"];

/** A column as the table should have it. */
export function columnOf({ missing, unseen }: Pick<ContainerFacts, "missing" | "unseen">): Record<string, string> {
  const word = (guard: string) => (missing?.includes(guard) ? "no" : unseen?.includes(guard) ? "not shown" : "yes");
  return Object.fromEntries(GUARDS.map((guard) => [guard, word(guard)]));
}

/** The column of the table that has this title; with UPDATE_DOCS set, `current` is written there first. */
export function documented(title: string, current: Record<string, string>): Record<string, string> {
  const text = readFileSync(file, "utf8");
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
  const [head = [], , ...rows] = text.slice(from, to).trim().split("\n").map(cells);
  const at = head.indexOf(title);
  const table = new Map(rows.map((row) => [row[0] ?? "", row]));
  if (!process.env.UPDATE_DOCS) return Object.fromEntries([...table].map(([guard, row]) => [guard, row[at] ?? ""]));
  const next = GUARDS.map((guard) =>
    head.map((_, i) => (i === 0 ? guard : i === at ? current[guard] : table.get(guard)?.[i]) ?? "?"),
  );
  const lines = [head, head.map(() => "---"), ...next].map((row) => `| ${row.join(" | ")} |\n`);
  writeFileSync(file, text.slice(0, from) + lines.join("") + text.slice(to));
  return current;
}

function cells(line: string): string[] {
  return line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}
