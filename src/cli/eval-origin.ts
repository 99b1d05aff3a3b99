// Where the runs of a past commit's loop come from: an object store that ends with the commit's parent.
import { assert } from "../base/assert.ts";
import { branchRef } from "../gateway/git/branch.ts";
import { bringBack } from "../gateway/git/kept.ts";
import { fetchBase, type ObjectStore } from "../gateway/git/objects.ts";
import { setRef } from "../gateway/git/repository.ts";
import type { LoopState } from "../loop/state.ts";
import { agentByPolicy, type Origin } from "../runs/origin.ts";
import { keptObjects } from "../runs/provenance.ts";
import { rooms } from "../runs/rooms.ts";

export interface PastOrigin {
  /** Holds the runs of this loop and of no other. */
  readonly dataDir: string;
  /** A repository of ours that has the parent, named by `namePast`, and may have all that came after it. */
  readonly gitDir: string;
  readonly base: { readonly branch: string; readonly sha: string };
}

/** Names the commit, so that stores can be fetched that end with it. Throws Fault. */
export function namePast(gitDir: string, sha: string): Promise<void> {
  return setRef(gitDir, branchRef(pastBranch(sha)), sha);
}

const pastBranch = (sha: string) => `past/${sha}`;

/** The store of the loop: the parent with its history, and no object that only later commits have. Throws Fault. */
export async function storeOf({ dataDir, gitDir, base }: PastOrigin): Promise<ObjectStore> {
  const branch = pastBranch(base.sha);
  const wanted = { storeRoot: rooms({ dataDir }).objects, repositoryId: 1, branch, sha: base.sha };
  const store = await fetchBase({ ...wanted, url: `file://${gitDir}` });
  return { ...store, base };
}

/** What an attempt pushed is where the run's record keeps it. */
export function originInThePast(past: PastOrigin): Origin {
  return {
    base: () => storeOf(past),
    async branch(loop, quarantine) {
      assert(loop.head !== null, "there is a branch once something was pushed");
      await bringBack(quarantine, loop.head, keptObjects(past, runThatPushed(loop, loop.head)));
    },
    agent: agentByPolicy,
  };
}

/** The executor's run whose commit this is. */
function runThatPushed({ attempts }: Pick<LoopState, "attempts">, head: string): string {
  const run = attempts.findLast((attempt) => attempt.head === head)?.runs[0];
  assert(run !== undefined, `some run pushed ${head}`);
  return run.id;
}
