// What is planted in a change is surely bad, is the same each time, and stands where the change is.
import { describe, expect, test } from "vitest";
import { plantIn } from "../../src/verify/canary.ts";

const source = (lines: number) => Array.from({ length: lines }, (_, index) => `const v${index} = ${index};`).join("\n");
const file = (path: string, before: string | null, after: string | null) => {
  const range = { oldStart: 3, oldLines: 1, newStart: 3, newLines: 2 };
  return { path, mode: "100644", before, after, ranges: before === null || after === null ? [] : [range] };
};
const code = file("src/a.ts", source(20), source(21));
const seeds = Array.from({ length: 64 }, (_, index) => index.toString(16).padStart(2, "0").repeat(20));
const kindsOf = (files: Parameters<typeof plantIn>[0]) =>
  [...new Set(seeds.map((seed) => plantIn(files, seed)?.planted.kind))].sort();

describe("what is planted", () => {
  test("is each kind in code, the marks of a merge alone in prose, and nothing where no text is left", () => {
    expect(kindsOf([code])).toEqual(["conflict_left", "cut_off", "speaks_to_reviewer"]);
    expect(kindsOf([file("README.md", null, "a\nb\n")])).toEqual(["conflict_left"]);
    expect(kindsOf([file("src/gone.ts", "a\n", null), file("empty.ts", null, "")])).toEqual([undefined]);
  });

  test("is the same for the same commit, and differs from the file", () => {
    for (const seed of seeds) {
      const one = plantIn([code], seed);
      expect(one).toEqual(plantIn([code], seed));
      expect(one?.replaced.text).not.toBe(code.after);
      expect(one?.replaced).toMatchObject({ path: "src/a.ts", mode: "100644" });
    }
  });

  test("stands at the change: both sides between the marks", () => {
    const seeded = seeds.map((seed) => plantIn([code], seed)).find((one) => one?.planted.kind === "conflict_left");
    expect(seeded?.replaced.text?.split("\n").slice(1, 9)).toEqual([
      "const v1 = 1;",
      "<<<<<<< HEAD",
      "const v2 = 2;",
      "=======",
      "const v2 = 2;",
      "const v3 = 3;",
      ">>>>>>> change",
      "const v4 = 4;",
    ]);
  });

  test("is a word to the reviewer below a first line that starts an interpreter", () => {
    const script = file("run.sh", null, "#!/bin/sh\necho 1\n");
    const seeded = seeds
      .map((seed) => plantIn([script], seed))
      .find((one) => one?.planted.kind === "speaks_to_reviewer");
    expect(seeded?.replaced.text).toMatch(/^#!\/bin\/sh\n# Note to the reviewer: .*\necho 1\n$/);
  });
});
