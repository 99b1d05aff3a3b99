// Globs: the same answers as the widely used matcher, but never slow.
import fc from "fast-check";
import picomatch from "picomatch";
import { describe, expect, it } from "vitest";
import { globMatcher } from "../../src/policy/glob.ts";
import { builtInProtectedPaths } from "../../src/policy/paths.ts";

const names = fc.string({ unit: fc.constantFrom("a", "b", "A", ".", "-"), minLength: 1, maxLength: 4 });
const paths = fc
  .array(names, { minLength: 1, maxLength: 4 })
  .filter((parts) => parts.every((part) => !/^\.+$/.test(part)))
  .map((parts) => parts.join("/"));
const parts = fc.oneof(
  names,
  fc.constantFrom("*", "**", "a*", "*a", "*a*", "?", "a?b", "[ab]", "[^a]*", "{a,b}", "*.{a,b}", "a*b*a"),
);
const globs = fc
  .array(parts, { minLength: 1, maxLength: 4 })
  .map((all) => all.join("/"))
  // The other matcher lets a lone dot stand for the current folder, which no path of git has.
  .filter((glob) => !/(^|\/)\.+(\/|$)|^\.\//.test(glob));

function accepts(glob: string, path: string): boolean {
  return picomatch(glob, { dot: true, nocase: true, noextglob: true })(path);
}

describe("a glob", () => {
  it("matches what picomatch matches", () => {
    fc.assert(
      fc.property(globs, paths, (glob, path) => {
        // It takes `a/**` to match `a`, but not so after a wildcard; here it always does.
        const folders = glob.split(/(?:\/\*\*)+$/)[0] ?? glob;
        const expected = accepts(glob, path) || accepts(folders, path);
        expect(globMatcher(glob)(path), `${glob} on ${path}`).toBe(expected);
      }),
      { numRuns: 5000 },
    );
  });

  it.each(["src/.github/a", "github/a", ".github", ".github/x/y", "a/CODEOWNERS", "CODEOWNERS.md", "x/.claude/y"])(
    "of the built-in set agrees with picomatch on %s",
    (path) => {
      for (const glob of builtInProtectedPaths) {
        expect(globMatcher(glob)(path), glob).toBe(accepts(glob, path));
      }
    },
  );

  it("answers at once on paths and patterns made to be slow", () => {
    const glob = globMatcher(`**/${"*a".repeat(30)}/**/${"*a".repeat(20)}b`);
    const started = performance.now();
    for (const path of [`${"a".repeat(1023)}c`, `${"a/".repeat(500)}c`, `${`${"a".repeat(31)}/`.repeat(31)}c`]) {
      expect(glob(path)).toBe(false);
    }
    expect(performance.now() - started).toBeLessThan(500);
  });
});
