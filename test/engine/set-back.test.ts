// The engine's clock was ahead and is set right: nothing waits for the time that it told (F14).
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { watchSetBack } from "../../src/engine/set-back.ts";
import { leftMs } from "../../src/loop/clock.ts";
import { decide } from "../../src/loop/decide.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { sqliteStore } from "../../src/store/sqlite/sqlite.ts";
import { aLoop, aPublishedLoop, hour, labelledAt, minute } from "../loop/builder.ts";

const day = 24 * hour;
const now = labelledAt + hour;
const ahead = now + 30 * day;

const moved = (state: LoopState) => decide(state, { type: "clock_set_back", byMs: 30 * day }, now);

test("F14: each live loop is told once by how much, and the store's times are moved with it", async () => {
  const dir = mkdtempSync(join(tmpdir(), "loopgate-test-"));
  const store = sqliteStore(dir);
  onTestFinished(async () => {
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  });
  const time = { now: ahead };
  const told: unknown[] = [];
  const clock = { now: () => time.now, at: () => () => {} };
  const log = { info() {}, warn() {}, error() {} };
  const look = watchSetBack({ clock, log, store, submit: async (key, event) => void told.push([key, event]) });
  await store.addEvent("100#12", { type: "pull_ready" }, ahead);
  const event = await store.nextEvent("100#12");
  await store.commit({
    seq: event?.seq ?? 0,
    issueKey: "100#12",
    state: aLoop(),
    effects: [{ type: "write_status" }],
    drop: [],
    now: ahead,
  });
  const [{ key = "" } = {}] = await store.pendingEffects("100#12");
  await store.effectPostponed(key, ahead + minute, false);
  expect(await look()).toBe(ahead);
  time.now = now;
  expect(await look()).toBe(now);
  expect(await look()).toBe(now);
  expect(told).toEqual([["100#12", { type: "clock_set_back", byMs: 30 * day }]]);
  expect((await store.pendingEffects("100#12"))[0]?.notBefore).toBe(now + minute);
});

test("F14: the time that a loop had worked stays worked, and what it had left it still has", () => {
  const running = aLoop({ phase: "executing", worked: { ms: 2 * hour, since: ahead - 10 * minute } });
  const { state, effects } = moved(running);
  expect(state?.worked).toEqual({ ms: 2 * hour, since: now - 10 * minute });
  expect(state === null ? 0 : leftMs(state, now)).toBe(leftMs(running, ahead));
  expect(effects).toContainEqual({ type: "set_alarm", name: "loop_deadline", at: now - 10 * minute + 10 * hour });
});

test("F14: a wait for CI, a rest and a gate that began by the wrong clock end when they were meant to", () => {
  const judged = moved(aPublishedLoop({ ciSince: ahead })).state;
  expect(judged?.ciSince).toBe(now);
  const why = { of: "pause_command", by: "alice" } as const;
  const resting = aLoop({ phase: "resting", resumeAt: { phase: "preparing", at: ahead + minute, why } });
  expect(moved(resting).state?.resumeAt?.at).toBe(now + minute);
  const atGate = aPublishedLoop({ phase: "awaiting_gate", gateSince: ahead - minute });
  expect(moved(atGate).state?.gateSince).toBe(now - minute);
});

test("F14: what was stamped while the clock was right is left as it is", () => {
  const state = aPublishedLoop({ ciSince: now - minute, worked: { ms: 0, since: labelledAt } });
  expect(moved(state).state).toEqual({ ...state, revision: state.revision + 1 });
  expect(moved(state).effects).toEqual([]);
});
