// Whom a run runs as, and giving folders to that user.
import { chown, lchown, lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { toFault } from "../../base/fault.ts";

export interface RunUser {
  readonly uid: number;
  readonly gid: number;
}

/** An unprivileged id without a name on common systems; owns the workspaces of an App that runs as root. */
const UNPRIVILEGED = 10001;

/** The user of every run: an unprivileged one when the App is root, otherwise the App's own. Never 0. */
export function chooseRunUser(uid: number, gid: number): RunUser {
  return uid === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : { uid, gid: gid === 0 ? uid : gid };
}

/**
 * Makes the user the owner of the file, or of the folder and all in it; links are changed themselves, never followed.
 * Does nothing when the path is the user's already. Throws `Fault`.
 */
export async function giveTo(user: RunUser, path: string): Promise<void> {
  try {
    const found = await lstat(path);
    if (found.uid === user.uid) return;
    if (found.isDirectory()) await giveTree(user, path);
    else await lchown(path, user.uid, user.gid);
  } catch (error) {
    throw toFault(error, `Could not give ${path} to user ${user.uid}`);
  }
}

/**
 * Makes the user the owner of the folder and of what lies directly in it, always: a gateway that listens anew
 * makes a new socket in a folder that was given away before. Throws `Fault`.
 */
export async function giveFolder(user: RunUser, folder: string): Promise<void> {
  try {
    const names = await readdir(folder);
    await Promise.all(["", ...names].map((name) => lchown(join(folder, name), user.uid, user.gid)));
  } catch (error) {
    throw toFault(error, `Could not give ${folder} to user ${user.uid}`);
  }
}

/** Children first: the top changes hands last, so that a half-done gift is not taken for a done one. */
async function giveTree(user: RunUser, path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) await giveTree(user, child);
    else await lchown(child, user.uid, user.gid);
  }
  await chown(path, user.uid, user.gid);
}
