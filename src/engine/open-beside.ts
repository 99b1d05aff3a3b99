// How many pull requests of loops a repository has open, or will have, when another loop asks to begin.
import { issueKeyOf } from "../loop/issue-key.ts";
import type { LoopState } from "../loop/state.ts";
import type { World } from "./world.ts";

/**
 * Pull requests of other loops of the repository: those that are open, and those that loops at work will open. Where these are
 * fewer than `may`, the loop takes its place among the latter at once: of two that ask in one instant the second counts the
 * first, though nothing is saved of it yet. One request for each hundred that are open. Throws Fault.
 */
export async function openBeside(
  world: Pick<World, "github" | "store" | "beginning">,
  { issue, pull, revision }: LoopState,
  may: number,
): Promise<number> {
  const open = (await world.github.openPulls(issue)).filter((number) => number !== pull?.number);
  const own = issueKeyOf(issue.repositoryId, issue.number);
  const atWork = new Set<string>();
  const asked = [...world.beginning].filter(([, { repositoryId }]) => repositoryId === issue.repositoryId);
  for (const issueKey of new Set([...(await livingIn(world, issue.repositoryId)), ...asked.map(([key]) => key)])) {
    if (issueKey === own) continue;
    const state = await world.store.load(issueKey);
    if (state === null || state.pull !== null || !begins(world, issueKey, state)) world.beginning.delete(issueKey);
    else atWork.add(issueKey);
  }
  // Whoever took a place while the others were read. Nothing is awaited between this and taking one's own.
  for (const [issueKey, { repositoryId }] of world.beginning) {
    if (repositoryId === issue.repositoryId && issueKey !== own) atWork.add(issueKey);
  }
  const is = open.length + atWork.size;
  if (pull === null && is < may) world.beginning.set(own, { repositoryId: issue.repositoryId, revision });
  return is;
}

async function livingIn({ store }: Pick<World, "store">, repositoryId: number): Promise<readonly string[]> {
  const living = await store.liveLoops();
  return living.filter((one) => one.repositoryId === repositoryId && one.pull === null).map(({ issueKey }) => issueKey);
}

/** It has begun, as its saved state shows; or it took its place, and what came of that is not saved yet. */
function begins({ beginning }: Pick<World, "beginning">, issueKey: string, state: LoopState): boolean {
  const place = beginning.get(issueKey);
  const isOver = state.phase === "settled" || state.phase === "refused";
  if (place !== undefined && (state.revision <= place.revision || (state.rules === null && !isOver))) return true;
  return state.rules !== null && !isOver;
}
