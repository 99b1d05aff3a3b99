// The toolchain image: a real tar program reads what we write, and the same host gives the same name.
import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { writeTar } from "../../../src/container/docker/tar.ts";
import { type HostToolchain, planToolchain } from "../../../src/container/docker/toolchain.ts";

const USER = { uid: 10001, gid: 10002 };
const MERGED: HostToolchain = {
  roots: [
    { name: "bin", link: "usr/bin" },
    { name: "lib", link: "usr/lib" },
  ],
  alternatives: [{ name: "awk", target: "/usr/bin/mawk" }],
  node: "/opt/node/bin/node",
  relay: "// relay",
};

describe("a tar archive", () => {
  test("is read by tar as written", () => {
    const archive = writeTar([
      { type: "directory", path: "tmp", mode: 0o1777 },
      { type: "file", path: "etc/passwd", mode: 0o644, content: "root\n" },
      { type: "link", path: "bin", target: "usr/bin" },
    ]);
    const listing = execFileSync("tar", ["--list", "--verbose", "--numeric-owner", "--utc", "-f", "-"], {
      input: archive,
      encoding: "utf8",
    });
    expect(
      listing
        .trim()
        .split("\n")
        .map((line) => line.replace(/\s+/g, " ")),
    ).toEqual([
      "drwxrwxrwt 0/0 0 1970-01-01 00:00 tmp",
      "-rw-r--r-- 0/0 5 1970-01-01 00:00 etc/passwd",
      "lrwxrwxrwx 0/0 0 1970-01-01 00:00 bin -> usr/bin",
    ]);
    expect(execFileSync("tar", ["-xO", "-f", "-", "etc/passwd"], { input: archive, encoding: "utf8" })).toBe("root\n");
  });

  test("refuses a path that does not fit", () => {
    expect(() => writeTar([{ type: "directory", path: "x".repeat(100), mode: 0 }])).toThrow("tar field too long");
  });
});

describe("the toolchain", () => {
  test("of a merged /usr mounts that and our own Node, read-only by nature of image mounts", () => {
    expect(planToolchain(MERGED, USER).mounts).toEqual([
      { source: "/usr", target: "/usr" },
      { source: "/opt/node/bin/node", target: "/opt/loopgate/bin/node" },
    ]);
  });

  test("of an unmerged /usr mounts the folders at the root as well", () => {
    const { mounts } = planToolchain({ ...MERGED, roots: [{ name: "bin", link: null }] }, USER);
    expect(mounts.map(({ target }) => target)).toEqual(["/usr", "/bin", "/opt/loopgate/bin/node"]);
  });

  test("has one name for one content", () => {
    const name = planToolchain(MERGED, USER).reference;
    expect(planToolchain(structuredClone(MERGED), USER).reference).toBe(name);
    expect(planToolchain({ ...MERGED, relay: "// another" }, USER).reference).not.toBe(name);
    expect(planToolchain(MERGED, { uid: 5, gid: 5 }).reference).not.toBe(name);
  });
});
