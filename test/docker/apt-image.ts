// An image in which apt installs, made of the host's own programs: their packages' lists say which.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import { scratch } from "../gateway/git/world.ts";
import { gitPrograms, makeImage } from "./images.ts";

const packages = [
  "apt",
  "dpkg",
  "gpgv",
  "coreutils",
  "sed",
  "grep",
  "findutils",
  "diffutils",
  "tar",
  "gzip",
  "libc-bin",
];

/** Gives it this name; `sources` is its list of sources, `key` the file that it finds at `/key.gpg`. */
export async function makeAptImage(
  docker: Docker,
  name: string,
  { sources, key }: { readonly sources: string; readonly key: string },
) {
  const listed = packages
    .flatMap((one) => execFileSync("dpkg", ["-L", one], { encoding: "utf8" }).split("\n"))
    .concat("/usr/bin/cmp", "/usr/bin/dpkg-split", "/usr/bin/dpkg-deb");
  const files = [...new Set(listed)].filter((path) => /\/s?bin\/|^\/usr\/lib\/apt\//.test(path) && isFile(path));
  const isElf = (path: string) => readFileSync(path).subarray(1, 4).toString() === "ELF";
  const made = scratch();
  const write = (file: string, text: string) => {
    writeFileSync(join(made, file), text);
    return join(made, file);
  };
  const status = execFileSync("dpkg-query", ["-s", "libc6"], { encoding: "utf8" }).replace(
    /^(?:Depends|Recommends):.*\n/gm,
    "",
  );
  await makeImage(docker, name, {
    programs: [...gitPrograms(), ...files.filter(isElf)],
    files: [
      ...files.filter((path) => !isElf(path)).map((path) => ({ from: path, to: path })),
      { from: write("sources.list", `${sources}\n`), to: "etc/apt/sources.list" },
      {
        from: write("passwd", "root:x:0:0:root:/root:/bin/sh\n_apt:x:42:65534::/nonexistent:/bin/sh\n"),
        to: "etc/passwd",
      },
      { from: write("group", "root:x:0:\nnogroup:x:65534:\n"), to: "etc/group" },
      { from: write("status", `${status}\n`), to: "var/lib/dpkg/status" },
      { from: write("list", ""), to: "var/lib/dpkg/info/libc6:amd64.list" },
      ...[
        "var/lib/dpkg/available",
        "var/lib/dpkg/updates/.keep",
        "var/lib/dpkg/triggers/.keep",
        "var/lib/apt/lists/partial/.keep",
        "var/cache/apt/archives/partial/.keep",
        "etc/apt/preferences.d/.keep",
        "etc/apt/apt.conf.d/.keep",
        "etc/apt/trusted.gpg.d/.keep",
        "etc/dpkg/dpkg.cfg.d/.keep",
        "var/log/apt/.keep",
        "tmp/.keep",
      ].map((to) => ({ from: join(made, "list"), to })),
      { from: key, to: "key.gpg" },
    ],
    folders: [{ from: "/usr/share/dpkg", to: "usr/share/dpkg" }],
  });
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(realpathSync(path)).isFile();
}
