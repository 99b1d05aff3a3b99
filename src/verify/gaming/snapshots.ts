// Recorded output that tests are held to: entries that were there and say something else now.
import type { TextChange } from "./compare-settings.ts";
import { partsIn, shiftBetween } from "./counts.ts";
import type { Find } from "./find.ts";
import { lineAt } from "./syntax.ts";

const recorded =
  /\.(?:snap|snapshot|ambr|approved\.\w+|verified\.\w+|golden|gold|expected|baseline|snap\.json|stdout|stderr)$|(?:^|\/)(?:__snapshots__|snapshots?|__file_snapshots__|goldens?|golden_files|expected|approvals?|baselines?|__image_snapshots__|[\w.]*-snapshots)\/|[._-](?:golden|expected|approved|snapshot|baseline)\.(?:\w+)$/i;
const inTests = /(?:^|\/)(?:tests?|specs?|__tests__|testdata|e2e|fixtures?|spec\/fixtures|src\/test)\//i;

function isSnapshot(path: string): boolean {
  return (
    recorded.test(path) &&
    (inTests.test(path) || /snap|golden|approved|verified|ambr|approvals|baseline/i.test(path)) &&
    !/\.(?:[cm]?[jt]sx?|py|go|rs|java|kt|rb|php|cs|c|cc|cpp|h|md)$/i.test(
      path.replace(/\.[cm]?[jt]sx?\.snap$/, ".snap"),
    )
  );
}

/** Entries that were rewritten; new ones and those that went are other matters. */
export function compareSnapshots(
  { path, before, after }: TextChange,
  shiftInCode: (word: string) => number,
): readonly Find[] {
  if (before === null || after === null || !isSnapshot(path)) return [];
  const [old, now] = [entriesIn(before), entriesIn(after)];
  const rewritten = [...now].filter(([name, entry]) => {
    const was = old.get(name);
    return was !== undefined && was.text !== entry.text && !isAccounted(was.text, entry.text, shiftInCode);
  });
  if (rewritten.length === 0) return [];
  return [
    {
      rule: "snapshot_rewritten",
      path,
      lines: rewritten.slice(0, 10).map(([, { at }]) => lineAt(after, at)),
      what: rewritten.slice(0, 10).map(([name]) => name || "the whole file"),
    },
  ];
}

interface Entry {
  readonly text: string;
  readonly at: number; // in the file
}

/** By name, as Jest and syrupy write them; a file of another kind is one entry. */
function entriesIn(text: string): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  const jest = /^exports\[`((?:\\.|[^`\\])*)`\] = `((?:\\.|[^`\\])*)`;/gm;
  for (const { 1: name = "", 2: value = "", index } of text.matchAll(jest))
    entries.set(name, { text: normal(value), at: index });
  for (const { 1: name = "", 2: value = "", index } of text.matchAll(/^# name: (.+)\n([\s\S]*?)^# ---/gm))
    entries.set(name, { text: normal(value), at: index });
  if (entries.size === 0)
    entries.set("", {
      text: normal(text.replace(/^---\n[\s\S]*?\n---\n/, "").replace(/^\/\/ Jest Snapshot.*$/m, "")),
      at: 0,
    });
  return entries;
}

const normal = (text: string) =>
  text
    .replace(/\r/g, "")
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .trim();

/** Whether every word that came or went did so in the code of the change as well. */
function isAccounted(before: string, after: string, shiftInCode: (word: string) => number): boolean {
  const [was, is] = [partsIn(before), partsIn(after)];
  const shiftOf = shiftBetween(was, is);
  const changed = [...new Set([...was, ...is])].filter((word) => shiftOf(word) !== 0);
  return changed.length > 0 && changed.every((word) => Math.sign(shiftInCode(word)) === Math.sign(shiftOf(word)));
}
