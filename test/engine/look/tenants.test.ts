// What one tenant answers slowly, or is never done with, holds up the looks of no other.
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { createPass } from "../../../src/engine/look/pass.ts";
import { createReconciler } from "../../../src/engine/look/reconcile.ts";
import type { World } from "../../../src/engine/world.ts";
import { handClock } from "./hand-clock.ts";

const minute = 60_000;

/** Two hundred repositories of ten accounts; `answers` says when GitHub tells of one. */
function aWorld(answers: (repositoryId: number, pass: (ms: number) => void) => Promise<void>) {
  const { clock, timers, pass } = handClock();
  const repositories = Array.from({ length: 200 }, (_, n) => ({
    installationId: 1 + (n % 10),
    repositoryId: 100 + n,
    owner: `owner-${1 + (n % 10)}`,
    name: `site-${n}`,
    takesPart: true,
  }));
  const looked: number[] = [];
  const github = {
    listInstallations: async () => Array.from({ length: 10 }, (_, n) => ({ id: n + 1, suspended: false })),
    listRepositories: async (id: number) => repositories.filter(({ installationId }) => installationId === id),
    redeliverFailed: async () => 0,
    async survey({ repositoryId }: { readonly repositoryId: number }) {
      await answers(repositoryId, pass);
      looked.push(repositoryId);
      return { labelled: [], loops: [], schedules: null };
    },
  };
  const store = {
    liveLoops: async () => [],
    loopIds: async () => [],
    runningLoops: async () => [],
    busyIssues: async () => ["1#1"],
    nextEvent: async () => ({}),
    load: async () => ({}),
  };
  const swept: object[] = [];
  const say = () => {};
  const world = {
    clock,
    log: { info: say, warn: say, error: say },
    github,
    store,
    runs: {
      async sweep(what: object) {
        swept.push(what);
        return [];
      },
    },
    stopping: () => false,
  } as unknown as World;
  const reconciler = createReconciler(world, { label: "loop", newLoopId: () => "k3f9", everyMs: 10 * minute });
  return { world, reconciler, looked, swept, pass, timers };
}

const ofFirst = (id: number) => id % 10 === 0;

test("T26: an account whose repositories are never told of holds up the looks at no other account's", async () => {
  const { reconciler, looked } = aWorld((id) => (ofFirst(id) ? new Promise(() => {}) : Promise.resolve()));
  void reconciler.everything();
  for (let n = 0; n < 2000; n += 1) await turn();
  expect(looked).toHaveLength(180);
});

test("T26: an account that takes half a minute for each of its repositories is left after a minute, and gone on with at the next look", async () => {
  const { reconciler, looked } = aWorld(async (id, pass) => {
    if (ofFirst(id)) pass(minute / 2);
  });
  const { isWhole } = await reconciler.everything(minute);
  expect(isWhole).toBe(false);
  expect(looked.filter(ofFirst)).toEqual([100, 110, 120]);
  expect(reconciler.seen()).toMatchObject({ everything: false });
  expect(await reconciler.silent()).toBe(false);
  expect(looked.filter(ofFirst)).toEqual([100, 110, 120, 130, 140, 150]);
  expect((await reconciler.everything()).isWhole).toBe(true);
});

test("T26: a look does not wait for the end of a turn that somebody keeps going, and clears away what nobody owns", async () => {
  const { world, reconciler, swept, pass, timers } = aWorld(async () => {});
  const forgetting = { prune: async () => {}, disk: () => null };
  const settled = () => new Promise<void>(() => {});
  const look = createPass(world, reconciler, { settled, everyMs: 10 * minute, forgetting })();
  for (let n = 0; n < 2000 && timers.size === 0; n += 1) await turn();
  pass(minute);
  expect(await look).toBe(9 * minute);
  expect(swept).toHaveLength(1);
});
