// What one simulated run is made of: the repository, how agents and CI behave, what people do, and what goes wrong.

import type { RunOrder } from "../../src/engine/ports.ts";
import { plansOnly } from "../../src/loop/plan.ts";
import type { CheckSeen, KnockOutSeen } from "../../src/loop/state.ts";
import { pauses } from "./all-paused.ts";
import type { Mishap, Mishaps } from "./boundary.ts";
import type { Conduct, ServicesConduct } from "./containers.ts";
import { type DayLimits, dayPolicy, noDays, someDays } from "./days.ts";
import type { Act, Deed } from "./deeds.ts";
import { atTheGate, gateDays, gatePolicy } from "./gate-days.ts";
import { type QueueConduct, someQueue } from "./merge-queue.ts";
import { type PersonName, people } from "./model.ts";
import { moneyPolicy, raisesSaid } from "./raises.ts";
import { type Random, random } from "./random.ts";

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** When a check of CI ends, and how; null: it never reports. */
export type CheckConduct = { readonly ms: number; readonly conclusion: "success" | "failure" } | null;

/** When the copies of one webhook arrive; none: it is lost. */
export type Fate = readonly number[];

export interface Setup {
  readonly seed: string;
  readonly issues: readonly number[];
  readonly policy: string | null;
  readonly days: DayLimits;
  readonly checks: readonly string[];
  readonly suiteFirst: boolean; // the suite is reported complete before its last check is
  readonly checkConduct: (sha: string, passes: boolean, check: string, again: number) => CheckConduct;
  readonly conduct: (order: RunOrder) => Conduct;
  readonly checkSays: (check: string, sha: string) => CheckSeen;
  readonly knockOutSays: (sha: string) => KnockOutSeen;
  readonly acts: readonly Act[];
  /** What reviewers do once a pull request is ready. */
  readonly onReady: (pull: number, issue: number) => readonly Act[];
  readonly mishaps: Mishaps;
  readonly fate: (nth: number) => Fate;
  readonly lag: () => number;
  readonly declines: (name: string) => boolean;
  readonly deletesMergedBranches: boolean; // GitHub itself, as soon as a pull request is merged
  readonly dearer: number; // a run costs so many times a cent or so
  readonly concurrentRuns: number;
  readonly signed: boolean; // the base takes signed commits only
  readonly queues: boolean; // the base has a merge queue
  readonly queueConduct: (pull: number, nth: number) => QueueConduct;
  /** How long runs of workflows on this commit of the App's wait for a person to approve them; null: they do not. */
  readonly holdsRuns: (sha: string) => number | null;
  readonly calmAt: number; // from then on nothing goes wrong by itself
  readonly until: number; // milliseconds after the start
}

interface Rates {
  readonly fault: number;
  readonly crash: number;
  readonly storeFault: number;
  readonly lag: number;
  readonly hook: number;
  readonly decline: number;
  readonly oddAgent: number;
  readonly people: number;
}

/** A run that the seed decides wholly: each fifth of the seeds is about the gate. */
export function randomSetup(seed: number, mode: "safety" | "liveness"): Setup {
  const setup = someSetup(seed, mode);
  return seed % 5 === 4 ? gateSetup(setup, mode) : setup;
}

/** The same faults, over the days in which people do all they can at the gate of agents that do well. */
function gateSetup(setup: Setup, mode: "safety" | "liveness"): Setup {
  const name = setup.seed;
  const habit = random(name, "gate's ci").pick(["steady", "flaky", "flaky"] as const);
  const until = 12 * hour + gateDays;
  let readied = 0; // a pull request that becomes a draft again is made ready once more
  return {
    ...setup,
    policy: gatePolicy(random(name, "gate's policy")),
    days: noDays,
    checkConduct: someChecks(name, habit),
    conduct: (order) => besides(name, order, someConduct(random(name, "agent", order.id), order, 0.02)),
    acts: [...openings(name, setup.issues), ...losses(name, gateDays), ...pauses(name, setup.issues, gateDays)],
    dearer: 1,
    onReady: (pull, issue) => atTheGate(random(name, "at the gate", pull, ++readied), pull, issue),
    calmAt: mode === "safety" ? Number.POSITIVE_INFINITY : until,
    until: mode === "safety" ? until : until + day,
  };
}

