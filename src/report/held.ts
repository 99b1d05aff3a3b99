// A commit that waits for a person's yes: what it would change, so that nobody says yes to what can be read nowhere.
import { maskCredentials } from "../base/credentials.ts";
import { fencedDiff, quoteUntrusted, visibleDiff } from "./escape.ts";
import { folded } from "./findings.ts";
import { cutSentence, heldHeadline, heldSummary, statusWords, unshownSentence } from "./wording/held.ts";

/** What a held commit changes against the loop's base. */
export interface HeldChange {
  readonly files: readonly { readonly path: string; readonly status: string; readonly binary: boolean }[];
  readonly patch: string; // unified diff as git writes it, perhaps cut at its end
}

/** Bytes of a diff that stand in the open, and of the rest, which is folded away: with all else a comment has room for both. */
const [openBytes, foldedBytes] = [12_000, 20_000];
const [listedFiles, listedCharacters] = [100, 2000];

/** The places that `risky` names first and in the open, then the whole change, folded away. */
export function heldParts({ files, patch }: HeldChange, head: string, risky: ReadonlySet<string>): string[] {
  const sections = sectionsOf(patch);
  const shownOf = (paths: readonly string[], bytes: number) => {
    const texts = paths.flatMap((path) => sections.get(path) ?? []);
    const missing = paths.filter((path) => !sections.has(path));
    const text = visibleDiff(maskCredentials(texts.join("\n")));
    const cut = cutAt(text, bytes);
    const shown = text === "" ? [] : [fencedDiff(cut)];
    return [
      ...shown,
      ...(cut === text ? [] : [cutSentence(head)]),
      ...(missing.length > 0 ? [unshownSentence(missing.length)] : []),
    ];
  };
  const [asked, others] = [files.filter(({ path }) => risky.has(path)), files.filter(({ path }) => !risky.has(path))];
  const paths = (some: HeldChange["files"]) => some.map(({ path }) => path);
  const list = files.slice(0, listedFiles).map(({ path, status }) => `${statusWords(status)} ${path}`);
  if (files.length > list.length) list.push(`and ${files.length - list.length} more`);
  const rest = others.length === 0 ? [] : shownOf(paths(others), foldedBytes);
  return [
    ...(asked.length === 0 ? [] : [heldHeadline(asked.length), ...shownOf(paths(asked), openBytes)]),
    folded(heldSummary(head, files), [quoteUntrusted(list.join("\n"), listedCharacters), ...rest].join("\n\n")),
  ];
}

/** The diff of each file by its path. Every line of a diff's content begins with a sign, so that none looks like a header. */
function sectionsOf(patch: string): ReadonlyMap<string, string> {
  const sections = patch.split(/^(?=diff --git )/m).flatMap((section): [string, string][] => {
    const path = pathIn(section);
    return path === null ? [] : [[path, section.replace(/^index [0-9a-f]{40}.*\n/m, "").trimEnd()]];
  });
  return new Map(sections);
}

/** Renames are told as an addition and a deletion, so both names in a header are one; a quoted one is not taken apart. */
function pathIn(section: string): string | null {
  const header = /^diff --git a\/(.+)$/m.exec(section)?.[1] ?? "";
  const path = header.slice(0, (header.length - " b/".length) / 2);
  return path !== "" && header === `${path} b/${path}` ? path : null;
}

function cutAt(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const kept = Buffer.from(text).subarray(0, bytes).toString("utf8");
  return kept.slice(0, Math.max(kept.lastIndexOf("\n"), 0)) || kept;
}
