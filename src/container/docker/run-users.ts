// A user of its own for each run, out of the operator's range: leased before its container is made, and until that has ended.
import { createHash } from "node:crypto";
import { lstat } from "node:fs/promises";
import { Fault, toFault } from "../../base/fault.ts";
import type { UidRange } from "../../environment.ts";
import type { RunRequest } from "../run.ts";
import type { RunUser } from "./user.ts";

/** Which living run has a user id, as the engine lists its containers. */
export interface Taken {
  readonly run: string;
  readonly uid: number;
}

export interface RunUsers {
  /**
   * The run's user, the same one until it is released. A run that stands on a folder has the user whose files those are. Throws a `Fault`
   * to try again later where that user, or every one, is another living run's.
   */
  of(request: Pick<RunRequest, "id" | "workspaceDir" | "beneath">): Promise<RunUser>;
  /** Whether the run in this workspace may stand on the folder: its user is free, and kept for it while the workspace is there. */
  promise(workspace: string, folder: string): Promise<boolean>;
  release(run: string): void;
}

/** `taken` asks the engine for every living run with a user of its own, whichever App's: also those that this process did not start. */
export function createRunUsers({ from, to }: UidRange, taken: () => Promise<readonly Taken[]>): RunUsers {
  const leased = new Map<string, number>(); // by run
  const promised = new Map<string, number>(); // by workspace
  const size = to - from + 1;

  /** What the engine has; promises to what is gone are forgotten. */
  async function look(): Promise<readonly Taken[]> {
    const there = await taken();
    for (const one of [...promised.keys()]) if (!(await isThere(one))) promised.delete(one);
    return there;
  }

  /** Whom others have, now: whoever asks takes it before anybody else can ask. */
  function others(there: readonly Taken[], run: string | null, workspace: string): ReadonlySet<number> {
    return new Set([
      ...there.filter((one) => one.run !== run).map(({ uid }) => uid),
      ...[...leased].filter(([one]) => one !== run).map(([, uid]) => uid),
      ...[...promised].filter(([one]) => one !== workspace).map(([, uid]) => uid),
    ]);
  }

  function isOurs(uid: number): boolean {
    return uid >= from && uid <= to;
  }

  return {
    async of({ id, workspaceDir, beneath }) {
      const wanted = beneath === undefined ? null : await ownerOf(beneath.folder);
      const known = leased.get(id);
      if (known !== undefined && (wanted ?? known) === known) return { uid: known, gid: known };
      const busy = others(await look(), id, workspaceDir);
      const uid = wanted === null ? firstFree(id, from, size, busy) : busy.has(wanted) ? null : wanted;
      if (uid === null || !isOurs(uid)) throw noneFree(id, { from, to });
      leased.set(id, uid);
      promised.delete(workspaceDir);
      return { uid, gid: uid };
    },
    async promise(workspace, folder) {
      const uid = await ownerOf(folder);
      if (!isOurs(uid) || others(await look(), null, workspace).has(uid)) return false;
      promised.set(workspace, uid);
      return true;
    },
    release: (run) => void leased.delete(run),
  };
}

/** Where a run's name points, and from there on: the same again after a restart, and seldom where another App begins to look. */
function firstFree(run: string, from: number, size: number, busy: ReadonlySet<number>): number | null {
  const start = createHash("sha256").update(run).digest().readUInt32BE(0) % size;
  for (let step = 0; step < size; step += 1) {
    const uid = from + ((start + step) % size);
    if (!busy.has(uid)) return uid;
  }
  return null;
}

function noneFree(run: string, { from, to }: UidRange): Fault {
  return new Fault(
    `No user id from ${from} to ${to} that the run ${run} could have is free: other living runs have them.`,
    { kind: "conflict", retry: "later" },
  );
}

async function ownerOf(folder: string): Promise<number> {
  const found = await lstat(folder).catch((error) => {
    throw toFault(error, `Could not look at ${folder}`);
  });
  return found.uid;
}

async function isThere(workspace: string): Promise<boolean> {
  return (await lstat(workspace).catch(() => null)) !== null;
}
