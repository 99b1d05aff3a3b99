// One simulated run: the real engine over a simulated world, from the first label to the last quiet moment.
import { hash } from "node:crypto";
import { createEngine, type Engine, type EngineParts } from "../../src/engine/engine.ts";
import { createReconciler } from "../../src/engine/look/reconcile.ts";
import type { Delivery, Log, Translated } from "../../src/engine/ports.ts";
import type { World as EngineWorld } from "../../src/engine/world.ts";
import { createPacer } from "../../src/github/client/pacer.ts";
import { originOf } from "../../src/github/deliveries/origin.ts";
import { translate } from "../../src/github/deliveries/webhook.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { generousBounds } from "../../src/policy/clamp.ts";
import { sealKey } from "../../src/record/seal.ts";
import { lateAllPaused } from "./all-paused.ts";
import { type Boundary, createBoundary } from "./boundary.ts";
import { cell } from "./cell.ts";
import { createChecks } from "./checks.ts";
import { createContainers } from "./containers.ts";
import { accountDay } from "./days.ts";
import { type Act, perform } from "./deeds.ts";
import { simulatedGitHub } from "./github.ts";
import { createMergeQueue } from "./merge-queue.ts";
import { type Account, app, appId, ghost, type Issue, triggerLabel } from "./model.ts";
import { createPayloads } from "./payloads.ts";
import { random } from "./random.ts";
import type { Setup } from "./setup.ts";
import { type Disk, emptyDisk, memoryStore, wipe } from "./store.ts";
import { createTimeline } from "./timeline.ts";
import { createWorld, type World } from "./world.ts";

/** A change of the engine's parts: how the checker is checked. */
/** The engine's parts, and how a delivery is read before it reaches the engine. */
export type SimParts = EngineParts & { readonly translate: (event: string, payload: unknown) => Translated };

export type Mutate = (parts: SimParts, disk: Disk, world: World) => SimParts;

/** A webhook on its way: what is known of it before it is read. */
interface Hook extends Pick<Delivery, "guid" | "bodySha256"> {
  readonly event: string;
  readonly payload: unknown; // made for this webhook alone, of nothing that JSON does not hold
}

export interface Options {
  /** Acts, mishaps and webhooks, by name, that do not happen. */
  readonly without?: ReadonlySet<string>;
  readonly mutate?: Mutate;
  readonly trace?: (line: string) => void;
  /** Ask for L1 to L4 at the end. */
  readonly liveness: boolean;
}

export interface Outcome {
  readonly violations: readonly string[];
  readonly steps: number;
  /** What people did and what went wrong, by the names that `without` takes. */
  readonly happened: readonly string[];
  /** The calls of the run, each once, in the order in which they were made. */
  readonly calls: readonly string[];
  readonly loops: readonly LoopState[];
  /** SHA-256 of each webhook's body, in the order in which they were sent. */
  readonly hooks: readonly string[];
}

const start = Date.parse("2026-01-05T09:00:00Z");
const key = sealKey("the simulator's secret");
const mostSteps = 40_000;
const settlingMs = 15 * 60_000; // what a new life needs to hear of everything that ended before it
const reconcileMs = 60 * 60_000;

interface Life {
  readonly boundary: Boundary;
  engine: Engine | null;
  translate: SimParts["translate"];
  started: boolean;
  readonly since: number;
}

