// What makes a change too risky to reach GitHub without a person's yes.
import type { Finding, Rules } from "../loop/state.ts";
import type { KindFound } from "./kinds.ts";
import { isTestPath, isWorkflowPath, LONGEST_PATH, pathMatcher } from "./paths.ts";
import type { Change, ChangedFile } from "./size.ts";

export interface Risks {
  readonly risks: readonly Finding[]; // empty: nothing stands in the way
  readonly grantable: boolean; // whether a person's yes through the App can let it pass
}

const LISTED_RISKS = 40;

/** What of a loop's rules the risks depend on. */
export type RiskRules = Pick<Rules, "protectedPaths" | "deniedPaths" | "changes">;

/**
 * The risks of a change. What the quarantine found wrong, workflow edits, overlong paths and what policy denies cannot be granted: the
 * first would harm whoever fetches them, the second GitHub refuses. An oversized change is no risk: it is a matter of budget.
 */
export function risksOf(change: Change, rules: RiskRules): Risks {
  const matchProtected = pathMatcher(rules.protectedPaths);
  const matchDenied = pathMatcher(rules.deniedPaths ?? []);
  const kinds = (choice: "ask" | "deny") =>
    change.files.flatMap((file) => kindRisks(file, choice, rules.changes ?? {}));
  const whole = wholeRisk(change, rules.changes?.any);
  const forbidden = change.files.flatMap((file) => forbiddenRisk(file, matchDenied));
  const denied = rules.changes?.any === "deny" ? whole : [];
  const asked = denied.length > 0 ? [] : whole;
  const hard = [...change.problems.map(problemRisk), ...forbidden, ...denied, ...kinds("deny")];
  const soft = change.files.flatMap((file) => pathRisk(file, matchProtected) ?? testRisk(file, change.files));
  return { risks: listed([...hard, ...asked, ...soft, ...kinds("ask")]), grantable: hard.length === 0 };
}

/** Of the change as a whole; empty where policy lets any pass. */
function wholeRisk({ files }: Change, choice: "allow" | "ask" | "deny" = "allow"): Finding[] {
  if (choice === "allow" || files.length === 0) return [];
  const why = choice === "ask" ? "asks a person before anything is pushed" : "lets nothing be pushed";
  return [risk("Waits to be pushed", `The policy ${why}: \`changes.any\`.`, null)];
}

const kindTitles: Readonly<Record<KindFound["kind"], string>> = {
  dependencies: "Asks for a new package",
  sources: "Takes packages from a new place",
  install_scripts: "Changes what is run on installing",
  licences: "Changes a licence",
  permission_bits: "Makes a file executable",
  binaries: "Contains a binary file",
  generated: "Edits a file that a program wrote",
  migrations: "Changes a migration that is there",
};

/** Of the kinds that policy has this choice for. */
function kindRisks({ path, kinds = [] }: ChangedFile, choice: "ask" | "deny", changes: NonNullable<Rules["changes"]>) {
  return kinds
    .filter(({ kind }) => changes[kind] === choice)
    .map(({ kind, what, line }) => {
      const why = choice === "ask" ? "asks about" : "denies";
      return { ...risk(kindTitles[kind], `${what}\nThe policy ${why} this: \`changes.${kind}\`.`, path), line };
    });
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

function forbiddenRisk(file: ChangedFile, matchDenied: (path: string) => string | null): Finding[] {
  if (file.path.length > LONGEST_PATH) {
    const detail = `The path has ${file.path.length} characters; at most ${LONGEST_PATH} are accepted.`;
    return [risk("Contains an overlong path", detail, file.path.slice(0, 100))];
  }
  const denied = matchDenied(file.path);
  if (denied !== null) {
    return [risk("Changes a denied file", `It matches the pattern ${denied} of \`denied_paths\`.`, file.path)];
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
function testRisk(file: ChangedFile, all: readonly ChangedFile[]): Finding[] {
  const { before = 0, after = 0 } = file.tests?.tests ?? {};
  if (hasMoved(file, all)) return [];
  if (file.status === "D" && isTestPath(file.path)) {
    return [risk("Removes a test file", `It had ${file.deletions} lines.`, file.path)];
  }
  if (file.tests?.emptied)
    return [risk("Empties a test file", "Nothing but white space or comments is left.", file.path)];
  if (before === 0 || after > 0 || !fewer(all)) return [];
  const had = before === 1 ? "It had 1 test" : `It had ${before} tests`;
  return [risk("Removes all tests of a file", `${had}, and no other file has more for it.`, file.path)];
}

/** Whether every test that the file declared is declared in another now, word for word. */
function hasMoved({ path, tests }: ChangedFile, all: readonly ChangedFile[]): boolean {
  if (tests === undefined || tests.gone.length === 0) return false;
  const come = new Set(all.flatMap((file) => (file.path === path ? [] : (file.tests?.come ?? []))));
  return tests.gone.every((line) => come.has(line));
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
