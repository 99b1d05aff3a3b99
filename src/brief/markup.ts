// Removes the parts of a Markdown text that GitHub does not show to a person who reads it.
import { type HtmlToken, readHtml } from "./html.ts";
import { type Markdown, readMarkdown, type Span } from "./markdown.ts";

/** How many of each kind were removed; `folded` sections and `drawn` diagrams stay, but a person may not have read them. */
export interface HiddenMarkup {
  readonly records: number;
  readonly comments: number;
  readonly attributes: number;
  readonly tags: number;
  readonly images: number;
  readonly titles: number;
  readonly definitions: number;
  readonly footnotes: number;
  readonly cells: number;
  readonly infos: number;
  readonly unshown: number;
  readonly unfinished: number;
  readonly folded: number;
  readonly drawn: number;
  readonly nested: number;
}

export const noMarkup: HiddenMarkup = {
  records: 0,
  comments: 0,
  attributes: 0,
  tags: 0,
  images: 0,
  titles: 0,
  definitions: 0,
  footnotes: 0,
  cells: 0,
  infos: 0,
  unshown: 0,
  unfinished: 0,
  folded: 0,
  drawn: 0,
  nested: 0,
};

/** A part that is not shown, and what stands there instead. */
interface Hidden extends Span {
  readonly kind: keyof HiddenMarkup;
  readonly instead: string;
}

const shownTags =
  /^(?:a|abbr|b|bdo|big|blockquote|br|caption|center|cite|code|col|dd|del|details|dfn|div|dl|dt|em|font|h[1-6]|hr|i|ins|kbd|li|mark|object|ol|p|picture|pre|q|rt|ruby|s|samp|small|source|span|strike|strong|sub|summary|sup|svg|table|tbody|td|tfoot|th|thead|tr|track|tt|u|ul|var|video|wbr)$/;
/** A type in angle brackets, as people write it without marking it as code: GitHub hides it, and it says little. */
const word = /^[a-z][a-z0-9]{0,19}$/;
/** Elements whose text is not shown. https://html.spec.whatwg.org/multipage/rendering.html#hidden-elements */
const unshown = /^(?:template|rp|datalist)$/;
/** Bounded, so that a text of nothing but beginnings stays cheap. https://spec.commonmark.org/0.31.2/#links */
const linkTitle =
  /(\]\([ \t\n>]{0,100}(?:<[^<>\n]{0,2000}>|(?:[^()\s\\<]|\\.|\([^()\s]{0,200}\))(?:[^()\s\\]|\\.|\([^()\s]{0,200}\)){0,2000}))[ \t\n>]{1,100}(?:"(?:[^"\\]|\\.){0,2000}"|'(?:[^'\\]|\\.){0,2000}'|\((?:[^()\\]|\\.){0,2000}\))[ \t\n>]{0,100}\)/gsu;
