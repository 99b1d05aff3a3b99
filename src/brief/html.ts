// The raw HTML in a Markdown text, token by token, as a browser takes it once GitHub has passed it on.
import { type Token, Tokenizer, type TokenizerOptions } from "parse5";

/** A tag or a comment; offsets are within the raw HTML. Declarations and processing instructions are comments to a browser. */
export interface HtmlToken {
  readonly from: number;
  readonly to: number;
  readonly kind: "comment" | "start" | "end";
  /** In lower case; empty for a comment. */
  readonly name: string;
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
}

export interface RawHtml {
  readonly tokens: readonly HtmlToken[];
  /** Where the token begins that does not end in this HTML: a browser takes what follows as a part of it. Else null. */
  readonly unfinished: number | null;
}

/** Tags whose `<` GitHub shows as a letter. https://github.github.com/gfm/#disallowed-raw-html-extension- */
const shownAsText = /<(?=\/?(?:title|textarea|style|xmp|iframe|noembed|noframes|script|plaintext)(?:[\s/>]|$))/gi;

/** Reads the raw HTML of one block or one inline tag. Never throws: to a browser nothing is invalid. */
export function readHtml(raw: string): RawHtml {
  const tokens: HtmlToken[] = [];
  let known = 0;
  let isUnfinished = false;
  const add = (kind: HtmlToken["kind"], location: Token.Location | null, tag?: Token.TagToken) => {
    if (location === null) return;
    known = location.endOffset;
    tokens.push({
      from: location.startOffset,
      to: location.endOffset,
      kind,
      name: tag?.tagName ?? "",
      attributes: tag?.attrs ?? [],
    });
  };
  const text = ({ location }: Token.CharacterToken) => {
    known = location?.endOffset ?? known;
  };
  const options: TokenizerOptions = { sourceCodeLocationInfo: true };
  const tokenizer = new Tokenizer(options, {
    onComment: ({ location }) => add("comment", location),
    onDoctype: ({ location }) => add("comment", location),
    onStartTag: (tag) => add("start", tag.location, tag),
    onEndTag: (tag) => add("end", tag.location, tag),
    onCharacter: text,
    onNullCharacter: text,
    onWhitespaceCharacter: text,
    onEof: () => {},
    onParseError: ({ code }) => {
      isUnfinished ||= /^eof-in-(?:tag|comment|doctype|cdata)$/.test(code);
    },
  });
  tokenizer.write(raw.replace(shownAsText, "("), true);
  if (!isUnfinished) return { tokens, unfinished: null };
  // An unfinished comment is told as one that reaches to the end; an unfinished tag is not told at all.
  const last = tokens.at(-1);
  if (last?.kind !== "comment" || last.to < raw.length) return { tokens, unfinished: known };
  return { tokens: tokens.slice(0, -1), unfinished: last.from };
}