/** In `liveness` mode everything that goes wrong ends halfway. */
function someSetup(seed: number, mode: "safety" | "liveness"): Setup {
  const draw = random(seed, mode, "setup");
  const rates: Rates = {
    fault: draw.pick([0, 0.005, 0.02, 0.08]),
    crash: draw.pick([0, 0, 0.001, 0.004, 0.015]),
    storeFault: draw.pick([0, 0, 0.001, 0.004]),
    lag: draw.pick([0, 0.1, 0.5]),
    hook: draw.pick([0, 0.05, 0.3]),
    decline: draw.pick([0, 0, 0, 0.01]),
    oddAgent: draw.pick([0, 0.2, 0.6]),
    people: draw.pick([0, 2, 5, 10]),
  };
  const name = `${seed}/${mode}`;
  const money = moneyPolicy(random(name, "money"));
  const days = someDays(name);
  const issues = draw.pick([[12], [12], [12, 13], [12, 13, 14]]);
  const until = mode === "safety" ? 18 * hour : 36 * hour;
  const calmAt = mode === "safety" ? Number.POSITIVE_INFINITY : 12 * hour;
  const lags = random(name, "lag");
  const decline = random(name, "decline");
  return {
    seed: name,
    issues,
    policy: withPlan(
      somePolicy(draw, random(name, "the issue's limits"), random(name, "own checks"), [
        ...money.lines,
        ...dayPolicy(days),
      ]),
      isPlanned(seed),
    ),
    days,
    dearer: money.dearer,
    checks: draw.pick([["test"], ["test", "lint"]]),
    suiteFirst: draw.chance(0.3),
    checkConduct: someChecks(name, draw.pick(["steady", "steady", "flaky", "silent"])),
    conduct: (order) => besides(name, order, someConduct(random(name, "agent", order.id), order, rates.oddAgent)),
    checkSays: someWords(name),
    knockOutSays: someHolding(name),
    acts: [
      ...openings(name, issues),
      ...walk(name, issues, rates.people, 12 * hour),
      ...jolts(name, rates),
      ...losses(name),
      ...(seed % 11 === 4 ? holds(name, issues) : []),
      ...(seed % 7 === 3 ? steerings(name, issues) : []),
      ...(isPlanned(seed) ? answersToPlans(name, issues) : []),
      ...pauses(name, issues, 8 * hour),
      ...additions(name, issues, 8 * hour),
    ],
    onReady: (pull, issue) => reaction(random(name, "ready", pull), pull, issue),
    mishaps: someMishaps(name, rates),
    fate: (nth) => someFate(random(name, "hook", nth), rates.hook),
    lag: () => (lags.chance(rates.lag) ? lags.between(0, 30_000) : 0),
    declines: () => decline.chance(rates.decline),
    deletesMergedBranches: random(name, "merged branches").chance(0.5),
    concurrentRuns: draw.pick([1, 2, 4]),
    signed: seed % 7 === 3,
    queues: random(name, "merge queue").chance(0.4),
    queueConduct: (pull, nth) => someQueue(random(name, "in the queue", pull, nth)),
    holdsRuns: someHeld(name),
    calmAt,
    until,
  };
}

function somePolicy(draw: Random, limits: Random, own: Random, money: readonly string[]): string | null {
  if (draw.chance(0.03)) return "agent: [nonsense";
  if (draw.chance(0.1)) return null;
  const runs = draw.pick([3, 6, 20]);
  const lines = [
    "version: 1",
    `attempts: ${draw.pick([1, 2, 3])}`,
    `runs: ${runs}`,
    `issue: {usd: ${limits.pick([6, 25])}, runs: ${runs + limits.pick([0, 2, 40])}}`,
    `loop_hours: ${draw.pick([2, 12])}`,
  ];
  if (draw.chance(0.2)) lines.push("reviewer:", "  enabled: false");
  lines.push("checks:", `  wait_minutes: ${draw.pick([30, 60])}`);
  if (draw.chance(0.5)) lines.push("  required: [test]");
  const { inChecks, knockOut } = ownChecks(own);
  lines.push(...inChecks);
  lines.push("gate:", `  approvals: ${draw.pick([0, 1, 1, 1, 2])}`);
  if (draw.chance(0.3)) lines.push("  merge: true");
  if (draw.chance(0.3)) lines.push("  reviewers: [bob]");
  lines.push(...knockOut, ...money);
  return `${lines.join("\n")}\n`;
}

