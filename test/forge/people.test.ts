// The people's API and the thread as Markdown, which stories are told in.
import { expect, test } from "vitest";
import { git } from "../../src/forge/git/run.ts";
import { aForge } from "./local-forge.ts";

test("a conversation reads back as Markdown, with and without what happened between", async () => {
  const forge = await aForge({ clock: () => Date.parse("2026-03-01T12:00:00Z") });
  const [willa, ada] = [forge.as("willa"), forge.as("ada")];
  const issue = willa.openIssue("acme/demo", { title: "add subtracts", body: "It should add." });
  ada.label(issue, "loop");
  ada.comment(issue, "Go.");
  ada.unlabel(issue, "loop");
  willa.close(issue);
  expect(forge.thread("acme/demo", 1)).toMatchInlineSnapshot(`
    "# add subtracts (#1, closed)

    **willa**

    It should add.

    ---

    **ada**

    Go.
    "
  `);
  expect(forge.thread("acme/demo", 1, { timeline: true })).toMatchInlineSnapshot(`
    "# add subtracts (#1, closed)

    **willa**

    It should add.

    ---

    *ada added the label loop*

    ---

    **ada**

    Go.

    ---

    *ada removed the label loop*

    ---

    *willa closed this*
    "
  `);
});

test("a pull request's thread has its reviews", async () => {
  const forge = await aForge();
  const sha = await forge
    .as("willa")
    .push("acme/demo", "fix", { "src/add.js": "export const add = (a, b) => a + b;\n" }, "Add");
  const pull = await forge.as("willa").openPull("acme/demo", { title: "Fix add", head: "fix", base: "main" });
  forge.as("ada").requestChanges(pull, "Add a test.");
  forge.as("ada").approve(pull);
  const short = sha.slice(0, 7);
  expect(forge.thread("acme/demo", 1)).toBe(`# Fix add (#1, open)

**willa**

---

**ada** (changes requested at ${short})

Add a test.

---

**ada** (approved at ${short})
`);
});

test("a person pushes, replaces the last commit, and deletes files", async () => {
  const forge = await aForge();
  const willa = forge.as("willa");
  const one = await willa.push("acme/demo", "work", { "a/b.txt": "one\n", "README.md": null }, "One");
  const two = await willa.push("acme/demo", "work", { "a/b.txt": "two\n" }, "Two", { force: true });
  const { gitDir } = forge.repository("acme/demo");
  expect((await git(gitDir, ["rev-list", "--count", "main..work"])).trim()).toBe("1");
  expect((await git(gitDir, ["ls-tree", "-r", "--name-only", "work"])).trim().split("\n")).toEqual([
    "README.md",
    "a/b.txt",
    "src/add.js",
  ]);
  expect((await git(gitDir, ["log", "-1", "--format=%an %H", "work"])).trim()).toBe(`willa ${two}`);
  expect(one).not.toBe(two);
});

test("access is that of the person: a reader neither labels nor pushes nor merges", async () => {
  const forge = await aForge();
  const rex = forge.as("rex");
  const issue = rex.openIssue("acme/demo", { title: "Mine" });
  expect(() => rex.label(issue, "bug")).toThrow("Must have admin rights to Repository.");
  expect(() => rex.close(issue)).not.toThrow();
  await expect(rex.push("acme/demo", "work", { "a.txt": "a\n" }, "A")).rejects.toThrow("denied to rex");
  expect(() => forge.as("nobody")).toThrow("Not Found");
});

test("comments are edited by their author or a writer, never by a reader", async () => {
  const forge = await aForge();
  const comment = forge.as("rex").comment(forge.as("rex").openIssue("acme/demo", { title: "Mine" }), "first");
  forge.as("rex").editComment(comment, "second");
  forge.as("willa").editComment(comment, "third");
  expect(() => forge.as("tris").editComment(comment, "fourth")).toThrow();
  expect(comment.body).toBe("third");
});
