// GitHub's merge queue: which commit of the loop is in it, and when it has to come out.
import type { GateFacts } from "./event.ts";
import type { LoopState } from "./state.ts";

/** The account in whose name GitHub merges what is in a merge queue. */
const queueBot = "github-merge-queue[bot]";

/** Whether the loop put this commit into the queue, and has not heard since that it was taken out. */
export function isQueued({ queuedHead }: Pick<LoopState, "queuedHead">, head: string | null | undefined): boolean {
  return queuedHead !== undefined && queuedHead === head;
}

/** The loop put this very commit in, after its gate was passed, and GitHub merged it. */
export function isMergedByQueue(state: LoopState, { head, merged }: GateFacts): boolean {
  return merged?.by.bot === true && merged.by.login === queueBot && isQueued(state, head);
}

/** The state of a loop that has nothing in the queue. */
export function outOfQueue({ queuedHead: _, ...state }: LoopState): LoopState {
  return state;
}
