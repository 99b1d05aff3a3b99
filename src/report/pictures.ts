// The pictures that an attempt's checks left: what changed in each, and where they may be shown, before, after and difference.
import type { AttachedPicture, Attempt, CheckResult, PictureSeen } from "../loop/state.ts";
import { inlineCode, plainSentence } from "./escape.ts";
import {
  attachedWords,
  changedWords,
  goneWords,
  newWords,
  noBaseWords,
  notComparedWords,
  notPublishedWords,
  picturesTitle,
  resizedWords,
  sizeWords,
  unreadWords,
} from "./wording/pictures.ts";

/** Where pictures can be looked at. */
export interface Shown {
  /** By the picture's id; null: nowhere. */
  readonly addressOf: (id: string) => string | null;
  /** Why GitHub did not take them; null: it did, or was not asked to. */
  readonly refused: string | null;
}

export const notShown: Shown = { addressOf: () => null, refused: null };

/** One picture of an attempt: what it shows, and of which file. */
export interface ListedPicture {
  readonly id: string;
  readonly path: string;
  readonly of: "before" | "after" | "difference" | "attached";
}

/** All of an attempt's but those that changed nothing: nobody looks at them. */
export function picturesIn({ checks = [], attached = [] }: Attempt): readonly ListedPicture[] {
  const ofChecks = checks.flatMap(({ head, base }) => {
    const same = new Set(base?.pictures?.filter(({ differs }) => differs?.pixels === 0).map(({ path }) => path));
    const before = (base?.pictures ?? []).flatMap(({ path, id, differs }): ListedPicture[] => {
      const difference = differs?.id == null ? [] : [{ id: differs.id, path, of: "difference" as const }];
      return [{ id, path, of: "before" }, ...difference];
    });
    const after = (head?.pictures ?? []).map(({ path, id }): ListedPicture => ({ id, path, of: "after" }));
    return [...before, ...after].filter(({ path }) => !same.has(path));
  });
  return [...ofChecks, ...attached.map(({ id, path }): ListedPicture => ({ id, path, of: "attached" }))];
}

/** Empty where no check left any and the agent attached none. What changed most plainly comes first. */
export function pictureParts({ checks = [], attached = [] }: Attempt, shown: Shown): string[] {
  const ofAgent = attached.map((one) => lineOfAgents(one, shown));
  const lines = [...checks.flatMap((check) => linesOf(check, shown)), ...ofAgent];
  if (lines.length === 0) return [];
  const refused = shown.refused === null ? [] : [plainSentence(notPublishedWords(shown.refused))];
  const groups = order.map((kind) => lines.filter((one) => one.kind === kind).map(({ text }) => text));
  const last = groups.pop() ?? [];
  return [picturesTitle, ...refused, ...groups.flat(), ...(last.length === 0 ? [] : [last.join("\n")])];
}

/** What is only told of in words comes last, without a gap. */
const order = ["changed", "other", "new", "gone", "attached", "words"] as const;

interface Line {
  readonly text: string;
  readonly kind: (typeof order)[number];
}

function linesOf({ head, base }: CheckResult, shown: Shown): Line[] {
  const [after, before] = [head?.pictures ?? [], base?.pictures ?? []];
  const unread = (head?.unread ?? []).map(({ path, why }) => line("words", path, unreadWords(why)));
  const gone = before.filter(({ path }) => head !== null && !isIn(after, path) && !isIn(head.unread ?? [], path));
  return [
    ...after.map((one) => lineOf(one, before.find(({ path }) => path === one.path) ?? null, base !== null, shown)),
    ...gone.map((one) => line("gone", one.path, goneWords, table(shown, { before: one }))),
    ...unread,
  ];
}

/** The agent's own words for it are quoted. */
function lineOfAgents({ caption, ...one }: AttachedPicture, shown: Shown): Line {
  const said = caption === undefined ? "" : `, with the words ${inlineCode(caption, 500)}`;
  return line("attached", one.path, `${attachedWords}${said}`, table(shown, { picture: one }));
}

function isIn(files: readonly { readonly path: string }[], path: string): boolean {
  return files.some((one) => one.path === path);
}

function lineOf(after: PictureSeen, before: PictureSeen | null, hasBase: boolean, shown: Shown): Line {
  const { path, width, height } = after;
  if (before === null) return line("new", path, hasBase ? newWords : noBaseWords, table(shown, { after }));
  if (before.width !== width || before.height !== height)
    return line("other", path, resizedWords(before, after), table(shown, { before, after }));
  const { differs } = before;
  if (differs === undefined) return line("other", path, notComparedWords, table(shown, { before, after }));
  const words = `${changedWords(differs.pixels, width * height)}, ${sizeWords(after)}`;
  if (differs.pixels === 0) return line("words", path, words);
  const pictures = { before, after };
  const all = differs.id === null ? pictures : { ...pictures, difference: { id: differs.id } };
  return line("changed", path, words, table(shown, all));
}

function line(kind: Line["kind"], path: string, words: string, pictures: string | null = null): Line {
  const text = `- ${inlineCode(path, 200)}: ${words}`;
  return { text: pictures === null ? text : `${text}\n\n${pictures}`, kind };
}

/** Wide enough to be recognised, and no more: whoever wants to read it opens it. */
const aloneWidth = 360;

/** A column for each picture that has an address, one alone by itself; null where none has. */
function table({ addressOf }: Shown, pictures: Readonly<Record<string, { readonly id: string }>>): string | null {
  const columns = Object.entries(pictures).flatMap(([name, { id }]) => {
    const address = addressOf(id);
    return address === null ? [] : [{ name, address }];
  });
  const [first, ...others] = columns;
  if (first === undefined) return null;
  if (others.length === 0) return `<img src="${first.address}" alt="${first.name}" width="${aloneWidth}">`;
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    row(columns.map(({ name }) => name)),
    row(columns.map(() => "---")),
    row(columns.map(({ name, address }) => `![${name}](${address})`)),
  ].join("\n");
}
