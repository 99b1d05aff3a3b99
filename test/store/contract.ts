// What every store must do, whatever it is made of: the suite that each implementation runs.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Delivery, Route, StorePort, Translated } from "../../src/engine/ports.ts";
import type { DayAsk } from "../../src/loop/day.ts";
import type { Effect } from "../../src/loop/effect.ts";
import type { LoopEvent } from "../../src/loop/event.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { aLoop, anEndedLoop, aPublishedLoop, aRun, sha } from "../loop/builder.ts";

/** One place to keep things in; what was kept is there when it is opened again. */
export interface StoreUnderTest {
  open(): Promise<StorePort>;
  /** Removes the place. */
  remove(): Promise<void>;
}

const day = 24 * 3_600_000;

const own = { issueKey: "100#12", loop: "k3f9", at: 1_000 };

/** Tells issue 12 of repository 100 that its label was set; `body` is the hash's first digits. */
function aDelivery(change: Partial<Delivery> & { body?: string } = {}): Delivery {
  const { body = "b1", ...rest } = change;
  const translated = about({ issue: 12 }, aLabelled);
  const origin = { installationId: 1, repositoryId: 100, thread: 12 };
  return { guid: "g1", bodySha256: body.padEnd(64, "0"), receivedAt: 1_000, translated, origin, ...rest };
}

function about(route: Route, event: LoopEvent, repositoryId: number | null = 100): Translated {
  return { kind: "event", repositoryId, route, events: [event] };
}

const aLabelled = { type: "labelled", loop: "k3f9" } as unknown as LoopEvent;
const aMerge: LoopEvent = { type: "pull_ready" };

