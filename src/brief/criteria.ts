// What an issue says done means, as a list: what the reviewer answers one by one.
import type { SyntaxNode } from "@lezer/common";
import { gfm } from "./markdown.ts";

/** More than these are no longer judged one by one. */
const [mostCriteria, longestCriterion] = [20, 300];

/** Headings under which people write what has to hold in the end. */
const named =
  /^(?:acceptance (?:criteria|tests?)|criteria(?: (?:for|of) acceptance)?|definition of done|(?:(?:it|this) is )?done (?:when|means)|what done means|success criteria|requirements|expected (?:behaviou?r|results?|outcome))$/i;

/**
 * The acceptance criteria of a frozen issue, in its own words, at most 20 of at most 300 characters. They are the lists under a heading
 * that says so, such as "Acceptance criteria" or "Done when", or what else stands there; without such a heading, the issue's
 * task list. Only the text of the issue itself is read, not its comments. Empty where there is nothing of the kind.
 */
export function criteriaIn(snapshotText: string): readonly string[] {
  const text = bodyOf(snapshotText);
  const { listed, told, tasks } = read(text);
  const found = [listed, told, tasks].find((some) => some.length > 0) ?? [];
  return found.slice(0, mostCriteria).map((one) => (one.length <= longestCriterion ? one : `${one.slice(0, 299)}…`));
}

/** The part of a frozen text that the issue's own text is; a text that is not of parts is taken whole. */
function bodyOf(snapshotText: string): string {
  const [, number] = /^--- ([0-9a-f]{16}): title ---\n/.exec(snapshotText) ?? [];
  if (number === undefined) return snapshotText;
  const [, ...parts] = snapshotText.split(`--- ${number}: `);
  return (parts.find((part) => part.startsWith("text ---\n")) ?? "").replace(/^text ---\n/, "");
}

interface Found {
  readonly listed: string[]; // items of lists where a heading says that they are criteria
  readonly told: string[]; // paragraphs there
  readonly tasks: string[]; // items of task lists anywhere
}

function read(text: string): Found {
  const found: Found = { listed: [], told: [], tasks: [] };
  let level = 0; // of the heading that names criteria; 7: a line of text that does; 0: none does
  for (let node = gfm.parse(text).topNode.firstChild; node !== null; node = node.nextSibling) {
    const heading = headingLevel(node);
    const words = wordsOf(text, node);
    if (heading > 0) {
      if (named.test(bare(words))) level = heading;
      else if (level === 0 || heading <= level) level = 0;
    } else if (node.name === "Paragraph") {
      if (/(?::|\*\*|__)$/.test(words) && named.test(bare(words))) level = 7;
      else if (level === 7) level = 0;
      else if (level > 0) found.told.push(words);
    } else if (node.name === "BulletList" || node.name === "OrderedList") {
      const items = itemsOf(text, node);
      if (level > 0) found.listed.push(...items.map((item) => item.words));
      else found.tasks.push(...items.filter(({ isTask }) => isTask).map((item) => item.words));
    }
  }
  return found;
}

function headingLevel({ name }: SyntaxNode): number {
  return Number(/^(?:ATX|Setext)Heading(\d)$/.exec(name)?.[1] ?? 0);
}

/** Its words without the marks around them. */
function bare(words: string): string {
  return words
    .replace(/^(?:[#\s*_=:]|\p{Extended_Pictographic}\ufe0f?)+|[#\s*_=:-]+$/gu, "")
    .replace(/\s*\([^)]*\)$/, "")
    .trim();
}

/** Each item with its own words, those of lists within it after it. */
function itemsOf(text: string, list: SyntaxNode): { readonly words: string; readonly isTask: boolean }[] {
  return list.getChildren("ListItem").flatMap((item) => {
    const [first] = [...item.getChildren("Task"), ...item.getChildren("Paragraph")];
    const words = first === undefined ? "" : wordsOf(text, first).replace(/^\[[ xX]\]\s*/, "");
    const within = [...item.getChildren("BulletList"), ...item.getChildren("OrderedList")];
    const own = words === "" ? [] : [{ words, isTask: first?.name === "Task" }];
    return [...own, ...within.flatMap((inner) => itemsOf(text, inner))];
  });
}

function wordsOf(text: string, { from, to }: SyntaxNode): string {
  return text.slice(from, to).replace(/\s+/g, " ").trim();
}
