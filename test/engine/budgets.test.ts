// All limits on money and containers together: of a run, a loop, its issue, its repository's day and its account's. However loops of two
// repositories interleave, restart, are called off, retried, labelled again and given more, nothing passes any of them.
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { createLedger, type Ledger } from "../../src/gateway/model/ledger.ts";
import { type DayAsk, type DayLimit, leftNano, withShare } from "../../src/loop/day.ts";
import { decide } from "../../src/loop/decide.ts";
import { untoldRuns } from "../../src/loop/end.ts";
import type { AlarmName, LoopEvent } from "../../src/loop/event.ts";
import { spentOf } from "../../src/loop/money.ts";
import { type IssueRef, LoopState, type Rules } from "../../src/loop/state.ts";
import { dayAround } from "../../src/policy/cron.ts";
import { sqliteStore } from "../../src/store/sqlite/sqlite.ts";
import { minute } from "../loop/builder.ts";
import { readEvent } from "../loop/script.ts";

/** Linux's folder in memory: what this is about is no disk. */
const memory = "/dev/shm";

const dollars = (amount: number) => Math.round(amount * 1e9);

interface Limits {
  readonly issueNano: number;
  readonly issueRuns: number;
  readonly loopRuns: number;
  readonly repository: DayLimit;
  readonly account: DayLimit;
}

const wide: Limits = {
  issueNano: dollars(60),
  issueRuns: 60,
  loopRuns: 20,
  repository: { nano: dollars(90), runs: 60, zone: "Europe/Berlin" },
  account: { nano: dollars(150), runs: 90, zone: "America/New_York" },
};

/** In each of these something else is met first; in the last ones several at once. */
const narrow: readonly Limits[] = [
  { ...wide, repository: { ...wide.repository, nano: dollars(7) } },
  { ...wide, repository: { ...wide.repository, runs: 4 } },
  { ...wide, account: { ...wide.account, nano: dollars(9) } },
  { ...wide, account: { ...wide.account, runs: 5 } },
  { ...wide, issueNano: dollars(7) },
  { ...wide, issueRuns: 5 },
  { ...wide, loopRuns: 3 },
  wide,
  {
    issueNano: dollars(9),
    issueRuns: 9,
    loopRuns: 6,
    repository: { nano: dollars(9), runs: 7, zone: "Europe/Berlin" },
    account: { nano: dollars(14), runs: 11, zone: "America/New_York" },
  },
];

const issues: readonly IssueRef[] = [
  { installationId: 1, repositoryId: 2, owner: "acme", name: "shop", number: 12 },
  { installationId: 1, repositoryId: 2, owner: "acme", name: "shop", number: 13 },
  { installationId: 1, repositoryId: 3, owner: "acme", name: "bank", number: 4 },
  { installationId: 1, repositoryId: 3, owner: "acme", name: "bank", number: 5 },
];

type Step =
  | {
      readonly do: "go" | "label" | "stop" | "retry" | "look" | "begin" | "open" | "settle" | "end" | "lose";
      readonly on: number;
      readonly share: number;
    }
  | { readonly do: "say"; readonly on: number; readonly text: string }
  | { readonly do: "wait"; readonly minutes: number }
  | { readonly do: "restart" };

const on = fc.nat({ max: issues.length - 1 });
const share = fc.nat({ max: 1000 }).map((n) => n / 1000);
const acts = (weight: number, ...names: readonly Extract<Step, { share: number }>["do"][]) => ({
  weight,
  arbitrary: fc.record({ do: fc.constantFrom(...names), on, share }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  acts(16, "go"),
  acts(3, "look", "begin"),
  acts(4, "open", "settle"),
  acts(2, "end", "retry", "label"),
  acts(1, "stop", "lose"),
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("say" as const),
      on,
      text: fc.constantFrom('budget "+$5"', 'budget "+$3 for 2h"', 'budget "+3 attempts"', "extend 2h"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("wait" as const), minutes: fc.integer({ min: 1, max: 100 }) }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "restart" }) },
);