export function storeContract(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the store's contract`, () => {
    let place: StoreUnderTest;
    let store: StorePort;
    const reopen = async () => {
      await store.close();
      store = await place.open();
    };
    beforeEach(async () => {
      place = await make();
      store = await place.open();
    });
    afterEach(async () => {
      await store.close();
      await place.remove();
    });
    const commit = async (effects: readonly Effect[], state = aLoop(), key = "100#12") => {
      await store.addEvent(key, { type: "alarm", name: "rest" }, 1_000);
      const event = await store.nextEvent(key);
      await store.commit({ seq: event?.seq ?? 0, issueKey: key, state, effects, drop: [], now: 1_000 });
    };

    const nextOf = async () => (await store.pendingEffects("100#12"))[0];

    test("what a delivery tells a loop is there after a restart", async () => {
      expect(await store.acceptDelivery(aDelivery())).toEqual(["100#12"]);
      await reopen();
      expect(await store.nextEvent("100#12")).toMatchObject({ event: aLabelled, at: 1_000 });
      expect(await store.busyIssues(0)).toEqual(["100#12"]);
    });

    test("F18, F19: the same GUID or the same body counts once, also after it was handled and after a restart", async () => {
      await store.acceptDelivery(aDelivery());
      for (let round = 0; round < 2; round++) {
        expect(await store.acceptDelivery(aDelivery({ body: "b2" }))).toBe(null);
        expect(await store.acceptDelivery(aDelivery({ guid: "g2" }))).toBe(null);
        await reopen();
      }
      expect(await store.acceptDelivery(aDelivery({ guid: "g3", body: "b3" }))).toEqual(["100#12"]);
    });

    test("F18: of two equal deliveries at the same time one counts", async () => {
      const twins = await Promise.all([aDelivery(), aDelivery(), aDelivery({ guid: "g2" })].map(store.acceptDelivery));
      expect(twins).toEqual([["100#12"], null, null]);
    });

    test("F24: a delivery is remembered for seven days, and then no longer", async () => {
      await store.acceptDelivery(aDelivery());
      expect(await store.acceptDelivery(aDelivery({ receivedAt: 1_000 + 7 * day }))).toBe(null);
      expect(await store.acceptDelivery(aDelivery({ receivedAt: 1_001 + 7 * day }))).not.toBe(null);
    });

    test("F24: what is pruned, and what is packed for the next start, changes nothing of that", async () => {
      for (let n = 0; n < 450; n++) {
        await store.acceptDelivery(aDelivery({ guid: `g${n}`, body: `${n}a`, receivedAt: n < 220 ? 1_000 : 5 * day }));
      }
      await store.prune(8 * day, null);
      await reopen();
      const again = (n: number) =>
        store.acceptDelivery(aDelivery({ guid: `g${n}`, body: `${n}b`, receivedAt: 8 * day }));
      expect(await again(219)).not.toBe(null);
      expect(await again(220)).toBe(null);
      expect(await again(449)).toBe(null);
    });

    test("I2: an event that was never handled is not forgotten, however old", async () => {
      await store.acceptDelivery(aDelivery());
      await store.prune(400 * day, 300 * day);
      expect((await store.nextEvent("100#12"))?.event).toEqual(aLabelled);
    });

    test("events come in the order in which their deliveries were accepted", async () => {
      const both = [aDelivery({ receivedAt: 2_000 }), aDelivery({ guid: "g2", body: "b2", receivedAt: 3_000 })];
      await Promise.all(both.map(store.acceptDelivery));
      const first = await store.nextEvent("100#12");
      expect(first?.at).toBe(2_000);
      await store.commit({ seq: first?.seq ?? 0, issueKey: "100#12", state: null, effects: [], drop: [], now: 4 });
      expect((await store.nextEvent("100#12"))?.at).toBe(3_000);
    });

    test("where there is no loop, only what can make one is kept for it", async () => {
      const told = (n: number, event: LoopEvent) =>
        store.acceptDelivery(aDelivery({ guid: `g${n}`, body: `b${n}`, translated: about({ issue: n }, event) }));
      expect(await told(1, aMerge)).toEqual([]);
      expect(await told(2, aLabelled)).toEqual(["100#2"]);
      expect(await store.acceptDelivery(aDelivery({ translated: { kind: "ignored", reason: "-" } }))).toBe(null);
    });

    test("F20: what comes while a label waits to be acted on is told after it", async () => {
      await store.acceptDelivery(aDelivery());
      const late = aDelivery({ guid: "g2", body: "b2", translated: about({ issue: 12 }, aMerge) });
      expect(await store.acceptDelivery(late)).toEqual(["100#12"]);
    });

    test("a delivery reaches the loops of its branch, commit, repository, or installation, ended ones too", async () => {
      await commit([], aPublishedLoop());
      await commit([], aLoop({ phase: "settled" }), "100#13");
      let n = 0;
      const reached = (route: Route, repositoryId: number | null = 100) => {
        n += 1;
        const translated = about(route, aMerge, repositoryId);
        return store.acceptDelivery(aDelivery({ guid: `g${n}`, body: `b${n}`, translated }));
      };
      const installation = aLoop().issue.installationId;
      expect(await reached({ branch: "loop/12-k3f9" })).toEqual(["100#12"]);
      expect(await reached({ head: sha("c") })).toEqual(["100#12"]);
      expect(await reached({ pull: 99 })).toEqual([]);
      expect([...((await reached({ repository: true })) ?? [])].sort()).toEqual(["100#12", "100#13"]);
      expect([...((await reached({ repositories: [100] }, null)) ?? [])].sort()).toEqual(["100#12", "100#13"]);
      expect([...((await reached({ installation }, null)) ?? [])].sort()).toEqual(["100#12", "100#13"]);
      expect(await reached({ installation: installation + 1 }, null)).toEqual([]);
    });

    test("what CI says of a commit that a branch has just moved to is told after the move", async () => {
      const came = (guid: string, event: LoopEvent, route: Route) =>
        store.acceptDelivery(aDelivery({ guid, body: guid, translated: about(route, event) }));
      await commit([], aPublishedLoop());
      const ci = { type: "ci_changed", head: sha("d"), name: "test", passed: true } as const;
      expect(await came("g1", ci, { head: sha("d") })).toEqual([]);
      const moved = { type: "branch_moved", head: sha("d"), actor: { login: "dave", id: 4, bot: false } } as const;
      await came("g2", moved, { branch: "loop/12-k3f9" });
      expect(await came("g3", ci, { head: sha("d") })).toEqual(["100#12"]);
      expect(await came("g4", { ...ci, head: sha("e") }, { head: sha("e") })).toEqual([]);
    });

    test("events of one issue come in the order they were added, and one `dedupe` counts once", async () => {
      await store.addEvent("1#1", { type: "alarm", name: "rest" }, 1, "one");
      await store.addEvent("1#1", { type: "alarm", name: "ci_wait" }, 2, "one");
      await store.addEvent("1#1", { type: "alarm", name: "gate_expiry" }, 3, "two");
      await store.addEvent("1#2", { type: "pull_ready" }, 3);
      const first = await store.nextEvent("1#1");
      expect(first?.event).toEqual({ type: "alarm", name: "rest" });
      await store.commit({ seq: first?.seq ?? 0, issueKey: "1#1", state: null, effects: [], drop: [], now: 4 });
      expect((await store.nextEvent("1#1"))?.event).toEqual({ type: "alarm", name: "gate_expiry" });
      expect([...(await store.busyIssues(4))].sort()).toEqual(["1#1", "1#2"]);
    });

    test("I4: state and effects are saved together, and are there after a restart", async () => {
      const state = aLoop({ phase: "executing" });
      await commit([{ type: "write_status" }, { type: "read_claim" }], state);
      await reopen();
      expect(await store.load("100#12")).toEqual(state);
      const effect = await nextOf();
      expect(effect).toMatchObject({ effect: { type: "write_status" }, loop: "k3f9", tries: 0, notBefore: 0 });
      await store.effectStarted(effect?.key ?? "");
      await reopen();
      expect(await nextOf()).toMatchObject({ key: effect?.key, tries: 1 });
      await store.effectDone(effect?.key ?? "");
      expect((await nextOf())?.effect.type).toBe("read_claim");
    });

    test("what is pending comes in the order of asking, postponed or not", async () => {
      await commit([{ type: "write_status" }, { type: "stop_run", run: "r", why: "over" }]);
      await store.effectPostponed((await nextOf())?.key ?? "", 9_000, false);
      await commit([{ type: "post_stop" }]);
      await commit([{ type: "read_claim" }], aLoop(), "100#13");
      const types = (await store.pendingEffects("100#12")).map(({ effect }) => effect.type);
      expect(types).toEqual(["write_status", "stop_run", "post_stop"]);
      expect(await store.nextDueTime()).toBe(9_000);
    });

    test("a decision drops the pending effects it names, and no others", async () => {
      await commit([{ type: "read_claim" }, { type: "write_status" }]);
      await store.addEvent("100#12", { type: "pull_ready" }, 2_000);
      const event = await store.nextEvent("100#12");
      const [first] = await store.pendingEffects("100#12");
      const drop = [first?.key ?? ""];
      const step = { seq: event?.seq ?? 0, issueKey: "100#12", state: aLoop(), effects: [], now: 2_000 };
      await store.commit({ ...step, drop });
      expect((await nextOf())?.effect.type).toBe("write_status");
    });

    test("a postponed effect is due at its time, and a try that did not happen is not counted", async () => {
      await commit([{ type: "read_claim" }]);
      const { key = "" } = (await nextOf()) ?? {};
      await store.effectStarted(key);
      await store.effectPostponed(key, 9_000, true);
      expect(await nextOf()).toMatchObject({ tries: 0, notBefore: 9_000 });
      expect(await store.nextDueTime()).toBe(9_000);
      expect(await store.busyIssues(8_999)).toEqual([]);
      expect(await store.busyIssues(9_000)).toEqual(["100#12"]);
    });

    test("what a clock that was ahead stamped is moved back, and what was stamped before stays (F14)", async () => {
      await commit([{ type: "read_claim" }]);
      await store.acceptDelivery(aDelivery({ receivedAt: 40 * day }));
      const { key = "" } = (await nextOf()) ?? {};
      await store.effectPostponed(key, 40 * day + 60_000, false);
      await store.addEvent("100#12", { type: "pull_ready" }, 40 * day);
      await store.setBack(10 * day, 30 * day);
      expect((await nextOf())?.notBefore).toBe(10 * day + 60_000);
      expect((await store.nextEvent("100#12"))?.at).toBe(10 * day);
      await reopen();
      expect(store.lastTime).toBe(10 * day);
    });

    test("an alarm keeps its latest time, fires once, and survives a restart", async () => {
      await store.setAlarm("1#1", "rest", 5_000);
      await store.setAlarm("1#1", "rest", 6_000);
      await store.setAlarm("1#1", "ci_wait", 7_000);
      await store.clearAlarm("1#1", "ci_wait");
      await reopen();
      expect(await store.nextDueTime()).toBe(6_000);
      expect(await store.takeDueAlarms(5_999)).toEqual([]);
      expect(await store.takeDueAlarms(6_000)).toEqual([{ issueKey: "1#1", name: "rest" }]);
      expect(await store.takeDueAlarms(9_000)).toEqual([]);
      expect((await store.nextEvent("1#1"))?.event).toEqual({ type: "alarm", name: "rest" });
    });

    test("F15: that all loops of a repository are paused is there after a restart, by whom and since when it was first", async () => {
      await store.setAllPaused(100, { by: "carol", since: 5 }, 1);
      await store.setAllPaused(100, { by: "dave", since: 9 }, 2);
      await store.setAllPaused(200, { by: "erin", since: 7 }, 3);
      await store.setAllPaused(200, null, 4);
      await reopen();
      expect([await store.allPaused(100), await store.allPaused(200)]).toEqual([{ by: "carol", since: 5 }, null]);
      await store.setAllPaused(200, { by: "dave", since: 11 }, 5);
      expect(await store.allPaused(200)).toEqual({ by: "dave", since: 11 });
    });

    test("what was commented earlier takes back nothing that was commented later, whichever is heeded first", async () => {
      expect(await store.setAllPaused(100, null, 8)).toBe(true);
      expect(await store.setAllPaused(100, { by: "carol", since: 5 }, 7)).toBe(false);
      expect(await store.setAllPaused(200, { by: "carol", since: 5 }, 9)).toBe(true);
      await reopen();
      expect(await store.setAllPaused(200, null, 8)).toBe(false);
      expect([await store.allPaused(100), await store.allPaused(200)]).toEqual([null, { by: "carol", since: 5 }]);
      expect(await store.setAllPaused(200, null, null)).toBe(true); // in a review, whose place nobody knows
      expect(await store.setAllPaused(200, { by: "dave", since: 6 }, 8)).toBe(false);
      expect(await store.allPaused(200)).toBeNull();
    });

    test("F8: a record brings a pause back where the store knows nothing of it, and nowhere else", async () => {
      await store.setAllPaused(100, { by: "carol", since: 5 }, 1);
      await store.setAllPaused(100, null, 2);
      for (const repository of [100, 200]) await store.recallAllPaused(repository, { by: "carol", since: 5 });
      await store.recallAllPaused(200, { by: "dave", since: 6 });
      expect([await store.allPaused(100), await store.allPaused(200)]).toEqual([null, { by: "carol", since: 5 }]);
      expect(await store.setAllPaused(200, null, 1)).toBe(true);
      expect(await store.allPaused(200)).toBeNull();
    });

    const ask = (run: string, change: Partial<DayAsk> = {}): DayAsk => {
      const limit = { nano: 10, runs: 0, zone: "UTC" };
      const days = [{ whose: "account" as const, limit, from: 0, until: day }];
      return { run, repositoryId: 100, installationId: 1, owner: "Acme", at: 5, wantNano: 6, days, ...change };
    };

    test("F15: what is set aside for a run is there after a restart, once; what it did not cost is free at its end", async () => {
      expect(await store.askDay(ask("r1"), false)).toEqual({ ok: true, nano: 6, short: false });
      expect(await store.setAside("r1")).toBeNull();
      for (let round = 0; round < 2; round++) {
        expect(await store.askDay(ask("r1"), true)).toEqual({ ok: true, nano: 6, short: false });
        await reopen();
      }
      expect(await store.askDay(ask("r2"), true)).toEqual({ ok: true, nano: 4, short: true });
      expect(await store.askDay(ask("r3"), true)).toMatchObject({ ok: false, full: { of: "money", sooner: true } });
      expect(await store.settleRun("r1", 2, 7)).toBe(false);
      expect(await store.settleRun("r2", 4, 8)).toBe(true);
      expect(await store.settleRun("r1", 1, 9)).toBe(false); // of two ends the dearer one holds
      expect(await store.dayUse(ask("r3"), { whose: "account", from: 0 })).toEqual({
        settledNano: 6,
        reservedNano: 0,
        runs: 2,
      });
      expect(await store.askDay(ask("r3"), true)).toMatchObject({ ok: true, nano: 4 });
      expect(await store.settleRun("unknown", 1, 9)).toBe(false);
    });

    test("an account is the same when it has the App anew, or another name; a repository is itself alone", async () => {
      await store.askDay(ask("r1"), true);
      const used = async (of: Partial<DayAsk>, whose: "account" | "repository") =>
        (await store.dayUse(ask("r9", of), { whose, from: 0 })).reservedNano;
      expect(await used({ installationId: 2, owner: "aCME" }, "account")).toBe(6);
      expect(await used({ owner: "renamed" }, "account")).toBe(6);
      expect(await used({ installationId: 2, owner: "other" }, "account")).toBe(0);
      expect(await used({ repositoryId: 200 }, "account")).toBe(6);
      expect(await used({ repositoryId: 200 }, "repository")).toBe(0);
    });

    test("a run over midnight counts on both days, as begun on the first; then its day is forgotten", async () => {
      await store.askDay(ask("r1", { at: day - 5 }), true);
      const next = { whose: "repository", from: day } as const;
      expect(await store.dayUse(ask("r9"), next)).toEqual({ settledNano: 0, reservedNano: 6, runs: 0 });
      await store.settleRun("r1", 3, day + 5);
      expect(await store.dayUse(ask("r9"), next)).toEqual({ settledNano: 3, reservedNano: 0, runs: 0 });
      expect(await store.dayUse(ask("r9"), { ...next, from: 2 * day })).toMatchObject({ settledNano: 0 });
      await store.prune(4 * day, null);
      expect(await store.setAside("r1")).not.toBeNull();
      await store.prune(6 * day, null);
      expect(await store.setAside("r1")).toBeNull();
    });

    test("F9: once the clock is set back, what it had stamped counts for the day that it is", async () => {
      await store.askDay(ask("r1", { at: 3 * day }), true);
      await store.settleRun("r1", 3, 3 * day + 1);
      await store.setBack(day, 2 * day);
      expect(await store.dayUse(ask("r9"), { whose: "account", from: day })).toMatchObject({ settledNano: 3, runs: 1 });
      expect(await store.dayUse(ask("r9"), { whose: "account", from: 2 * day })).toMatchObject({ settledNano: 0 });
    });

    test("F8: what records tell of runs counts where the store knows nothing of them", async () => {
      const { repositoryId, installationId, owner } = ask("");
      const of = { repositoryId, installationId, owner, beganAt: 3 };
      await store.askDay(ask("r1"), true);
      await store.recallRunCosts([
        { ...of, run: "r1", endedAt: 4, nano: 1 },
        { ...of, run: "r2", endedAt: 4, nano: 1 },
        { ...of, run: "r3", endedAt: null, nano: 2 },
      ]);
      expect(await store.dayUse(ask("r9"), { whose: "account", from: 0 })).toEqual({
        settledNano: 1,
        reservedNano: 8,
        runs: 3,
      });
    });

    test("what was noted under a name is there after a restart, as it was noted last", async () => {
      expect(await store.kept("webhooks read")).toBeNull();
      for (const value of ["1", "2"]) await store.keep("webhooks read", value);
      await store.keep("another", "3");
      await reopen();
      expect([await store.kept("webhooks read"), await store.kept("another")]).toEqual(["2", "3"]);
    });

    test("a delivery is known by its GUID alone for seven days, also after a restart", async () => {
      await store.acceptDelivery(aDelivery({ receivedAt: 10 * day }));
      await reopen();
      expect([store.knowsDelivery("g1", 17 * day), store.knowsDelivery("g1", 17 * day + 1)]).toEqual([true, false]);
      expect(store.knowsDelivery("g2", 10 * day)).toBe(false);
    });

    test("F15: how a repository's schedules stand is there after a restart, until it has none", async () => {
      const repository = { installationId: 1, repositoryId: 100, owner: "acme", name: "shop" };
      const last = { at: 4, issue: 7, base: sha("b") };
      const tidy = { since: 5, passes: 2, last, unanswered: [3], opening: { at: 6, begunAt: 6 } };
      await store.setSchedules(100, { repository, standing: {} });
      await store.setSchedules(100, { repository, standing: { tidy } });
      await store.setSchedules(200, { repository, standing: {} });
      await store.setSchedules(200, null);
      await store.setAlarm("100#0", "schedules", 9);
      await reopen();
      expect(await store.schedules(100)).toEqual({ repository, standing: { tidy } });
      expect(await store.schedules(200)).toBe(null);
      expect(await store.takeDueAlarms(9)).toEqual([{ issueKey: "100#0", name: "schedules" }]);
    });

    test("alarms fire in the order of their times, and all of one issue's can be cleared at once", async () => {
      await store.setAlarm("1#1", "rest", 6_000);
      await store.setAlarm("1#2", "rest", 5_000);
      await store.setAlarm("1#3", "rest", 4_000);
      await store.setAlarm("1#3", "ci_wait", 4_500);
      await store.clearAlarm("1#3", null);
      expect((await store.takeDueAlarms(9_000)).map(({ issueKey }) => issueKey)).toEqual(["1#2", "1#1"]);
    });

    test("loops are found by branch, pull request and commit, of their own repository only", async () => {
      await commit([], aPublishedLoop());
      const found = "100#12";
      expect(await store.findIssue({ repositoryId: 100, branch: "loop/12-k3f9" })).toBe(found);
      expect(await store.findIssue({ repositoryId: 100, pull: 13 })).toBe(found);
      expect(await store.findIssue({ repositoryId: 100, head: sha("c") })).toBe(found);
      expect(await store.findIssue({ repositoryId: 101, pull: 13 })).toBe(null);
    });

    test("where an ended and a living loop both know a commit, the living one is found", async () => {
      await commit([], aPublishedLoop({ phase: "settled" }), "100#11");
      await commit([], aPublishedLoop(), "100#12");
      expect(await store.findIssue({ repositoryId: 100, head: sha("c") })).toBe("100#12");
    });

    test("of live loops it is known where they are, and of those that can go on that they need their files", async () => {
      const [over, may] = (["none", "execute"] as const).map((resume) =>
        anEndedLoop({ reason: "cancelled", of: "told", said: "", resume }),
      ) as [LoopState, LoopState];
      const untold = [aRun({ status: "stopped", untold: true })];
      const told = { ...over, attempts: over.attempts.map((one) => ({ ...one, runs: untold })) };
      await commit([], { ...over, id: "over" }, "100#11");
      await commit([], { ...may, id: "may" }, "100#12");
      await commit([], aLoop({ id: "refused", phase: "refused" }), "100#13");
      await commit([], aPublishedLoop({ id: "gate", phase: "awaiting_gate", gateSince: 5 }), "100#14");
      await commit([], { ...told, id: "told" }, "100#15");
      await reopen();
      expect(await store.liveLoops()).toEqual([
        { issueKey: "100#14", installationId: 1, repositoryId: 100, issue: 14, pull: 13 },
      ]);
      expect(await store.livePhases()).toEqual([
        { issueKey: "100#14", phase: "awaiting_gate", gateSince: 5, waits: null },
      ]);
      const ids = await store.loopIds();
      expect(ids.map(({ id }) => id)).toEqual(["gate", "may", "over", "refused", "told"]);
      expect(ids.filter(({ keepsFiles }) => keepsFiles).map(({ id }) => id)).toEqual(["gate", "may", "told"]);
      const waiting = { run: "r1", since: 1 };
      await commit([], aLoop({ id: "slot", queued: { ...waiting, place: 1, of: 2 } }), "100#14");
      expect(await store.livePhases()).toMatchObject([{ waits: "slot" }]);
      const dayFull = { ...waiting, whose: "account", of: "runs", may: 1, zone: "UTC", until: 9 } as const;
      await commit([], aLoop({ id: "day", dayFull }), "100#14");
      expect(await store.livePhases()).toMatchObject([{ waits: "day" }]);
    });

    test("the phases of live loops are told whatever characters people and programs put into their states", async () => {
      const odd = { "100#12": "nul \0", "100#13": "half a pair \ud83d", "100#14": "the other half \ude00" };
      for (const [key, title] of Object.entries(odd)) await commit([], aLoop({ title, phase: "paused" }), key);
      const phases = (await store.livePhases()).map(({ issueKey, phase }) => `${issueKey} ${phase}`);
      expect(phases).toEqual(["100#12 paused", "100#13 paused", "100#14 paused"]);
      expect((await store.load("100#12"))?.title).toBe("nul \0");
    });

    test("of a repository's ended loops the newest are found, and no living one and none of another", async () => {
      const endedAt = (at: number, id: string) =>
        anEndedLoop({ reason: "cancelled", of: "told", said: "", at }, { id });
      const other = endedAt(9, "other");
      await commit([], endedAt(5, "middle"), "100#11");
      await commit([], endedAt(7, "newest"), "100#12");
      await commit([], endedAt(3, "oldest"), "100#13");
      await commit([], aLoop({ id: "lives" }), "100#14");
      await commit([], { ...other, issue: { ...other.issue, repositoryId: 101 } }, "101#11");
      await reopen();
      expect((await store.pastLoops(100, 2)).map(({ id }) => id)).toEqual(["newest", "middle"]);
    });

    test("ended loops are no live ones", async () => {
      await commit([], aLoop({ phase: "settled" }));
      await commit([], aLoop({ id: "z9y8" }), "100#13");
      expect((await store.loops("live")).map(({ issueKey }) => issueKey)).toEqual(["100#13"]);
      expect(await store.loops("all")).toHaveLength(2);
    });

    test("a text is found by its hash", async () => {
      const hash = await store.putArtifact("a brief", own);
      expect(await store.putArtifact("a brief", own)).toBe(hash);
      await reopen();
      expect(await store.getArtifact(hash)).toBe("a brief");
      expect(await store.getArtifact("0".repeat(64))).toBe(null);
    });

    test("a text is kept as it is, whatever characters are in it", async () => {
      const odd = "nul \0 back\\x41 \u{1f600} \u2028 end\n";
      expect(await store.getArtifact(await store.putArtifact(odd, own))).toBe(odd);
      const event = { type: "command", text: odd } as unknown as LoopEvent;
      await store.addEvent("1#1", event, 1);
      expect((await store.nextEvent("1#1"))?.event).toEqual(event);
      await store.trace({ issueKey: "1#1", loop: "k", at: 1, kind: "step", detail: { odd } });
      expect(await store.readTrace("1#1", 1)).toMatchObject([{ detail: { odd } }]);
      expect(await store.findIssue({ repositoryId: 1, branch: odd })).toBe(null);
    });

    test("loops that ended are told newest first, a page at a time, also where many ended at once", async () => {
      const endings = { "100#1": 1_000, "100#2": 3_000, "100#3": 3_000, "100#4": 3_000, "100#5": 2_000 };
      for (const [key, at] of Object.entries(endings))
        await commit(
          [],
          anEndedLoop({ reason: "cancelled", of: "told", said: "", at }, { id: `l${key.slice(4)}` }),
          key,
        );
      await commit([], aLoop(), "100#6");
      const keys = async (before: number, limit: number) =>
        (await store.newestEnded(before, limit)).map(({ at, issueKey }) => `${at} ${issueKey}`).sort();
      expect(await keys(9_000, 2)).toEqual(["3000 100#2", "3000 100#3", "3000 100#4"]);
      expect(await keys(3_000, 1)).toEqual(["2000 100#5"]);
      expect((await store.newestEnded(3_000, 9)).map(({ at }) => at)).toEqual([2_000, 1_000]);
    });

    test("of the loops that ended those of some repositories are told as those of all are", async () => {
      const endings = { "100#1": 1_000, "100#2": 3_000, "200#3": 3_000, "300#4": 2_000, "300#5": 4_000 };
      for (const [key, at] of Object.entries(endings)) {
        const { issue } = aLoop();
        const ended = { id: `l${key.slice(4)}`, issue: { ...issue, repositoryId: Number(key.slice(0, 3)) } };
        await commit([], anEndedLoop({ reason: "cancelled", of: "told", said: "", at }, ended), key);
      }
      const keys = async (limit: number, repositories: readonly number[]) =>
        (await store.newestEnded(9_000, limit, repositories)).map(({ at, issueKey }) => `${at} ${issueKey}`);
      expect((await keys(1, [100, 200])).sort()).toEqual(["3000 100#2", "3000 200#3"]);
      expect(await keys(9, [100])).toEqual(["3000 100#2", "1000 100#1"]);
      expect(await keys(9, [])).toEqual([]);
    });

    test("the trace of an issue is read newest last, as many entries as asked for", async () => {
      for (const at of [1, 2, 3]) await store.trace({ issueKey: "1#1", loop: "k", at, kind: "step", detail: { at } });
      expect((await store.readTrace("1#1", 2)).map(({ at }) => at)).toEqual([2, 3]);
    });

    test("I1: each opening has a higher epoch, and the last time that was stored is known", async () => {
      const { epoch } = store;
      expect(store.lastTime).toBe(0);
      await store.addEvent("1#1", { type: "pull_ready" }, 77_000);
      const event = await store.nextEvent("1#1");
      await store.commit({ seq: event?.seq ?? 0, issueKey: "1#1", state: null, effects: [], drop: [], now: 77_000 });
      await reopen();
      expect(store.epoch).toBe(epoch + 1);
      expect(store.lastTime).toBe(77_000);
    });

    test("pruning forgets what is done and old, and nothing that is open", async () => {
      await commit([{ type: "write_status" }], aLoop({ phase: "settled" }));
      await store.addEvent("100#12", { type: "pull_ready" }, 2_000, "open");
      await store.addEvent("1#1", { type: "pull_ready" }, 2_000, "done");
      const done = await store.nextEvent("1#1");
      await store.commit({ seq: done?.seq ?? 0, issueKey: "1#1", state: null, effects: [], drop: [], now: 2_000 });
      await store.prune(2_000 + 10 * day, null);
      await store.addEvent("1#1", { type: "pull_ready" }, 3_000, "done");
      expect(await store.nextEvent("1#1")).toBe(null);
      await store.prune(2_000 + 20 * day, null);
      await store.addEvent("1#1", { type: "pull_ready" }, 3_000, "done");
      expect(await store.nextEvent("1#1")).not.toBe(null);
      expect((await store.nextEvent("100#12"))?.event.type).toBe("pull_ready");
      expect((await nextOf())?.effect.type).toBe("write_status");
    });
  });
}
