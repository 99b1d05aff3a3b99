// Repositories of the user's own as the demo finds them: what it cannot copy, in a sentence, and what the copy lacks.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readOwnRepository } from "../../src/cli/own-repository.ts";

const git = (dir: string, ...args: string[]) =>
  execFileSync(
    "git",
    ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always", "-C", dir, ...args],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  ).trim();

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "loopgate-own-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A repository with two commits on this branch. */
function aRepository({ branch = "main", format = "sha1" } = {}): string {
  const dir = aFolder();
  git(dir, "init", "--quiet", `--initial-branch=${branch}`, `--object-format=${format}`);
  mkdirSync(join(dir, "packages", "web"), { recursive: true });
  for (const text of ["one", "two"]) {
    writeFileSync(join(dir, "packages", "web", "a.txt"), text);
    git(dir, "add", "--all");
    git(dir, "commit", "--quiet", "--message", text);
  }
  return dir;
}

test("a whole and clean one is copied under the name of its branch, without a note", async () => {
  expect(await readOwnRepository(aRepository({ branch: "develop" }))).toEqual({ branch: "develop", notes: [] });
});

test("one that is on no branch is called main, and that is said", async () => {
  const dir = aRepository();
  git(dir, "checkout", "--quiet", "--detach");
  expect(await readOwnRepository(dir)).toEqual({ branch: "main", notes: [expect.stringMatching(/on no branch/)] });
});

test.each<[string, () => string, RegExp]>([
  ["no folder", () => join(aFolder(), "nowhere"), /is not a folder\.$/],
  ["no repository", aFolder, /is not a git repository with a commit/],
  [
    "a folder of a monorepo",
    () => join(aRepository(), "packages/web"),
    /is a folder within the repository .*: --repo \//,
  ],
  [
    "a shallow clone",
    () => {
      const dir = join(aFolder(), "clone");
      git(tmpdir(), "clone", "--quiet", "--depth=1", `file://${aRepository()}`, dir);
      return dir;
    },
    /is a shallow clone.*git fetch --unshallow/,
  ],
  [
    "a partial clone",
    () => {
      const origin = aRepository();
      git(origin, "config", "uploadpack.allowFilter", "true");
      const dir = join(aFolder(), "clone");
      git(tmpdir(), "clone", "--quiet", "--filter=blob:none", "--no-checkout", `file://${origin}`, dir);
      return dir;
    },
    /is a partial clone.*without --filter/,
  ],
  ["one with SHA-256", () => aRepository({ format: "sha256" }), /SHA-256, which neither GitHub nor Loopgate takes yet/],
])("%s is refused with a sentence that says what to do", async (_, make, why) => {
  await expect(readOwnRepository(make())).rejects.toThrow(why);
});

test("what is not committed, submodules and files of LFS are said to be missing from the copy", async () => {
  const dir = aRepository();
  git(dir, "submodule", "--quiet", "add", aRepository(), "library");
  writeFileSync(join(dir, ".gitattributes"), "*.bin filter=lfs diff=lfs merge=lfs -text\n");
  git(dir, "add", "--all");
  git(dir, "commit", "--quiet", "--message", "three");
  writeFileSync(join(dir, "new.txt"), "");
  writeFileSync(join(dir, "packages/web/a.txt"), "changed");
  const { notes } = await readOwnRepository(dir);
  expect(notes).toEqual([
    expect.stringMatching(/^What is not committed stays out of the copy: 2 files; what counts is [0-9a-f]{7,}\.$/),
    "Submodules are empty in the copy: library.",
    "Files that git LFS keeps are pointers in the copy, not their content.",
  ]);
});