/** A fourth of the repositories have checks of their own; half of those have changes taken back hunk by hunk. */
function ownChecks(draw: Random): { inChecks: readonly string[]; knockOut: readonly string[] } {
  if (!draw.chance(0.25)) return { inChecks: [], knockOut: [] };
  const names = draw.pick([["unit"], ["unit", "types"]]);
  const inChecks = ["  run:", ...names.map((name) => `    - { name: ${name}, command: make ${name} }`)];
  const notHeld = draw.pick(["inform", "ask", "block"]);
  return { inChecks, knockOut: draw.chance(0.5) ? [`knock_out: { hunks: 5, not_held: ${notHeld} }`] : [] };
}

function withPlan(policy: string | null, isPlanned: boolean): string | null {
  return policy !== null && isPlanned ? `${policy}plan: first\n` : policy;
}

function someChecks(name: string, habit: "steady" | "flaky" | "silent"): Setup["checkConduct"] {
  return (sha, passes, check, again) => {
    const draw = random(name, "ci", sha, check, again);
    if (habit === "silent" && draw.chance(0.5)) return null;
    const truth = habit === "flaky" && draw.chance(0.3) ? !passes : passes;
    return { ms: draw.between(20_000, 10 * minute), conclusion: truth ? "success" : "failure" };
  };
}

const answer = (confidence: number, more: object = {}) => ({ summary: "Mended it.", confidence, ...more });

function someConduct(draw: Random, order: RunOrder, odd: number): Conduct {
  const ms = draw.between(20_000, 8 * minute);
  if (order.role === "reviewer") return someReview(draw, ms, odd);
  if (order.role === "check") return someOwnCheck(draw, ms, odd);
  if (plansOnly(order.loop, order.id)) return somePlan(draw, ms, odd);
  const good = draw.chance(0.55);
  const patch = draw.chance(0.8) ? `patch ${order.id}` : "the same patch";
  const pushes = { passesCi: good, lines: 12, files: ["src/total.js"], risk: "none" as const, patch };
  const usual: Conduct = { ms, status: "finished", result: answer(0.9), pushes };
  if (!draw.chance(odd)) return usual;
  return draw.pick<() => Conduct>([
    () => ({ ...usual, pushes: null }),
    () => ({ ...usual, pushes: null, result: answer(0.9, { nothing_to_do: "It already does." }) }),
    () => ({ ...usual, result: answer(0.9, { question: "Which total?" }) }),
    () => ({ ...usual, result: answer(0.9, { permission: "call the billing service" }) }),
    () => ({ ...usual, result: answer(0.9, { blocked_on: "a release of the library" }) }),
    () => ({ ...usual, result: answer(0.1) }),
    () => ({ ...usual, result: null }),
    () => ({ ...usual, pushes: { ...pushes, risk: "soft", files: [".github/CODEOWNERS"] } }),
    () => ({ ...usual, pushes: { ...pushes, risk: "hard" } }),
    () => ({ ...usual, pushes: { ...pushes, lines: 9000 } }),
    () => ({ ...usual, status: "failed", pushes: null, result: null }),
    () => ({ ...usual, status: "lost" }),
    () => ({ ...usual, status: "lost" }),
    () => ({ ...usual, status: "hangs" }),
    () => ({ ...usual, status: "refused" }),
    () => ({ ...usual, ms: 3 * hour }),
  ])();
}

/** What it pushes, an agent with the right to push would have pushed. */
function somePlan(draw: Random, ms: number, odd: number): Conduct {
  const plan = { summary: "Mend it.", steps: ["Mend the total."], files: ["src/total.js"] };
  const usual: Conduct = { ms, status: "finished", result: answer(0.9, { plan }), pushes: null };
  if (!draw.chance(odd)) return usual;
  const pushes = { passesCi: true, lines: 1, files: ["src/plan.js"], risk: "none" as const, patch: "a plan" };
  return draw.pick<Conduct>([
    { ...usual, pushes },
    { ...usual, pushes, status: "hangs" },
    { ...usual, result: answer(0.9) },
    { ...usual, result: answer(0.9, { question: "Which total?", plan }) },
    { ...usual, result: null, status: "failed" },
    { ...usual, status: "lost" },
  ]);
}

