// `loopgate verify` on changes that make their own judges see less.
import { mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { aRepository, policy } from "./a-repository.ts";
import { ask } from "./command.ts";

const tests = (word: string) =>
  `import { test } from "node:test";\nimport assert from "node:assert";\ntest("adds", () => assert.equal(1 + 2, 3));\n${word}("subtracts", () => assert.equal(2 - 1, 1));\n`;

function skipping(more = "") {
  const repository = aRepository();
  const base = repository.commit({
    ".github/loop.yml": `${policy("node --test", "minutes: 5")}${more}`,
    "test/shop.test.mjs": tests("test"),
  });
  const head = repository.commit({ "test/shop.test.mjs": tests("test.skip") });
  return { ...repository, base, head };
}

const verify = ({ dir, base, head }: ReturnType<typeof skipping>, ...more: string[]) =>
  ask(["verify", "--repo", dir, "--base", base, "--head", head, "--unsealed", ...more]);

const said = "Keeps tests from running or failing: test/shop.test.mjs:4: These ran before: subtracts: test.skip.";

describe("T12: a change that skips a test", () => {
  test("is green by its checks, and what it did is said with rule, file and line", async () => {
    const { code, out } = await verify(skipping());
    expect(out).toContain(`  for the reviewer: against gaming\n    ${said}\n`);
    expect(code).toBe(0);
  });

  test.each(["ask", "block"])("is red where the policy says %s, also in JSON and SARIF", async (word) => {
    const folder = mkdtempSync(join(tmpdir(), "loopgate-gaming-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "found.sarif");
    const { code, out } = await verify(skipping(`gaming: ${word}\n`), "--json", "--sarif", file);
    const { verdict, gaming } = JSON.parse(out);
    expect({ code, verdict, colour: gaming.colour }).toEqual({ code: 1, verdict: "red", colour: "red" });
    expect(gaming.finds).toEqual([
      { rule: "test_skipped", path: "test/shop.test.mjs", lines: [4], what: ["subtracts: test.skip"] },
    ]);
    const [result] = JSON.parse(readFileSync(file, "utf8")).runs[0].results;
    expect(result).toMatchObject({ ruleId: "test-skipped", level: "error" });
    expect(result.locations[0].physicalLocation.region.startLine).toBe(4);
  });

  test("that stood there before is not held against the next change", async () => {
    const repository = skipping();
    const head = repository.commit({ "shop.mjs": "export const shop = 1;\n" });
    const { code, out } = await verify({ ...repository, base: repository.head, head });
    expect(out).not.toContain("against gaming");
    expect(code).toBe(0);
  });
});

test("T12: a file of tests that is moved as it is to where no runner looks is found, and one that is too large to read is said", async () => {
  const repository = aRepository();
  const base = repository.commit({
    ".github/loop.yml": policy("node --test", "minutes: 5"),
    "test/shop.test.mjs": tests("test"),
    "test/large.test.mjs": "const x = 1;\n",
  });
  renameSync(join(repository.dir, "test/shop.test.mjs"), join(repository.dir, "shop.txt"));
  const head = repository.commit({ "test/large.test.mjs": `const x = [${"1, ".repeat(100_000)}];\n` });
  const { out } = await verify({ ...repository, base, head });
  expect(out).toContain("Puts tests where no runner looks: shop.txt:1: ");
  expect(out).toContain("Not read, since too large or too slow to read: test/large.test.mjs.");
});
