// Sockets below folders with long paths: listened on by a short one, or refused in a sentence.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { shortFolder } from "../../src/base/short-path.ts";

/** Wherever this machine's own temporary folder is, which may be long itself. */
function aFolder(name = ""): string {
  const root = mkdtempSync("/tmp/short-");
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

async function listenBelow(folder: string): Promise<void> {
  mkdirSync(join(folder, "123456-k3f9x2-100"), { recursive: true });
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(join(folder, "123456-k3f9x2-100", "gateway.sock"), resolve);
  });
  await new Promise((resolve) => server.close(resolve));
}

test("a short path is used as it is", () => {
  const folder = aFolder();
  expect(shortFolder(folder)).toBe(folder);
});

test.each([
  [
    "as long as macOS's temporary folder makes it",
    "var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T/loopgate-abcdef/app/sockets",
  ],
  ["of 300 bytes", `${"a".repeat(150)}/${"b".repeat(150)}`],
  ["long and with a space in it", `my work ${"x".repeat(100)}`],
])("one that is %s is reached by a link, the same each time", async (_, name) => {
  const folder = aFolder(name);
  const link = shortFolder(folder);
  expect(link).not.toBe(folder);
  expect(shortFolder(folder)).toBe(link);
  await listenBelow(link);
  rmSync(link);
});

test("what another left at the link's place is not followed", () => {
  const [folder, place, elsewhere] = [aFolder("x".repeat(120)), aFolder(), aFolder()];
  const link = shortFolder(folder, [place]);
  rmSync(link);
  symlinkSync(elsewhere, link);
  expect(shortFolder(folder, [place])).toBe(link);
  rmSync(link);
  mkdirSync(link);
  writeFileSync(join(link, "theirs"), "");
  expect(() => shortFolder(folder, [place])).toThrow(
    "could not be made. Set LOOPGATE_DATA to a folder with a shorter path",
  );
});

test("where no temporary folder is short either, it says what to set", () => {
  const folder = aFolder("x".repeat(120));
  expect(() => shortFolder(folder, [aFolder("y".repeat(120))])).toThrow(
    /too long .* Set LOOPGATE_DATA to a folder of at most \d+ bytes/,
  );
});
