// A change is read for gaming in a thread of its own, within bounds: whoever wrote it holds up nobody.
import { expect, test } from "vitest";
import { inThread } from "../../src/runs/gaming.ts";
import { openGrammars } from "../../src/runs/grammars.ts";
import { type ChangedFile, gamingIn } from "../../src/verify/gaming/gaming.ts";

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
