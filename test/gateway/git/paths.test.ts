// Tables of names and links: what may leave the quarantine, and what a file system elsewhere would make of it.
import { expect, test } from "vitest";
import { linkEscapes, pathProblems, showPath } from "../../../src/gateway/git/paths.ts";
import type { RawEntry } from "../../../src/gateway/git/tree-diff.ts";

function names(path: string | Buffer, newMode = "100644"): string[] {
  const pathBytes = Buffer.from(path);
  const ids = { oldId: "0".repeat(40), newId: "1".repeat(40) };
  const decoded = typeof path === "string" ? path : null;
  const entry: RawEntry = { oldMode: "000000", newMode, ...ids, letter: "A", pathBytes, path: decoded };
  return pathProblems(entry).map((problem) => problem.name);
}

test.each([
  "README.md",
  "src/été/日本.ts",
  ".github/workflows/ci.yml",
  ".gitignore",
  ".gitattributes",
  "git/config",
  "a.git",
  "x/.gitkeep",
  "git~x",
  "docs/a b.txt",
  ".config/.github",
])("%j is an ordinary path", (path) => {
  expect(names(path)).toEqual([]);
});

test.each([
  ".git/config",
  "sub/.GIT/hooks/post-checkout",
  ".git. /x",
  ".git ./x",
  ".git::$INDEX_ALLOCATION/config",
  ".git:x",
  "GIT~1/config",
  "git~2",
  "a\\.git\\config",
  ".\uff47it/x",
  "sub/.git",
])("T10: %j would be a .git folder somewhere", (path) => {
  expect(names(path)).toContain("path_dotgit");
});

test.each([".g\u200cit/config", ".git\ufeff/x", "\u200e.git"])("T10: %j is .git to HFS+", (path) => {
  expect(names(path)).toEqual(expect.arrayContaining(["path_dotgit", "path_control_character"]));
});

test.each([".gitmodules", "sub/.GITMODULES", ".gitmodules .", "GITMOD~1", "gi7eba~1", ".git\u200dmodules"])(
  "T10: %j is a .gitmodules",
  (path) => {
    expect(names(path)).toContain("gitmodules_changed");
  },
);

test("T10: removing .gitmodules is a change of it, too", () => {
  expect(names(".gitmodules", "000000")).toEqual(["gitmodules_changed"]);
});

test.each(["a\rb", "a\nb", "tab\there", "esc\u001b[31m", "del\u007f", "c1\u0085", "rtl\u202egnp.exe", "sep\u2028"])(
  "T10: %j hides characters",
  (path) => {
    expect(names(path)).toContain("path_control_character");
  },
);

test("T10: a name that is not UTF-8 is refused", () => {
  expect(names(Buffer.from([0x61, 0xff, 0x62]))).toContain("path_not_text");
});

test("T10: a path over 4096 bytes, or a part over 255, is refused", () => {
  expect(names(`${"d/".repeat(2047)}ab`)).toEqual([]);
  expect(names(`${"d/".repeat(2048)}a`)).toContain("path_too_long");
  expect(names("é".repeat(128))).toContain("path_too_long");
  expect(names("é".repeat(127))).toEqual([]);
});

test("submodules and unusual modes are refused", () => {
  expect(names("vendor", "160000")).toEqual(["gitlink_added"]);
  expect(names("x", "100664")).toEqual(["mode_unusual"]);
  expect(names("x", "120000")).toEqual([]);
});

test.each([
  ["link", "README.md"],
  ["a/link", "../README.md"],
  ["a/b/link", "../../c/d"],
  ["a/link", "./x"],
  ["link", ".github/x"],
  ["a/b", ".."],
])("a link at %s to %s stays inside", (path, target) => {
  expect(linkEscapes(path, target)).toBe(false);
});

test.each([
  ["link", "/etc/passwd"],
  ["link", ".."],
  ["a/link", "../../x"],
  ["a/link", "x/../../.."],
  ["a/link", "x/../y"],
  ["link", ".git/config"],
  ["a/link", "../.GIT/hooks/pre-push"],
  ["link", "a\\..\\..\\b"],
  ["link", "C:/Windows"],
  ["link", ""],
  ["link", "a\0b"],
  ["link", "a\nb"],
])("T10: a link at %s to %j escapes", (path, target) => {
  expect(linkEscapes(path, target)).toBe(true);
});

test("a path is shown with everything invisible made visible", () => {
  expect(showPath("a\u202eb\u001b[1m")).toBe("a\\u{202e}b\\u{1b}[1m");
});
