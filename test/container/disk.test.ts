// What a folder is measured to hold.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { measure } from "../../src/container/disk.ts";

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "loopgate-test-"));
  onTestFinished(() => void execFileSync("rm", ["-rf", "--", folder]));
  return folder;
}

test("nested files count, what a link leads to does not", async () => {
  const [folder, elsewhere] = [aFolder(), aFolder()];
  mkdirSync(join(folder, "a/b"), { recursive: true });
  writeFileSync(join(folder, "a/b/file"), Buffer.alloc(100_000, 1));
  writeFileSync(join(elsewhere, "big"), Buffer.alloc(1_000_000, 1));
  symlinkSync(elsewhere, join(folder, "link"));
  expect(await measure({ path: folder, limitBytes: 99_999, limitFiles: 9 })).toBe("bytes");
  expect(await measure({ path: folder, limitBytes: 200_000, limitFiles: 4 })).toBeNull();
  expect(await measure({ path: folder, limitBytes: 200_000, limitFiles: 3 })).toBe("files");
});

test("a hole takes no space", async () => {
  const folder = aFolder();
  const { open } = await import("node:fs/promises");
  const file = await open(join(folder, "sparse"), "w");
  await file.truncate(1e9);
  await file.close();
  expect(await measure({ path: folder, limitBytes: 100_000, limitFiles: 9 })).toBeNull();
});

test("a folder that is gone holds nothing", async () => {
  expect(await measure({ path: "/nowhere/at/all", limitBytes: 1, limitFiles: 1 })).toBeNull();
});

test("T8: files deeper than a path can say do not hide from the limit", async () => {
  const folder = aFolder();
  const deeper = 'for i in $(seq 40); do mkdir "$1" && cd -P "$1" || exit 1; done';
  execFileSync("sh", ["-c", deeper, "sh", "d".repeat(200)], { cwd: folder });
  expect(await measure({ path: folder, limitBytes: 1e9, limitFiles: 1e6 })).toBe("hidden");
});
