// Removes the parts of a Markdown text that GitHub does not show to a person who reads it.
import { codeSegments } from "./code.ts";

/** How many of each kind were removed; `folded` sections stay, but a person may not have opened them. */
export interface HiddenMarkup {
  readonly records: number;
  readonly comments: number;
  readonly attributes: number;
  readonly images: number;
  readonly titles: number;
  readonly definitions: number;
  readonly folded: number;
}

export const noMarkup: HiddenMarkup = {
  records: 0,
  comments: 0,
  attributes: 0,
  images: 0,
  titles: 0,
  definitions: 0,
  folded: 0,
};

const shownTags =
  "a|abbr|b|bdo|big|blockquote|br|caption|center|cite|code|col|dd|del|details|dfn|div|dl|dt|em|font|h[1-6]|hr|i|iframe|img|ins|kbd|li|" +
  "mark|object|ol|p|picture|pre|q|rp|rt|ruby|s|samp|script|small|source|span|strike|strong|style|sub|summary|sup|svg|table|" +
  "tbody|td|textarea|tfoot|th|thead|title|tr|track|tt|u|ul|var|video|wbr";

const comment =
  /<!-->|<!--->|<!--[\s\S]*?(?:-->|$)|<\?[\s\S]*?(?:\?>|$)|<!\[CDATA\[[\s\S]*?(?:\]\]>|$)|<![a-z][^>]*(?:>|$)/gi;
// What stands between a tag's name and its end: a quoted value may hold < and >; an unclosed one is no value.
const inTag = `(?:(?:[^<>=]|=(?!\\s*["'])|=\\s*(?:"[^"]{0,5000}"|'[^']{0,5000}'))*|[^<>]*)`;
const tagWithAttributes = new RegExp(`<(${shownTags})(?=[\\s/])(${inTag})>`, "gi");
const imageTag = new RegExp(`<img\\b(${inTag})>`, "gi");
// Bounded, so that a text of nothing but brackets stays cheap.
const imageMarkup =
  /!\[(?:[^[\]]|\[[^[\]]{0,200}\]){0,1000}\](?:\((?:[^()]|\([^()]{0,200}\)){0,2000}\)|\[[^[\]]{0,200}\])?/g;
const definition = /^[ \t>]{0,12}\[([^\]\n]{1,200})\]:[^\n]*$/gm;

/** What a reader sees, as text: code is left as it is. A space stands where something was removed, so nothing new can form. */
export function shownMarkup(text: string): { readonly text: string; readonly hidden: HiddenMarkup } {
  const count = { ...noMarkup };
  const cleaned = codeSegments(text)
    .map((segment) => (segment.code ? segment.text : shownPlain(segment.text, count)))
    .join("");
  return { text: cleaned, hidden: count };
}

type Count = { -readonly [kind in keyof HiddenMarkup]: number };

function shownPlain(text: string, count: Count): string {
  const image = (): string => {
    count.images += 1;
    return "[image]";
  };
  return text
    .replace(comment, (found) => {
      count[/loopgate:/i.test(found) ? "records" : "comments"] += 1;
      return ` ${/\n*$/.exec(found)?.[0]}`; // code that begins on the next line still does
    })
    .replace(imageTag, image)
    .replace(imageMarkup, image)
    .replace(tagWithAttributes, (_, tag: string, attributes: string) => {
      if (/^[\s/]*$/.test(attributes)) return `<${tag}>`;
      count.attributes += 1;
      return `<${tag}${addressIn(tag, attributes)}>`;
    })
    .replace(/(\]\([^()\s]{1,2000})[ \t\n]+(?:"[^"\n]*"|'[^'\n]*')[ \t]*\)/g, (_, link: string) => {
      count.titles += 1;
      return `${link})`;
    })
    .replace(definition, () => {
      count.definitions += 1;
      return " ";
    })
    .replace(/<details\b/gi, (found) => {
      count.folded += 1;
      return found;
    });
}

function addressIn(tag: string, attributes: string): string {
  const href = tag.toLowerCase() === "a" ? /href\s*=\s*["']?([^"'\s>]{1,2000})/i.exec(attributes)?.[1] : undefined;
  return href === undefined ? "" : ` href="${href}"`;
}
