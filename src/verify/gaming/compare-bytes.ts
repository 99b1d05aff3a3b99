// What an edit did to the rest of its file: tools that read any file as UTF-8 and write it anew break what they did not mean to touch.
import { countOf, without } from "./counts.ts";
import type { Find } from "./find.ts";

/** Bytes in latin1; modes in octal. */
export interface FileSide {
  readonly bytes: string;
  readonly mode: string;
}

export interface BytesChange {
  readonly path: string;
  readonly before: FileSide;
  readonly after: FileSide;
}

/** Files by which a repository says how its texts are kept: where one changes, other ends of lines are meant. */
export const isAboutLineEnds = (path: string): boolean => /(?:^|\/)\.(?:gitattributes|editorconfig)$/.test(path);

/** At most one find. `meansLineEnds`: the change says how lines are to end. */
export function compareBytes({ path, before, after }: BytesChange, meansLineEnds: boolean): readonly Find[] {
  if (
    before.bytes === after.bytes ||
    before.bytes === "" ||
    after.bytes === "" ||
    before.bytes.length + after.bytes.length > most
  )
    return [];
  const [old, now] = [readSide(before.bytes), readSide(after.bytes)];
  const told = [
    ...brokenLetters(old, now),
    ...otherEncoding(old, now),
    ...otherMark(old, now),
    ...(meansLineEnds ? [] : otherEnds(old, now)),
    ...lostEnd(old, now),
    ...noProgram(before, after),
  ];
  if (told.length === 0) return [];
  return [
    { rule: "bytes_changed", path, lines: told.flatMap(({ line }) => line ?? []), what: told.map(({ what }) => what) },
  ];
}

const most = 4 * 1024 * 1024;

interface Told {
  readonly what: string;
  readonly line?: number;
}

interface Side {
  /** Null: neither UTF-8 nor marked as UTF-16. */
  readonly encoding: "UTF-8" | "UTF-16LE" | "UTF-16BE" | null;
  readonly hasMark: boolean;
  /** UTF-16 in characters, all else in bytes; without a mark. */
  readonly text: string;
  readonly lines: readonly string[]; // without their ends
}

function readSide(bytes: string): Side {
  const wide = bytes.startsWith("\xff\xfe") ? "UTF-16LE" : bytes.startsWith("\xfe\xff") ? "UTF-16BE" : null;
  const hasMark = wide !== null || bytes.startsWith("\xef\xbb\xbf");
  const text = wide === null ? bytes.slice(hasMark ? 3 : 0) : decoded(wide, bytes.slice(2));
  const encoding = wide ?? (!isAscii(bytes) && decoded("UTF-8", bytes, true) === null ? null : "UTF-8");
  return { encoding, hasMark, text: text ?? "", lines: (text ?? "").split(/\r?\n/) };
}

const isAscii = (bytes: string) => !/[^\0-\x7f]/.test(bytes);

/** Null where it is not in that encoding and `isStrict`. */
function decoded(encoding: string, bytes: string, isStrict = false): string | null {
  try {
    return new TextDecoder(encoding, { fatal: isStrict, ignoreBOM: true }).decode(Buffer.from(bytes, "latin1"));
  } catch {
    return null;
  }
}

/** U+FFFD in UTF-8: what decoders put in the place of bytes that they cannot read. */
const stand = "\xef\xbf\xbd";
const standsIn = (text: string): number => text.split(stand).length - 1;

/** U+FFFD in place of what was there; a file that only gains some of its own, as tests of decoders do, is left alone. */
function brokenLetters(old: Side, now: Side): Told[] {
  if (old.encoding?.startsWith("UTF-16") || standsIn(now.text) <= standsIn(old.text)) return [];
  const known = countOf(old.lines);
  const fresh = now.lines.flatMap((text, index) =>
    text.includes(stand) && !known.has(text) ? [{ text, line: index + 1 }] : [],
  );
  const gone = without(old.lines, now.lines)
    .filter((line) => !isAscii(line))
    .slice(0, mostLines);
  const lost = unreadable(old) > unreadable(now);
  const broken = fresh.slice(0, mostLines).filter(({ text }) => lost || isBrokenFrom(text, gone));
  const bytes = old.encoding === null ? "bytes that are not UTF-8" : "letters";
  return broken.slice(0, mostTold).map(({ line }) => ({ what: `U+FFFD stands for ${bytes}`, line }));
}

const [mostLines, mostTold] = [500, 10];

