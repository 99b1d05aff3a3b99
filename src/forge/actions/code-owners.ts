// Who owns the files that a pull request changes: the CODEOWNERS of its base branch, where the last pattern that matches wins.
import picomatch from "picomatch";
import type { Core } from "../core.ts";
import { findUser, hasAccess } from "../core.ts";
import { objectAt } from "../git/expression.ts";
import { changedFiles } from "../git/history.ts";
import type { Pull, User } from "../model.ts";

/** In this order; the first that is there counts. */
const places = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

const mostBytes = 3 * 1024 * 1024;

/**
 * For every changed file that somebody owns, its owners with write access. Whoever cannot write owns nothing, and a file whose
 * pattern names nobody is nobody's. https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
 */
export async function ownersOf(core: Core, pull: Pull): Promise<readonly (readonly User[])[]> {
  const { repository, sha } = pull.base;
  const lines = await ownerLines(repository.gitDir, sha);
  if (lines.length === 0) return [];
  const files = await changedFiles(repository.gitDir, sha, pull.head.sha);
  const paths = files.flatMap(({ path, previousPath }) => [path, ...(previousPath === null ? [] : [previousPath])]);
  const named = paths.map((path) => lines.findLast(({ matches }) => matches(path))?.logins ?? []);
  return named
    .map((logins) => logins.flatMap((login) => findUser(core, login) ?? []))
    .map((users) => users.filter((user) => hasAccess(user, repository, "write")))
    .filter((users) => users.length > 0);
}

interface OwnerLine {
  readonly matches: (path: string) => boolean;
  readonly logins: readonly string[];
}

async function ownerLines(dir: string, sha: string): Promise<readonly OwnerLine[]> {
  for (const place of places) {
    const found = await objectAt(dir, `${sha}:${place}`);
    if (found?.type !== "blob") continue;
    return found.body.length > mostBytes ? [] : linesIn(found.body.toString("utf8"));
  }
  return [];
}

/** A line that GitHub cannot read is left out; the forge knows no teams, and nobody by a mail address. */
function linesIn(text: string): readonly OwnerLine[] {
  return text.split("\n").flatMap((line) => {
    const [pattern = "", ...owners] = line
      .replace(/(?:^|\s)#.*$/, "")
      .trim()
      .split(/\s+/);
    if (pattern === "" || /^!|[[\]]/.test(pattern)) return [];
    return [{ matches: matcherOf(pattern), logins: owners.flatMap((owner) => /^@([\w-]+)$/.exec(owner)?.[1] ?? []) }];
  });
}

/** As in a .gitignore, but that `docs/*` stands for no file of a folder in it. Case counts. */
function matcherOf(pattern: string): (path: string) => boolean {
  const body = pattern.replace(/^\//, "");
  const isRooted = pattern.startsWith("/") || body.slice(0, -1).includes("/");
  const glob = isRooted ? body : `**/${body}`;
  const globs = glob.endsWith("/") ? [`${glob}**`] : isRooted && glob.endsWith("/*") ? [glob] : [glob, `${glob}/**`];
  return picomatch(globs, { dot: true, nobrace: true, noext: true, nonegate: true });
}