/** In a fourth of the repositories services stand beside each run; in a fifth agents want to call what a person has to allow. */
function besides(name: string, { id, role }: RunOrder, conduct: Conduct): Conduct {
  const draw = random(name, "beside", id);
  const hasServices = random(name, "services").chance(0.25);
  const services = hasServices ? { services: someServices(draw) } : {};
  const wants = role === "executor" && random(name, "tool servers").chance(0.2) && draw.chance(0.4);
  return { ...conduct, ...services, ...(wants ? { asksFor: draw.pick(["tracker: close", "shop: refund"]) } : {}) };
}

function someServices(draw: Random): ServicesConduct {
  const readyMs = draw.pick([0, 3000, 40_000, 5 * minute]);
  return { readyMs, ends: draw.pick([null, null, null, null, "never_ready", "in_the_middle", "in_the_middle"]) };
}

function someReview(draw: Random, ms: number, odd: number): Conduct {
  const says = (verdict: string, confidence = 0.9) => ({ verdict, summary: "Read it.", confidence, findings: [] });
  const usual: Conduct = { ms, status: "finished", result: says("approve"), pushes: null };
  if (!draw.chance(odd)) return usual;
  return draw.pick<Conduct>([
    { ...usual, result: says("reject") },
    { ...usual, result: says("approve", 0.1) },
    { ...usual, result: { verdict: "perhaps" } },
    { ...usual, result: null },
    { ...usual, status: "lost" },
    { ...usual, status: "hangs" },
    { ...usual, status: "refused" },
  ]);
}

/** What it says is its commit's own: `checkSays`. */
function someOwnCheck(draw: Random, ms: number, odd: number): Conduct {
  const usual: Conduct = { ms, status: "finished", result: null, pushes: null };
  if (!draw.chance(odd)) return usual;
  return draw.pick<Conduct>([
    { ...usual, status: "lost" },
    { ...usual, status: "lost" },
    { ...usual, status: "hangs" },
    { ...usual, status: "refused" },
    usual,
  ]);
}

/** Whatever a check says of a commit, it says it again. */
function someWords(name: string): Setup["checkSays"] {
  return (check, sha) => {
    const draw = random(name, "own check", check, sha);
    const state = draw.chance(0.75) ? "green" : draw.chance(0.8) ? "red" : "no_evidence";
    const red = state === "red" ? [draw.pick(["adds", "subtracts"])] : [];
    return { state, note: state, red, redAll: red.join(" "), redCount: red.length, findings: [] };
  };
}

/** What of a change a test holds. */
function someHolding(name: string): Setup["knockOutSays"] {
  return (sha) => {
    const draw = random(name, "knock-out", sha);
    const place = { path: "src/total.js", lines: { from: 1, to: 2 } };
    const notHeld = draw.chance(0.3) ? [place] : [];
    return { held: 2, notHeld, unknown: draw.chance(0.1) ? [place] : [], beyond: 0, idleTests: [] };
  };
}

/** In a tenth of the repositories workflows on what the App pushes begin once a person says so, if ever. */
function someHeld(name: string): Setup["holdsRuns"] {
  if (!random(name, "held runs").chance(0.1)) return () => null;
  return (sha) => random(name, "held", sha).pick([null, 5 * minute, 2 * hour, Number.POSITIVE_INFINITY]);
}

function openings(name: string, issues: readonly number[]): Act[] {
  return issues.map((issue) => {
    const draw = random(name, "opening", issue);
    const by: PersonName = draw.chance(0.9) ? "alice" : draw.pick(["mallory", "trent", "bob"]);
    return { id: `open${issue}`, at: draw.between(0, 5 * minute), issue, deed: { do: "label", by } };
  });
}

function walk(name: string, issues: readonly number[], most: number, span: number): Act[] {
  return issues.flatMap((issue) => {
    const draw = random(name, "people", issue);
    const count = most === 0 ? 0 : draw.between(0, most);
    const within = draw.pick([20 * minute, 2 * hour, span]);
    return Array.from({ length: count }, (_, index) => {
      const act = random(name, "people", issue, index);
      return { id: `act${issue}.${index}`, at: act.between(1000, within), issue, deed: someDeed(act) };
    });
  });
}

