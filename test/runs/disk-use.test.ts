// What runs take of the disk is counted file by file, and what is kept of repositories goes once nothing needs it.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { diskUse, forgetObjects } from "../../src/runs/disk-use.ts";

function aHost(): string {
  const dataDir = mkdtempSync(join(tmpdir(), "disk-use-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

function aFile(dataDir: string, path: string, bytes: number): void {
  mkdirSync(join(dataDir, path, ".."), { recursive: true });
  writeFileSync(join(dataDir, path), Buffer.alloc(bytes, 1));
}

test("each kind is counted by itself and to its last folder; links are not followed, and nothing at all is nothing", async () => {
  const dataDir = aHost();
  expect(await diskUse({ dataDir })).toEqual({ quarantines: 0, folders: 0, records: 0, objects: 0 });
  aFile(dataDir, "quarantine/1-a-1.git/objects/pack/one", 100_000);
  aFile(dataDir, "runs/1-a-1/workspace/src/deep/two", 200_000);
  aFile(dataDir, "provenance/1-a-1/three", 400_000);
  aFile(dataDir, "objects/100.git/objects/four", 800_000);
  symlinkSync(join(dataDir, "objects"), join(dataDir, "runs", "1-a-1", "elsewhere"));
  const use = await diskUse({ dataDir });
  const about = Object.values(use).map((bytes) => Math.round(bytes / 100_000));
  expect([Object.keys(use), about]).toEqual([
    ["quarantines", "folders", "records", "objects"],
    [1, 2, 4, 8],
  ]);
});

test("the objects of a repository stay while a loop or a quarantine is of it, or while they were used within the hour", async () => {
  const dataDir = aHost();
  for (const id of [100, 200, 300, 400]) aFile(dataDir, `objects/${id}.git/objects/pack/one`, 10);
  aFile(dataDir, "objects/notes/one", 10);
  aFile(dataDir, "quarantine/9-b-1.git/HEAD", 10);
  const objectsDir = join(dataDir, "objects", "200.git", "objects");
  writeFileSync(
    join(dataDir, "quarantine/9-b-1.git/loopgate.json"),
    JSON.stringify({ branch: "loop/9-b", objectsDir }),
  );
  const now = Date.now();
  const old = new Date(now - 2 * 3_600_000);
  for (const name of ["100.git", "200.git", "300.git", "notes"]) utimesSync(join(dataDir, "objects", name), old, old);
  await forgetObjects({ dataDir }, new Set([100]), now);
  expect(readdirSync(join(dataDir, "objects")).sort()).toEqual(["100.git", "200.git", "400.git", "notes"]);
});
