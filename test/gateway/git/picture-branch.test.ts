// The branch that pictures stand on: what is put there, what goes, and what is left alone.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { putPictures } from "../../../src/gateway/git/picture-branch.ts";
import { git, scratch } from "./world.ts";

const branch = "loop-artifacts";
const nameOf = (day: string, digit: string) => `${day}/${digit.repeat(64)}.png`;

/** A remote repository, and how pictures of a size are put there. */
function aRemote() {
  const root = scratch();
  const dir = join(root, "origin.git");
  git(root, ["init", "-q", "--bare", "-b", "main", dir]);
  const put = (paths: readonly string[], { since = "1970-01-01", bytes = 100 } = {}) =>
    putPictures({
      root: join(root, "work"),
      url: `file://${dir}`,
      identity: { name: "loopgate[bot]", email: "1+loopgate[bot]@users.noreply.github.com" },
      pictures: paths.map((path) => ({ path, bytes: Buffer.alloc(bytes, path) })),
      since,
    });
  const files = () => git(dir, ["ls-tree", "-r", "--name-only", branch]).split("\n");
  const commit = () => git(dir, ["rev-parse", branch]);
  const parents = () => git(dir, ["log", "--format=%p", branch]);
  return { dir, put, files, commit, parents, left: () => readdirSync(join(root, "work")) };
}

const put = { status: "put" };

test("pictures are added to those that are there, in one commit without a parent, and putting them twice is once", async () => {
  const remote = aRemote();
  const [one, two] = [nameOf("2026-01-05", "a"), nameOf("2026-01-06", "b")];
  expect(await remote.put([one])).toEqual(put);
  expect(await remote.put([two])).toEqual(put);
  const before = remote.commit();
  expect(await remote.put([two, one])).toEqual(put);
  expect([remote.files(), remote.parents(), remote.commit()]).toEqual([[one, two], "", before]);
  expect(remote.left()).toEqual([]);
});

test("what is older than is kept goes, and the oldest where there is no room; never what is shown now", async () => {
  const remote = aRemote();
  const days = ["2026-01-01", "2026-01-02", "2026-01-03"].map((day, index) => nameOf(day, String(index)));
  const [first, second, third] = days as [string, string, string];
  await remote.put([first, second]);
  await remote.put([third], { since: "2026-01-02" });
  expect(remote.files()).toEqual([second, third]);
  const large = nameOf("2026-01-02", "c");
  await remote.put([large], { bytes: 40 * 1024 * 1024 - 50 });
  expect(remote.files()).toEqual([large]);
});

test("loops of one repository that put theirs at the same time lose none", async () => {
  const remote = aRemote();
  const paths = ["1", "2", "3"].map((digit) => nameOf("2026-01-05", digit));
  expect(await Promise.all(paths.map((path) => remote.put([path])))).toEqual([put, put, put]);
  expect(remote.files()).toEqual(paths);
});

test("a branch with anything else is left as it is", async () => {
  const remote = aRemote();
  const id = git(remote.dir, ["hash-object", "-w", "--stdin"], "mine\n");
  const tree = git(remote.dir, ["mktree"], `100644 blob ${id}\tmine.png\n`);
  git(remote.dir, ["update-ref", `refs/heads/${branch}`, git(remote.dir, ["commit-tree", tree, "-m", "Mine"])]);
  const before = remote.commit();
  expect(await remote.put([nameOf("2026-01-05", "a")])).toEqual({
    status: "refused",
    message: "the branch loop-artifacts has other files than pictures of loops",
  });
  expect(remote.commit()).toBe(before);
});

test("a remote that declines the push is told in its own words", async () => {
  const remote = aRemote();
  await remote.put([nameOf("2026-01-05", "a")]);
  git(remote.dir, ["config", "receive.denyNonFastForwards", "true"]);
  expect(await remote.put([nameOf("2026-01-05", "b")])).toMatchObject({
    status: "refused",
    message: expect.stringContaining("denying non-fast-forward"),
  });
});
