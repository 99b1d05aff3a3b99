// What a Markdown text consists of, as far as it matters to what GitHub shows of it.
import type { SyntaxNode } from "@lezer/common";
import { GFM, parser } from "@lezer/markdown";

/** A part of a text; offsets are UTF-16 code units. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Raw HTML, at its place: of the same length as there, with blanks where the marks of a quotation stood. */
export interface HtmlSpan extends Span {
  readonly raw: string;
  /** Whether it is HTML for certain: what does not end in it goes on behind it then, and is text otherwise. */
  readonly isCertain: boolean;
}

/** `[label]: address "title"`, which is not shown; its address is, where the label is used. */
export interface Definition extends Span {
  readonly label: string;
  /** Where its address ends; what follows up to `to` is its title. */
  readonly addressEnd: number;
}

/** `[^label]: text`, with what belongs to it below. */
export interface Footnote extends Span {
  readonly label: string;
}

/** The parts of a text, each kind in the text's order. */
export interface Markdown {
  readonly html: readonly HtmlSpan[];
  readonly code: readonly Span[];
  /** What stands behind the opening of a code block: at most its first word is of use to a reader. */
  readonly infos: readonly Span[];
  /** With what looks like an image and has no address. */
  readonly images: readonly (Span & { readonly label: string | null })[];
  readonly definitions: readonly Definition[];
  /** Paragraphs, headings and table cells. */
  readonly leaves: readonly Span[];
  readonly footnotes: readonly Footnote[];
  /** Cells beyond the last column of their table, each with the bar before it. */
  readonly excessCells: readonly Span[];
  /** Where links, images and footnotes are referred to, by their normalised labels; a footnote's begins with `^`. */
  readonly references: readonly (Span & { readonly label: string })[];
}

/** GitHub Flavored Markdown as a tree. */
export const gfm = parser.configure([GFM]);
const htmlNodes = /^(?:HTMLBlock|CommentBlock|ProcessingInstructionBlock|HTMLTag|Comment|ProcessingInstruction)$/;
const codeNodes = /^(?:FencedCode|CodeBlock|InlineCode)$/;
const leafNodes = /^(?:Paragraph|ATXHeading\d|SetextHeading\d|TableCell)$/;
const opensFootnote = /^[ \t>]*\[(\^[^\]\s]{1,999})\]:/;
/** A title that begins on the line below its definition, or goes on there. https://spec.commonmark.org/0.31.2/#link-reference-definitions */
const titleBelow =
  /[ \t]*\n[ \t>]*(?:"(?:[^"\\]|\\.){0,5000}"|'(?:[^'\\]|\\.){0,5000}'|\((?:[^()\\]|\\.){0,5000}\))[ \t]*(?=\n|$)/suy;

/** Reads a text as GitHub Flavored Markdown. Never throws: every text is Markdown. */
export function readMarkdown(text: string): Markdown {
  const found = {
    html: [] as HtmlSpan[],
    code: [] as Span[],
    infos: [] as Span[],
    images: [] as (Span & { label: string | null })[],
    definitions: [] as Definition[],
    leaves: [] as Span[],
    footnotes: [] as Footnote[],
    excessCells: [] as Span[],
    references: [] as (Span & { label: string })[],
  };
  gfm.parse(text).iterate({
    enter({ name, from, to, node }) {
      if (htmlNodes.test(name)) found.html.push(htmlSpan(text, node, from, true));
      else if (codeNodes.test(name)) {
        found.code.push({ from, to });
        const info = node.getChild("CodeInfo");
        if (info) found.infos.push({ from: info.from, to: info.to });
      } else if (name === "LinkReference") {
        if (opensFootnote.test(text.slice(from, to))) found.footnotes.push(...footnotes(text, node));
        else if (isDefinition(text, node)) found.definitions.push(definition(text, node));
        else found.html.push(htmlSpan(text, node, from, false));
      } else {
        if (leafNodes.test(name)) found.leaves.push({ from, to });
        if (/^(?:Paragraph|SetextHeading\d)$/.test(name)) {
          const begun = footnotes(text, node);
          found.footnotes.push(...begun);
          if (begun.some(({ opensHtml }) => opensHtml)) found.html.push(htmlSpan(text, node, from, true));
        }
        // Tags bind closer than brackets and addresses, which this parser takes whole.
        const tag = /^(?:LinkLabel|Autolink|URL)$/.test(name) ? text.indexOf("<", from + 1) : -1;
        if (tag > from && tag < to) found.html.push(htmlSpan(text, node, tag, false));
        if (name === "Table") found.excessCells.push(...excessCells(text, node));
        if (name !== "Link" && name !== "Image") return true;
        const label = labelNamed(text, node);
        if (name === "Image") found.images.push({ from, to, label });
        if (label !== null) found.references.push({ from, to, label });
        return true;
      }
      return false;
    },
  });
  return found;
}

