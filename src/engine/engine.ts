// The engine: deliveries in, turns of loops, alarms on time, and an orderly end.

import { isLive } from "../loop/end.ts";
import type { LoopEvent } from "../loop/event.ts";
import { takeIn } from "./intake.ts";
import { createMailbox } from "./mailbox.ts";
import type { Clock, Delivery, GitHubPort, Log, RunsPort, StorePort, Translated } from "./ports.ts";
import { adoptRun } from "./run.ts";
import { createSlots } from "./slots.ts";
import { turn } from "./turn.ts";
import type { World } from "./world.ts";

export interface EngineParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: StorePort;
  readonly github: GitHubPort;
  readonly runs: RunsPort;
  readonly translate: (event: string, body: string) => Translated;
  readonly operator: World["operator"];
  readonly sealKey: Uint8Array;
  readonly concurrentRuns: number;
}

export interface Engine {
  /** Takes up what was left: stored deliveries, live loops, containers that outlived us. */
  start(): Promise<void>;
  /** Stores a delivery before it is answered; false when it was stored before. Throws Fault when it cannot be stored. */
  accept(delivery: Delivery): Promise<boolean>;
  /** Fires the alarms that are due and retries what was postponed until now. */
  tick(): Promise<void>;
  /** Resolves when nothing is left to do now: every delivery handled, every turn over, no container running. */
  idle(): Promise<void>;
  readonly busy: boolean;
  /** Begins no new work, waits for turns in progress, leaves containers running for the next start. */
  stop(): Promise<void>;
}

export function createEngine(parts: EngineParts): Engine {
  const { clock, log, store } = parts;
  let stopping = false;
  let cancelTimer = () => {};
  let intake: Promise<void> | null = null;
  let intakeAgain = false;
  let inFlight = 0; // watched runs, and their endings on the way to an event
  let changed: (() => void)[] = [];

  const slots = createSlots(parts.concurrentRuns, (key) => track(giveSlot(key)));
  const world: World = { ...parts, slots, submit, track, stopping: () => stopping };
  const mailbox = createMailbox(async (key) => {
    await turn(world, key);
    await schedule().catch((error) => log.error({ err: error }, "the next alarm could not be read"));
  }, notify);

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
    const next = await store.nextEffect(issueKey);
    if (next?.effect.type === "start_run") await store.effectPostponed(next.key, 0, false);
    mailbox.poke(issueKey);
  }

  function takeDeliveries(): void {
    intakeAgain = true;
    if (intake !== null || stopping) return;
    intake = (async () => {
      while (intakeAgain) {
        intakeAgain = false;
        await takeIn({ store, log, translate: parts.translate, poke: mailbox.poke });
      }
    })()
      .catch((error) => log.error({ err: error }, "deliveries could not be taken in; they stay stored"))
      .finally(() => {
        intake = null;
        if (intakeAgain) takeDeliveries();
        notify();
      });
  }

  async function schedule(): Promise<void> {
    cancelTimer();
    if (stopping) return;
    const due = await store.nextDueTime();
    if (due !== null && !stopping) cancelTimer = clock.at(due, () => void tick());
  }

  async function tick(): Promise<void> {
    if (stopping) return;
    try {
      const now = clock.now();
      await store.takeDueAlarms(now);
      for (const key of await store.busyIssues(now)) mailbox.poke(key);
      await schedule();
    } catch (error) {
      log.error({ err: error }, "alarms could not be read; trying again in a minute");
      cancelTimer = clock.at(clock.now() + 60_000, () => void tick());
    }
  }

  async function adoptAll(): Promise<void> {
    for (const { issueKey, state } of await store.loops("live")) {
      if (!isLive(state)) continue;
      const running = state.attempts.flatMap((attempt) => attempt.runs).filter((run) => run.status === "running");
      for (const run of running) {
        if (run.isolation !== null) await adoptRun(world, state, run.id, issueKey);
      }
    }
    const live = (await store.loops("all")).filter(({ state }) => keepsFiles(state.phase, state.ending?.resume));
    const removed = await parts.runs.sweep(live.map(({ state }) => state.id));
    if (removed.length > 0) log.info({ removed }, "removed what no loop owns");
  }

  function keepsFiles(phase: string, resume: string | undefined): boolean {
    return phase !== "refused" && (phase !== "settled" || resume !== "none");
  }

  function busy(): boolean {
    return mailbox.busy || intake !== null || inFlight > 0;
  }

  return {
    async start() {
      await adoptAll();
      takeDeliveries();
      await tick();
    },
    async accept(delivery) {
      const fresh = await store.acceptDelivery(delivery);
      if (fresh) takeDeliveries();
      return fresh;
    },
    tick,
    async idle() {
      while (busy()) {
        await new Promise<void>((resolve) => changed.push(resolve));
      }
    },
    get busy() {
      return busy();
    },
    async stop() {
      stopping = true;
      cancelTimer();
      await intake;
      await mailbox.idle();
    },
  };
}
