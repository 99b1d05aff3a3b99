// Which paths an agent may not change without a person's yes, and how paths are matched.
import { recent } from "../base/recent.ts";
import { globMatcher, globsMatcher } from "./glob.ts";
import { globsOf } from "./pattern.ts";

export { isTestPath } from "./test-paths.ts";

/** Longer paths are not matched at all: the caller treats them as risky by themselves. */
export const LONGEST_PATH = 1024;

/**
 * Protected in every repository. What they have in common: an edit takes effect outside the reviewed change, as soon as it
 * is pushed or opened: in CI, in git, on the machine of whoever checks the branch out, or in the next agent's instructions.
 */
export const builtInProtectedPaths: readonly string[] = [
  // GitHub's own folder: workflows, CODEOWNERS, this App's policy, Copilot's instructions
  ".github/**",
  "**/CODEOWNERS",
  // other CI systems
  ".ci/**",
  ".circleci/**",
  ".buildkite/**",
  ".forgejo/**",
  ".gitea/**",
  ".gitlab/**",
  "**/.gitlab-ci.{yml,yaml}",
  ".semaphore/**",
  ".teamcity/**",
  ".woodpecker/**",
  "/.woodpecker.{yml,yaml}",
  "**/Jenkinsfile*",
  "/{.travis,.drone,.cirrus,.appveyor,appveyor,bitbucket-pipelines}.{yml,yaml}",
  "/azure-pipelines*.{yml,yaml}",
  // git's metadata and hooks
  "**/.gitmodules",
  "**/.gitattributes",
  ".githooks/**",
  ".husky/**",
  "/{lefthook,.lefthook,.pre-commit-config}.{yml,yaml}",
  // run or read by an editor or shell on check-out
  ".devcontainer/**",
  "/.devcontainer.json",
  ".vscode/**",
  ".idea/**",
  ".zed/**",
  "**/.envrc",
  // where packages come from
  "**/{.npmrc,.yarnrc,.yarnrc.yml,.pnpmfile.cjs,pip.conf}",
  // instructions and tools of agents
  "**/{CLAUDE,CLAUDE.local,AGENT,AGENTS,AGENTS.override,GEMINI,QWEN,CONVENTIONS}.md",
  "**/{.cursorrules,.windsurfrules,.clinerules,.roorules,.goosehints,.mcp.json,opencode.json,opencode.jsonc}",
  "**/{.claude,.claude-plugin,.codex,.agents,.gemini,.opencode,.cursor,.windsurf,.clinerules,.roo,.aider*}/**",
  "**/{.continue,.junie,.kiro,.amazonq,.pi,.qwen}/**",
  "**/.aider.conf.yml",
];

/** A function that says which of the patterns a path matches, or null. Case and invisible characters hide neither from the other. */
export function pathMatcher(patterns: readonly string[]): (path: string) => string | null {
  const matchers = patterns.map((pattern) => ({ pattern, matches: matchersOf(pattern) }));
  return (path) => {
    const forms = [...new Set([path, folded(path)])];
    const found = matchers.find(({ matches }) => matches.some((match) => forms.some((form) => match(form))));
    return found?.pattern ?? null;
  };
}

/** Every loop has the built-in patterns, and to read one is more work than to ask it. */
const matchersOf = recent(500, (pattern) => [...new Set([pattern, folded(pattern)].flatMap(globsOf))].map(globMatcher));

/** Whether one of the patterns stands for a path, letter for letter but for case: they allow something, so nothing is guessed. */
export function exactMatcher(patterns: readonly string[]): (path: string) => boolean {
  return globsMatcher(patterns.flatMap(globsOf));
}

/** Whether a path holds a GitHub workflow: GitHub refuses such an edit, as the App lacks the `workflows` permission. */
export const isWorkflowPath: (path: string) => boolean = isOneOf([".github/workflows/**"]);

function folded(path: string): string {
  return path.normalize("NFKC").replace(/[\p{Cf}\p{Cc}]/gu, "");
}

/** Whether a path matches one of the patterns. */
export function isOneOf(patterns: readonly string[]): (path: string) => boolean {
  const match = pathMatcher(patterns);
  return (path) => match(path) !== null;
}
