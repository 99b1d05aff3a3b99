// Whom a run runs as, and what a gift of a folder changes.
import { chmodSync, lchownSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { giveTo } from "../../../src/base/give.ts";
import { chooseRunUser } from "../../../src/container/docker/user.ts";

test.each([
  ["an App that is root runs agents as somebody unprivileged", 0, 0, { uid: 10001, gid: 10001 }],
  ["an App that is not runs them as itself", 1000, 1001, { uid: 1000, gid: 1001 }],
  ["group 0 is never passed on", 1000, 0, { uid: 1000, gid: 1000 }],
])("%s", (_, uid, gid, expected) => {
  expect(chooseRunUser(uid, gid)).toEqual(expected);
});

test.skipIf(process.getuid?.() !== 0)("a gift changes links themselves and follows none", async () => {
  const folder = mkdtempSync(join(tmpdir(), "loopgate-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [gift, outside] = [join(folder, "gift"), join(folder, "outside")];
  mkdirSync(join(gift, "deep"), { recursive: true });
  writeFileSync(join(gift, "deep/file"), "");
  chmodSync(join(gift, "deep/file"), 0o400);
  writeFileSync(outside, "");
  symlinkSync(outside, join(gift, "link"));
  await giveTo({ uid: 10001, gid: 10001 }, gift);
  const owner = (path: string) => lstatSync(path).uid;
  expect(["", "deep", "deep/file", "link"].map((name) => owner(join(gift, name)))).toEqual([
    10001, 10001, 10001, 10001,
  ]);
  expect(owner(outside)).toBe(0);
});

test("a folder that is the user's already is left as it is", async () => {
  const folder = mkdtempSync(join(tmpdir(), "loopgate-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "file"), "");
  const before = lstatSync(join(folder, "file")).uid;
  if (before === 0) lchownSync(folder, 10001, 10001);
  await giveTo({ uid: lstatSync(folder).uid, gid: 1 }, folder);
  expect(lstatSync(join(folder, "file")).uid).toBe(before);
});

test("a folder that is not there is a fault that names it", async () => {
  await expect(giveTo({ uid: 10001, gid: 10001 }, "/nowhere/at/all")).rejects.toThrow(
    "Could not give /nowhere/at/all to user 10001",
  );
});