const anyone = Object.keys(people) as PersonName[];
const says = [
  "stop",
  "retry",
  "retry",
  "approve",
  "approve",
  "pause",
  "resume",
  "status",
  "deny",
  "steer left",
  "steer",
  "help",
  "frobnicate the totals",
  "answer The second.",
  "run",
  "explain",
  "pause-all",
  "resume-all",
  "run base=release",
  "run base=main",
  "run base=nowhere",
  "budget +$2",
  "budget +1 attempt for 2h",
  "extend 1h",
];

function someDeed(draw: Random): Deed {
  const by = draw.pick(anyone);
  const writer = draw.pick<PersonName>(["alice", "bob", "carol"]);
  return draw.pick<() => Deed>([
    () => ({ do: "label", by }),
    () => ({ do: "label", by: "alice" }),
    () => ({ do: "unlabel", by: writer }),
    () => ({ do: "say", by, text: `/loop ${draw.pick(says)}` }),
    () => ({ do: "say", by: writer, text: `/loop ${draw.pick(says)}` }),
    () => ({ do: "say", by: writer, text: `/loop ${draw.pick(says)}` }),
    () => ({ do: "say", by, text: "Please hurry.\n/loop stop" }),
    () => ({ do: draw.pick(["close", "reopen"]), by: writer }),
    () => ({ do: "edit_issue" }),
    () => ({ do: "push", by: writer, passesCi: draw.chance(0.6) }),
    () => ({ do: "push", by: writer, passesCi: draw.chance(0.6) }),
    () => ({ do: draw.pick(["delete_branch", "close_pull", "merge_pull"]), by: writer }),
    () => ({ do: "approve", by, oldHead: draw.chance(0.4) }),
    () => ({ do: "approve", by: writer }),
    () => ({ do: draw.pick(["request_changes", "dismiss"]), by }),
    () => ({ do: "touch_status", by: writer, how: draw.pick(["edit", "older", "delete", "copy", "forge"]) }),
    () => ({ do: "permission", of: draw.pick(["alice", "bob"]), becomes: draw.pick(["write", "read"]) }),
    () => ({ do: "rerun_ci" }),
    () => ({ do: "lose_container" }),
    () => ({ do: "base_conflicts" }),
    () => ({ do: "retarget", by: writer }),
  ])();
}

/** Crashes at any moment and clocks that jump. */
function jolts(name: string, rates: Rates): Act[] {
  if (rates.crash === 0) return [];
  const draw = random(name, "jolts");
  return Array.from({ length: draw.between(0, 3) }, (_, index) => {
    const jump: Deed = { do: "jump", ms: draw.pick([-hour, hour, -5 * minute]) };
    const crash: Deed = { do: "crash", downMs: draw.pick([1000, minute, 3 * hour]) };
    const deed = draw.chance(0.3) ? jump : crash;
    return { id: `jolt${index}`, at: draw.between(0, 3 * hour), issue: 0, deed };
  });
}

/** Where nothing is begun without a plan. */
function isPlanned(seed: number): boolean {
  return seed % 13 === 0;
}

/** Yes, no, and what should be different, again and again: a plan waits for some of it. */
function answersToPlans(name: string, issues: readonly number[]): Act[] {
  return issues.flatMap((issue) => {
    const draw = random(name, "plans", issue);
    return Array.from({ length: draw.between(3, 9) }, (_, index): Act => {
      const by = draw.pick<PersonName>(["alice", "bob", "mallory"]);
      const text = draw.pick(["approve", "approve", "approve", "plan Shorter.", "plan", "deny", "retry"]);
      const at = draw.between(5 * minute, 5 * hour);
      return { id: `plan${issue}.${index}`, at, issue, deed: { do: "say", by, text: `/loop ${text}` } };
    });
  });
}

/** Whoever may and whoever may not speak to the agent, again and again: it is at work for some of it. */
function steerings(name: string, issues: readonly number[]): Act[] {
  return issues.flatMap((issue) => {
    const draw = random(name, "steerings", issue);
    return Array.from({ length: draw.between(15, 40) }, (_, index): Act => {
      const by = draw.pick<PersonName>(["alice", "bob", "mallory"]);
      const at = draw.between(0, 25 * minute);
      return { id: `steer${issue}.${index}`, at, issue, deed: { do: "say", by, text: `/loop steer ${index} times.` } };
    });
  });
}

