// The engine is busy from the moment an alarm fires: who waits for it to be idle sees what the alarm was for.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createEngine } from "../../src/engine/engine.ts";
import type { GitHubPort, RunsPort, StorePort } from "../../src/engine/ports.ts";
import { generousBounds } from "../../src/policy/clamp.ts";
import { sqliteStore } from "../../src/store/sqlite/sqlite.ts";
import { handClock } from "../story/clock.ts";

function aStore(): StorePort {
  const dir = mkdtempSync(join(tmpdir(), "loopgate-test-"));
  const store = sqliteStore(dir);
  onTestFinished(async () => {
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  });
  return store;
}

/** None of it is used: nothing here has a loop. */
function unused<T extends object>(what: string): T {
  const get = (_: object, key: PropertyKey) => {
    throw new Error(`${what}.${String(key)} is not for this test`);
  };
  return new Proxy({}, { get }) as T;
}

test("an alarm that fires makes it busy until the store has said what is due", async () => {
  const clock = handClock();
  const store = aStore();
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const held: StorePort = {
    ...store,
    nextDueTime: async () => clock.now() + 60_000,
    takeDueAlarms: async (now) => {
      if (now === clock.now() && now > began) {
        asked.resolve();
        await answer.promise;
      }
      return store.takeDueAlarms(now);
    },
  };
  const began = clock.now();
  const engine = createEngine({
    clock,
    log: { info() {}, warn() {}, error() {} },
    store: held,
    github: unused<GitHubPort>("github"),
    runs: unused<RunsPort>("runs"),
    operator: { bounds: generousBounds, defaults: {} } as never,
    label: "loop",
    newLoopId: () => "a1b2c3",
    sealKey: new Uint8Array(32),
    concurrentRuns: 1,
  });
  await engine.start();
  await engine.idle();
  clock.advance(60_000);
  await asked.promise;
  expect(engine.busy).toBe(true);
  answer.resolve();
  await engine.idle();
  expect(engine.busy).toBe(false);
  await engine.stop();
});
