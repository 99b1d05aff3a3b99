// Faults of git's store: the disk is full while a base is fetched.
import { chmodSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { fetchBase } from "../../src/gateway/git/objects.ts";
import { aRemote } from "../gateway/git/remote.ts";
import { anOrigin, commit, git, scratch, treeOf } from "../gateway/git/world.ts";
import { aShim } from "./shim.ts";

/** No byte goes into a regular file any more. */
const fullDisk = `
  #define _GNU_SOURCE
  #include <dlfcn.h>
  #include <errno.h>
  #include <sys/stat.h>
  #include <unistd.h>
  ssize_t write(int fd, const void *bytes, size_t count) {
    static ssize_t (*real)(int, const void *, size_t);
    struct stat what;
    if (fstat(fd, &what) == 0 && S_ISREG(what.st_mode)) { errno = ENOSPC; return -1; }
    if (!real) real = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    return real(fd, bytes, count);
  }
`;

test.for([
  { what: "a first fetch", first: true },
  { what: "a later fetch", first: false },
])(
  "F48: with the disk full $what is a fault to try again, and once there is room the store is whole",
  async ({ first }, context) => {
    const root = scratch();
    const library = await aShim(root, fullDisk);
    if (library === null) return context.skip("there is no C compiler to fill the disk with");
    const flag = join(root, "full");
    const bin = scratch();
    const path = process.env.PATH;
    const wrapper = `#!/bin/sh\n[ -e "${flag}" ] && export LD_PRELOAD="${library}"\nPATH='${path}' exec git "$@"\n`;
    writeFileSync(join(bin, "git"), wrapper);
    chmodSync(join(bin, "git"), 0o755);
    onTestFinished(() => {
      process.env.PATH = path;
    });
    process.env.PATH = `${bin}:${path}`;
    const origin = anOrigin(root);
    const main = () => git(origin.dir, ["rev-parse", "main"]);
    const remote = await aRemote(origin.dir, "ghs_full");
    const storeRoot = join(root, "objects");
    const request = { storeRoot, repositoryId: 11, url: remote.url, token: "ghs_full", branch: "main" };
    if (!first) {
      await fetchBase(request);
      const tree = treeOf(origin.dir, { "a.txt": "next\n" });
      git(origin.dir, [
        "update-ref",
        "refs/heads/main",
        commit(origin.dir, { tree, parents: [main()], message: "Next" }),
      ]);
    }
    writeFileSync(flag, "");
    await expect(fetchBase(request)).rejects.toMatchObject({ kind: "engine", retry: "later" });
    rmSync(flag);
    const { gitDir, base } = await fetchBase(request);
    expect(base.sha).toBe(main());
    expect(git(gitDir, ["fsck", "--full"])).toBe("");
    expect(readdirSync(storeRoot)).toEqual(["11.git"]);
  },
);
