// The toolchain image: the host's own programs, read-only, for runs without an image registry (Linux only).
import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { Fault } from "../../base/fault.ts";
import type { UidRange } from "../../environment.ts";
import { type TarEntry, writeTar } from "./tar.ts";
import type { RunUser } from "./user.ts";

/** Where our own Node and the relay stand inside the image. */
export const TOOLCHAIN_NODE = "/opt/loopgate/bin/node";
export const TOOLCHAIN_RELAY = "/opt/loopgate/relay.mjs";

/** What the image is made from, as found on the host. */
export interface HostToolchain {
  /** The program folders at the root: a link of a merged `/usr`, or a folder of its own. */
  readonly roots: readonly { readonly name: string; readonly link: string | null }[];
  /** `/etc/alternatives`, without which some programs of `/usr/bin` lead nowhere. */
  readonly alternatives: readonly { readonly name: string; readonly target: string }[];
  readonly node: string;
  readonly relay: string;
}

export interface ToolchainPlan {
  /** A name that changes with the content. */
  readonly reference: string;
  readonly archive: Buffer;
  readonly mounts: readonly { readonly source: string; readonly target: string }[];
  readonly env: Readonly<Record<string, string>>;
}

/** Reads the host's layout. Throws `Fault` where it is not Linux. */
export async function readHostToolchain(): Promise<HostToolchain> {
  if (process.platform !== "linux") {
    throw new Fault("The toolchain image is made from a Linux host; name an image in the policy instead.", {
      kind: "invalid",
      retry: "never",
    });
  }
  const roots = await Promise.all(["bin", "lib", "lib32", "lib64", "libx32"].map(readRoot));
  const names = await readdir("/etc/alternatives").catch(() => []);
  const alternatives = await Promise.all(
    names.sort().map(async (name) => ({ name, target: await readlink(`/etc/alternatives/${name}`).catch(() => "") })),
  );
  return {
    roots: roots.filter((root) => root !== null),
    alternatives: alternatives.filter(({ name, target }) => fits(`etc/alternatives/${name}`) && target && fits(target)),
    node: process.execPath,
    relay: await readFile(new URL("../relay.mjs", import.meta.url), "utf8"),
  };
}

/** The image's few files, in which whoever a run may be has a name, and the read-only mounts that fill it. The same host gives the same reference. */
export function planToolchain(host: HostToolchain, user: RunUser, uids?: UidRange): ToolchainPlan {
  const archive = writeTar(entries(host, [user, ...usersIn(uids)]));
  const hash = createHash("sha256").update(archive).digest("hex").slice(0, 16);
  const folders = host.roots.filter((root) => root.link === null).map(({ name }) => `/${name}`);
  return {
    reference: `loopgate-toolchain:${hash}`,
    archive,
    mounts: [
      ...["/usr", ...folders].map((path) => ({ source: path, target: path })),
      { source: host.node, target: TOOLCHAIN_NODE },
    ],
    env: { PATH: "/opt/loopgate/bin:/usr/local/bin:/usr/bin:/bin" },
  };
}

function usersIn(uids: UidRange | undefined): readonly RunUser[] {
  if (uids === undefined) return [];
  return Array.from({ length: uids.to - uids.from + 1 }, (_, n) => ({ uid: uids.from + n, gid: uids.from + n }));
}

function entries(host: HostToolchain, users: readonly RunUser[]): TarEntry[] {
  const lines = (line: (user: RunUser) => string) => users.map((user) => `${line(user)}\n`).join("");
  const folders = ["dev", "etc", "etc/alternatives", "loop", "opt", "opt/loopgate", "opt/loopgate/bin", "proc", "run"];
  return [
    ...[...folders, "sbin", "sys", "usr", "var", "workspace"].map((path) => directory(path)),
    directory("tmp", 0o1777),
    ...host.roots.map(({ name, link }) => (link === null ? directory(name) : symbolic(name, link))),
    ...host.alternatives.map(({ name, target }) => symbolic(`etc/alternatives/${name}`, target)),
    file("etc/passwd", `root:x:0:0::/:/bin/sh\n${lines(({ uid, gid }) => `agent:x:${uid}:${gid}::/tmp/home:/bin/sh`)}`),
    file("etc/group", `root:x:0:\n${lines(({ gid }) => `agent:x:${gid}:`)}`),
    file(TOOLCHAIN_NODE.slice(1), ""),
    file(TOOLCHAIN_RELAY.slice(1), host.relay),
  ];
}

const directory = (path: string, mode = 0o755): TarEntry => ({ type: "directory", path, mode });
const symbolic = (path: string, target: string): TarEntry => ({ type: "link", path, target });
const file = (path: string, content: string): TarEntry => ({ type: "file", path, mode: 0o644, content });

async function readRoot(name: string): Promise<{ name: string; link: string | null } | null> {
  const found = await lstat(`/${name}`).catch(() => null);
  if (!found) return null;
  return { name, link: found.isSymbolicLink() ? await readlink(`/${name}`) : null };
}

function fits(path: string): boolean {
  return Buffer.byteLength(path) < 100;
}
