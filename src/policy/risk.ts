// What makes a change too risky to reach GitHub without a person's yes.
import type { Finding, Rules } from "../loop/state.ts";
import { isTestPath, isWorkflowPath, LONGEST_PATH, pathMatcher } from "./paths.ts";
import type { Change, ChangedFile } from "./size.ts";

export interface Risks {
  readonly risks: readonly Finding[]; // empty: nothing stands in the way
  readonly grantable: boolean; // whether a person's yes through the App can let it pass
}

const LISTED_RISKS = 40;

/**
 * The risks of a change. What the quarantine found wrong, workflow edits and overlong paths cannot be granted: the first
 * would harm whoever fetches them, the second GitHub refuses. An oversized change is no risk: it is a matter of budget.
 */
export function risksOf(change: Change, rules: Pick<Rules, "protectedPaths">): Risks {
  const matchProtected = pathMatcher(rules.protectedPaths);
  const hard = [...change.problems.map(problemRisk), ...change.files.flatMap(forbiddenRisk)];
  const soft = change.files.flatMap((file) => pathRisk(file, matchProtected) ?? testRisk(file, fewer(change.files)));
  return { risks: listed([...hard, ...soft]), grantable: hard.length === 0 };
}

/** Titles of what the quarantine finds; a name that is not listed here is shown as it is. */
const problemTitles: Readonly<Record<string, string>> = {
  author_unexpected: "Contains a commit in someone else's name",
  change_too_large: "Is too large",
  closes_other_issue: "Would close another issue by a commit message",
  file_too_large: "Contains a file that is too large",
  foreign_history: "Includes commits from an unrelated history",
  gitlink_added: "Adds or changes a submodule",
  gitmodules_changed: "Changes the list of submodules",
  lfs_missing_object: "Points to content that is not in Git LFS",
  lfs_raw_content: "Commits the content of a file that is kept in Git LFS",
  mode_unusual: "Gives a file an unusual mode",
  path_control_character: "Hides characters in a path",
  commit_unusual: "Has a commit with more in it than git writes by itself",
  skips_ci: "Keeps CI from running by a commit message",
  path_dotgit: "Contains a path that git could mistake for its own folder",
  path_not_text: "Contains a path that is not text",
  path_too_long: "Contains an overlong path",
  secret_found: "Contains what looks like a secret",
  symlink_escapes: "Adds a symbolic link that leaves the repository",
};

function problemRisk(problem: { readonly name: string; readonly detail: string }): Finding {
  const title = Object.hasOwn(problemTitles, problem.name) ? problemTitles[problem.name] : undefined;
  return risk(title ?? `Refused by the quarantine: ${problem.name}`, problem.detail, null);
}

function forbiddenRisk(file: ChangedFile): Finding[] {
  if (file.path.length > LONGEST_PATH) {
    const detail = `The path has ${file.path.length} characters; at most ${LONGEST_PATH} are accepted.`;
    return [risk("Contains an overlong path", detail, file.path.slice(0, 100))];
  }
  if (!isWorkflowPath(file.path)) return [];
  const detail = "The App has no permission to change workflows, so a person has to make this edit.";
  return [risk("Changes a workflow", detail, file.path)];
}

/** Null: nothing stands in the way by the file's path. */
function pathRisk(file: ChangedFile, matchProtected: (path: string) => string | null): Finding[] | null {
  if (file.path.length > LONGEST_PATH || isWorkflowPath(file.path)) return [];
  const glob = matchProtected(file.path);
  if (glob !== null) return [risk("Changes a protected file", `It matches the protected pattern ${glob}.`, file.path)];
  if (file.newMode === "120000" && file.oldMode.startsWith("100")) {
    return [risk("Turns a file into a symbolic link", "It was a regular file before.", file.path)];
  }
  return null;
}

/** Tests that go from a file altogether; those that went to another file are still there. */
function testRisk(file: ChangedFile, isFewer: boolean): Finding[] {
  const { before = 0, after = 0 } = file.tests?.tests ?? {};
  if (file.status === "D" && isTestPath(file.path)) {
    return [risk("Removes a test file", `It had ${file.deletions} lines.`, file.path)];
  }
  if (file.tests?.emptied)
    return [risk("Empties a test file", "Nothing but white space or comments is left.", file.path)];
  if (before === 0 || after > 0 || !isFewer) return [];
  const had = before === 1 ? "It had 1 test" : `It had ${before} tests`;
  return [risk("Removes all tests of a file", `${had}, and no other file has more for it.`, file.path)];
}

/** Whether the whole change leaves fewer tests than there were. */
function fewer(files: readonly ChangedFile[]): boolean {
  const change = files.map(({ tests }) => (tests === undefined ? 0 : tests.tests.after - tests.tests.before));
  return change.reduce((sum, one) => sum + one, 0) < 0;
}

function listed(risks: readonly Finding[]): Finding[] {
  if (risks.length <= LISTED_RISKS) return [...risks];
  const more = risks.length - LISTED_RISKS;
  return [...risks.slice(0, LISTED_RISKS), risk(`And ${more} more of this kind`, "", null)];
}

function risk(title: string, detail: string, path: string | null): Finding {
  return { source: "policy", title, detail, path, line: null, url: null };
}
