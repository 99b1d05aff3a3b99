// Gives files to another user of this machine, where we are root.
import { execFile } from "node:child_process";
import { lchown, lstat } from "node:fs/promises";
import { promisify } from "node:util";
import { assert } from "./assert.ts";
import { toFault } from "./fault.ts";

/** By number; both are unprivileged. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Makes the user the owner of the file, or of the folder and all in it; links are changed themselves, never followed. Does nothing where
 * the path is the user's: `chown -R` takes a folder after what is in it, so that a half-done gift is not taken for a done one. Throws `Fault`.
 */
export async function giveTo({ uid, gid }: Owner, path: string): Promise<void> {
  assert(uid > 0 && gid > 0, "nothing is given to root");
  try {
    const found = await lstat(path);
    if (found.uid === uid) return;
    if (!found.isDirectory()) await lchown(path, uid, gid);
    else await promisify(execFile)("chown", ["-R", "-h", "-P", `${uid}:${gid}`, "--", path]);
  } catch (error) {
    throw toFault(error, `Could not give ${path} to user ${uid}`);
  }
}