export async function simulate(setup: Setup, options: Options): Promise<Outcome> {
  const { seed } = setup;
  const without = options.without ?? new Set<string>();
  const trace = options.trace ?? (() => {});
  const timeline = createTimeline(start, random(seed, "ties"));
  const draw = random(seed, "simulation");
  const disk = emptyDisk();
  const payloads = createPayloads(
    () => timeline.now,
    (account) => world.named(account),
  );
  const happened: string[] = [];
  const calls: string[] = [];
  const counts = new Map<string, number>();
  const senders = new Map<string, number>();
  let offset = 0;
  const hooks: string[] = [];
  let loopIds = 0;
  let declined = false;
  let lives = 0;
  let restoresFirst = false;
  const running: { life: Life | null } = { life: null };

  const clock = () => timeline.now + offset;
  const isCalm = () => timeline.now - start >= setup.calmAt;
  const self = { appId, slug: "loopgate", triggerLabels: [triggerLabel], newLoopId };

  function newLoopId(): string {
    loopIds += 1;
    return `l${loopIds}`;
  }

  function may(name: string): boolean {
    if (without.has(name)) return false;
    happened.push(name);
    return true;
  }

  const world = createWorld({
    timeline,
    policy: setup.policy,
    payloads,
    requiredChecks: setup.policy?.includes("required: [test]") ? ["test"] : [],
    emit,
    deletesMergedBranches: setup.deletesMergedBranches,
    onPush({ sha, branch, before, by }) {
      if (by.id === app.id) checks.onPush(branch, before, sha);
      const heldMs = by.id === app.id ? setup.holdsRuns(sha) : null;
      if (heldMs === null) return runCi(sha);
      world.holdRuns(sha, true);
      timeline.after(heldMs, `a person lets the workflows on ${sha.slice(0, 7)} run`, () => {
        world.holdRuns(sha, false);
        runCi(sha);
      });
    },
    onQueued: (pull) => queue(pull),
    onReady(pull) {
      const issue = Number(/^loop\/(\d+)-/.exec(world.pulls.get(pull)!.value.branch)?.[1]);
      for (const act of setup.onReady(pull, issue)) plan(act);
    },
  });
  const queue = createMergeQueue({
    world: () => world,
    timeline,
    conduct: setup.queueConduct,
    onMerge: (pull) => checks.onQueueMerge(pull),
  });
  for (const number of setup.issues) {
    world.issues.set(number, cell(timeline.now, freshIssue(number)));
  }

  const containers = createContainers({
    world,
    timeline,
    conduct: setup.conduct,
    checkSays: setup.checkSays,
    knockOutSays: setup.knockOutSays,
    dearer: setup.dearer,
    onStart: (order) => checks.onStart(order),
    onAskedCall: (order, call) => checks.onAskedCall(order, call),
    onForget: (container) => checks.onForget(container),
    onPublish: (loop, branch, head) => checks.onPublish(loop, branch, head),
    declinesPush: () => declines("push"),
  });
  const checks = createChecks({
    world,
    containers,
    disk,
    sealKey: key,
    now: () => timeline.now,
    clock,
    concurrentRuns: setup.concurrentRuns,
    days: setup.days,
    life: () => lives,
    senderOf: (guid) => senders.get(guid) ?? null,
    declined: () => declined,
  });

  function declines(name: string): boolean {
    const says = !isCalm() && setup.declines(name);
    declined ||= says;
    return says;
  }

  /** A webhook: its copies travel on their own, and one that is not taken is delivered again later. */
  function emit(event: string, payload: object, sender: Account): void {
    const body = JSON.stringify(payload);
    const bodySha256 = hash("sha256", body);
    const nth = hooks.push(bodySha256);
    const guid = `g${nth}`;
    senders.set(guid, sender.id);
    const fate = isCalm() || without.has(`hook#${nth}`) ? [1000] : setup.fate(nth);
    if (fate.length !== 1 || fate[0]! > 163_000) happened.push(`hook#${nth}`);
    const hook: Hook = { guid, event, bodySha256, payload };
    for (const ms of fate) {
      timeline.after(ms, `${guid} ${event} arrives`, () => deliver(hook));
    }
  }

  const lost = new Map<string, Hook>();
  let isLookedFor = false;

  function redeliverFailed(): number {
    const again = [...lost.values()];
    lost.clear();
    for (const delivery of again) timeline.after(2000, `${delivery.guid} is delivered again`, () => deliver(delivery));
    return again.length;
  }

  /** However many failed: one look asks for all of them. */
  function lookForFailed(): void {
    if (isLookedFor) return;
    isLookedFor = true;
    timeline.after(10 * 60_000, "an operator looks for failed deliveries", () => {
      isLookedFor = false;
      redeliverFailed();
    });
  }

  function deliver(delivery: Hook): void {
    let answered = false;
    const failed = () => {
      if (answered) return;
      answered = true;
      trace(`   ${delivery.guid} was not taken`);
      lost.set(delivery.guid, delivery);
      lookForFailed();
    };
    const { life } = running;
    if (life?.started !== true || life.engine === null) {
      failed();
      return;
    }
    const waitsNoMore = timeline.after(10_000, `${delivery.guid} is given up`, failed);
    const { guid, event, bodySha256, payload } = delivery;
    const read = { translated: life.translate(event, payload), origin: originOf(payload) };
    life.engine.accept({ guid, bodySha256, receivedAt: clock(), ...read }).then(() => {
      answered = true;
      waitsNoMore();
      checks.onAcknowledged(delivery);
    }, failed);
  }

  /** CI begins on a pushed commit; its checks are listed from the start. */
  function runCi(sha: string, again = 0): void {
    const { passesCi } = world.commits.get(sha)!;
    const plans = setup.checks.map((name) => ({ name, plan: setup.checkConduct(sha, passesCi, name, again) }));
    for (const { name } of plans)
      world.check(sha, { name, ours: false, externalId: "", done: false, conclusion: null });
    for (const { name, plan: conduct } of plans) {
      if (conduct === null) continue;
      timeline.after(conduct.ms, `${name} ends on ${sha.slice(0, 7)}`, () =>
        world.check(sha, { name, ours: false, externalId: "", done: true, conclusion: conduct.conclusion }),
      );
    }
    const times = plans.flatMap(({ plan: conduct }) => (conduct === null ? [] : [conduct.ms]));
    if (times.length === 0) return;
    const suite = setup.suiteFirst ? Math.min(...times) + 500 : Math.max(...times) + 500;
    timeline.after(suite, `the suite of ${sha.slice(0, 7)} completes`, () =>
      emit("check_suite", payloads.suite(sha), payloads.ci),
    );
  }

  function plan(act: Act): void {
    timeline.after(act.at, act.id, () => {
      if (!may(act.id)) return;
      trace(`   ${JSON.stringify(act.deed)}`);
      perform(deedParts, act);
    });
  }

  const deedParts = {
    world,
    containers,
    crash,
    loseStore,
    jump: (ms: number) => {
      offset += ms;
    },
    rerunCi: (sha: string) => {
      if (world.held.get(sha)?.value !== true) runCi(sha, draw.between(1, 1000)); // held back, there is none to run again
    },
  };

  function crash(downMs: number): void {
    if (running.life === null) return;
    trace(`   the process dies, down for ${downMs} ms`);
    const dead = running.life;
    running.life = null;
    dead.boundary.kill();
    containers.processDied();
    timeline.after(downMs, "the process starts", begin);
  }

  /** Whoever puts the App up again takes minutes: no replica is behind as far as that. */
  function loseStore(downMs: number, by: "start" | "command"): void {
    if (running.life === null) return;
    crash(downMs);
    wipe(disk);
    restoresFirst = by === "command";
    checks.onStoreLost();
  }

  function begin(): void {
    if (running.life !== null) return;
    const boundary = createBoundary({
      timeline,
      random: draw,
      counts,
      clock,
      crash: () => crash(2000),
      lose: () => loseStore(60_000, "start"),
      latency: () => draw.between(40, 900),
      onMishap: (what) => trace(`   ${what}`),
      mishaps: {
        at(site, name, nth) {
          calls.push(`${site} ${name} ${nth}`);
          const mishap = isCalm() ? null : setup.mishaps.at(site, name, nth);
          return mishap !== null && may(`${name}#${nth}`) ? mishap : null;
        },
      },
    });
    const own: Life = {
      boundary,
      engine: null,
      translate: () => ({ kind: "ignored", reason: "" }),
      started: false,
      since: timeline.now,
    };
    running.life = own;
    disk.epoch += 1;
    lives += 1;
    const { trace: show } = options;
    const log: Log = {
      info: (fields, text) => show?.(`   ${text} ${line(fields)}`),
      warn: (fields, text) => show?.(`   ${text} ${line(fields)}`),
      error(fields, text) {
        show?.(`   ERROR ${text} ${line(fields)}`);
        checks.onError(fields.err, text);
      },
    };
    const memory = memoryStore(disk, boundary, checks);
    const parts: SimParts = {
      clock: {
        now: clock,
        at: (at, fire) =>
          timeline.after(Math.max(at - clock(), 0), "an alarm", () => {
            if (!boundary.alive) return;
            checks.onTimer();
            fire();
          }),
      },
      log,
      store: {
        ...memory,
        allPaused: lateAllPaused(memory, { name: setup.seed, acts: setup.acts, timeline, boundary, isCalm }),
      },
      github: simulatedGitHub({
        world,
        boundary,
        now: () => timeline.now,
        lag: () => (isCalm() ? 0 : setup.lag()),
        onWrite: checks.onWrite,
        signed: setup.signed,
        queues: setup.queues,
        clock,
        pacer: createPacer(),
        onRequest: checks.onRequest,
        onGateRead: checks.onGateRead,
        onMerge: checks.onMerge,
        onLimit: checks.onLimit,
        declines,
        redeliver: () => redeliverFailed(),
      }),
      runs: containers.port(boundary, {
        now: clock,
        at: (at, fire) => timeline.after(at - clock(), "a look for signs of life", () => boundary.alive && fire()),
      }),
      translate: (event, payload) => translate(event, payload, self),
      operator: {
        bounds: { ...generousBounds, ...accountDay(setup.days) },
        defaults: { agent: { command: "agent", image: "toolchain" }, reviewer: { command: "reviewer", image: "" } },
      },
      label: "loop",
      newLoopId,
      sealKey: key,
      concurrentRuns: setup.concurrentRuns,
      reconcile: { label: triggerLabel, newLoopId: self.newLoopId, everyMs: reconcileMs },
    };
    const mutated = options.mutate?.(parts, disk, world) ?? parts;
    own.translate = mutated.translate;
    const engine = createEngine(mutated);
    own.engine = engine;
    const first = restoresFirst ? restore(mutated) : Promise.resolve();
    restoresFirst = false;
    first.then(engine.start).then(
      () => {
        own.started = true;
      },
      (error) => {
        checks.onError(error, "the start failed");
        if (boundary.alive) crash(10_000);
      },
    );
  }

  begin();
  for (const act of setup.acts) plan(act);
  let steps = 0;
  while (checks.violations.length === 0 && steps < mostSteps) {
    const what = timeline.step(start + setup.until);
    if (what === null) break;
    steps += 1;
    if (options.trace) trace(`${new Date(timeline.now).toISOString().slice(5, 23)} ${what}`);
    await settled(steps);
    const { life } = running;
    if (life?.started !== true) continue;
    if (life.engine?.busy === false) checks.onQuiet();
    if (timeline.now - life.since > settlingMs) checks.onStep();
  }
  if (steps >= mostSteps) checks.violations.push(`L4: still not quiet after ${steps} steps`);
  if (options.liveness && checks.violations.length === 0) checks.onEnd();
  return { violations: checks.violations, steps, happened, calls, loops: [...disk.loops.values()], hooks };
}