/** The label that holds a loop comes and goes, and people change labels that only show a status. */
function holds(name: string, issues: readonly number[]): Act[] {
  return issues.flatMap((issue) => {
    const draw = random(name, "holds", issue);
    return Array.from({ length: draw.between(1, 8) }, (_, index): Act => {
      const by = draw.pick<PersonName>(["alice", "bob", "trent"]);
      const label = draw.pick(["loop:done", "loop:running"]);
      const touched: Deed = { do: "status_label", by, label, set: draw.chance(0.5) };
      const deed: Deed = draw.chance(0.8) ? { do: draw.pick(["hold", "let_go"]), by } : touched;
      return { id: `hold${issue}.${index}`, at: draw.between(0, draw.pick([10 * minute, 3 * hour])), issue, deed };
    });
  });
}

/** In each third run the store is lost, once or twice. */
function losses(name: string, within = 5 * hour): Act[] {
  const draw = random(name, "losses");
  if (!draw.chance(1 / 3)) return [];
  return Array.from({ length: draw.pick([1, 1, 2]) }, (_, index) => {
    const by = draw.pick(["start", "command"] as const);
    const deed: Deed = { do: "lose_store", downMs: draw.pick([minute, 20 * minute, 3 * hour]), by };
    return { id: `loss${index}`, at: draw.between(minute, within), issue: 0, deed };
  });
}

/** In half of the runs people add to limits, most of them while something is at work or has just ended for want of it. */
function additions(name: string, issues: readonly number[], within: number): Act[] {
  const draw = random(name, "additions");
  if (!draw.chance(0.5)) return [];
  const span = draw.pick([20 * minute, 2 * hour, within]);
  return Array.from({ length: draw.between(1, 6) }, (_, index) => {
    const by = draw.pick<PersonName>(["alice", "bob", "carol", "carol", "trent"]);
    const deed: Deed = { do: "say", by, text: `/loop ${draw.pick(raisesSaid)}` };
    return { id: `add${index}`, at: draw.between(minute, span), issue: draw.pick(issues), deed };
  });
}

function reaction(draw: Random, pull: number, issue: number): Act[] {
  if (draw.chance(0.15)) return [];
  const wait = draw.between(5 * minute, 3 * hour);
  const by = draw.pick<PersonName>(["bob", "bob", "bob", "alice", "mallory"]);
  const approve: Deed = { do: "approve", by, oldHead: draw.chance(0.15) };
  const deed: Deed = draw.chance(0.75) ? approve : { do: "request_changes", by: "carol" };
  const more: Act[] = [{ id: `ready${pull}.0`, at: wait, issue, deed }];
  if (draw.chance(0.6))
    more.push({ id: `ready${pull}.1`, at: wait + hour, issue, deed: { do: "approve", by: "carol" } });
  return more;
}

function someMishaps(name: string, rates: Rates): Mishaps {
  return {
    at(site, call, nth) {
      if (rates.crash === 0 && (site === "store" ? rates.storeFault : rates.fault) === 0) return null;
      const draw = random(name, "mishap", call, nth);
      if (site === "store") {
        if (draw.chance(rates.crash / 10)) return draw.pick<Mishap>(["crash_before", "crash_after"]);
        return draw.chance(rates.storeFault) ? "fail_before" : null;
      }
      if (draw.chance(rates.crash)) return draw.pick<Mishap>(["crash_before", "crash_after"]);
      if (!draw.chance(rates.fault)) return null;
      const mishaps: Mishap[] = ["fail_before", "fail_after", "fail_after", "slow"];
      return draw.pick(site === "github" ? [...mishaps, "limited"] : mishaps);
    },
  };
}

function someFate(draw: Random, rate: number): Fate {
  const usual = draw.chance(0.9) ? draw.between(300, 3000) : draw.between(3000, 163_000);
  if (!draw.chance(rate)) return [usual];
  return draw.pick<() => Fate>([
    () => [],
    () => [usual, usual + draw.between(0, minute)],
    () => [draw.between(minute, 12 * hour)],
    () => [usual, draw.between(hour, day)],
  ])();
}
