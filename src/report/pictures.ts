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

/** Empty where no check left any and the agent attached none. Those that changed come first. */
export function pictureParts({ checks = [], attached = [] }: Attempt, shown: Shown): string[] {
  const lines = [
    ...checks.flatMap((check) => linesOf(check, shown)),
    ...attached.map((one) => lineOfAgents(one, shown)),
  ];
  if (lines.length === 0) return [];
  const changed = lines.filter(({ isSame }) => !isSame).map(({ text }) => text);
  const same = lines.filter(({ isSame }) => isSame).map(({ text }) => text);
  const refused = shown.refused === null ? [] : [plainSentence(notPublishedWords(shown.refused))];
  return [picturesTitle, ...refused, ...changed, ...(same.length === 0 ? [] : [same.join("\n")])];
}

interface Line {
  readonly text: string;
  readonly isSame: boolean;
}

function linesOf({ head, base }: CheckResult, shown: Shown): Line[] {
  const [after, before] = [head?.pictures ?? [], base?.pictures ?? []];
  const unread = (head?.unread ?? []).map(({ path, why }) => line(path, unreadWords(why), true));
  const gone = before.filter(({ path }) => head?.state !== undefined && !isIn(after, path) && !isUnread(head, path));
  return [
    ...after.map((one) => lineOf(one, before.find(({ path }) => path === one.path) ?? null, base !== null, shown)),
    ...gone.map((one) => line(one.path, goneWords, false, table(shown, { before: one }))),
    ...unread,
  ];
}

/** The agent's own words for it are quoted. */
function lineOfAgents({ caption, ...one }: AttachedPicture, shown: Shown): Line {
  const said = caption === undefined ? "" : `, with the words ${inlineCode(caption, 500)}`;
  return line(one.path, `${attachedWords}${said}`, false, table(shown, { picture: one }));
}

function isIn(pictures: readonly PictureSeen[], path: string): boolean {
  return pictures.some((one) => one.path === path);
}

function isUnread({ unread = [] }: NonNullable<CheckResult["head"]>, path: string): boolean {
  return unread.some((one) => one.path === path);
}

function lineOf(after: PictureSeen, before: PictureSeen | null, hasBase: boolean, shown: Shown): Line {
  const { path, width, height } = after;
  if (before === null) return line(path, hasBase ? newWords : noBaseWords, false, table(shown, { after }));
  if (before.width !== width || before.height !== height)
    return line(path, resizedWords(before, after), false, table(shown, { before, after }));
  const { differs } = before;
  if (differs === undefined) return line(path, notComparedWords, false, table(shown, { before, after }));
  const words = `${changedWords(differs.pixels, width * height)}, ${sizeWords(after)}`;
  if (differs.pixels === 0) return line(path, words, true);
  const pictures = { before, after };
  const all = differs.id === null ? pictures : { ...pictures, difference: { id: differs.id } };
  return line(path, words, false, table(shown, all));
}

function line(path: string, words: string, isSame: boolean, pictures: string | null = null): Line {
  const text = `- ${inlineCode(path, 200)}: ${words}`;
  return { text: pictures === null ? text : `${text}\n\n${pictures}`, isSame };
}

/** A column for each picture that has an address; null where none has. */
function table({ addressOf }: Shown, pictures: Readonly<Record<string, { readonly id: string }>>): string | null {
  const columns = Object.entries(pictures).flatMap(([name, { id }]) => {
    const address = addressOf(id);
    return address === null ? [] : [{ name, image: `![${name}](${address})` }];
  });
  if (columns.length === 0) return null;
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    row(columns.map(({ name }) => name)),
    row(columns.map(() => "---")),
    row(columns.map(({ image }) => image)),
  ].join("\n");
}
