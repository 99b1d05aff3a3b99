// Which paths and links must never leave the quarantine, decided on their bytes alone (T10).
import type { Problem } from "./change.ts";
import type { RawEntry } from "./tree-diff.ts";

/** The problems of one entry that a commit adds or changes; deletions are always fine but for `.gitmodules`. */
export function pathProblems(entry: RawEntry): readonly Problem[] {
  const path = entry.path ?? entry.pathBytes.toString("latin1");
  const shown = showPath(path);
  const found = (name: Problem["name"], detail: string): Problem => ({ name, detail, path: shown });
  const problems: Problem[] = [];
  if (path.split("/").some(isGitmodules)) problems.push(found("gitmodules_changed", `changes ${shown}`));
  if (entry.newMode === "000000") return problems;
  if (entry.path === null) problems.push(found("path_not_text", `the name ${shown} is not UTF-8`));
  if (hasControlCharacter(path))
    problems.push(found("path_control_character", `${shown} hides characters in its name`));
  if (isTooLong(entry.pathBytes)) problems.push(found("path_too_long", `${shown} is too long a path`));
  if (path.split("/").some(isDotGit)) problems.push(found("path_dotgit", `${shown} would be read as a .git folder`));
  if (entry.newMode === "160000") problems.push(found("gitlink_added", `${shown} is a submodule`));
  else if (!usualModes.has(entry.newMode)) problems.push(found("mode_unusual", `${shown} has mode ${entry.newMode}`));
  return problems;
}

/**
 * Whether a link at `path` could lead out of the tree or into its `.git`. Only leading `..` are followed; one after a
 * name is refused, because that name may itself be a link and the real place cannot be told from the text.
 */
export function linkEscapes(path: string, target: string): boolean {
  if (target === "" || target.startsWith("/") || /[\x00-\x1f\x7f\\]/.test(target) || /^[a-z]:/i.test(target))
    return true;
  const steps = target.split("/").filter((step) => step !== "" && step !== ".");
  const down = steps.findIndex((step) => step !== "..");
  const ups = down < 0 ? steps.length : down;
  const names = steps.slice(ups);
  const depth = path.split("/").length - 1;
  return ups > depth || names.includes("..") || names.some(isDotGit);
}

/** The path with everything invisible made visible, short enough for one line. */
export function showPath(path: string): string {
  const visible = path.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\ufffd]/gu, (each) => {
    return `\\u{${(each.codePointAt(0) ?? 0).toString(16)}}`;
  });
  return visible.length > 200 ? `${visible.slice(0, 200)}…` : visible;
}

const usualModes = new Set(["100644", "100755", "120000"]);

/** `.git` as a case-insensitive, an HFS+ or an NTFS file system would read it. */
function isDotGit(part: string): boolean {
  return folded(part).some((name) => name === ".git" || /^git~[0-9]+$/.test(name));
}

function isGitmodules(part: string): boolean {
  return folded(part).some((name) => name === ".gitmodules" || /^gi(tmod|7eba)~[0-9]+$/.test(name));
}

/** The names that this one may turn into: HFS+ drops ignorable characters, NTFS ends at a colon and drops dots and spaces at the end. */
function folded(part: string): readonly string[] {
  const names = part.split("\\").map((each) => {
    const visible = each.normalize("NFKC").replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, "");
    return visible
      .toLowerCase()
      .replace(/:.*$/s, "")
      .replace(/[. ]+$/, "");
  });
  return names;
}

/** Control characters, and the format characters that reorder or hide text. */
function hasControlCharacter(path: string): boolean {
  return /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/u.test(path);
}

function isTooLong(path: Buffer): boolean {
  return (
    path.length > 4096 ||
    path
      .toString("latin1")
      .split("/")
      .some((part) => part.length > 255)
  );
}
