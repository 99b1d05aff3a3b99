// Keeps untrusted text from doing anything on GitHub but being read.
import { loginForm } from "../base/login.ts";
import { unseenNamed, withoutUnseen } from "../base/unseen.ts";

/** The text as a fenced block: no mention, link, image or HTML in it works, and it cannot end the fence. */
export function quoteUntrusted(text: string, characters = 4000): string {
  const shown =
    cut(
      harmless(text)
        .replace(/\n{3,}/g, "\n\n")
        .trim(),
      characters,
    ) || "(nothing)";
  const fence = "`".repeat(Math.max(3, longestRun(shown) + 1));
  return `${fence}text\n${shown}\n${fence}`;
}

/** A diff that somebody is to judge: what would not be seen in it is named rather than taken out. For `fencedDiff`. */
export function visibleDiff(diff: string): string {
  return unseenNamed(diff).replaceAll("<!", "<\u2009!").trimEnd();
}

/** A visible diff as a fenced block, which it cannot end. */
export function fencedDiff(visible: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(visible) + 1));
  return `${fence}diff\n${visible}\n${fence}`;
}

/** The text on one line as a code span, for paragraphs and lists. */
export function inlineCode(text: string, characters = 120): string {
  const shown = cut(harmless(text).replace(/\s+/g, " ").trim(), characters) || "(empty)";
  const ticks = "`".repeat(longestRun(shown) + 1);
  const pad = shown.startsWith("`") || shown.endsWith("`") ? " " : "";
  return `${ticks}${pad}${shown}${pad}${ticks}`;
}

/** The same for a table cell, where a | ends the cell even in code: a broken bar stands for it. */
export function cellCode(text: string, characters = 120): string {
  return inlineCode(text.replaceAll("|", "¦"), characters);
}

/** A sentence of ours that may hold a name or message from elsewhere: it reads the same, but calls, links and formats nothing. */
export function plainSentence(text: string): string {
  const line = cut(harmless(text).replace(/\s+/g, " ").trim(), 1000);
  return line
    .split(/(`[^`]+`)/)
    .map((part, index) => (index % 2 === 1 ? part : inert(part)))
    .join("")
    .replace(/^(?:[+-]|\d+(?=[.)]))/, (start) => `${joiner}${start}`);
}

/** A word joiner prints nothing and keeps what GitHub would link from being one word. */
const joiner = "\u2060";

function inert(text: string): string {
  return text
    .replace(/[\\`*_[\]<>|~#!&]/g, "\\$&")
    .replaceAll("@", `@${joiner}`)
    .replace(/#(?=\d)/g, `#${joiner}`)
    .replace(/:(?=\/\/)|www(?=\.)/gi, (start) => `${start}${joiner}`);
}

/**
 * A message of the App's own rooms, without the host's folders: they tell a reader of the thread nothing, and a stranger too
 * much. Paths inside a run's container and paths of GitHub's API stay.
 */
export function withoutHostPaths(text: string): string {
  return text.replace(/(?<![\w:/.@<-])(?:\/[\w.@%+~-]+){2,}\/?/g, (path) =>
    /^\/(?:workspace|loop|repos)\//.test(path) ? path : "(a path on Loopgate's machine)",
  );
}

/** Calls a person, once, where they are waited for; a name that is no GitHub login is only shown. */
export function mention(login: string): string {
  return loginForm.test(login) ? `@${login}` : inlineCode(login);
}

/** A link, where the address is one within `home`; otherwise its words alone. */
export function linkWithin(home: string | null, url: string | null, words: string): string {
  if (home === null || url === null) return words;
  // What a browser makes of it counts: it takes `..` away, also where that is written in percents.
  const address = URL.canParse(url) ? new URL(url).href : "";
  return address.startsWith(`${home}/`) && /^[\w:/.?=&%#~+-]+$/.test(url) ? `[${words}](${url})` : words;
}

/** Without hidden characters, and without the beginning of an HTML comment, so that no record or marker can be formed. */
function harmless(text: string): string {
  return withoutUnseen(text).replaceAll("<!", "<\u2009!");
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

function cut(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters - 1).toWellFormed()}…`;
}