/** https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/creating-diagrams */
const drawing = /^(?:mermaid|geojson|topojson|stl|math)$/i;
const language = /^\{?[\w.+#-]{1,20}\}?(?=[\s,:{]|$)/;

/** Nobody writes so many quotations and lists into each other, and each of them costs whoever reads Markdown as much as the line has. */
const mark = "[ \\t]{0,3}(?:>|(?:[-+*]|\\d{1,9}[.)])(?=[ \\t]))";
const tooDeep = new RegExp(`^((?:${mark}){100})(?:${mark})+`, "gm");

/** What a reader sees, as text: code is left as it is. A space stands where something was removed, so nothing new can form. */
export function shownMarkup(whole: string): { readonly text: string; readonly hidden: HiddenMarkup } {
  const count = { ...noMarkup };
  const text = whole.replace(tooDeep, (_, marks: string) => {
    count.nested += 1;
    return marks;
  });
  const shown: string[] = [];
  let from = 0;
  for (const part of hiddenParts(text)) {
    if (part.from < from && part.to <= from) continue; // within what is removed already
    count[part.kind] += 1;
    shown.push(text.slice(from, Math.max(from, part.from)), part.instead);
    from = part.to;
  }
  shown.push(text.slice(from));
  return { text: shown.join(""), hidden: count };
}

/** In the order of the text; of two that begin at one place, the longer first. */
function hiddenParts(text: string): Hidden[] {
  const markdown = readMarkdown(text);
  const parts = [
    ...hiddenHtml(text, markdown),
    ...hiddenImages(markdown),
    ...hiddenTitles(text, markdown),
    ...hiddenDefinitions(text, markdown),
    ...hiddenFootnotes(markdown),
    ...hiddenInfos(text, markdown),
    ...markdown.excessCells.map((cells) => ({ ...cells, kind: "cells" as const, instead: " " })),
  ];
  return parts.sort((a, b) => a.from - b.from || b.to - a.to);
}

function hiddenHtml(text: string, { html }: Markdown): Hidden[] {
  const parts: Hidden[] = [];
  const open: { readonly name: string; readonly from: number }[] = [];
  for (const { from, raw, isCertain } of html) {
    const { tokens, unfinished } = readHtml(raw);
    for (const token of tokens) {
      const part = hiddenOf(token, raw, from);
      if (part !== null) parts.push(part);
      if (token.kind === "start" && unshown.test(token.name)) open.push({ name: token.name, from: from + token.from });
      else if (token.kind === "end" && open.at(-1)?.name === token.name) {
        const began = open.pop()?.from ?? from;
        parts.push({ from: began, to: from + token.to, kind: "unshown", instead: " " });
      }
    }
    if (unfinished === null || !isCertain) continue;
    parts.push({ from: from + unfinished, to: text.length, kind: "unfinished", instead: " " });
    break;
  }
  if (open[0]) parts.push({ from: open[0].from, to: text.length, kind: "unshown", instead: " " });
  return parts;
}

/** What of a token is not shown. `at`: where the raw HTML begins in the text. */
function hiddenOf(token: HtmlToken, raw: string, at: number): Hidden | null {
  const { kind, name, attributes } = token;
  const source = raw.slice(token.from, token.to);
  const part = (kind: Hidden["kind"], instead: string) => ({ from: at + token.from, to: at + token.to, kind, instead });
  if (kind === "comment") return part(/loopgate:/i.test(source) ? "records" : "comments", " ");
  if (/^(?:img|image)$/.test(name) && kind === "start") return part("images", "[image]");
  if (!shownTags.test(name) && !word.test(name)) return part("tags", " ");
  if (attributes.length > 0) {
    const written = source.slice(0, (kind === "end" ? 2 : 1) + name.length);
    return part("attributes", `${written}${addressIn(token)}>`);
  }
  if (name !== "details" || kind === "end") return null;
  return { from: at + token.from, to: at + token.from, kind: "folded", instead: "" };
}

function addressIn({ kind, name, attributes }: HtmlToken): string {
  const href = kind === "start" && name === "a" ? attributes.find(({ name }) => name === "href")?.value : undefined;
  return href !== undefined && /^[^"'\s<>]{1,2000}$/.test(href) ? ` href="${href}"` : "";
}

function hiddenImages({ images, definitions }: Markdown): Hidden[] {
  const defined = new Set(definitions.map(({ label }) => label));
  return images
    .filter(({ label }) => label === null || defined.has(label))
    .map(({ from, to }) => ({ from, to, kind: "images", instead: "[image]" }));
}

/** What looks like a link's title is taken as one also where the brackets before it turn out to be none. */
function hiddenTitles(text: string, { leaves, code, html }: Markdown): Hidden[] {
  const parts: Hidden[] = [];
  const verbatim = [...code, ...html].sort((a, b) => a.from - b.from);
  let next = 0;
  for (const leaf of leaves) {
    for (const { index, 0: whole, 1: link = "" } of text.slice(leaf.from, leaf.to).matchAll(linkTitle)) {
      const from = leaf.from + index;
      while ((verbatim[next]?.to ?? Number.POSITIVE_INFINITY) <= from) next += 1;
      if ((verbatim[next]?.from ?? Number.POSITIVE_INFINITY) <= from) continue;
      parts.push({ from: from + link.length, to: from + whole.length - 1, kind: "titles", instead: "" });
    }
  }
  return parts;
}

/** The address of a label that is used stays, since a reader can see where its links lead; the first of a label counts. */
function hiddenDefinitions(text: string, { definitions, references }: Markdown): Hidden[] {
  const used = new Set(references.map(({ label }) => label));
  return definitions.flatMap(({ from, to, label, addressEnd }): Hidden[] => {
    if (!used.delete(label)) return [{ from, to, kind: "definitions", instead: " " }];
    if (text.slice(addressEnd, to).trim() === "") return [];
    return [{ from: addressEnd, to, kind: "titles", instead: "" }];
  });
}

/** A footnote is shown where the text refers to it; what footnotes alone refer to is taken as not shown. */
function hiddenFootnotes({ footnotes, references }: Markdown): Hidden[] {
  const used = new Set<string>();
  let next = 0;
  for (const { from, label } of references) {
    while ((footnotes[next]?.to ?? Number.POSITIVE_INFINITY) <= from) next += 1;
    if ((footnotes[next]?.from ?? Number.POSITIVE_INFINITY) > from) used.add(label);
  }
  return footnotes
    .filter(({ label }) => !used.delete(label)) // of two with one label, the first
    .map(({ from, to }) => ({ from, to, kind: "footnotes", instead: " " }));
}

/** A code block's language stays; what else stands beside it is not shown. */
function hiddenInfos(text: string, { infos }: Markdown): Hidden[] {
  return infos.flatMap(({ from, to }): Hidden[] => {
    const info = text.slice(from, to);
    const kept = language.exec(info)?.[0] ?? "";
    const rest: Hidden = { from: from + kept.length, to, kind: "infos", instead: "" };
    const drawn: Hidden = { from, to: from, kind: "drawn", instead: "" };
    return [...(drawing.test(kept) ? [drawn] : []), ...(kept === info ? [] : [rest])];
  });
}
