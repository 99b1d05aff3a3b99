// Finds the option a mistyped key was probably meant to be.
import { groups, options } from "./options.ts";

/** The dotted path nearest to what was written, or null when nothing is near. */
export function suggest(written: string): string | null {
  const known = [...options.map((option) => option.path), ...groups.map((group) => group.path)];
  const key = lastOf(written);
  const elsewhere = known.find((path) => lastOf(path) === key.toLowerCase().replaceAll("-", "_"));
  if (elsewhere !== undefined) return elsewhere;
  const near = known
    .map((path) => ({ path, distance: Math.min(distance(written, path), distance(key, lastOf(path))) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return near !== undefined && near.distance <= 2 ? near.path : null;
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

/** Number of single-character edits between two texts; the longer one is cut to 60 characters first. */
function distance(a: string, b: string): number {
  const from = a.slice(0, 60);
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (from[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
