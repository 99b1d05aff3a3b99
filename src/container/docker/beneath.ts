// Whether the engine can mount a workspace over the folder that it stands on, found out by doing it once.
import { chown, mkdir, mkdtemp, readFile, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type Docker from "dockerode";
import { removeTree } from "../../base/remove-tree.ts";
import { isMountable, overlay } from "../spec/overlay.ts";
import type { EngineInfo } from "./engine-info.ts";
import type { ResolvedImage } from "./image.ts";
import { tryContainer } from "./try-container.ts";
import type { RunUser } from "./user.ts";

export interface BeneathParts {
  readonly docker: Docker;
  readonly user: RunUser;
  /** One with a shell, that is there. */
  readonly image: () => Promise<ResolvedImage>;
  readonly engine: () => Promise<EngineInfo>;
}

/** Asked once for each folder; a failure of the engine is no answer, and is asked about again. */
export function triesBeneath(parts: BeneathParts): (root: string) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>();
  return (root) => {
    const asked = known.get(root) ?? tried(parts, root);
    known.set(root, asked);
    return asked.catch(() => {
      known.delete(root);
      return false;
    });
  };
}

/** Only as root, and on Docker: what a kernel keeps for itself in `work` is root's, and Podman's volumes are others. */
async function tried(parts: BeneathParts, root: string): Promise<boolean> {
  if (process.getuid?.() !== 0 || (await parts.engine()).podman) return false;
  const folder = await mkdtemp(join(await realpath(root), ".beneath-"));
  try {
    return isMountable(folder) && (await writesStayAbove(parts, folder));
  } finally {
    await removeTree(folder);
  }
}

async function writesStayAbove(parts: BeneathParts, folder: string): Promise<boolean> {
  const [workspace, below, work] = [join(folder, "workspace"), join(folder, "below"), join(folder, "work")];
  for (const one of [workspace, below, work]) await mkdir(one, { mode: 0o755 });
  await writeFile(join(below, "seen"), "below\n");
  for (const one of [workspace, below, join(below, "seen")]) await chown(one, parts.user.uid, parts.user.gid);
  const code = await exitOf(parts, overlay(workspace, { folder: below, work }, "/workspace", false));
  const [written, kept] = await Promise.all([workspace, below].map((one) => textOf(join(one, "seen"))));
  return code === 0 && written === "below\nabove\n" && kept === "below\n";
}

/** Adds to the file from below, as the run's user. A mount that the engine refuses is no failure of it. */
async function exitOf({ docker, user, image }: BeneathParts, mount: object): Promise<number | null> {
  const { id, mounts } = await image();
  const bound = mounts.map(({ source, target }) => ({ Type: "bind", Source: source, Target: target, ReadOnly: true }));
  const tried = await tryContainer(docker, {
    image: id,
    user: `${user.uid}:${user.gid}`,
    command: ["/bin/sh", "-c", "echo above >>/workspace/seen"],
    memoryBytes: 64 * 1024 * 1024,
    mounts: [...bound, mount],
  });
  return "code" in tried ? tried.code : null;
}

function textOf(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch(() => null);
}
