// GitHub's merge queue: what the App puts in is merged after a while, in the queue's own name, or taken out again for a reason of GitHub's.
import { gateTruth } from "./gate-truth.ts";
import { queueBot } from "./model.ts";
import type { Random } from "./random.ts";
import type { Disk } from "./store.ts";
import type { Timeline } from "./timeline.ts";
import type { World } from "./world.ts";

const minute = 60_000;
const hour = 60 * minute;

/** How long a pull request stays in the queue, and how it leaves it. */
export interface QueueConduct {
  readonly ms: number;
  readonly ends: "MERGE" | "CI_FAILURE" | "CI_TIMEOUT" | "BRANCH_PROTECTIONS";
}

/** Most are merged, some of them only after longer than the news of anything takes. */
export function someQueue(draw: Random): QueueConduct {
  const ms = draw.pick([2 * minute, 20 * minute, 2 * hour, 16 * hour, 30 * hour]) + draw.between(0, minute);
  const ends = draw.chance(0.75)
    ? "MERGE"
    : draw.pick<QueueConduct["ends"]>(["CI_FAILURE", "CI_TIMEOUT", "BRANCH_PROTECTIONS"]);
  return { ms, ends };
}

interface QueueParts {
  readonly world: () => World;
  readonly timeline: Timeline;
  /** `nth`: of the stays of this pull request. */
  readonly conduct: (pull: number, nth: number) => QueueConduct;
  /** Told of each merge just before it happens. */
  readonly onMerge: (pull: number) => void;
}

/** Told of each pull request that was put in: takes its turn from there. */
export function createMergeQueue({ world, timeline, conduct, onMerge }: QueueParts): (pull: number) => void {
  const stays = new Map<number, number>();
  return (number) => {
    const stay = (stays.get(number) ?? 0) + 1;
    stays.set(number, stay);
    const { ms, ends } = conduct(number, stay);
    timeline.after(ms, `pull request ${number} comes up in the merge queue`, () => {
      const pull = world().pulls.get(number)!.value;
      if (!pull.queued || stays.get(number) !== stay) return;
      if (pull.conflicts) return world().leaveQueue(number, "MERGE_CONFLICT", queueBot);
      if (ends !== "MERGE") return world().leaveQueue(number, ends, queueBot);
      onMerge(number);
      world().closePull(number, true, queueBot);
    });
  };
}

/** What is not passed any more is heard of within this time: lost webhooks, an App that was down, and then a look. */
const unheardMs = 12 * hour;

export interface QueueChecks {
  /** I15: GitHub merges what the loop put in; for hours before that the gate must have been passed at some moment. */
  onQueueMerge(pull: number): void;
  /** Long after the last fault: in the queue is what stands at a gate that is passed, and nothing that was called off. */
  onEnd(): void;
}

interface QueueCheckParts {
  readonly world: World;
  readonly disk: Disk;
  readonly now: () => number; // of the world
  readonly hold: (condition: boolean, what: string) => void;
}

export function createQueueChecks({ world, disk, now, hold }: QueueCheckParts): QueueChecks {
  const loopOf = (pull: number) => [...disk.loops.values()].find((state) => state.pull?.number === pull);

  function isPassed(pull: number, at: number): boolean {
    const state = loopOf(pull);
    if (state === undefined) return true; // its store is lost, and nobody to take it out
    const { approvers, changes } = gateTruth(world, state, pull, at);
    return approvers.length >= (state.rules?.approvals ?? 1) && !changes;
  }

  return {
    onQueueMerge(pull) {
      const moments = Array.from({ length: 25 }, (_, index) => now() - (index * unheardMs) / 24);
      const passed = moments.some((at) => isPassed(pull, at));
      hold(passed, `I15: pull request ${pull} was merged by the queue long after its gate was passed no more`);
    },
    onEnd() {
      for (const { value: pull } of world.pulls.values()) {
        if (!pull.open || !pull.queued) continue;
        const state = loopOf(pull.number);
        if (state === undefined) continue;
        const isWanted = state.phase === "awaiting_gate" && state.queuedHead === pull.head;
        hold(isWanted, `I15: pull request ${pull.number} is in the merge queue and its loop is ${state.phase}`);
        hold(isPassed(pull.number, now()), `I15: pull request ${pull.number} is in the merge queue past its gate`);
      }
    },
  };
}