/** The day of a zone, looked up once while it lasts. */
const known = new Map<string, { readonly from: number; readonly until: number }>();
function dayOf(zone: string, at: number) {
  const day = known.get(zone);
  if (day !== undefined && at >= day.from && at < day.until) return day;
  const found = dayAround(zone, at);
  known.set(zone, found);
  return found;
}

/** A run as the world has it, whatever its loop believes. */
interface Running {
  readonly id: string;
  readonly issue: number; // in `issues`
  readonly loop: string;
  readonly budget: number;
  readonly beganAt: number;
  readonly role: string;
  readonly ledger: Ledger;
  lacked: boolean; // a call was refused for want of money
  readonly open: { readonly id: string; readonly amount: number }[];
}

/** What was really paid, and what really began: summed here, by nobody's books but these. */
interface Paid {
  readonly issue: number;
  readonly loop: string;
  readonly run: string;
  readonly nano: number;
  readonly at: number;
}

const met = { day: new Set<string>(), endings: new Set<string>(), started: 0, crossed: 0, again: 0 };

async function play(limits: Limits, steps: readonly Step[], dir: string): Promise<void> {
  let now = Date.parse("2026-01-05T20:00:00Z");
  let store = sqliteStore(dir);
  const states: (LoopState | null)[] = issues.map(() => null);
  const waiting = issues.map((): { run: string; role: string }[] => []); // asked for, not begun
  const alarms = issues.map(() => new Map<AlarmName, number>());
  const looked = new Set<string>(); // those whose days let them begin a moment ago
  const running = new Map<string, Running>();
  const paid: Paid[] = [];
  const began: { issue: number; loop: string; run: string; at: number }[] = [];
  let loops = 0;
  let commits = 0;

  const repositoryOf = (issue: number) => issues[issue]!.repositoryId;
  const sum = (of: readonly Paid[]) => of.reduce((all, { nano }) => all + nano, 0);

  /** Nothing that was paid by now passes anything. */
  const check = () => {
    for (const [index, state] of states.entries()) {
      const ofIssue = paid.filter(({ issue }) => issue === index);
      expect(sum(ofIssue), "the issue's money").toBeLessThanOrEqual(limits.issueNano);
      expect(began.filter(({ issue }) => issue === index).length, "its containers").toBeLessThanOrEqual(
        limits.issueRuns,
      );
      if (state === null) continue;
      const ofLoop = began.filter(({ loop }) => loop === state.id);
      expect(ofLoop.length, "the loop's containers").toBeLessThanOrEqual(limits.loopRuns);
      expect(spentOf(state), "its books").toBeLessThanOrEqual(sum(ofIssue.filter(({ loop }) => loop === state.id)));
    }
    for (const [who, { nano, runs, zone }, isOf] of [
      ["shop's day", limits.repository, (issue: number) => repositoryOf(issue) === 2],
      ["bank's day", limits.repository, (issue: number) => repositoryOf(issue) === 3],
      ["the account's day", limits.account, () => true],
    ] as const) {
      const day = dayOf(zone, now);
      const today = ({ at, issue }: { at: number; issue: number }) => at >= day.from && at < day.until && isOf(issue);
      expect(sum(paid.filter(today)), `the money of ${who}`).toBeLessThanOrEqual(nano);
      expect(began.filter(today).length, `the runs of ${who}`).toBeLessThanOrEqual(runs);
    }
  };

  const feed = (index: number, event: LoopEvent) => {
    const { state, effects } = decide(states[index] ?? null, event, now);
    states[index] = state;
    if (state?.ending) met.endings.add(state.ending.of);
    for (const effect of effects) {
      if (effect.type === "start_run") waiting[index]!.push({ run: effect.run, role: effect.role });
      if (effect.type === "set_alarm") alarms[index]!.set(effect.name, effect.at);
      if (effect.type === "clear_alarm") alarms[index]!.delete(effect.name);
      if (effect.type === "publish") line(index, `published ${effect.head}`);
      if (effect.type === "open_pull") line(index, "pull 7");
      if (effect.type === "read_verdict") line(index, `verdict red fails=${++commits}`);
    }
  };
  const line = (index: number, text: string) => {
    const event = readEvent(text, states[index] ?? null, now);
    const rules = (of: Rules): Rules => ({
      ...of,
      day: limits.repository,
      lifetimeRuns: limits.loopRuns,
      issueRuns: limits.issueRuns,
      issueNano: limits.issueNano,
    });
    if (event.type === "labelled") return feed(index, { ...event, issue: issues[index]! });
    if ((event.type === "claim_read" || event.type === "retry_read") && event.facts.policy.ok) {
      const policy = { ...event.facts.policy, rules: rules(event.facts.policy.rules) };
      return feed(index, { ...event, facts: { ...event.facts, policy } });
    }
    return feed(index, event);
  };

  /** As the engine asks for it: the run's days, and all that its loop has left. */
  const askOf = (index: number, run: string, state: LoopState): DayAsk => ({
    ...{ run, repositoryId: repositoryOf(index), installationId: 1, owner: "acme", at: now, wantNano: leftNano(state) },
    days: [
      { whose: "repository", limit: limits.repository, ...dayOf(limits.repository.zone, now) },
      { whose: "account", limit: limits.account, ...dayOf(limits.account.zone, now) },
    ],
  });

  const isWanted = (state: LoopState | null, run: string): state is LoopState =>
    state?.attempts.some(({ runs }) => runs.some(({ id, status }) => id === run && status === "running")) === true;

  /** Looks at the run's days; `begin` also sets its share aside and starts it, however long ago it was looked at. */
  const start = async (index: number, begin: boolean) => {
    const [asked] = waiting[index]!;
    const state = states[index] ?? null;
    if (asked === undefined) return;
    const { run, role } = asked;
    if (!isWanted(state, run)) {
      waiting[index]!.shift();
      return;
    }
    if (begin && !looked.has(run)) return;
    const answer = await store.askDay(askOf(index, run, state), begin);
    if (!answer.ok) {
      met.day.add(`${answer.full.whose} ${answer.full.of}`);
      looked.delete(run);
      feed(index, { type: "day_full", run, ...answer.full });
      return;
    }
    if (!begin) {
      looked.add(run);
      return;
    }
    waiting[index]!.shift();
    const budget = leftNano(withShare(state, answer.nano));
    expect(budget, "a run has no more than its loop").toBeLessThanOrEqual(leftNano(state));
    const books = { budget, beganAt: now, ledger: createLedger(budget), lacked: false, open: [] };
    running.set(run, { id: run, role, issue: index, loop: state.id, ...books });
    began.push({ issue: index, loop: state.id, run, at: now });
    met.started += 1;
    line(index, `started ${run}`);
  };

  /** It is over: what is in flight counts as spent; what was spent is booked before the loop hears of it. */
  const end = async (run: Running, status: string) => {
    for (const { id, amount } of run.open.splice(0)) {
      await run.ledger.settle(id, amount);
      paid.push({ issue: run.issue, loop: run.loop, run: run.id, nano: amount, at: now });
    }
    const { settled } = await run.ledger.balance();
    expect(settled, "a run's own").toBeLessThanOrEqual(run.budget);
    running.delete(run.id);
    const isShort = await store.settleRun(run.id, settled, now);
    if (run.beganAt < dayOf(limits.repository.zone, now).from) met.crossed += 1;
    const state = states[run.issue] ?? null;
    if (state === null || !untoldRuns(state).some(({ id }) => id === run.id)) return;
    const isWork = status === "finished" && !run.lacked;
    const came =
      run.role === "executor" ? `${status}${isWork ? ` pushed=c${++commits}` : ""}` : isWork ? "reject" : "lost";
    const event = readEvent(`${run.role} ${came} run=${run.id}`, state, now);
    const money = run.lacked ? { outOfBudget: !isShort, ...(isShort ? { outOfDay: true as const } : {}) } : {};
    if (event.type === "run_ended") feed(run.issue, { ...event, spentNano: settled, ...money });
    const head = states[run.issue]?.head;
    if (run.role === "reviewer" && isWork && head) line(run.issue, `ci ${head}`);
    // Two processes may tell of one end, the second with what it knew earlier.
    if (settled % 2 === 0) await store.settleRun(run.id, Math.floor(settled / 2), now);
  };

  /** What most likely comes next on the issue. */
  const next = (index: number, at: number): Extract<Step, { share: number }>["do"] => {
    const state = states[index] ?? null;
    const run = [...running.values()].find(({ issue }) => issue === index);
    if (run !== undefined) return run.open.length > 0 ? "settle" : at < 0.75 ? "open" : "end";
    if (state === null) return "label";
    if (state.phase === "settled") return at < 0.5 ? "retry" : "label";
    return looked.has(waiting[index]![0]?.run ?? "") ? "begin" : "look";
  };

  const ring = () => {
    for (const [index, due] of alarms.entries())
      for (const [name, at] of [...due])
        if (at <= now && due.delete(name) && states[index] !== null) feed(index, { type: "alarm", name });
  };

  for (const asked of steps) {
    now += 10_000;
    ring();
    const one = asked.do === "go" ? { ...asked, do: next(asked.on, asked.share) } : asked;
    if (one.do === "wait") now += one.minutes * minute;
    else if (one.do === "restart") {
      await store.close();
      store = sqliteStore(dir);
      looked.clear();
      for (const [index, state] of states.entries())
        states[index] = state === null ? null : LoopState.parse(JSON.parse(JSON.stringify(state)));
    } else {
      const index = one.on;
      const state = states[index] ?? null;
      const run = [...running.values()].find(({ issue }) => issue === index);
      if (one.do === "say") {
        if (state !== null) line(index, `checked alice ${one.text}`);
      } else if (one.do === "label") {
        if (state === null || (state.phase === "settled" && untoldRuns(state).length === 0)) {
          if (state !== null) met.again += 1;
          line(index, `label alice loop${++loops}`);
          line(index, "claim");
        }
      } else if (one.do === "retry") {
        if (state?.phase === "settled" && untoldRuns(state).length === 0 && state.ending?.resume !== "none") {
          line(index, "checked alice retry");
          if (states[index]?.phase === "settled") line(index, "reread");
        }
      } else if (one.do === "stop") {
        if (state !== null) line(index, "checked alice stop");
      } else if (one.do === "look") await start(index, false);
      else if (one.do === "begin") await start(index, true);
      else if (run !== undefined) {
        if (one.do === "open") {
          const most = Math.ceil(one.share * dollars(3));
          const got = await run.ledger.reserve({
            least: Math.ceil(most / 2),
            most,
            share: one.share > 0.9 ? "handover" : "work",
          });
          if (got !== null) run.open.push(got);
          else run.lacked = true;
        } else if (one.do === "settle") {
          const [call] = run.open.splice(0, 1);
          if (call !== undefined) {
            const nano = Math.floor(call.amount * (0.5 + one.share / 2));
            await run.ledger.settle(call.id, nano);
            paid.push({ issue: index, loop: run.loop, run: run.id, nano, at: now });
          }
        } else await end(run, one.do === "lose" ? "lost" : "finished");
      }
    }
    check();
  }
  await store.close();
}

test("no interleaving of loops, calls, restarts, retries, labels and raises passes any limit of any of them", async () => {
  const root = await mkdtemp(join(existsSync(memory) ? memory : tmpdir(), "budgets-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  let made = 0;
  const plays = fc.array(step, { minLength: 200, maxLength: 400, size: "max" });
  for (const limits of narrow)
    await fc.assert(
      fc.asyncProperty(plays, async (steps) => play(limits, steps, join(root, String(++made)))),
      { numRuns: 4, seed: 14, endOnFailure: true },
    );
  // It is no test of limits where they are never met.
  expect([...met.day].sort()).toEqual(["account money", "account runs", "repository money", "repository runs"]);
  expect([...met.endings]).toEqual(expect.arrayContaining(["money", "issue_money", "runs", "issue_runs"]));
  expect(Math.min(met.started, met.crossed, met.again)).toBeGreaterThan(20);
});