/** As `loopgate restore` does it, with no engine beside it: src/wire.ts. */
async function restore({ clock, log, store, github, sealKey, reconcile }: SimParts): Promise<void> {
  if (reconcile === undefined) return;
  const world = { clock, log, store, github, sealKey, stopping: () => false };
  const submit: EngineWorld["submit"] = (key, event, dedupe) => store.addEvent(key, event, clock.now(), dedupe);
  await createReconciler({ ...world, submit }, reconcile).everything();
}

function freshIssue(number: number): Issue {
  const text = { title: "Totals are wrong", body: "Mend them.", labels: ["bug"], comments: [] };
  return { number, open: true, ...text, labelledBy: null, unlabelledBy: ghost, closedBy: ghost, closedAt: null };
}

/**
 * Every promise that can go on has gone on: the engine uses no timer but the simulated one, and Node takes up a tick that was
 * asked for by a promise only when no promise is left to go on. Whoever else is in this process gets a turn now and then.
 */
function settled(steps: number): Promise<void> {
  return new Promise((resolve) => (steps % 512 === 0 ? setImmediate(resolve) : process.nextTick(resolve)));
}

function line(fields: Readonly<Record<string, unknown>>): string {
  const plain = Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? value.message : value]);
  return JSON.stringify(Object.fromEntries(plain));
}
