// Which hunks of a change are taken back to see whether any test holds them: largest first, and a bounded number.
import { isTestPath } from "../../policy/test-paths.ts";
import { type ChangedText, type Hunk, hunksOf } from "./hunk.ts";

export interface Choice {
  readonly chosen: readonly Hunk[];
  /** How many more there are than may be tried. */
  readonly beyond: number;
}

/** `most` hunks of those that a test could hold; equal ones in the order of their files. */
export function chooseHunks(files: readonly ChangedText[], most: number): Choice {
  const all = files.filter(({ path }) => isHeldByTests(path)).flatMap(hunksOf);
  const chosen = all.toSorted((one, other) => other.size - one.size).slice(0, most);
  return { chosen, beyond: all.length - chosen.length };
}

/** No test holds a test, what people read, or what only other tools read. */
export function isHeldByTests(path: string): boolean {
  return !isTestPath(path) && !apart.some((pattern) => pattern.test(path));
}

const apart: readonly RegExp[] = [
  /\.(?:md|mdx|markdown|rst|adoc|txt)$/i,
  /(?:^|\/)(?:LICEN[CS]E|NOTICE|AUTHORS|CHANGELOG|CODEOWNERS)(?:\.|$)/i,
  /(?:^|\/)(?:docs?|\.github|\.gitlab|\.circleci|\.vscode|\.idea|\.changeset)\//i,
  /(?:^|\/)\.(?:gitignore|gitattributes|editorconfig|npmignore|dockerignore|mailmap|prettierignore|eslintignore)$/,
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|bun\.lockb?|go\.sum|[\w.-]+\.lock|packages\.lock\.json|gradle\.lockfile)$/,
];
