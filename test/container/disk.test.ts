// What a folder is measured to hold.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { folderBytes } from "../../src/container/disk.ts";

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "loopgate-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("nested files count, what a link leads to does not", async () => {
  const [folder, elsewhere] = [aFolder(), aFolder()];
  mkdirSync(join(folder, "a/b"), { recursive: true });
  writeFileSync(join(folder, "a/b/file"), Buffer.alloc(100_000, 1));
  writeFileSync(join(elsewhere, "big"), Buffer.alloc(1_000_000, 1));
  symlinkSync(elsewhere, join(folder, "link"));
  const bytes = await folderBytes(folder, Number.MAX_SAFE_INTEGER);
  expect(bytes).toBeGreaterThanOrEqual(100_000);
  expect(bytes).toBeLessThan(200_000);
});

test("a hole takes no space", async () => {
  const folder = aFolder();
  const { open } = await import("node:fs/promises");
  const file = await open(join(folder, "sparse"), "w");
  await file.truncate(1e9);
  await file.close();
  expect(await folderBytes(folder, Number.MAX_SAFE_INTEGER)).toBeLessThan(100_000);
});

test("a folder that is gone holds nothing", async () => {
  expect(await folderBytes("/nowhere/at/all", 1)).toBe(0);
});
