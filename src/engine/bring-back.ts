// A loop comes back to the store from its thread's record: what this host has of its runs is part of what is decided.

import { leftNano } from "../loop/day.ts";
import { untoldRuns } from "../loop/end.ts";
import type { LoopEvent, RestoredFacts } from "../loop/event.ts";
import { withRunsSince } from "../loop/restore.ts";
import type { LoopState } from "../loop/state.ts";
import type { RunsPort, StoredEvent } from "./ports.ts";
import { step } from "./step.ts";
import type { World } from "./world.ts";

type Restored = StoredEvent & { readonly event: Extract<LoopEvent, { type: "restored" }> };

export function isRestored(stored: StoredEvent): stored is Restored {
  return stored.event.type === "restored";
}

/** Decides, and has the ends told that the record does not know. Throws Fault: where the host cannot be asked, the loop waits. */
export async function bringBack(world: World, stored: Restored): Promise<void> {
  const { issueKey, event } = stored;
  if ((await world.store.load(issueKey))?.id === event.record.id) return step(world, stored);
  const facts = { ...event.facts, ...(await onThisHost(world.runs, event)) };
  try {
    await recallPause(world, event.record);
    await recallCosts(world, withRunsSince(event.record, facts.since ?? []));
    await step(world, { ...stored, event: { ...event, facts } });
  } finally {
    // Also where the store failed just after it took the loop: nobody else asks after its runs.
    await world.untilStored(() => world.takeUp(issueKey));
  }
}

/** The runs that began since, whatever the host has of them; those that go on or can tell their end; and what is left of any. */
async function onThisHost(
  runs: RunsPort,
  { record }: Restored["event"],
): Promise<Pick<RestoredFacts, "running" | "since" | "left">> {
  const since = await runs.begunSince(record);
  const whole = withRunsSince(record, since);
  const running: string[] = [];
  for (const { id } of untoldRuns(whole)) if ((await runs.adopt(whole, id)) !== null) running.push(id);
  const left = (await runs.left(record.issue)).filter(({ loop }) => loop === record.id).map(({ id }) => id);
  return { running, since, left };
}

/** With the store was lost that all loops of the repository are paused: the record of each that rests for it says so. */
async function recallPause({ store }: World, { issue, resumeAt }: LoopState): Promise<void> {
  if (resumeAt?.why.of !== "pause_all") return;
  const { by, since } = resumeAt.why;
  await store.recallAllPaused(issue.repositoryId, { by, since });
}

/** With the store was lost what its runs cost, or may still: today's limits are to hold all the same. */
async function recallCosts({ store }: World, state: LoopState): Promise<void> {
  const { repositoryId, installationId, owner } = state.issue;
  const paid = state.attempts.flatMap(({ runs }) => runs).filter(({ role }) => role !== "check");
  const costs = paid.map(({ id, startedAt, endedAt, spentNano }) => {
    const nano = endedAt === null ? leftNano(state) : spentNano;
    return { run: id, repositoryId, installationId, owner, beganAt: startedAt, endedAt, nano };
  });
  await store.recallRunCosts(costs);
}
