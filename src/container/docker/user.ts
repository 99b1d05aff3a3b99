// Whom a run runs as, and giving folders to that user.
import { lchown, readdir } from "node:fs/promises";
import { join } from "node:path";
import { toFault } from "../../base/fault.ts";
import type { Owner } from "../../base/give.ts";

export type RunUser = Owner;

/** An unprivileged id without a name on common systems, for an App that runs as root. */
const UNPRIVILEGED = 10001;

/** The user of every run that has none of its own: an unprivileged one when the App is root, otherwise the App's own. Never 0. */
export function chooseRunUser(uid: number, gid: number): RunUser {
  return uid === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : { uid, gid: gid === 0 ? uid : gid };
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
