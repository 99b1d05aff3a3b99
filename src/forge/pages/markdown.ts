// GitHub-flavoured Markdown to HTML that can do nothing: references linked, everything active removed (T15).
import { Marked, type MarkedExtension, type Token, type TokenizerThis, type Tokens } from "marked";
import sanitizeHtml from "sanitize-html";

/** What the text around a Markdown body decides about its links. */
export interface MarkdownContext {
  /** Our own address without a trailing slash; only images below it are loaded. */
  readonly origin: string;
  /** True for a login that exists, without the `@`. */
  readonly isLogin: (login: string) => boolean;
  /** The path of issue or pull request `n`, or undefined when there is none. */
  readonly pathOfNumber: (n: number) => string | undefined;
  /** Comments keep single line breaks, files do not. */
  readonly lineBreaks: boolean;
  /** Prefix for relative links, for files. */
  readonly base?: string;
}

/** GitHub's limit for one body, in characters; longer text is shown as it was written. */
const longestBody = 65_536;

/**
 * Emphasis marks in one paragraph above which it is not parsed: matching them takes quadratic time
 * (13,000 marks took 9 s here, 2,000 take 0.2 s), which hostile text would use to stop the forge.
 */
const mostMarks = 2_000;

/** Renders a body as inert HTML; text that cannot be parsed in time is shown as it was written. */
export function renderMarkdown(text: string, context: MarkdownContext): string {
  if (text.length > longestBody || hasTooManyMarks(text)) return asWritten(text);
  try {
    return sanitizeHtml(parse(text, context), allowed(context));
  } catch {
    return asWritten(text);
  }
}

function parse(text: string, context: MarkdownContext): string {
  const marked = new Marked({ gfm: true, breaks: context.lineBreaks }, references(context), blocks());
  return marked.parse(text, { async: false });
}

function hasTooManyMarks(text: string): boolean {
  return text.split(/\n[ \t]*\n/).some((paragraph) => (paragraph.match(/[*_~]/g)?.length ?? 0) > mostMarks);
}

function asWritten(text: string): string {
  return `<pre>${escapeText(text)}</pre>`;
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);
}

const referenceStart = /(?<![\w/@#&])(?:#\d|@[a-z\d])/i;
const referenceForm = /^(?:#(\d{1,9})|@([a-z\d](?:[a-z\d_-]{0,38}(?:\[bot\])?)))(?!\w)/i;

/** `#12` and `@login` as links, where they stand alone, outside code and outside other links. */
function references(context: MarkdownContext): MarkedExtension {
  const target = (number: string | undefined, login: string | undefined) => {
    if (number !== undefined) return context.pathOfNumber(Number(number));
    return login !== undefined && context.isLogin(login) ? `/${login.replace("[bot]", "")}` : undefined;
  };
  return {
    extensions: [
      {
        name: "reference",
        level: "inline",
        start: (source: string) => source.match(referenceStart)?.index,
        tokenizer(this: TokenizerThis, source: string, before: Token[]) {
          const match = referenceForm.exec(source);
          if (!match || this.lexer.state.inLink || /[\w/@#&]$/.test(before.at(-1)?.raw ?? "")) return undefined;
          const href = target(match[1], match[2]);
          return href === undefined ? undefined : { type: "reference", raw: match[0], href };
        },
        renderer: (token) => `<a class="reference" href="${token.href}">${token.raw}</a>`,
      },
    ],
  };
}

const alertForm = /^<p>\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\](?:<br>)?\s*/;

/** Alert boxes and coloured `diff` blocks, as GitHub shows them. */
function blocks(): MarkedExtension {
  return {
    renderer: {
      blockquote({ tokens }: Tokens.Blockquote) {
        const body = this.parser.parse(tokens);
        const kind = alertForm.exec(body)?.[1];
        if (!kind) return `<blockquote>${body}</blockquote>\n`;
        const title = kind.charAt(0) + kind.slice(1).toLowerCase();
        const rest = body.replace(alertForm, "<p>");
        return `<blockquote class="alert alert-${kind.toLowerCase()}"><p><strong>${title}</strong></p>${rest}</blockquote>\n`;
      },
      code({ text, lang }: Tokens.Code) {
        if (lang !== "diff") return false;
        return `<pre><code class="language-diff">${text.split("\n").map(diffLine).join("\n")}</code></pre>\n`;
      },
    },
  };
}

function diffLine(line: string): string {
  const kind = line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : undefined;
  return kind ? `<span class="${kind}">${escapeText(line)}</span>` : escapeText(line);
}

const plainTags =
  "a abbr b blockquote br caption cite code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img input ins kbd li mark ol p pre q s samp small span strike strong sub summary sup table tbody td tfoot th thead tr tt u ul var";

function allowed(context: MarkdownContext): sanitizeHtml.IOptions {
  return {
    allowedTags: plainTags.split(" "),
    allowedAttributes: {
      a: ["href", "title", "rel"],
      img: ["src", "alt", "width", "height", "loading"],
      input: ["type", "checked", "disabled"],
      details: ["open"],
      ol: ["start"],
      td: ["align"],
      th: ["align"],
    },
    allowedClasses: {
      a: ["reference"],
      blockquote: ["alert", "alert-*"],
      code: ["language-*"],
      span: ["added", "removed", "not-loaded"],
    },
    allowedSchemes: ["http", "https", "mailto"],
    allowProtocolRelative: false,
    nestingLimit: 60,
    exclusiveFilter: (frame) => frame.tag === "input" && frame.attribs.type !== "checkbox",
    transformTags: {
      a: (tagName, attribs) => ({
        tagName,
        attribs: {
          ...attribs,
          ...(attribs.href === undefined ? {} : { href: withBase(attribs.href, context.base) }),
          rel: "nofollow noopener noreferrer",
        },
      }),
      input: (tagName, attribs) => ({ tagName, attribs: { ...attribs, disabled: "" } }),
      img: (_tag, attribs) => image(attribs, context.origin),
    },
  };
}

function withBase(href: string, base: string | undefined): string {
  return base === undefined || /^(?:[a-z][a-z\d+.-]*:|[/#])/i.test(href) ? href : `${base}/${href}`;
}

/** An image of our own repositories is shown; any other would tell its host who reads, so only its description is. */
function image(attribs: sanitizeHtml.Attributes, origin: string): sanitizeHtml.Tag {
  const source = attribs.src ?? "";
  const path = source.startsWith(`${origin}/`) ? source.slice(origin.length) : source;
  if (/^\/[\w.-]+\/[\w.-]+\/(?:raw\/|blob\/[^?]*\?raw=true$)/.test(path)) {
    return { tagName: "img", attribs: { ...attribs, src: path, loading: "lazy" } };
  }
  return {
    tagName: "span",
    attribs: { class: "not-loaded" },
    text: `image not loaded: ${attribs.alt || "no description"}`,
  };
}
