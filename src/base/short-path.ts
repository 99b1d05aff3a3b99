// Folders whose paths are short enough for Unix sockets, however long the paths are that the operator chose.
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Fault } from "./fault.ts";

/** What every system takes: 104 bytes on macOS and 108 on Linux, the last of them a zero (`sockaddr_un.sun_path`). */
const socketPathBytes = 103;

/** Room below such a folder: a slash, a name of at most 32 bytes, and the socket's own name. */
const roomBytes = 1 + 32 + 1 + "gateway.sock".length;

/** A temporary folder with room for the sockets of a program that makes folders of its own below it. */
export function shortTemporary(): string {
  return Buffer.byteLength(tmpdir()) <= 40 ? tmpdir() : "/tmp";
}

/**
 * The folder itself where sockets fit in it, or else a link to it that is short. The link belongs to this user alone and is
 * the same each time. Throws Fault where no place for one is short enough, or somebody else's thing is in its way.
 */
export function shortFolder(folder: string, places: readonly string[] = [tmpdir(), "/tmp"]): string {
  if (fits(folder)) return folder;
  const name = `loopgate-${createHash("sha256").update(`${process.getuid?.()} ${folder}`).digest("hex").slice(0, 12)}`;
  const link = places.map((place) => join(place, name)).find(fits);
  if (link === undefined) {
    const text = `The path ${folder} is too long for the sockets of runs, and so is that of every temporary folder. Set LOOPGATE_DATA to a folder of at most ${socketPathBytes - roomBytes - "/sockets".length} bytes.`;
    throw new Fault(text, { kind: "invalid", retry: "never" });
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!isOurLink(link, folder)) makeLink(link, folder);
  return link;
}

function fits(folder: string): boolean {
  return Buffer.byteLength(folder) + roomBytes <= socketPathBytes;
}

/** In a folder where anybody may write, only what is ours is followed. */
function isOurLink(link: string, folder: string): boolean {
  const facts = lstatSync(link, { throwIfNoEntry: false });
  return facts?.isSymbolicLink() === true && facts.uid === process.getuid?.() && readlinkSync(link) === folder;
}

function makeLink(link: string, folder: string): void {
  try {
    rmSync(link, { force: true });
    symlinkSync(folder, link);
  } catch (cause) {
    const text = `The path ${folder} is too long for the sockets of runs, and ${link}, by which it would be short, could not be made. Set LOOPGATE_DATA to a folder with a shorter path.`;
    throw new Fault(text, { kind: "invalid", retry: "never", cause });
  }
  process.once("exit", () => rmSync(link, { force: true }));
}
