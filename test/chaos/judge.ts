// What is found once nothing moves any more: in the forge's history, and on the machine.
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Engine } from "../../src/container/docker/engine.ts";
import { sealKey } from "../../src/record/seal.ts";
import { checkHistory, type Expected, type Finding } from "./check.ts";
import { loopsOf } from "./check-thread.ts";
import { sealSecret } from "./environment.ts";
import type { History, Recorder } from "./history.ts";
import { findLeftovers } from "./leftovers.ts";
import { approver, type ChaosWorld, ciCheck, plotOf } from "./world.ts";

export interface Case {
  readonly world: ChaosWorld;
  readonly recorder: Recorder;
  /** With the App's data below it. */
  readonly dir: string;
  /** Containers on this engine; null: plain processes. */
  readonly engine: Engine | null;
  /** Ends the App in order. */
  readonly stop: () => Promise<void>;
}

/** Where a loop of each plot ends: the reason of each of its endings, those for lost containers aside. */
function endingsOf(issue: number): readonly string[] {
  return plotOf(issue) === "asks first" ? ["uncertainty_too_high", "task_complete"] : ["task_complete"];
}

const expected: Expected = {
  sealKey: sealKey(sealSecret),
  label: "loop",
  approver,
  ciCheck,
  endings: endingsOf,
};

/** Ends the App once it has cleared up, or did not. */
export async function judge(
  one: Case,
): Promise<{ readonly findings: readonly Finding[]; readonly leftovers: readonly string[] }> {
  const histories = await historiesOf(one);
  const leftovers = await waitForTidiness(one, histories);
  return { findings: histories.flatMap((history) => checkHistory(history, expected)), leftovers };
}

async function historiesOf({ world, recorder }: Case): Promise<History[]> {
  return Promise.all(
    world.repositories.map(async (repository) => recorder.history(repository, await world.branches(repository))),
  );
}

/** What a loop leaves is taken away after its last word; that may take a moment. */
async function waitForTidiness({ dir, engine, stop }: Case, histories: readonly History[]): Promise<readonly string[]> {
  const states = histories.flatMap((history) =>
    history.issues.flatMap(({ number }) => loopsOf(history, number, expected).flatMap(({ state }) => state ?? [])),
  );
  const owned = (loop: string) =>
    states.some(({ id, phase, ending }) => id === loop && (phase !== "settled" || ending?.resume !== "none"));
  const look = () => findLeftovers(join(dir, "app"), engine, owned);
  for (let tries = 0; tries < 20 && (await look()).length > 0; tries++) await delay(500);
  await stop();
  return look();
}
