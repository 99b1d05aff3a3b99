// Merges what people left to auto-merge, as soon as the rules of its base let it.
import { pullsOf, type WorldEvent } from "./core.ts";
import type { Activity } from "./http/activity.ts";
import type { Pull } from "./model.ts";
import { Refusal } from "./refusal.ts";
import type { World } from "./world.ts";

export interface AutoMergerOptions {
  readonly world: World;
  readonly activity: Activity;
}

/** What can make the last of what a rule asks for come true. */
const moves = ["check_run", "status", "pull_request", "pull_request_review", "push"];

/** Starts listening; one pull request at a time, as whoever left it to GitHub. */
export function startAutoMerger({ world, activity }: AutoMergerOptions): { stop(): Promise<void> } {
  let queue: Promise<void> = Promise.resolve();
  const stopListening = world.listen(({ event, repository }: WorldEvent) => {
    if (repository === null || !moves.includes(event)) return;
    const waiting = pullsOf(repository).filter(({ autoMerge }) => autoMerge !== null);
    if (waiting.length === 0) return;
    queue = activity.during(queue.then(() => tryEach(world, waiting)));
  });
  return {
    stop: async () => {
      stopListening();
      await queue;
    },
  };
}

async function tryEach(world: World, pulls: readonly Pull[]): Promise<void> {
  for (const pull of pulls) {
    const { autoMerge, issue, draft } = pull;
    if (autoMerge === null || draft || issue.state === "closed") continue;
    await world.mergePull({ user: autoMerge.by, app: null }, pull, { method: autoMerge.method }).catch((error) => {
      if (!(error instanceof Refusal)) throw error; // a rule still keeps it off
    });
  }
}
