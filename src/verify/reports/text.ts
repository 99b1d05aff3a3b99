// From a report's bytes to text, and from its text to what may be shown: decoded, cleaned, masked, cut.
import { maskCredentials } from "../../base/credentials.ts";
import type { Problem } from "./report.ts";

/** Largest report that is read, in bytes: a JUnit file of 50,000 tests is about 10 MB. */
export const LARGEST_REPORT = 24 * 1024 * 1024;
const MESSAGE_CHARACTERS = 600;
const NAME_CHARACTERS = 400;

export interface Decoded {
  readonly text: string;
  readonly problems: readonly Problem[];
}

/** The text: UTF-8, UTF-16 by its mark (PowerShell's `>` writes it), or Latin-1 where an XML declaration says so. */
export function decode(bytes: Uint8Array): Decoded {
  const label = encodingOf(bytes);
  try {
    return { text: new TextDecoder(label, { fatal: true }).decode(bytes), problems: [] };
  } catch {
    const text = new TextDecoder(label).decode(bytes);
    return { text, problems: [{ kind: "encoding", detail: `it holds bytes that are not ${label.toUpperCase()}` }] };
  }
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  const start = String.fromCharCode(...bytes.subarray(0, 200));
  const declared = /^\s*<\?xml[^>]*encoding=["']([\w-]+)["']/.exec(start)?.[1]?.toLowerCase() ?? "";
  return /^(?:iso-8859-1|latin-?1|windows-1252|us-ascii)$/.test(declared) ? "windows-1252" : "utf-8";
}

const ansi = /\u001b\[[0-9;:?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]{0,2000}(?:\u0007|\u001b\\)/g;
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Without the sequences that colour a terminal. */
export function withoutAnsi(text: string): string {
  return text.includes("\u001b") ? text.replace(ansi, "") : text;
}

/** A name as it may be shown: one line, no control characters, cut. */
export function nameOf(text: string): string {
  return withoutAnsi(text).replace(controls, "\ufffd").replace(/\s+/g, " ").trim().slice(0, NAME_CHARACTERS);
}

/** A message as it may be shown: no control characters, credentials masked before it is cut (T6). */
export function messageOf(text: string): string {
  if (text.trim() === "") return ""; // by far the most: what passed says nothing
  const shown = withoutAnsi(text.slice(0, 20_000)).replace(controls, "\ufffd").trim();
  return maskCredentials(shown).slice(0, MESSAGE_CHARACTERS);
}

/** A path as the repository has it: no scheme, no `./`, no root; tools disagree about all three. */
export function pathIn(path: string, roots: readonly string[]): string {
  let plain = path.trim().replaceAll("\\", "/");
  if (/^file:/i.test(plain)) plain = decoded(plain.replace(/^file:\/*/i, "/"));
  plain = plain.replace(/^\/{2,}/, "/").replace(/^(?:\.\/)+/, "");
  const root = roots.map((one) => `${one.replace(/\/+$/, "")}/`).find((one) => plain.startsWith(one));
  return nameOf(root === undefined ? plain : plain.slice(root.length));
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Whether this is ESLint's word for a file that it was given and did not look at, which it reports as a warning. */
export function isIgnored(message: string): boolean {
  return message.startsWith("File ignored ");
}

/** Whether a text names a file rather than a test: `src/a.test.mjs`, `/repo/t/b.t`; `cart_test.TestCart` is a class. */
export function isFileName(text: string): boolean {
  return /^[^\s"'<>|:*?]+\.[A-Za-z]\w{0,7}$/.test(text) && /[/\\]|[._](?:test|spec)\.[a-z]\w*$|\.bats$/.test(text);
}
