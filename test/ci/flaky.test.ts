// What the gate says of a test that passes at its second try only, and that a test which never passes fails it.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** What the gate's test run says of a suite with one test that fails the first time and one that fails `always` or never. */
function run(always: boolean, ci: string | undefined): { code: number | null; said: string } {
  const folder = mkdtempSync(join(tmpdir(), "flaky-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "test"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(
    join(folder, "test/suite.test.ts"),
    `import { expect, test } from "vitest";
let tries = 0;
test("at the second try", () => expect(++tries).toBe(2));
test("at no try", () => expect(${always}).toBe(false));
`,
  );
  const { CI: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      join(root, "node_modules/vitest/vitest.mjs"),
      "run",
      "--root",
      folder,
      "--config",
      join(root, "test/vitest.config.ts"),
    ],
    { encoding: "utf8", env: { ...env, NO_COLOR: "1", ...(ci === undefined ? {} : { CI: ci }) } },
  );
  return { code: status, said: stdout + stderr };
}

test("a test that passes at its second try is named as flaky by the gate, and counts as passed", () => {
  const { code, said } = run(false, "true");
  expect(said).toMatch(/^flaky: .*suite\.test\.ts > at the second try: failed once, then passed \(.+\)$/m);
  expect(said).toMatch(/Tests +2 passed/);
  expect(code).toBe(0);
});

test("a test that fails at every try fails the gate", () => {
  const { code, said } = run(true, "true");
  expect(said).toMatch(/Tests +1 failed \| 1 passed/);
  expect(code).toBe(1);
});

test("outside the gate a test has one try", () => {
  const { code, said } = run(false, undefined);
  expect(said).not.toContain("flaky:");
  expect(said).toMatch(/Tests +1 failed \| 1 passed/);
  expect(code).toBe(1);
});
