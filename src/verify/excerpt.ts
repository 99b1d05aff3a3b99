// The lines of a long output that tell why it failed, in their order, with what stands around them.
import { type Weight, weightOf } from "./marks.ts";

const cut = "[… cut …]";
const linesBefore = 2;
const linesAfter = 12;
const longestLine = 500;

/**
 * At most `limit` characters: the lines of most weight with their neighbours, more such lines by themselves, and the
 * end, which sums up. Where no line has any weight, the end alone.
 */
export function excerptOf(lines: readonly string[], limit: number): string {
  const weights = lines.map((line) => weightOf(line.slice(0, 2000)));
  const shown = lines.map(clipped);
  const best = weights.reduce<number>((most, weight) => Math.max(most, weight), 0);
  const picked = new Picked(shown, limit);
  picked.takeEnd((best > 0 ? limit / 4 : limit) - cut.length - 1);
  for (const at of inOrder(weights, [5, 4, 3, 2, 1]))
    if (picked.used < limit * 0.65) picked.take(at - linesBefore, at + linesAfter);
  for (const at of inOrder(weights, best < 4 ? [3, 2, 1] : [4, 5])) picked.take(at, at);
  return picked.text();
}

function inOrder(weights: readonly Weight[], order: readonly Weight[]): number[] {
  return order.flatMap((weight) => weights.flatMap((one, index) => (one === weight ? [index] : [])));
}

/** Lines that were chosen while there was room. */
class Picked {
  readonly #lines: readonly string[];
  readonly #limit: number;
  readonly #chosen = new Set<number>();
  used = 0;

  constructor(lines: readonly string[], limit: number) {
    this.#lines = lines;
    this.#limit = limit;
  }

  /** The lines from `first` to `last`, as far as they are there, or none of them where they do not all fit. */
  take(first: number, last: number): void {
    const from = Math.max(0, first);
    const wanted: number[] = [];
    for (let at = from; at <= Math.min(last, this.#lines.length - 1); at++) if (!this.#chosen.has(at)) wanted.push(at);
    // A piece may need a mark before it; those after it have theirs.
    const room = wanted.reduce((sum, at) => sum + (this.#lines[at] ?? "").length + 1, cut.length + 1);
    if (wanted.length === 0 || this.used + room > this.#limit) return;
    for (const at of wanted) this.#chosen.add(at);
    this.used += room;
  }

  takeEnd(most: number): void {
    let room = most;
    for (let at = this.#lines.length - 1; at >= 0; at--) {
      room -= (this.#lines[at] ?? "").length + 1;
      if (room < 0) return;
      this.#chosen.add(at);
      this.used += (this.#lines[at] ?? "").length + 1;
    }
  }

  text(): string {
    const chosen = [...this.#chosen].sort((a, b) => a - b);
    return chosen
      .flatMap((at, index) => (at === (chosen[index - 1] ?? -1) + 1 ? [this.#lines[at]] : [cut, this.#lines[at]]))
      .join("\n");
  }
}

/** A very long line keeps its beginning and its end. */
function clipped(line: string): string {
  if (line.length <= longestLine) return line;
  return `${line.slice(0, longestLine - 120)} … ${line.slice(-100)}`;
}
