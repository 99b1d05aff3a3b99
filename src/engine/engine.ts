// The engine: deliveries in, turns of loops, alarms on time, and an orderly end.

import { Fault } from "../base/fault.ts";
import type { LoopEvent } from "../loop/event.ts";
import { issueKeyOf } from "../loop/issue-key.ts";
import { noIssue } from "../loop/schedule.ts";
import { nextOf, sift } from "../loop/still.ts";
import { createAdoption } from "./look/adoption.ts";
import { createForgetting, type Measured } from "./look/forgetting.ts";
import { createPass } from "./look/pass.ts";
import { createReconciler, type ReconcileOptions } from "./look/reconcile.ts";
import { createMailbox } from "./mailbox.ts";
import type { Clock, Delivery, GitHubPort, Log, RunsPort, StorePort } from "./ports.ts";
import { watchSetBack } from "./set-back.ts";
import { createSlots } from "./slots.ts";
import { turn } from "./turn.ts";
import type { World } from "./world.ts";

export interface EngineParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: StorePort;
  readonly github: GitHubPort;
  readonly runs: RunsPort;
  readonly operator: World["operator"];
  /** The trigger: set on an issue, it starts a loop. */
  readonly label: string;
  readonly newLoopId: () => string;
  readonly sealKey: Uint8Array;
  readonly concurrentRuns: number;
  /** To how many repositories that come at once the App proposes a first policy; 0: it does not introduce itself. Absent: 0. */
  readonly introductions?: number;
  /** How long what ended loops left is kept, in milliseconds. Absent: for ever. */
  readonly keepMs?: number;
  /** How much may be kept of all that, in bytes; the loops that ended first go first. Absent: anything. */
  readonly keepBytes?: number;
  /** What drops, orders and guards what was asked for; absent: loop/still.ts. Tests plant bugs in it. */
  readonly decider?: World["decider"];
  /** Told of each decision once it is saved. Absent: nobody counts. */
  readonly onDecided?: World["onDecided"];
  /** Absent: nothing is restored and nothing is looked at in silence. */
  readonly reconcile?: ReconcileOptions;
}

export interface Engine {
  /** Takes up what was left: stored events, live loops, containers that outlived us. */
  start(): Promise<void>;
  /** Stores a delivery before it is answered; false when it was stored before. Throws Fault when it cannot be stored. */
  accept(delivery: Delivery): Promise<boolean>;
  /** Fires the alarms that are due and retries what was postponed until now. */
  tick(): Promise<void>;
  /** Deliveries may have been turned away: those that GitHub knows of are asked for again within minutes. */
  missed(): void;
  /** Resolves when nothing is left to do now: every delivery handled, every turn over, no container running. */
  idle(): Promise<void>;
  readonly busy: boolean;
  /** What was taken of the disk at the last look; null before the first. */
  disk(): Measured | null;
  /** Containers at work, how many there may be, and how many runs wait for one. */
  slots(): { readonly taken: number; readonly of: number; readonly waiting: number };
  /** Begins no new work, waits for turns in progress, leaves containers running for the next start. */
  stop(): Promise<void>;
}

/** What could not be done for a fault of the store is tried again after so long. */
const soonMs = 5_000;

/** A timer for a moment that has passed would fire at once, over and over, while a turn is still at the work. */
const notBeforeMs = 1_000;