/** Labels match in any case and with any blanks between their words. */
function normalised(label: string): string {
  return label.trim().replace(/\s+/g, " ").toLowerCase().toUpperCase();
}

function htmlSpan(text: string, node: SyntaxNode, from: number, isCertain: boolean): HtmlSpan {
  let raw = text.slice(from, node.to);
  for (const mark of node.getChildren("QuoteMark")) {
    if (mark.from < from) continue;
    raw = raw.slice(0, mark.from - from) + " ".repeat(mark.to - mark.from) + raw.slice(mark.to - from);
  }
  return { from, to: node.to, raw, isCertain };
}

/** Whether the parentheses in its address are in pairs, as they must be. https://spec.commonmark.org/0.31.2/#link-destination */
function isDefinition(text: string, node: SyntaxNode): boolean {
  const address = node.getChild("URL");
  if (address === null || text[address.from] === "<") return true;
  let depth = 0;
  for (const [mark] of text.slice(address.from, address.to).matchAll(/\\.|[()]/gs)) {
    if (mark === "(") depth += 1;
    if (mark === ")") depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}

function definition(text: string, node: SyntaxNode): Definition {
  const label = node.getChild("LinkLabel");
  const address = node.getChild("URL");
  titleBelow.lastIndex = node.to;
  const below = node.getChild("LinkTitle") === null ? titleBelow.exec(text)?.[0] : undefined;
  const isWhole = below !== undefined && !/\n[ \t>]*\n/.test(below);
  return {
    from: node.from,
    to: node.to + (isWhole ? below.length : 0),
    label: label === null ? "" : normalised(text.slice(label.from + 1, label.to - 1)),
    addressEnd: address?.to ?? node.to,
  };
}

/** The label that a link or an image refers to; null where its address follows in parentheses. */
function labelNamed(text: string, node: SyntaxNode): string | null {
  const marks = node.getChildren("LinkMark");
  const [opens, closes, ...more] = marks;
  if (opens === undefined || closes === undefined || more.length > 0) return null;
  const label = node.getChild("LinkLabel");
  const named = label === null || label.to - label.from <= 2 ? "" : text.slice(label.from + 1, label.to - 1);
  return normalised(named === "" ? text.slice(opens.to, closes.from) : named);
}

/**
 * The footnotes that begin in a block. Each goes on to the next one, over the lines right below, and into indented blocks.
 * What looks like a link's definition among them is one, where the footnote above has no text: a footnote without a label.
 */
function footnotes(text: string, node: SyntaxNode): (Footnote & { opensHtml: boolean })[] {
  const found: { from: number; to: number; label: string; opensHtml: boolean }[] = [];
  let at = node.from;
  for (const line of text.slice(node.from, node.to).split(/(?<=\n)/)) {
    const [opening, label] = opensFootnote.exec(line) ?? [];
    const last = found.at(-1);
    const from = at;
    at += line.length;
    if (opening !== undefined && label !== undefined) {
      const opensHtml = /^[ \t]*</.test(line.slice(opening.length));
      found.push({ from, to: at, label: normalised(label), opensHtml });
    } else if (last && /^[ \t>]*\[[^\]]{1,999}\]:/.test(line))
      found.push({ from, to: at, label: "", opensHtml: false });
    else if (last) last.to = at;
  }
  const last = found.at(-1);
  if (last) last.to = endBelow(text, node);
  return found;
}

/** Where a footnote ends that reaches to the end of this block. */
function endBelow(text: string, block: SyntaxNode): number {
  let { to, nextSibling: below } = block;
  while (below && (below.name === "CodeBlock" || /^[ \t>]*\n?[ \t>]*$/.test(text.slice(to, below.from)))) {
    if (opensFootnote.test(text.slice(below.from, below.to))) break;
    ({ to, nextSibling: below } = below);
  }
  return to;
}

/** https://github.github.com/gfm/#tables-extension-: "If there are greater, the excess is ignored". */
function excessCells(text: string, table: SyntaxNode): Span[] {
  const delimiter = table.getChild("TableDelimiter");
  const columns = delimiter === null ? 0 : (text.slice(delimiter.from, delimiter.to).match(/-+/g)?.length ?? 0);
  const excess: Span[] = [];
  for (const row of table.getChildren("TableRow")) {
    const bars = row.getChildren("TableDelimiter");
    const leads = bars[0]?.from === row.from ? 1 : 0;
    const bar = bars[columns - 1 + leads];
    if (bar !== undefined && text.slice(bar.to, row.to).trim() !== "") excess.push({ from: bar.to, to: row.to });
  }
  return excess;
}
