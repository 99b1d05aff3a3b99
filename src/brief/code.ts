// Tells the parts of a Markdown text that GitHub shows as code, letter by letter, from the rest.

export interface Segment {
  readonly code: boolean;
  readonly text: string;
}

const opensFence = /^(`{3,}(?=[^`]*$)|~{3,})/;
const opensTag = /<[a-z/!?]/i;
const opensHtmlBlock = /^[\s>*+-]*(?:\d+[.)]\s*)?<[a-z/!?]/i;
const htmlBlocks: readonly { readonly opens: RegExp; readonly closes: RegExp }[] = [
  { opens: /<(?:script|pre|style|textarea)\b/i, closes: /<\/(?:script|pre|style|textarea)>/i },
  { opens: /<!--/, closes: /-->/ },
  { opens: /<\?/, closes: /\?>/ },
  { opens: /<!\[CDATA\[/, closes: /\]\]>/ },
  { opens: /<![a-z]/i, closes: />/ },
];
/** Finding pairs costs the square of this; a line with more backticks is taken as plain. */
const RUNS_IN_LINE = 200;
const blankLine = /^\s*$/;

/**
 * Splits at fenced blocks and at code spans within one line; joined again, the segments are the text. It errs towards "not
 * code", where more is removed: only fences at the margin count (an indented one may end with its list item), nothing in
 * an HTML block is code, and nothing after the first tag of a paragraph. https://spec.commonmark.org/0.31.2/#html-blocks
 */
export function codeSegments(text: string): Segment[] {
  const lines = text.split(/(?<=\n)/);
  const segments: Segment[] = [];
  let index = 0;
  while (index < lines.length) {
    const line = lines[index] ?? "";
    const mark = opensFence.exec(line.trimEnd())?.[1];
    const end = mark === undefined ? plainEnd(lines, index) : fenceEnd(lines, index, mark);
    const part = lines.slice(index, end);
    if (mark !== undefined) segments.push({ code: true, text: part.join("") });
    else if (opensHtmlBlock.test(line)) segments.push({ code: false, text: part.join("") });
    else for (const span of spansOf(part)) segments.push(span); // spread, a long one overflows the stack
    index = end;
  }
  return joined(segments);
}

function fenceEnd(lines: readonly string[], start: number, mark: string): number {
  const closes = new RegExp(`^ {0,3}${mark[0]}{${mark.length},}$`);
  return endAfter(lines, start + 1, (line) => closes.test(line.trimEnd()));
}

/** The end of an HTML block, or of the lines up to the next blank line, fence or HTML block. */
function plainEnd(lines: readonly string[], start: number): number {
  const first = lines[start] ?? "";
  if (opensHtmlBlock.test(first)) {
    const closes = htmlBlocks.find(({ opens }) => opens.test(first))?.closes ?? blankLine;
    return endAfter(lines, start, (line) => closes.test(line));
  }
  let end = start + 1;
  while (end < lines.length && !blankLine.test(lines[end] ?? "") && !startsBlock(lines[end] ?? "")) end += 1;
  return end;
}

function startsBlock(line: string): boolean {
  return opensFence.test(line.trimEnd()) || opensHtmlBlock.test(line);
}

function endAfter(lines: readonly string[], start: number, isLast: (line: string) => boolean): number {
  for (let index = start; index < lines.length; index++) {
    if (isLast(lines[index] ?? "")) return index + 1;
  }
  return lines.length;
}

function spansOf(paragraph: readonly string[]): Segment[] {
  const segments: Segment[] = [];
  let tagSeen = false;
  for (const line of paragraph) {
    const inLine: Segment[] = tagSeen ? [{ code: false, text: line }] : spansInLine(line);
    for (const segment of inLine) segments.push(segment);
    tagSeen ||= inLine.some((segment) => !segment.code && opensTag.test(segment.text));
  }
  return segments;
}

function spansInLine(line: string): Segment[] {
  const runs = [...line.matchAll(/`+/g)].map((match) => ({ at: match.index, length: match[0].length }));
  const segments: Segment[] = [];
  if (runs.length > RUNS_IN_LINE) return [{ code: false, text: line }];
  let from = 0;
  for (const [index, run] of runs.entries()) {
    if (run.at < from || line[run.at - 1] === "\\") continue;
    const before = line.slice(from, run.at);
    const close = runs.slice(index + 1).find((other) => other.length === run.length);
    if (opensTag.test(before)) break;
    if (close === undefined) continue;
    segments.push({ code: false, text: before }, { code: true, text: line.slice(run.at, close.at + close.length) });
    from = close.at + close.length;
  }
  return [...segments, { code: false, text: line.slice(from) }];
}

function joined(segments: readonly Segment[]): Segment[] {
  const merged: Segment[] = [];
  for (const segment of segments) {
    const last = merged.at(-1);
    if (last?.code === segment.code) merged[merged.length - 1] = { code: last.code, text: last.text + segment.text };
    else if (segment.text !== "") merged.push(segment);
  }
  return merged;
}
