// A first policy: what a repository's files lead to, and that whatever comes of it is a policy.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { draftPolicy, type Wishes } from "../../src/policy/draft.ts";
import { parsePolicy } from "../../src/policy/parse.ts";
import type { Policy } from "../../src/policy/schema.ts";

const nothing: Wishes = { kind: null, model: "", image: "", usd: null, approvals: null, reviewers: [] };

function draftOf(files: Readonly<Record<string, string>>, wishes: Partial<Wishes> = {}) {
  const repository = { paths: Object.keys(files), text: (path: string) => files[path] ?? null };
  return draftPolicy(repository, { ...nothing, ...wishes });
}

function policyOf(files: Readonly<Record<string, string>>, wishes: Partial<Wishes> = {}): Policy {
  const parsed = parsePolicy(draftOf(files, wishes).text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.policy;
}

const tested = JSON.stringify({ scripts: { test: "node --test" } });

describe("the set-up is the lockfile's", () => {
  test.each([
    ["package-lock.json", "", "npm ci"],
    ["npm-shrinkwrap.json", "", "npm ci"],
    ["pnpm-lock.yaml", "", "pnpm install --frozen-lockfile"],
    ["bun.lock", "", "bun install --frozen-lockfile"],
    ["yarn.lock", "# yarn lockfile v1\n", "yarn install --frozen-lockfile"],
    ["yarn.lock", "__metadata:\n  version: 8\n", "yarn install --immutable"],
  ])("%s", (file, text, command) => {
    expect(policyOf({ [file]: text }).environment.setup).toEqual([command]);
  });

  test("one in a folder below is not the repository's", () => {
    expect(policyOf({ "web/package-lock.json": "{}" }).environment.setup).toEqual([]);
  });
});

describe("without a workflow the repository's own tests judge", () => {
  test.each<[string, Record<string, string>, string]>([
    ["npm", { "package.json": tested, "package-lock.json": "" }, "npm test"],
    ["no lockfile", { "package.json": tested }, "npm test"],
    ["pnpm", { "package.json": tested, "pnpm-lock.yaml": "" }, "pnpm test"],
    ["bun, whose own `test` is another", { "package.json": tested, "bun.lock": "" }, "bun run test"],
    ["Go", { "go.mod": "module a\n" }, "go test ./..."],
    ["Rust", { "Cargo.toml": "" }, "cargo test"],
    ["pytest", { "pyproject.toml": "[tool.pytest.ini_options]\n" }, "python3 -m pytest"],
    ["Maven", { "pom.xml": "<project/>" }, "mvn --batch-mode test"],
    ["Gradle", { gradlew: "" }, "./gradlew test"],
    ["make", { Makefile: "all:\n\ntest: all\n\t./t\n" }, "make test"],
  ])("%s", (_, files, command) => {
    expect(policyOf(files).checks.run).toMatchObject([{ name: "test", command }]);
  });

  test.each<[string, Record<string, string>]>([
    [
      "what `npm init` writes",
      { "package.json": '{"scripts":{"test":"echo \\"Error: no test specified\\" && exit 1"}}' },
    ],
    ["a package.json that is none", { "package.json": "{" }],
    ["a Python project without pytest", { "pyproject.toml": "[project]\n" }],
    ["a Makefile that tests nothing", { Makefile: "contest:\n\ttrue\n" }],
  ])("%s is no test", (_, files) => {
    expect(policyOf(files).checks.run).toEqual([]);
    expect(draftOf(files).found.join()).toContain("no change can be green");
  });
});

test("where a workflow is, CI judges", () => {
  const files = { "package.json": tested, ".github/workflows/ci.yml": "" };
  expect(policyOf(files).checks.run).toEqual([]);
  expect(draftOf(files).found).toEqual([
    "Found `.github/workflows/ci.yml`: CI judges, and the policy names no checks of its own.",
  ]);
});

test("what was wished for is stated with its sentence, and nothing else is", () => {
  const wishes = {
    kind: "codex",
    model: "m",
    image: "i@sha256:1",
    usd: 2.5,
    approvals: 2,
    reviewers: ["a", "b"],
  } as const;
  const { text } = draftOf({}, wishes);
  const stated = policyOf({}, wishes);
  expect(stated.agent).toMatchObject({ kind: "codex", model: "m", image: "i@sha256:1" });
  expect([stated.budget.usd, stated.gate.approvals, stated.gate.reviewers]).toEqual([2.5, 2, ["a", "b"]]);
  expect(text.split("\n").filter((line) => /^\s*[a-z_]+: \S/.test(line))).toHaveLength(5);
  expect(text).toContain("  # US dollars for model calls, granted by the label");
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThan(110);
});

test("whatever a repository's files are called and say, the draft is a policy", () => {
  const name = fc.constantFrom(
    "package.json",
    "yarn.lock",
    "Makefile",
    "go.mod",
    "pyproject.toml",
    ".github/workflows/a.yml",
    "gradlew",
  );
  fc.assert(
    fc.property(fc.dictionary(fc.oneof(name, fc.string()), fc.oneof(fc.string(), fc.json())), (files) => {
      expect(parsePolicy(draftOf(files).text)).toMatchObject({ ok: true });
    }),
  );
});
