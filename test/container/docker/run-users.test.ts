// A user of its own for each run: never that of another living run, the same again after a restart, and whose a folder below is.
import { chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createRunUsers, type Taken } from "../../../src/container/docker/run-users.ts";

const range = { from: 2000, to: 2009 };

function aPlace(uid = 0) {
  const dir = mkdtempSync(join(tmpdir(), "loopgate-test-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const folder = join(dir, "tree");
  mkdirSync(folder);
  if (uid !== 0) chownSync(folder, uid, uid);
  const workspace = (name: string) => {
    mkdirSync(join(dir, name));
    return join(dir, name);
  };
  const run = (id: string, workspaceDir = workspace(id), stands = false) => ({
    id,
    workspaceDir,
    ...(stands ? { beneath: { folder, work: join(dir, "work") } } : {}),
  });
  return { folder, workspace, run };
}

test("T8: no two living runs have one user, whoever asks at once, and the last of the range is the end", async () => {
  const { run } = aPlace();
  const users = createRunUsers(range, async () => []);
  const all = await Promise.all(Array.from({ length: 10 }, (_, n) => users.of(run(`run-${n}`))));
  expect(all.map(({ uid }) => uid).sort()).toEqual([2000, 2001, 2002, 2003, 2004, 2005, 2006, 2007, 2008, 2009]);
  expect(all.every(({ uid, gid }) => uid === gid)).toBe(true);
  await expect(users.of(run("run-10"))).rejects.toMatchObject({ kind: "conflict", retry: "later" });
  users.release("run-3");
  expect(await users.of(run("run-11"))).toEqual(all[3]);
});

test("T8: containers of another process or App keep their users, and a run's own do not keep it from its own", async () => {
  const { run, workspace } = aPlace();
  const first = await createRunUsers(range, async () => []).of(run("run-1"));
  const there: Taken[] = [{ run: "run-1", uid: first.uid }];
  const later = createRunUsers(range, async () => there);
  expect(await later.of(run("run-1", workspace("again")))).toEqual(first);
  const others = Array.from({ length: 9 }, (_, n) => run(`run-${n + 2}`));
  const given = await Promise.all(others.map((one) => later.of(one)));
  expect(given.map(({ uid }) => uid)).not.toContain(first.uid);
});

test.runIf(process.getuid?.() === 0)(
  "T9: whoever stands on a folder is its user, one run at a time; for the others it is copied",
  async () => {
    const { folder, run, workspace } = aPlace(2004);
    const users = createRunUsers(range, async () => []);
    const [one, two] = [workspace("one"), workspace("two")];
    expect(await users.promise(one, folder)).toBe(true);
    expect(await users.promise(one, folder)).toBe(true);
    expect(await users.promise(two, folder)).toBe(false);
    const plain = await Promise.all(Array.from({ length: 9 }, (_, n) => users.of(run(`plain-${n}`))));
    expect(plain.map(({ uid }) => uid)).not.toContain(2004); // it is promised
    expect(await users.of(run("standing", one, true))).toEqual({ uid: 2004, gid: 2004 });
    await expect(users.of(run("another", two, true))).rejects.toMatchObject({ kind: "conflict", retry: "later" });
    users.release("standing");
    expect(await users.promise(two, folder)).toBe(true);
    rmSync(two, { recursive: true });
    expect(await users.promise(workspace("three"), folder)).toBe(true); // whoever it was promised to is gone
  },
);

test("a folder whose files are nobody's of the range is stood on by no run", async () => {
  const { folder, workspace } = aPlace();
  expect(await createRunUsers(range, async () => []).promise(workspace("one"), folder)).toBe(false);
});
