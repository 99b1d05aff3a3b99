// Reading objects through a git that stays open: right answers in the right order, damage told, and nothing left running.
import { execFileSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readObjects } from "../../../src/gateway/git/object-reader.ts";
import { remembered } from "../../../src/gateway/git/remember.ts";
import { commitOf, refAt } from "../../../src/gateway/git/repository.ts";
import { until } from "../../until.ts";
import { anOrigin, git, scratch } from "./world.ts";

const missing = "0123456789012345678901234567890123456789";

function blob(dir: string, content: string | Buffer): string {
  return git(dir, ["hash-object", "-w", "--stdin"], content);
}

/** The processes of this one that read objects of a repository. */
function readers(dir: string): string[] {
  const lines = execFileSync("ps", ["--ppid", String(process.pid), "-o", "args="], { encoding: "utf8" }).split("\n");
  return lines.filter((line) => line.includes("cat-file") && line.includes(dir));
}

describe("objects", () => {
  test("come in the order asked, whatever their bytes are and however many are asked for at once", async () => {
    const { dir } = anOrigin(scratch());
    const contents = [
      Buffer.alloc(3_000_000, "x"),
      Buffer.from(""),
      Buffer.from(`${missing} blob 7\n\0\n\n`),
      Buffer.from([10, 0, 255]),
    ];
    const ids = contents.map((content) => blob(dir, content));
    const asked = Array.from({ length: 50 }, (_, index) => index % ids.length);
    const found = await Promise.all(asked.map((index) => readObjects(dir, "contents", [ids[index] ?? ""])));
    expect(found.map(([one]) => one?.content)).toEqual(asked.map((index) => contents[index]));
    const sizes = await readObjects(dir, "sizes", [...ids, missing, `${ids[0]}^{tree}`]);
    expect(sizes.map((one) => one?.size ?? null)).toEqual([3_000_000, 0, contents[2]?.length, 3, null, null]);
  });

  test("that are written while the process is open are found", async () => {
    const { dir } = anOrigin(scratch());
    const content = "written later";
    const id = execFileSync("git", ["hash-object", "--stdin"], { input: content, encoding: "utf8" }).trim();
    expect(await readObjects(dir, "sizes", [id])).toEqual([null]);
    blob(dir, content);
    expect(await readObjects(dir, "sizes", [id])).toEqual([expect.objectContaining({ id, size: content.length })]);
  });

  test("are read by one process, which goes when nobody asks any more", async () => {
    const { dir, base } = anOrigin(scratch());
    await Promise.all([1, 2, 3].map(() => readObjects(dir, "sizes", [base])));
    expect(readers(dir)).toHaveLength(1);
    await until(() => readers(dir).length === 0);
  });

  test("of a folder that is no repository are a fault for everyone who asked, and the next question is asked anew", async () => {
    const root = scratch();
    const asked = [1, 2].map(() => readObjects(join(root, "origin.git"), "sizes", [missing]));
    for (const one of asked) await expect(one).rejects.toMatchObject({ name: "Fault" });
    const { dir, base } = anOrigin(root);
    expect(await readObjects(dir, "sizes", [base])).toEqual([expect.objectContaining({ id: base, type: "commit" })]);
  });

  test("F47: a commit whose object is damaged is a fault, one that is not there is none", async () => {
    const { dir, base } = anOrigin(scratch());
    expect(await commitOf(dir, missing)).toBeNull();
    const loose = join(dir, "objects", base.slice(0, 2));
    for (const name of readdirSync(loose)) {
      rmSync(join(loose, name));
      execFileSync("sh", ["-c", `echo garbage > '${join(loose, name)}'`]);
    }
    await expect(commitOf(dir, base)).rejects.toMatchObject({ name: "Fault" });
  });
});

test("a ref is found loose or packed, and a folder of refs is none", async () => {
  const { dir, base } = anOrigin(scratch());
  expect(await refAt(dir, "refs/heads/main")).toBe(base);
  git(dir, ["pack-refs", "--all"]);
  expect(await refAt(dir, "refs/heads/main")).toBe(base);
  expect(await refAt(dir, "refs/heads")).toBeNull();
  expect(await refAt(dir, "refs/heads/mai")).toBeNull();
});

describe("what is remembered", () => {
  test("is worked out once for each key, also while it is under way, and the oldest is forgotten first", async () => {
    const worked: string[] = [];
    const ask = remembered(
      2,
      (key: string) => key,
      async (key) => {
        worked.push(key);
        return key.toUpperCase();
      },
    );
    expect(await Promise.all([ask("a"), ask("a"), ask("b"), ask("a")])).toEqual(["A", "A", "B", "A"]);
    await ask("c"); // b was not asked for longest
    await ask("a");
    await ask("b");
    expect(worked).toEqual(["a", "b", "c", "b"]);
  });

  test("is never a failure", async () => {
    let tries = 0;
    const ask = remembered(2, String, async () => {
      tries += 1;
      if (tries === 1) throw new Error("not yet");
      return tries;
    });
    await expect(ask(1)).rejects.toThrow("not yet");
    expect(await ask(1)).toBe(2);
  });
});
