// The issue as the agents get it: fixed at the claim, with everything removed that a reader of the thread does not see.
import { createHash } from "node:crypto";
import { visibleCharacters } from "./characters.ts";
import { type HiddenMarkup, noMarkup, shownMarkup } from "./markup.ts";

export interface IssueText {
  readonly title: string;
  readonly body: string | null;
  /** Of people who may steer the loop, oldest first. `whole`: nothing of it is cut for length. */
  readonly comments: readonly { readonly author: string; readonly body: string; readonly whole?: boolean }[];
}

export interface FrozenIssue {
  readonly text: string;
  readonly sha256: string; // of `text` in UTF-8
  readonly removed: readonly string[]; // what was taken out, in words, for the thread
}

const TITLE_CHARACTERS = 500;
/** As many as GitHub takes for a text, in code points: what is whole is cut for nobody. https://github.com/dead-claudia/github-limits */
const WHOLE_CHARACTERS = 65_536;
const COMMENT_CHARACTERS = 10_000;
const COMMENTS_CHARACTERS = 60_000;

/** Freezes title, body and comments into one text. Each part begins with a line that none of them could have foreseen. */
export function freezeIssue(issue: IssueText): FrozenIssue {
  const title = cleanTitle(issue.title);
  const body = cleanPart("text", issue.body ?? "", WHOLE_CHARACTERS);
  const comments = issue.comments.map(({ author, body, whole = false }) => ({
    ...cleanPart(`comment by ${author}`, body, whole ? WHOLE_CHARACTERS : COMMENT_CHARACTERS),
    whole,
  }));
  const { kept, left } = withinBudget(comments);
  const parts = [title, body.text.trim() === "" ? { ...body, text: "(no text)" } : body, ...kept];
  const text = assembled(parts);
  const removed = [...title.removed, ...body.removed, ...kept.flatMap((part) => part.removed)];
  if (left > 0)
    removed.push(
      left === 1 ? "the oldest comment by others, for length" : `the ${left} oldest comments by others, for length`,
    );
  return { text, sha256: sha256(text), removed };
}

interface Part {
  readonly what: string;
  readonly text: string;
  readonly removed: readonly string[];
}

/** GitHub shows a title letter by letter: there is no markup to hide anything in. */
function cleanTitle(raw: string): Part {
  const { text, removed } = visibleCharacters(raw.slice(0, TITLE_CHARACTERS));
  return {
    what: "title",
    text: text.replace(/\s+/g, " ").trim(),
    removed: described(removed, noMarkup).map((words) => `${words} in the title`),
  };
}

function cleanPart(what: string, raw: string, limit: number): Part {
  const early = firstCharacters(raw, WHOLE_CHARACTERS);
  const characters = visibleCharacters(early);
  const markup = shownMarkup(characters.text);
  const kept = firstCharacters(markup.text, limit);
  const removed = described(characters.removed, markup.hidden).map((words) => `${words} in the ${what}`);
  const isCut = kept.length < markup.text.length || early.length < raw.length;
  if (isCut) removed.push(`everything after ${limit} characters in the ${what}`);
  return { what, text: (isCut ? `${kept}\n[… cut …]` : kept).trim(), removed };
}

/** The first code points of a text, at most so many. */
function firstCharacters(text: string, count: number): string {
  if (text.length <= count) return text;
  return Array.from(text.slice(0, count * 2))
    .slice(0, count)
    .join("")
    .toWellFormed();
}

/** All that must stay whole, and of the others the newest that fit; oldest first. */
function withinBudget(comments: readonly (Part & { readonly whole: boolean })[]): { kept: Part[]; left: number } {
  let room = COMMENTS_CHARACTERS;
  const kept: Part[] = [];
  for (const comment of comments.toReversed()) {
    if (!comment.whole) room -= comment.text.length;
    if (comment.whole || room >= 0) kept.unshift(comment);
  }
  return { kept, left: comments.length - kept.length };
}

function assembled(parts: readonly Part[]): string {
  const number = sha256(JSON.stringify(parts.map(({ what, text }) => [what, text]))).slice(0, 16);
  return `${parts.map(({ what, text }) => `--- ${number}: ${what} ---\n${text}`).join("\n\n")}\n`;
}

function described(characters: number, hidden: HiddenMarkup): string[] {
  const kinds: [count: number, one: string, many: string][] = [
    [characters, "invisible character", "invisible characters"],
    [hidden.records, "imitation of Loopgate's record", "imitations of Loopgate's record"],
    [hidden.comments, "HTML comment", "HTML comments"],
    [hidden.attributes, "set of HTML attributes", "sets of HTML attributes"],
    [hidden.tags, "unknown HTML tag", "unknown HTML tags"],
    [hidden.unshown, "HTML element that is not shown", "HTML elements that are not shown"],
    [hidden.images, "image with its description", "images with their descriptions"],
    [hidden.titles, "link title", "link titles"],
    [hidden.definitions, "link definition", "link definitions"],
    [hidden.footnotes, "footnote that nothing refers to", "footnotes that nothing refers to"],
    [hidden.cells, "table row's cells beyond the last column", "table rows' cells beyond the last column"],
    [hidden.infos, "text beside a code block's language", "texts beside code blocks' languages"],
    [
      hidden.nested,
      "line's marks beyond a hundred quotations and lists",
      "lines' marks beyond a hundred quotations and lists",
    ],
    [hidden.folded, "fold (the text in it is kept)", "folds (the text in them is kept)"],
    [hidden.drawn, "drawing (its source is kept)", "drawings (their source is kept)"],
  ];
  const words = kinds
    .filter(([count]) => count > 0)
    .map(([count, one, many]) => `${count} ${count === 1 ? one : many}`);
  return hidden.unfinished > 0 ? [...words, "everything after an HTML tag or comment that does not end"] : words;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
