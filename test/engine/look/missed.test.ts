// What was turned away is asked for again, all of it, and by one look at a time.
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { createEngine, type EngineParts } from "../../../src/engine/engine.ts";
import { createReconciler } from "../../../src/engine/look/reconcile.ts";
import type { World } from "../../../src/engine/world.ts";
import { handClock } from "./hand-clock.ts";

const minute = 60_000;

/** An App without a repository, whose store answers `loops` when it is asked for them. */
function anApp(everyMs: number, loops: () => Promise<never[]> = () => Promise.resolve([])) {
  const { clock, pass: goOn } = handClock();
  const asked: number[] = [];
  const begun = clock.now();
  const say = () => {};
  const parts = {
    clock,
    log: { info: say, warn: say, error: say },
    github: {
      listInstallations: async () => [],
      async redeliverFailed() {
        asked.push((clock.now() - begun) / 1000);
        return 0;
      },
    },
    store: {
      liveLoops: loops,
      loops: async () => [],
      loopIds: async () => [],
      runningLoops: async () => [],
      busyIssues: async () => [],
      nextDueTime: async () => null,
      takeDueAlarms: async () => {},
      setBack: async () => {},
    },
    runs: { sweep: async () => [], running: async () => [] },
    stopping: () => false,
    concurrentRuns: 1,
    reconcile: { label: "loop", newLoopId: () => "k3f9", everyMs },
  };
  /** So many seconds pass; the timers that are due by then fire. */
  async function pass(seconds: number): Promise<void> {
    goOn(seconds * 1000);
    for (let n = 0; n < 50; n += 1) await turn();
  }
  return { asked, pass, world: parts as unknown as World, parts: parts as unknown as EngineParts };
}

test("F7: what was turned away just before GitHub was asked is asked for once more, when GitHub knows of it", async () => {
  const { asked, pass, world } = anApp(10 * minute);
  const reconciler = createReconciler(world, { label: "loop", newLoopId: () => "k3f9", everyMs: 10 * minute });
  reconciler.missed();
  await pass(58);
  reconciler.missed();
  await pass(2);
  await reconciler.again();
  await pass(57);
  await reconciler.again();
  expect(asked).toEqual([60]);
  await pass(1);
  await reconciler.again();
  expect(asked).toEqual([60, 118]);
  expect(reconciler.againAt()).toBeNull();
});

test("F7: it is asked for also where each look is the regular one, and where nothing is silent", async () => {
  const { asked, pass, parts } = anApp(minute);
  const engine = createEngine(parts);
  await engine.start();
  await pass(0);
  expect(asked).toEqual([0]);
  engine.missed();
  for (let n = 0; n < 4; n += 1) await pass(60);
  expect(asked).toEqual([0, 60]);
  await engine.stop();
});

test("F7, F14: a clock that is set back during a look brings no second one at the same time", async () => {
  const under: PromiseWithResolvers<never[]>[] = [];
  const loops = () => {
    const one = Promise.withResolvers<never[]>();
    under.push(one);
    return one.promise;
  };
  const { pass, parts } = anApp(10 * minute, loops);
  const engine = createEngine(parts);
  await engine.start();
  await pass(0);
  under.pop()?.resolve([]);
  await pass(0);
  await pass(600);
  expect(under).toHaveLength(1);
  await pass(-120);
  engine.missed();
  await pass(70);
  expect(under).toHaveLength(1);
  under.pop()?.resolve([]);
  await engine.stop();
});
