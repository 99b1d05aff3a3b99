// Which changes need a person's yes before they reach GitHub, and which cannot have one.
import { describe, expect, it } from "vitest";
import { builtInProtectedPaths, isTestPath } from "../../src/policy/paths.ts";
import { risksOf } from "../../src/policy/risk.ts";
import { type Change, type ChangedFile, sizeOf } from "../../src/policy/size.ts";

function changeOf(...files: Partial<ChangedFile>[]): Change {
  return {
    files: files.map((file) => ({
      path: "src/sum.js",
      status: "M",
      oldMode: "100644",
      newMode: "100644",
      additions: 1,
      deletions: 1,
      ...file,
    })),
    problems: [],
    patchId: "d".repeat(40),
  };
}

const rules = { protectedPaths: [...builtInProtectedPaths, "migrations/**"] };

function titles(change: Change): string[] {
  return risksOf(change, rules).risks.map((risk) => (risk.path === null ? risk.title : `${risk.title}: ${risk.path}`));
}

describe("the risks of a change", () => {
  it("are none for edits of sources, tests, documents, lockfiles and images", () => {
    const paths = [
      "src/a.ts",
      "test/a.test.ts",
      "README.md",
      "package-lock.json",
      "Dockerfile",
      ".gitignore",
      "docs/github.md",
    ];
    expect(risksOf(changeOf(...paths.map((path) => ({ path }))), rules)).toEqual({ risks: [], grantable: true });
  });

  it.each([
    ".github/CODEOWNERS",
    ".github/loop.yml",
    "docs/CODEOWNERS",
    ".gitlab-ci.yml",
    ".circleci/config.yml",
    "Jenkinsfile",
    "ci/Jenkinsfile.release",
    "azure-pipelines.yml",
    "azure-pipelines-nightly.yaml",
    ".travis.yml",
    "appveyor.yml",
    "sub/.gitattributes",
    ".gitmodules",
    ".husky/pre-commit",
    ".vscode/tasks.json",
    ".devcontainer/devcontainer.json",
    "packages/a/.npmrc",
    "CLAUDE.md",
    "pkg/AGENTS.md",
    "agents.md",
    ".claude/settings.json",
    ".claude/skills/x/SKILL.md",
    ".codex/config.toml",
    ".agents/skills/x/SKILL.md",
    "AGENTS.override.md",
    ".gemini/settings.json",
    "docs/GEMINI.md",
    ".opencode/plugin/x.ts",
    ".pi/extensions/x.js",
    ".qwen/settings.json",
    "opencode.json",
    "opencode.jsonc",
    "pkg/.mcp.json",
    ".kiro/steering/x.md",
    ".zed/tasks.json",
    "sub/.cursor/rules/x.mdc",
    ".aider.conf.yml",
    "migrations/001.sql",
  ])("include a protected file: %s", (path) => {
    expect(titles(changeOf({ path }))).toEqual([`Changes a protected file: ${path}`]);
    expect(risksOf(changeOf({ path }), rules).grantable).toBe(true);
  });

  it("see a protected file through case and invisible characters", () => {
    expect(titles(changeOf({ path: ".GitHub/CODEOWNERS" }))).toHaveLength(1);
    expect(titles(changeOf({ path: ".git\u200bhub/dependabot.yml" }))).toHaveLength(1);
    expect(titles(changeOf({ path: "\uff21GENTS.md" }))).toHaveLength(1);
  });

  it("include a workflow, which nobody can grant (T12)", () => {
    const change = changeOf({ path: ".github/workflows/ci.yml" });
    expect(titles(change)).toEqual(["Changes a workflow: .github/workflows/ci.yml"]);
    expect(risksOf(change, rules).grantable).toBe(false);
  });

  it("include a removed test file, but not a moved assertion within one", () => {
    expect(titles(changeOf({ path: "test/sum.test.js", status: "D", deletions: 30 }))).toEqual([
      "Removes a test file: test/sum.test.js",
    ]);
    expect(titles(changeOf({ path: "test/sum.test.js", deletions: 30 }))).toEqual([]);
    expect(titles(changeOf({ path: "src/sum.js", status: "D" }))).toEqual([]);
  });

  it("include a file that becomes a symbolic link", () => {
    expect(titles(changeOf({ oldMode: "100644", newMode: "120000", status: "T" }))).toEqual([
      "Turns a file into a symbolic link: src/sum.js",
    ]);
  });

  it("include whatever the quarantine found, and then nobody can grant it", () => {
    const problems = [
      { name: "gitlink_added", detail: "lib is a submodule" },
      { name: "secret_found", detail: "src/key.js holds what looks like a secret" },
      { name: "something_new", detail: "?" },
    ];
    const { risks, grantable } = risksOf({ ...changeOf({}), problems }, rules);
    expect(grantable).toBe(false);
    expect(risks.map((risk) => risk.title)).toEqual([
      "Adds or changes a submodule",
      "Contains what looks like a secret",
      "Refused by the quarantine: something_new",
    ]);
  });

  it("include a path that is too long to be matched, which nobody can grant", () => {
    const { risks, grantable } = risksOf(changeOf({ path: `${"a/".repeat(600)}x` }), rules);
    expect(risks).toMatchObject([{ title: "Contains an overlong path" }]);
    expect(grantable).toBe(false);
  });

  it("are listed up to forty, and counted beyond", () => {
    const files = Array.from({ length: 45 }, (_, index) => ({ path: `migrations/${index}.sql` }));
    const { risks } = risksOf(changeOf(...files), rules);
    expect(risks).toHaveLength(41);
    expect(risks.at(-1)?.title).toBe("And 5 more of this kind");
  });
});

describe("paths", () => {
  it.each([
    ["test/a.js", true],
    ["src/__tests__/a.js", true],
    ["a.spec.ts", true],
    ["pkg/sum_test.go", true],
    ["test_sum.py", true],
    ["SumTest.java", true],
    ["src/contest.js", false],
    ["src/latest/a.js", false],
    ["testing.md", false],
  ])("%s is a test: %s", (path, expected) => {
    expect(isTestPath(path)).toBe(expected);
  });
});

describe("the size of a change", () => {
  it("adds up lines and lists the first twenty paths", () => {
    const files = Array.from({ length: 25 }, (_, index) => ({ path: `f${index}`, additions: 2, deletions: 1 }));
    const size = sizeOf(changeOf(...files));
    expect(size).toMatchObject({ files: 25, additions: 50, deletions: 25, patchId: "d".repeat(40) });
    expect(size.paths).toHaveLength(20);
  });
});
