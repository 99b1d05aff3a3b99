// What a comment of the App's must never do on GitHub, read as GitHub's Markdown reads it (T15).
import { marked, type Token } from "marked";

/** The repository of the loops in these tests: links may lead here. */
export const home = "https://github.com/acme/widgets/";

/** Every token of the comment as a Markdown reader sees it, nested ones included. */
export function tokensOf(markdown: string): Token[] {
  const tokens: Token[] = [];
  marked.walkTokens(marked.lexer(markdown, { gfm: true, breaks: true }), (token) => {
    tokens.push(token);
  });
  return tokens;
}

const ownHtml = /^(<details><summary>[A-Za-z0-9 ,():]+<\/summary>\n*|<\/details>\n*|<\/?sub>)$/;

/**
 * What of a comment would do more on GitHub than be read: images, links that leave `home`, HTML that is not ours, calls of people
 * but for these, references to issues but for 12 and 13, and addresses. Empty: nothing does.
 */
export function misdeeds(markdown: string, mentions: readonly string[] = []): string[] {
  const found: string[] = [];
  for (const token of tokensOf(markdown)) {
    if (token.type === "image") found.push(`image ${token.raw}`);
    if (token.type === "link" && !leadsWithin(token.href)) found.push(`link ${token.raw}`);
    if (token.type === "html" && !ownHtml.test(token.raw) && !/^<sub>.*<\/sub>\n*$/.test(token.raw))
      found.push(`html ${token.raw}`);
    if (token.type === "text" && !("tokens" in token && token.tokens)) found.push(...inText(token.raw, mentions));
  }
  return found;
}

/** What a browser makes of the address counts. */
function leadsWithin(address: string): boolean {
  return URL.canParse(address) && new URL(address).href.startsWith(home);
}

function inText(text: string, mentions: readonly string[]): string[] {
  const calls = (text.match(/@[\w-]+/g) ?? []).filter((call) => !mentions.includes(call));
  const issues = (text.match(/[\w/]*#\d+/g) ?? []).filter((reference) => !["#12", "#13"].includes(reference));
  const addresses = text.match(/:\/\/|www\./g) ?? [];
  return [...calls, ...issues, ...addresses].map((what) => `text ${what}`);
}
