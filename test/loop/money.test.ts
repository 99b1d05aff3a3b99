// What runs spend is in the loop's books, whatever the loop is at when their end is heard of.
import { expect, test } from "vitest";
import { book } from "../../src/loop/begin.ts";
import { decide } from "../../src/loop/decide.ts";
import { nanoOf, spentOf } from "../../src/loop/money.ts";
import { type LoopState, Phase } from "../../src/loop/state.ts";
import { playToEnd, readEvent } from "./script.ts";
import { stateIn } from "./table.ts";

const phases = Phase.options.filter((phase) => stateIn(phase).attempts.length > 0);

function runEnded(state: LoopState, run: string, options: string) {
  const event = readEvent(`executor run=${run} ${options}`, state, state.startedAt);
  if (event.type !== "run_ended") throw new Error("not the end of a run");
  return event;
}

test.each(phases)("what a run spent is booked in the phase %s, once, and the dearer report holds", (phase) => {
  const state = stateIn(phase);
  const run = state.attempts[0]?.runs[0]?.id ?? "";
  const first = decide(state, runEnded(state, run, "spent=0.3"), state.startedAt).state;
  expect(first && spentOf(first)).toBe(300_000_000);
  const again = first && decide(first, runEnded(state, run, "spent=0.3"), state.startedAt).state;
  expect(again && spentOf(again)).toBe(300_000_000);
  const dearer = again && decide(again, runEnded(state, run, "spent=0.5"), state.startedAt).state;
  expect(dearer && spentOf(dearer)).toBe(500_000_000);
  const cheaper = dearer && decide(dearer, runEnded(state, run, "spent=0.1"), state.startedAt).state;
  expect(cheaper && spentOf(cheaper)).toBe(500_000_000);
});

test("there are phases without a run, and no others", () => {
  expect(Phase.options.filter((phase) => !phases.includes(phase))).toEqual(["queued", "refused"]);
});

test("an end that is not awaited tells the thread of its money, and of nothing else, and what it left is cleared away", () => {
  const paused = stateIn("paused");
  const run = paused.attempts[0]?.runs[0]?.id ?? "";
  const booked = decide(paused, runEnded(paused, run, "pushed=aa1 risk=huge spent=0.3"), paused.startedAt);
  const cleared = { type: "forget_run", run, commits: false };
  expect(booked.effects).toEqual([{ type: "write_status" }, cleared]);
  expect(booked.state).toMatchObject({ phase: "paused", attempts: [{ head: null, runs: [{ status: "stopped" }] }] });
  expect(decide(paused, runEnded(paused, run, "pushed=aa1 risk=huge"), paused.startedAt).effects).toEqual([cleared]);
});

test("the run of another loop costs this one nothing", () => {
  const state = stateIn("executing");
  expect(book(state, runEnded(state, "12-another-1", "spent=3"))).toBe(state);
});

test("a run that lacked money before a grant does not use up the grant", () => {
  const { state } = playToEnd(["label alice", "claim", "started", "checked alice stop"]);
  const run = state?.attempts[0]?.runs[0]?.id ?? "";
  const granted = state && { ...state, grantedAt: state.grantedAt + 60_000 };
  expect(granted && book(granted, runEnded(granted, run, "out-of-budget")).outOfBudget).toBe(false);
  expect(state && book(state, runEnded(state, run, "out-of-budget")).outOfBudget).toBe(true);
});

test("no cent is lost or made over a loop's life: ten thousand runs at a tenth of a dollar are a thousand dollars", () => {
  const state = stateIn("executing");
  const [attempt] = state.attempts;
  const [run] = attempt?.runs ?? [];
  if (attempt === undefined || run === undefined) throw new Error("no run");
  const runs = Array.from({ length: 10_000 }, () => ({ ...run, spentNano: nanoOf(0.1) }));
  expect(spentOf({ ...state, attempts: [{ ...attempt, runs }] })).toBe(nanoOf(1_000));
});
