// Patterns of paths as people write them: with the meaning that the same line has in a .gitignore.
import { alternativesOf, globProblem } from "./glob.ts";

/**
 * The globs a pattern stands for, from the repository's root. One without a slash, or with one at its end only, counts in
 * every folder; a slash at its beginning or within ties it to the root; a folder counts with all that is in it.
 * https://git-scm.com/docs/gitignore#_pattern_format
 */
export function globsOf(pattern: string): readonly string[] {
  return alternativesOf(pattern).map((one) => {
    const body = one.replace(/\/+$/, "");
    const rooted = body.includes("/") ? body.replace(/^\/+/, "") : `**/${body}`;
    return rooted.endsWith("/**") ? rooted : `${rooted}/**`;
  });
}

/** Why a pattern is none, or can match no file of a commit, and what to write instead; null where it is good. */
export function patternProblem(pattern: string): string | null {
  if (/\s@/.test(pattern)) return "can name no owners: give the pattern alone";
  if (/,\s/.test(pattern)) return "is one pattern: give each its own entry in the list";
  return missing(pattern);
}

/** The same for a glob from the repository's root, which stands for files only. */
export function fileGlobProblem(glob: string): string | null {
  if (glob.startsWith("/") || glob.split("/").includes(".."))
    return "must stay within the repository, and begin without a /";
  if (glob.endsWith("/")) return "names a folder: write `**` behind it for the files in it";
  return missing(glob);
}

/** Of either kind: why nothing can match it. */
function missing(pattern: string): string | null {
  if (pattern.trim() !== pattern) return "begins or ends with white space, which no path there has";
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(pattern)) return "holds a control character";
  if (pattern.startsWith("~/")) return "is written from the repository's root, so it cannot begin with ~";
  if (pattern.startsWith("./")) return "is written without ./ in front";
  const problem = globProblem(pattern) ?? classProblem(pattern);
  if (problem !== null) return problem;
  return (
    alternativesOf(pattern)
      .map(emptiness)
      .find((why) => why !== null) ?? null
  );
}

function classProblem(pattern: string): string | null {
  const bodies = [...pattern.matchAll(/\[([^\]]*)\]/g)].map(([, body = ""]) => body.replace(/^[!^]/, ""));
  if (bodies.some((body) => body.includes("/"))) return "has a / within [ ], which can match nothing";
  const ranges = bodies.flatMap((body) => [...body.matchAll(/(.)-(.)/gsu)]);
  const isBackward = ranges.some(([, from = "", to = ""]) => from > to);
  return isBackward ? "has a range within [ ] that runs backwards, so it can match nothing" : null;
}

/** Of a text without groups: why no path that git knows can match it. */
function emptiness(text: string): string | null {
  const names = text
    .replace(/\/+$/, "")
    .replace(/^\/(?!\/)/, "")
    .split("/");
  if (names.join("") === "") return "has a choice that names nothing";
  if (names.includes("")) return "has two slashes in a row, so it can match nothing";
  if (names.some((name) => name === "." || name === "..")) return "cannot hold . or .. as a folder";
  if (names.some((name) => name.toLowerCase() === ".git")) return "names git's own folder, which is in no commit";
  return null;
}
