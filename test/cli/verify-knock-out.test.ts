// `loopgate verify --knock-out`: which hunks of a change no test holds, on a project with tests of its own.
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { aRepository, policy } from "./a-repository.ts";
import { ask } from "./command.ts";

const verify = (dir: string, base: string, head: string, ...more: string[]) =>
  ask(["verify", "--repo", dir, "--base", base, "--head", head, "--unsealed", ...more]);

const suite = "node --test --test-reporter=junit --test-reporter-destination=junit.xml";
const gap = "// between\n".repeat(6);
const shop = (add: string, sub: string, twice: string) =>
  `export const add = (a, b) => ${add};\n${gap}export const sub = (a, b) => ${sub};\n${gap}export const twice = (a) => ${twice};\n`;
const tests = (...lines: string[]) =>
  `import { test } from "node:test";\nimport assert from "node:assert";\nimport { add, sub, twice } from "../shop.mjs";\n${lines.join("\n")}\n`;
const adds = 'test("adds", () => assert.equal(add(2, 3), 5));';
const subtracts = 'test("subtracts", () => assert.equal(sub(3, 2), 1));';
const knows = 'test("knows twice", () => assert.equal(typeof twice, "function"));';

/** A shop whose three functions the change mends; its tests hold the first two, and one new test proves nothing. */
function theShop(more = "reports: [junit.xml]", command = suite) {
  const repository = aRepository();
  const base = repository.commit({
    ".github/loop.yml": policy(command, more),
    "shop.mjs": shop("a - b", "b - a", "a"),
    "test/shop.test.mjs": tests('test("is there", () => assert.ok(add));'),
  });
  const head = repository.commit({
    "shop.mjs": shop("a + b", "a - b", "2 * a"),
    "test/shop.test.mjs": tests('test("is there", () => assert.ok(add));', adds, subtracts, knows),
  });
  return { ...repository, base, head };
}

describe("the knock-out", () => {
  test("says which hunks a test holds and by which one, which none does, and which new test proves nothing", async () => {
    const { dir, base, head } = theShop();
    const { code, out, err } = await verify(dir, base, head, "--knock-out", "10");
    expect(out).toContain("for the reviewer: knock-out\n    2 of 3 hunks are held by a test.");
    expect(out).toContain("Not held: shop.mjs:15. The checks stay green without it.");
    expect(out).toMatch(/New or changed, but green without the change too: (?:test > )?knows twice\.\n/);
    expect(err).toContain("knock-out: shop.mjs:1: held by tests: ");
    expect(code).toBe(0);
  });

  test("makes the verdict red where policy blocks, and says in SARIF and JSON where to look", async () => {
    const repository = theShop();
    const file = join(repository.dir, "../", `${process.pid}.sarif`);
    onTestFinished(() => rmSync(file, { force: true }));
    const blocking = join(repository.dir, "blocking.yml");
    repository.commit({ "blocking.yml": `${policy(suite)}knock_out: { hunks: 10, not_held: block }\n` });
    const { code, out } = await verify(
      repository.dir,
      repository.base,
      repository.head,
      ...["--policy", blocking, "--json", "--sarif", file],
    );
    const { verdict, knockOut } = JSON.parse(out);
    expect([code, verdict, knockOut.colour]).toEqual([1, "red", "red"]);
    expect(knockOut.hunks.map(({ state }: { state: string }) => state)).toEqual(["held", "held", "not_held"]);
    const sarif = JSON.parse(readFileSync(file, "utf8"));
    expect(sarif.runs[0].results).toMatchObject([
      { ruleId: "not-held", level: "error", locations: [{ physicalLocation: { region: { startLine: 15 } } }] },
    ]);
  });

  test("asks no more once everything is green without the whole change", async () => {
    const { dir, commit } = aRepository();
    const base = commit({ ".github/loop.yml": policy("true", "minutes: 1"), "a.mjs": "1;\n", "b.mjs": "1;\n" });
    const head = commit({ "a.mjs": "2;\n", "b.mjs": "2;\n" });
    const { out, err } = await verify(dir, base, head, "--knock-out", "10");
    expect(out).toContain("0 of 2 hunks are held by a test.");
    expect(out).toContain("Not held: a.mjs:1, b.mjs:1.");
    expect(err.match(/knock-out: /g)).toHaveLength(1);
  });

  test("ends a check at its first red test", async () => {
    const { dir, commit } = aRepository();
    const command = `if grep -q 1 a.mjs; then echo "not ok 1 - is two"; sleep 3000; else echo ok; fi`;
    const base = commit({ ".github/loop.yml": policy(command, "minutes: 100"), "a.mjs": "1;\n", "b.mjs": "1;\n" });
    const blind = commit({ "a.mjs": "2;\n" });
    const { out, err } = await verify(dir, base, blind, "--knock-out", "10", "--policy", join(dir, ".github/loop.yml"));
    expect(out).toContain("1 of 1 hunk is held by a test.");
    expect(err).toContain("held by tests: not ok 1 - is two");
  });

  test("tries the files first that were red without the whole change, by the command for some files", async () => {
    const folder = mkdtempSync(join(tmpdir(), "only-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const seen = join(folder, "files");
    const only = JSON.stringify(`echo {files} >> ${seen}; ${suite} {files}`);
    const { dir, base, head } = theShop(`reports: [junit.xml]\n      only: ${only}`);
    const { out, code } = await verify(dir, base, head, "--knock-out", "10");
    expect(readFileSync(seen, "utf8")).toBe("test/shop.test.mjs\n".repeat(4)); // all of the change, then each hunk
    expect(out).toContain("2 of 3 hunks are held by a test.");
    expect(code).toBe(0);
  });

  test("is not made where the checks are not green, nor where nobody asks for it", async () => {
    const { dir, base, head, commit } = theShop();
    expect((await verify(dir, base, head)).out).not.toContain("knock-out");
    const red = commit({ "shop.mjs": shop("a * b", "a - b", "2 * a") });
    const { out, code } = await verify(dir, base, red, "--knock-out", "10");
    expect(out).not.toContain("knock-out");
    expect(code).toBe(1);
  });

  test("a file that comes back in a folder that the change made a link does not get out of the checkout (T9)", async () => {
    const outside = mkdtempSync(join(tmpdir(), "outside-"));
    onTestFinished(() => rmSync(outside, { recursive: true }));
    const repository = aRepository();
    const base = repository.commit({ ".github/loop.yml": policy("true", "minutes: 1"), "lib/a.mjs": "1;\n" });
    rmSync(join(repository.dir, "lib"), { recursive: true });
    symlinkSync(outside, join(repository.dir, "lib"));
    const head = repository.commit({});
    const { out } = await verify(repository.dir, base, head, "--knock-out", "10");
    expect(out).toContain("Not held: lib/a.mjs.");
    expect(readdirSync(outside)).toEqual([]);
  });

  test.each([["51"], ["-1"], ["ten"]])("%s hunks are refused", async (hunks) => {
    const { dir, base, head } = theShop();
    const { code, err } = await verify(dir, base, head, `--knock-out=${hunks}`);
    expect(err).toContain("It must be a whole number from 0 to 50.");
    expect(code).toBe(2);
  });
});