export function createEngine(parts: EngineParts): Engine {
  const { clock, log, store } = parts;
  let stopping = false;
  let cancelTimer = () => {};
  let inFlight = 0; // watched runs, and their endings on the way to an event
  let changed: (() => void)[] = [];

  const slots = createSlots(
    parts.concurrentRuns,
    (key) => track(giveSlot(key)),
    (ms, act) => void clock.at(clock.now() + ms, () => stopping || act()),
    clock.now,
  );
  const world: World = {
    ...parts,
    slots,
    watched: new Map(),
    alone: new Set(),
    beginning: new Map(),
    submit,
    untilStored,
    track,
    stopping: () => stopping,
    decider: parts.decider ?? { sift, nextOf },
    takeUp: (key) => adoption.of(key),
    repositoryOf: async (id) => (reconciler === null ? undefined : reconciler.repositoryOf(id)),
    recall: async (key) => (reconciler === null ? "none" : reconciler.recall(key)),
  };
  const reconciler = parts.reconcile === undefined ? null : createReconciler(world, parts.reconcile);
  const timeNow = watchSetBack(world);
  const adoption = createAdoption(world, (work) => soon(() => track(work())));
  let cancelPass = () => {};
  let passAt: number | null = null; // when the next pass begins; null: one is under way, or is yet to be the first
  let passing: Promise<void> = Promise.resolve();
  const mailbox = createMailbox(async (key) => {
    const finished = await turn(world, key);
    if (!finished) soon(() => mailbox.poke(key));
    await schedule().catch((error) => {
      log.error({ err: error }, "the next alarm could not be read; trying again soon");
      soon(onTime);
    });
  }, notify);
  // What a first look restored is in the store once its turn is over.
  const everyMs = parts.reconcile?.everyMs ?? 0;
  const forgetting = createForgetting(world);
  const pass = createPass(world, reconciler, { settled: () => mailbox.idle(), everyMs, forgetting });

  function soon(act: () => void): void {
    if (!stopping) clock.at(clock.now() + soonMs, act);
  }

  async function untilStored(work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (stopping || !(error instanceof Fault) || error.retry === "never") throw error;
        log.warn({ err: error }, "could not be stored; trying again soon");
        await new Promise<void>((resolve) => soon(resolve));
      }
    }
  }

  function notify(): void {
    const woken = changed;
    changed = [];
    for (const wake of woken) wake();
  }

  async function submit(issueKey: string, event: LoopEvent, dedupe: string): Promise<void> {
    await store.addEvent(issueKey, event, clock.now(), dedupe);
    mailbox.poke(issueKey);
  }

  function track(work: Promise<void>): void {
    inFlight += 1;
    void work
      .catch((error) => log.error({ err: error }, "work beside the turns failed; reconciling finds what is left"))
      .finally(() => {
        inFlight -= 1;
        notify();
      });
  }

  /** A slot is free: the run that waits for it is tried now, not at its next time. */
  async function giveSlot(issueKey: string): Promise<void> {
    const pending = await store.pendingEffects(issueKey);
    const waiting = pending.find(({ effect }) => effect.type === "start_run");
    if (waiting !== undefined) await store.effectPostponed(waiting.key, 0, false);
    mailbox.poke(issueKey);
  }

  function told(issueKey: string): void {
    reconciler?.heardOf(issueKey);
    mailbox.poke(issueKey);
  }

  /** Where the App is now, schedules may be, and it introduces itself. Told again by a delivery that comes again, it comes to the same. */
  async function seeRepositories({ guid, translated }: Delivery): Promise<void> {
    if (translated.kind === "ignored" || !("repositories" in translated.route)) return;
    if (!translated.events.some(({ type }) => type === "issue_back")) return;
    const { repositories, unchosen } = translated.route;
    const added = { among: repositories.length, ...(unchosen === undefined ? {} : { unchosen }) };
    for (const id of repositories) {
      const key = issueKeyOf(id, noIssue);
      await submit(key, { type: "schedules_seen" }, `${guid}/schedules/${id}`);
      await submit(key, { type: "repository_added", ...added }, `${guid}/added/${id}`);
    }
  }

  async function schedule(): Promise<void> {
    const due = stopping ? null : await store.nextDueTime();
    cancelTimer(); // only now: turns that end together each ask, and all but the last timer would be nobody's to cancel
    if (due === null || stopping) return;
    const now = clock.now();
    cancelTimer = clock.at(due > now ? due : now + notBeforeMs, onTime);
  }

  async function tick(): Promise<void> {
    if (stopping) return;
    try {
      const now = await timeNow();
      await store.takeDueAlarms(now);
      for (const key of await store.busyIssues(now)) mailbox.poke(key);
      await schedule();
    } catch (error) {
      missed();
      log.error({ err: error }, "alarms could not be read; trying again in a minute");
      cancelTimer();
      cancelTimer = clock.at(clock.now() + 60_000, onTime);
    }
  }

  /** The engine is busy from here on: what is due has no turn yet while the store is still asked which it is. */
  function onTime(): void {
    track(tick());
  }

  async function passOnce(): Promise<void> {
    const nextIn = await pass();
    if (!stopping && reconciler !== null) passAfter(nextIn);
  }

  function passAfter(ms: number): void {
    passAt = clock.now() + ms;
    cancelPass = clock.at(passAt, beginPass);
  }

  function beginPass(): void {
    if (stopping) return;
    passAt = null;
    passing = tick().then(passOnce);
    track(passing);
  }

  /** The store cannot be had: deliveries are turned away meanwhile, and the next look may be far off. */
  function missed(): void {
    reconciler?.missed();
    const at = reconciler?.againAt() ?? null;
    if (stopping || at === null || passAt === null) return;
    const ms = Math.max(at - clock.now(), soonMs); // many that fail together bring one pass
    if (clock.now() + ms >= passAt) return;
    cancelPass();
    passAfter(ms);
  }

  function busy(): boolean {
    return mailbox.busy || inFlight > 0;
  }

  return {
    async start() {
      await adoption.begin();
      beginPass();
    },
    async accept(delivery) {
      reconciler?.heard(delivery.origin);
      const issues = await store.acceptDelivery(delivery).catch((error) => {
        missed();
        throw error;
      });
      if (issues === null) {
        // What ended an earlier try may have come between its two writes.
        await seeRepositories(delivery);
        return false;
      }
      for (const issue of issues) {
        const events = delivery.translated.kind === "event" ? delivery.translated.events.map(({ type }) => type) : [];
        log.info({ delivery: delivery.guid, issue, events }, "delivery processed");
        told(issue);
      }
      await seeRepositories(delivery);
      return true;
    },
    tick,
    missed,
    async idle() {
      while (busy()) {
        await new Promise<void>((resolve) => changed.push(resolve));
      }
    },
    get busy() {
      return busy();
    },
    disk: forgetting.disk,
    slots: () => ({ taken: slots.taken, of: parts.concurrentRuns, waiting: slots.waiting }),
    async stop() {
      stopping = true;
      cancelTimer();
      cancelPass();
      await passing;
      await mailbox.idle();
    },
  };
}
