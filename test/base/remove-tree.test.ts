// What a run wrote is removed, however it made that hard.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { removeTree } from "../../src/base/remove-tree.ts";

function aPlace(): string {
  const place = mkdtempSync(join(tmpdir(), "loopgate-test-"));
  onTestFinished(() => void execFileSync("sh", ["-c", 'chmod -R u+rwx -- "$1"; rm -rf -- "$1"', "sh", place]));
  mkdirSync(join(place, "written"));
  return place;
}

const inside = (place: string, script: string) =>
  execFileSync("sh", ["-c", script], { cwd: join(place, "written"), stdio: "pipe" });

const deep = `d=$(printf 'd%.0s' $(seq 200)); for i in $(seq 60); do mkdir $d && cd -P $d && echo x >file || exit 1; done`;

test.each([
  ["paths three times as long as a path may be", deep],
  ["two of them side by side, and one within", `(${deep}); mkdir a && cd a && (${deep}); mkdir b && cd b && (${deep})`],
  ["folders in the depth that nobody may write", `${deep}; chmod 500 . && cd -P .. && chmod 0 .`],
  ["names that are not UTF-8", `perl -e 'mkdir "\\xff"; open(my $f, ">", "\\xff/\\xe9")'`],
  ["folders that nobody may enter", "mkdir -p a/b/c && echo x >a/b/file && chmod 0 a/b a"],
  ["both, and depth", `chmod 700 . ; perl -e 'mkdir "\\xff"'; ${deep}; cd -P .. && chmod 0 .`],
])("T8: %s", async (_, script) => {
  const place = aPlace();
  inside(place, script);
  await removeTree(join(place, "written"));
  expect(readdirSync(place)).toEqual([]);
});

test("T8: where a link in the depth leads to is left alone", async () => {
  const [place, elsewhere] = [aPlace(), aPlace()];
  writeFileSync(join(elsewhere, "kept"), "");
  symlinkSync(elsewhere, join(place, "written", "link"));
  inside(place, `${deep}; ln -s ${elsewhere} link`);
  await removeTree(join(place, "written"));
  expect([existsSync(join(place, "written")), readdirSync(elsewhere).sort()]).toEqual([false, ["kept", "written"]]);
});

test("what is not there is removed", async () => {
  await removeTree(join(aPlace(), "nothing"));
});
