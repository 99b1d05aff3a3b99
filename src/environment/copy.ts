// Copies a folder that a container wrote, or one of ours, so that nothing of the copy leads back to where it came from.
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { chmod, copyFile, lstat, lutimes, mkdir, readdir, readlink, symlink, utimes } from "node:fs/promises";
import { join } from "node:path";

/** What a copy is made of: equal sums mean the same names, kinds, modes, sizes and link targets. */
export interface Copied {
  readonly files: number;
  readonly bytes: number;
  readonly sum: string;
  /** What is neither a folder, a file nor a link, and so was left out: its path below the root. */
  readonly left: readonly string[];
}

interface Tally {
  files: number;
  bytes: number;
  readonly lines: string[];
  readonly left: string[];
}

/** So many files are copied at once. */
const together = 16;

/**
 * Copies `from`, a folder or a file, to `to`, which must not be there. Links are copied as links, never followed; files are new
 * files, shared with the old ones block by block where the file system can (`ioctl_ficlone(2)`) and copied otherwise, so that
 * writing to one never shows in another. No bit of a mode survives that would make a program run as somebody else.
 */
export async function copyTree(from: string, to: string): Promise<Copied> {
  const tally: Tally = { files: 0, bytes: 0, lines: [], left: [] };
  await copyOne(from, to, ".", tally);
  return summed(tally);
}

/** The same figures of a folder that is there. */
export async function measureTree(root: string): Promise<Copied> {
  const tally: Tally = { files: 0, bytes: 0, lines: [], left: [] };
  await copyOne(root, null, ".", tally);
  return summed(tally);
}

async function copyOne(from: string, to: string | null, path: string, tally: Tally): Promise<void> {
  const facts = await lstat(from);
  const mode = (facts.mode & 0o755) | (facts.isDirectory() ? 0o700 : 0o600);
  if (facts.isSymbolicLink()) {
    const target = await readlink(from);
    tally.lines.push(`link ${path} ${JSON.stringify(target)}`);
    if (to !== null) {
      await symlink(target, to);
      await lutimes(to, facts.atime, facts.mtime);
    }
    return;
  }
  if (facts.isFile()) {
    tally.files += 1;
    tally.bytes += facts.size;
    tally.lines.push(`file ${path} ${mode} ${facts.size}`);
    if (to === null) return;
    await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    await chmod(to, mode);
    await utimes(to, facts.atime, facts.mtime);
    return;
  }
  if (!facts.isDirectory()) {
    tally.left.push(path);
    return;
  }
  tally.lines.push(`folder ${path} ${mode}`);
  if (to !== null) await mkdir(to, { mode: 0o700 });
  const names = (await readdir(from)).sort();
  for (let at = 0; at < names.length; at += together) {
    const some = names.slice(at, at + together);
    await Promise.all(
      some.map((name) => copyOne(join(from, name), to === null ? null : join(to, name), `${path}/${name}`, tally)),
    );
  }
  if (to !== null) {
    await chmod(to, mode);
    await utimes(to, facts.atime, facts.mtime);
  }
}

function summed({ files, bytes, lines, left }: Tally): Copied {
  const sum = createHash("sha256").update(lines.sort().join("\n")).digest("hex");
  return { files, bytes, sum, left: left.sort() };
}
