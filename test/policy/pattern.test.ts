// Protected patterns mean what their writers expect, as git itself reads them, or are refused.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { alternativesOf, globMatcher } from "../../src/policy/glob.ts";
import { parsePolicy } from "../../src/policy/parse.ts";
import { pathMatcher } from "../../src/policy/paths.ts";
import { patternProblem } from "../../src/policy/pattern.ts";

const isProtected = (pattern: string, path: string) => pathMatcher([pattern])(path) !== null;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "patterns-"));
  execFileSync("git", ["init", "-q", folder]);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The paths that git itself would ignore by this line. */
function ignored(pattern: string, paths: readonly string[]): string[] {
  writeFileSync(join(folder, ".gitignore"), `${pattern}\n`);
  const asked = spawnSync("git", ["-C", folder, "check-ignore", "--no-index", "--stdin"], { input: paths.join("\n") });
  return asked.stdout.toString().trim().split("\n").filter(Boolean);
}

const paths = [
  "a.sql",
  "db/a.sql",
  "db/migrations/1.sql",
  "secrets/key.pem",
  "app/secrets/key.pem",
  "app/secrets.txt",
  "docs/a.md",
  "docs/deep/a.md",
  "app/docs/a.md",
  "infra/prod/main.tf",
  "infra/main.tf",
  "app/infra/main.tf",
  "Makefile.am",
];

describe("a protected pattern", () => {
  it.each([
    "*.sql",
    "secrets",
    "secrets/",
    "/secrets",
    "docs/",
    "docs/*",
    "/docs/*.md",
    "docs/**/*.md",
    "**/docs/",
    "infra/prod",
    "infra/**/",
    "infra/**",
    "**/infra",
    "**.sql",
    "a.*",
    "[a-d]*/",
    "*",
    "?b/",
  ])("%s protects what git ignores by it", (pattern) => {
    expect(patternProblem(pattern)).toBeNull();
    const ours = paths.filter((path) => isProtected(pattern, path));
    // A slash at the end means folders only: here it takes files of that name along.
    if (pattern.endsWith("/")) expect(ours).toEqual(expect.arrayContaining(ignored(pattern, paths)));
    else expect(ours).toEqual(ignored(pattern, paths));
    expect(ours).not.toEqual([]);
  });

  it.each([
    ["{docs/api,*.sql}", "docs/api/a.md", "db/1.sql"],
    ["{secrets,keys}/", "app/keys/a", "secrets/b"],
    ["café", "cafe\u0301/menu", "café"],
    ["cafe\u0301", "café/menu", "cafe\u0301"],
    ["Secrets", "secrets/a", "SECRETS"],
  ])("%s protects %s and %s", (pattern, one, other) => {
    expect(patternProblem(pattern)).toBeNull();
    expect([isProtected(pattern, one), isProtected(pattern, other)]).toEqual([true, true]);
  });

  it.each([
    [" infra/**", "begins or ends with white space, which no path there has"],
    ["infra/** ", "begins or ends with white space, which no path there has"],
    ["infra/\t**", "holds a control character"],
    ["docs/** @acme/docs", "can name no owners: give the pattern alone"],
    ["docs/**, infra/**", "is one pattern: give each its own entry in the list"],
    ["~/keys", "is written from the repository's root, so it cannot begin with ~"],
    ["./docs", "is written without ./ in front"],
    ["../docs", "cannot hold . or .. as a folder"],
    ["docs/./a", "cannot hold . or .. as a folder"],
    ["docs//a", "has two slashes in a row, so it can match nothing"],
    ["//docs", "has two slashes in a row, so it can match nothing"],
    ["/", "has a choice that names nothing"],
    ["{docs,}", "has a choice that names nothing"],
    [".git/hooks/**", "names git's own folder, which is in no commit"],
    ["app/.GIT/config", "names git's own folder, which is in no commit"],
    ["{docs,.git}/**", "names git's own folder, which is in no commit"],
    ["docs[/]a", "has a / within [ ], which can match nothing"],
    ["docs/[z-a]*", "has a range within [ ] that runs backwards, so it can match nothing"],
    ["docs\\api", "may use only *, **, ?, [ ] and { }"],
    ["!docs", "cannot take paths away: the list only adds"],
  ])("%j is refused, with its line", (pattern, why) => {
    const parsed = parsePolicy(`attempts: 2\nprotected_paths:\n  - docs/**\n  - ${JSON.stringify(pattern)}\n`);
    expect(parsed).toMatchObject({ ok: false, message: `line 4: \`protected_paths.1\` ${why}`, line: 4 });
  });

  it("that is accepted protects some path, whatever it is", () => {
    const piece = fc.constantFrom(
      ..."ab.-~*?/[]!{},@ \t\\",
      "**",
      "[a-c]",
      "[!b]",
      "[c-a]",
      "{a,b}",
      ".git",
      "./",
      "é",
    );
    const patterns = fc.array(piece, { minLength: 1, maxLength: 7 }).map((all) => all.join(""));
    fc.assert(
      fc.property(patterns, (pattern) => {
        fc.pre(patternProblem(pattern) === null);
        for (const one of alternativesOf(pattern)) expect(isProtected(pattern, witness(one)), pattern).toBe(true);
      }),
      { numRuns: 20_000 },
    );
  });
});

/** A path as the writer of a pattern without groups may have in mind. */
function witness(pattern: string): string {
  return pattern.replace(/^\/|\/+$/g, "").replace(/\[[!^]?[^\]]+\]|\*+|\?/g, (part) => {
    if (!part.startsWith("[")) return "x";
    return [...`abcxé.-${part.slice(1, -1)}`].find((one) => globMatcher(part)(one)) ?? "none";
  });
}
