// What is shown of a commit that waits for a yes: all that matters, nothing that acts, hides or gives a secret away.
import { describe, expect, it } from "vitest";
import { type HeldChange, heldParts } from "../../src/report/held.ts";

const head = "f".repeat(40);
const file = (path: string, status = "M", binary = false) => ({ path, status, binary });
const section = (path: string, ...lines: string[]) =>
  [
    `diff --git a/${path} b/${path}`,
    `index ${"1".repeat(40)}..${"2".repeat(40)} 100644`,
    `--- a/${path}`,
    `+++ b/${path}`,
  ]
    .concat(lines)
    .join("\n");

function shown(change: HeldChange, ...risky: string[]): string {
  return heldParts(change, head, new Set(risky)).join("\n\n");
}

describe("a commit that waits for a yes", () => {
  it("shows the risky places in the open and the others folded away, each once", () => {
    const patch = `${section("a.txt", "@@ -1 +1 @@", "-a", "+b")}\n${section(".npmrc", "@@ -0,0 +1 @@", "+registry=x")}\n`;
    const text = shown({ files: [file(".npmrc", "A"), file("a.txt")], patch }, ".npmrc");
    const [open = "", folded = ""] = text.split("<details>");
    expect(open).toContain("+registry=x");
    expect(open).not.toContain("a.txt");
    expect(folded).toContain("+b");
    expect(folded).not.toContain("+registry=x");
    expect(text).not.toContain("1111111");
  });

  it("names what nobody would see, and cannot end its fence, call or form a marker", () => {
    const patch = section("a.txt", "@@ -0,0 +3 @@", "+if (admin\u202e) {", "+```", "+@alice <!-- loopgate:record -->");
    const text = shown({ files: [file("a.txt")], patch }, "a.txt");
    expect(text).toContain("admin⟨U+202E⟩");
    expect(text).toContain("````diff");
    expect(text).not.toContain("<!-- loopgate");
  });

  it("masks what looks like a credential", () => {
    const key = `ghp_${"a1B2".repeat(9)}`;
    const text = shown({ files: [file(".env")], patch: section(".env", "@@ -0,0 +1 @@", `+TOKEN=${key}`) }, ".env");
    expect(text).not.toContain(key);
  });

  it("says what it cannot show: a binary file, an unusual name, the end of a long diff", () => {
    const patch = `${section("a.txt", "@@ -1 +1 @@", ...Array.from({ length: 4000 }, (_, line) => `+line ${line}`))}\n`;
    const text = shown({ files: [file("a.txt"), file("x.png", "A", true)], patch }, "a.txt", "x.png");
    expect(text).toContain("One of the files cannot be shown as text");
    expect(text).toContain("The rest of this diff is left out for length.");
    expect(text).not.toContain("+line 3999");
    expect(Buffer.byteLength(text)).toBeLessThan(50_000);
  });

  it("fits into a comment, whatever the files are called and hide", () => {
    const paths = Array.from({ length: 300 }, (_, at) => `${"é".repeat(100)}${at}`);
    const patch = paths.map((path) => section(path, "@@ -0,0 +1 @@", `+${"\u202e".repeat(200)}`)).join("\n");
    const text = shown({ files: paths.map((path) => file(path)), patch }, ...paths.slice(0, 100));
    expect(Buffer.byteLength(text)).toBeLessThan(45_000);
  });

  it("takes no line of a file for a header", () => {
    const patch = section("a.txt", "@@ -1 +1,2 @@", "-x", "+diff --git a/b.txt b/b.txt", "+y");
    expect(shown({ files: [file("a.txt"), file("b.txt")], patch }, "b.txt")).toContain("cannot be shown as text");
  });

  it("counts what is added, modified and deleted", () => {
    const files = [file("a", "A"), file("b", "D"), file("c", "D"), file("d", "T")];
    expect(shown({ files, patch: "" })).toContain("changes: 4 files (1 added, 2 deleted)");
    expect(shown({ files, patch: "" })).toContain("deleted  b");
  });
});
