// What a folder is measured to hold.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isBelowReserve, isNearlyFull, measure, pauseAfter } from "../../src/container/disk.ts";

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

/** Makes things whose names are no text in any encoding that matters, as a program in a container can. */
function unspeakable(folder: string): void {
  const made = "my $d = \"\\xff\\xfe\"; mkdir $d or die; open(my $f, '>', \"$d/\\xe9\") or die; print $f 'x' x 300_000";
  execFileSync("perl", ["-e", made], { cwd: folder });
}

test("T8: files and folders whose names are not UTF-8 do not hide from the limit", async () => {
  const folder = aFolder();
  unspeakable(folder);
  expect(await measure({ path: folder, limitBytes: 250_000, limitFiles: 9 })).toBe("bytes");
  expect(await measure({ path: folder, limitBytes: 1e9, limitFiles: 1 })).toBe("files");
  expect(await measure({ path: folder, limitBytes: 1e9, limitFiles: 2 })).toBeNull();
});

test("T8: a run that makes measuring slow is measured again within ten seconds all the same", () => {
  expect([1, 100, 300, 60_000].map(pauseAfter)).toEqual([2_000, 2_000, 6_000, 10_000]);
});

test("T8: a disk is nearly full below a fiftieth of it or one gibibyte, whichever is less", () => {
  const disk = (gibibytes: number, free: number) => ({
    bsize: 4096,
    blocks: gibibytes * 2 ** 18,
    bavail: free * 2 ** 18,
  });
  const below = ([size, free]: readonly [number, number]) => isBelowReserve(disk(size, free));
  expect([[1000, 0.9] as const, [1000, 1] as const, [10, 0.19] as const, [10, 0.21] as const].map(below)).toEqual([
    true,
    false,
    true,
    false,
  ]);
});

test("a disk that cannot be asked is not full", async () => {
  expect(await isNearlyFull(["/nowhere/at/all"])).toBe(false);
});
