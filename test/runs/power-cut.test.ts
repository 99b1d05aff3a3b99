// What must outlast a power cut: file and folder are flushed before anyone relies on what was written, seen in front of libc.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { aShim } from "../faults/shim.ts";

/** Notes each flush and each rename, by path and in order; with FLUSH_FAILS there, no flush works. */
const noting = `
  #define _GNU_SOURCE
  #include <dlfcn.h>
  #include <errno.h>
  #include <fcntl.h>
  #include <stdio.h>
  #include <stdlib.h>
  #include <string.h>
  #include <unistd.h>
  static void note(const char *what, const char *path) {
    char line[4400];
    int to = open(getenv("NOTES"), O_WRONLY | O_APPEND | O_CREAT, 0600);
    int length = snprintf(line, sizeof line, "%s %s\\n", what, path);
    if (to < 0 || write(to, line, (size_t)length) < 0) abort();
    close(to);
  }
  static int flush(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (access(getenv("FLUSH_FAILS"), F_OK) == 0) { errno = EIO; return -1; }
    if (length > 0) { path[length] = 0; note("flush", path); }
    return 0;
  }
  int fsync(int fd) { return flush(fd); }
  int fdatasync(int fd) { return flush(fd); }
  int rename(const char *from, const char *to) {
    int (*real)(const char *, const char *) = dlsym(RTLD_NEXT, "rename");
    int done = real(from, to);
    if (done == 0) note("rename", to);
    return done;
  }
`;

const source = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);

interface Cut {
  /** Runs in a process of its own with the library in front of libc; its output, and what it flushed and renamed. */
  run(code: string): Promise<{ said: string; notes: string[] }>;
  readonly dir: string;
  readonly flag: string;
}

/** Null where there is no C compiler. */
async function aMachine(): Promise<Cut | null> {
  const dir = mkdtempSync(join(tmpdir(), "loopgate-cut-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const library = await aShim(dir, noting);
  if (library === null) return null;
  const [notes, flag] = [join(dir, "notes"), join(dir, "fails")];
  return {
    dir,
    flag,
    async run(code) {
      // What Node keeps of the modules that it compiled is none of the product's files.
      const { NODE_COMPILE_CACHE: _, ...outer } = process.env;
      const env = { ...outer, LD_PRELOAD: library, NOTES: notes, FLUSH_FAILS: flag };
      const program = ["--no-warnings", "--input-type=module", "-e", code];
      const { stdout } = await promisify(execFile)(process.execPath, program, { env });
      const lines = existsSync(notes) ? readFileSync(notes, "utf8").trim().split("\n") : [];
      return { said: stdout.trim(), notes: lines.map((line) => line.replaceAll(`${dir}/`, "")) };
    },
  };
}

/** A run's spending, and a mark in the notes for what the caller was told and when. */
const spendingOf = (dir: string) => `
  import { appendFileSync } from "node:fs";
  import { createLedger } from ${source("gateway/model/ledger.ts")};
  import { keepSpending } from ${source("runs/spending.ts")};
  const nothing = { spentNano: 0, tokens: { input: 0, cached: 0, output: 0 } };
  const spending = keepSpending(createLedger(1e9), ${JSON.stringify(join(dir, "run", "spent.json"))}, nothing);
  const told = (what) => appendFileSync(process.env.NOTES, "told " + what + "\\n");
  const want = { least: 1e7, most: 2e7, share: "work" };
`;

const written = ["flush run/spent.json.new", "rename run/spent.json", "flush run"];

test("F6: money is on the disk before its call leaves, and what the call came to before it is answered", async ({
  skip,
}) => {
  const cut = await aMachine();
  if (cut === null) return skip("there is no C compiler to watch the flushes with");
  mkdirSync(join(cut.dir, "run"));
  const { notes } = await cut.run(`${spendingOf(cut.dir)}
    const held = await spending.ledger.reserve(want);
    told("reserved");
    await spending.ledger.settle(held.id, 1e7);
    told("settled");`);
  expect(notes).toEqual([...written, "told reserved", ...written, "told settled"]);
});

test("calls at the same time are written together, and none leaves before its money is on the disk", async ({
  skip,
}) => {
  const cut = await aMachine();
  if (cut === null) return skip("there is no C compiler to watch the flushes with");
  mkdirSync(join(cut.dir, "run"));
  const { notes } = await cut.run(`${spendingOf(cut.dir)}
    await Promise.all(Array.from({ length: 20 }, () => spending.ledger.reserve(want).then(() => told("reserved"))));`);
  expect(notes.filter((note) => note === "told reserved")).toHaveLength(20);
  const writings = notes.filter((note) => note === "flush run").length;
  expect([writings >= 1, writings <= 3]).toEqual([true, true]);
  expect(notes.slice(0, 3)).toEqual(written);
});

test("F6: a call whose money the disk does not take is not made", async ({ skip }) => {
  const cut = await aMachine();
  if (cut === null) return skip("there is no C compiler to make the disk fail with");
  mkdirSync(join(cut.dir, "run"));
  writeFileSync(cut.flag, "");
  const { said } = await cut.run(`${spendingOf(cut.dir)}
    console.log(await spending.ledger.reserve(want).then(() => "made", (error) => error.code));`);
  expect(said).toBe("EIO");
});

test("a run's folder is on the disk before anything is kept in it", async ({ skip }) => {
  const cut = await aMachine();
  if (cut === null) return skip("there is no C compiler to watch the flushes with");
  const { notes } = await cut.run(`
    import { makeFolders } from ${source("runs/files.ts")};
    await makeFolders({ dataDir: ${JSON.stringify(join(cut.dir, "data"))} }, "12-k3f9-1");`);
  expect(notes).toEqual(["flush data/runs", "flush data"]);
});

test("F6: how a run ended is on the disk when it is told", async ({ skip }) => {
  const cut = await aMachine();
  if (cut === null) return skip("there is no C compiler to watch the flushes with");
  mkdirSync(join(cut.dir, "runs", "12-k3f9-1"), { recursive: true });
  const { notes } = await cut.run(`
    import { keepEnd } from ${source("runs/end.ts")};
    await keepEnd({ dataDir: ${JSON.stringify(cut.dir)} }, "12-k3f9-1", {});`);
  const folder = "runs/12-k3f9-1";
  expect(notes).toEqual([`flush ${folder}/end.json.new`, `rename ${folder}/end.json`, `flush ${folder}`]);
});