/** How many places a decoder of UTF-8 gives up on. */
function unreadable({ text, encoding }: Side): number {
  if (encoding !== null) return 0;
  const marks = decoded("UTF-8", text)?.split("\ufffd").length ?? 1;
  return marks - 1 - standsIn(text);
}

/** Whether the line is one of these with U+FFFD where letters beyond ASCII were. */
function isBrokenFrom(line: string, gone: readonly string[]): boolean {
  const parts = line.split(new RegExp(`(?:${stand})+`));
  return gone.some((was) => {
    let rest = was;
    return parts.every((part, index) => {
      const at =
        index === 0
          ? rest.startsWith(part)
            ? 0
            : -1
          : part === "" && index === parts.length - 1
            ? rest.length
            : rest.indexOf(part, 1);
      const between = rest.slice(0, Math.max(at, 0));
      rest = rest.slice(at + part.length);
      if (at < 0 || (index > 0 && !/^[\x80-\xff]+$/.test(between))) return false;
      return index < parts.length - 1 || rest === "";
    });
  });
}

/** The encodings of texts that are not UTF-8, those first that refuse most of what is none of theirs. */
const encodings = ["shift_jis", "euc-jp", "gb18030", "euc-kr", "big5", "windows-1251", "windows-1252"];

/** The same words in other bytes, unless the file says so of itself. */
function otherEncoding(old: Side, now: Side): Told[] {
  if (declared(old) !== declared(now)) return [];
  if (old.encoding?.startsWith("UTF-16")) {
    if (old.encoding === now.encoding) return [];
    return [{ what: `${old.encoding} before, ${now.encoding ?? "neither UTF-16 nor UTF-8"} now` }];
  }
  if (now.encoding !== "UTF-8")
    return now.encoding === null ? [] : [{ what: `${old.encoding ?? "not UTF-16"} before, ${now.encoding} now` }];
  const gone = without(old.lines, now.lines)
    .filter((line) => !isAscii(line))
    .slice(0, mostLines);
  const come = new Set(without(now.lines, old.lines).filter((line) => !isAscii(line)));
  if (gone.length === 0 || come.size === 0) return [];
  const texts = new Set([...come].map((line) => decoded("UTF-8", line) ?? line));
  const from = encodings.find((encoding) => gone.some((line) => texts.has(decoded(encoding, line, true) ?? "\0")));
  if (from === undefined) return [];
  return [{ what: old.encoding === null ? `${from} before, UTF-8 now` : `UTF-8 that was read as ${from}` }];
}

function declared({ text }: Side): string {
  return /(?:coding[:=]\s*|charset=["']?|encoding=["'])([\w-]+)/i.exec(text.slice(0, 1000))?.[1] ?? "";
}

function otherMark(old: Side, now: Side): Told[] {
  if (old.hasMark === now.hasMark || [old, now].some(({ encoding }) => encoding?.startsWith("UTF-16"))) return [];
  return [{ what: old.hasMark ? "the byte order mark is gone" : "a byte order mark has come" }];
}

/** Where at least half of the lines that are on both sides end in another way. */
function otherEnds(old: Side, now: Side): Told[] {
  if (old.text.includes("\r\n") === now.text.includes("\r\n") && !old.text.includes("\r\n")) return [];
  const [was, is] = [old, now].map(({ text }) => text.split("\n").slice(0, -1)) as [string[], string[]];
  const bare = (line: string) => line.replace(/\r$/, "");
  const stayed = was.length - without(was, is, bare).length;
  const same = was.length - without(was, is).length;
  const changed = stayed - same;
  if (changed < 2 || changed * 2 < stayed) return [];
  const crlf = (lines: readonly string[]) => lines.filter((line) => line.endsWith("\r")).length;
  const to = crlf(is) > crlf(was) * (is.length / was.length) ? "CRLF" : "LF";
  return [{ what: `${changed} lines that are the same end in ${to} now` }];
}

/** The last line lost its end and is the same otherwise. */
function lostEnd(old: Side, now: Side): Told[] {
  const last = now.lines.at(-1) ?? "";
  const before = old.lines.at(-1) === "" ? old.lines.at(-2) : undefined;
  return last !== "" && last === before ? [{ what: "the end of the last line is gone", line: now.lines.length }] : [];
}

function noProgram(before: FileSide, after: FileSide): Told[] {
  if (before.mode !== "100755" || after.mode !== "100644") return [];
  const isScript = [before, after].every(({ bytes }) => bytes.startsWith("#!"));
  return isScript ? [{ what: "a script that cannot be run as a program any more" }] : [];
}
