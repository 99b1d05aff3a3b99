// What a person sees of a Markdown text on GitHub, by other parsers than ours: CommonMark to HTML, then a browser's tree of it.
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { type DefaultTreeAdapterTypes as Dom, parseFragment } from "parse5";

export interface Seen {
  /** The text between the tags. */
  readonly text: string;
  /** Where links lead. */
  readonly addresses: readonly string[];
}

/** Renders the text and reads what is shown of it. */
export function seenOf(markdown: string): Seen {
  const html = micromark(markdown, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] });
  const text: string[] = [];
  const addresses: string[] = [];
  const open: Dom.Node[] = [parseFragment(html)];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if ("value" in node) text.push(node.value);
    if ("attrs" in node) addresses.push(...node.attrs.filter(({ name }) => name === "href").map(({ value }) => value));
    if ("childNodes" in node && !/^(?:template|rp|datalist)$/.test(node.nodeName))
      open.push(...node.childNodes.toReversed());
  }
  return { text: text.join(" "), addresses };
}
