// A change is read for gaming in a thread of its own, within bounds: whoever wrote it holds up nobody.
import { expect, test } from "vitest";
import { inThread, readGaming } from "../../src/runs/gaming.ts";
import { openGrammars } from "../../src/runs/grammars.ts";
import { type ChangedFile, gamingIn } from "../../src/verify/gaming/gaming.ts";
import { git, scratch } from "../gateway/git/world.ts";

const enough = { ms: 60_000, megabytes: 768 };

const skipped: readonly ChangedFile[] = [
  {
    path: "src/sum.test.ts",
    before: 'test("adds", () => {\n  expect(1 + 1).toBe(2);\n});\n',
    after: 'test.skip("adds", () => {\n  expect(1 + 1).toBe(2);\n});\n',
  },
  { path: "notes.txt", before: null, after: "notes\n" },
];

test("the thread finds what is found without one", async () => {
  const found = await inThread(skipped, enough);
  expect(found.finds.map(({ rule, path }) => `${rule} ${path}`)).toEqual(["test_skipped src/sum.test.ts"]);
  expect(found).toEqual(gamingIn(skipped, await openGrammars(["bash", "javascript", "typescript"])));
});

test("a script that is written anew in another language is read in both", async () => {
  const files = [
    { path: "tool", before: "#!/usr/bin/env ruby\nputs 1\n", after: "#!/usr/bin/env python3\nprint(1)\n" },
  ];
  expect(await inThread(files, enough)).toEqual({ finds: [], unread: [] });
});

test("T8: the App goes on while a large change is read", async () => {
  const body = 'if (process.env["HOME"]) { console.log([1, 2, 3].map((one) => one + 1)); }\n'.repeat(2_000);
  const files = Array.from({ length: 4 }, (_, index) => ({ path: `src/${index}.ts`, before: null, after: body }));
  let turns = 0;
  const turn = () => {
    turns += 1;
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  const { unread } = await inThread(files, enough);
  clearImmediate(next);
  expect(unread).toEqual([]);
  expect(turns).toBeGreaterThan(1_000);
});

test.each([
  ["long", { ...enough, ms: 1 }],
  ["much memory", { ...enough, megabytes: 4 }],
])("T8: where it takes too %s, its code is said to be unread, and what is no code is not", async (_, bounds) => {
  expect(await inThread(skipped, bounds)).toEqual({ finds: [], unread: ["src/sum.test.ts"] });
});

test("bytes are read as git keeps them: other encodings, UTF-16, the right to be run", async () => {
  const dir = scratch();
  git(dir, ["init", "-q"]);
  const commit = (files: Readonly<Record<string, string>>, mode: string) => {
    for (const [path, bytes] of Object.entries(files)) {
      const id = git(dir, ["hash-object", "-w", "--stdin"], Buffer.from(bytes, "latin1"));
      git(dir, ["update-index", "--add", "--cacheinfo", `${path === "run" ? mode : "100644"},${id},${path}`]);
    }
    git(dir, ["commit", "-q", "-m", "next"]);
    return git(dir, ["rev-parse", "HEAD"]);
  };
  const [stands, picture] = ["\xef\xbf\xbd", "\x89PNG\0"];
  const before = { "latin.txt": "caf\xe9\n1\n", picture, run: "#!/bin/sh\n", "wide.txt": "\xff\xfea\0\n\0" };
  const after = { "latin.txt": `caf${stands}\n2\n`, picture: `${picture}1`, run: "#!/bin/sh\n:\n", "wide.txt": "b\n" };
  const [base, head] = [commit(before, "100755"), commit(after, "100644")];
  const { finds } = await readGaming({ gitDir: `${dir}/.git`, base, head });
  expect(finds).toEqual([
    { rule: "bytes_changed", path: "latin.txt", lines: [1], what: ["U+FFFD stands for bytes that are not UTF-8"] },
    { rule: "bytes_changed", path: "run", lines: [], what: ["a script that cannot be run as a program any more"] },
    { rule: "bytes_changed", path: "wide.txt", lines: [], what: ["UTF-16LE before, UTF-8 now"] },
  ]);
});
