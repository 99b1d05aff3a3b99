// Known bugs of own checks and the knock-out, planted one at a time.
import { startReviewer } from "../../src/loop/judge.ts";
import type { Attempt, CheckSeen, LoopState } from "../../src/loop/state.ts";
import { decider, machine, mishearing } from "./plant.ts";
import type { Mutate } from "./simulate.ts";

const green: CheckSeen = { state: "green", note: "", red: [], redAll: "", redCount: 0, findings: [] };

export const checkMutants: Readonly<Record<string, Mutate>> = {
  "a check whose container was lost counts as green": mishearing((event) =>
    event.type === "run_ended" && event.check === null && event.status === "lost" ? { ...event, check: green } : event,
  ),
  "what checks showed of the commit before stands after a push": machine((right) => (state, event, now) => {
    const next = right(state, event, now);
    const { checks } = state?.attempts.at(-1) ?? {};
    const isPushed = event.type === "branch_moved" && next.state?.head !== state?.head;
    return isPushed && next.state !== null && checks !== undefined
      ? { ...next, state: withLast(next.state, { checks }) }
      : next;
  }),
  "the end of a check of an overtaken commit decides": mishearing((event, state) => {
    const runs = state?.attempts.at(-1)?.runs ?? [];
    const ended = event.type === "run_ended" ? runs.find(({ id }) => id === event.run) : undefined;
    if (event.type !== "run_ended" || ended?.check === undefined || ended.status !== "stopped") return event;
    const anew = runs.find(({ status, check }) => status === "running" && check?.name === ended.check?.name);
    return anew === undefined ? event : { ...event, run: anew.id, status: "finished", check: green };
  }),
  "the reviewer is asked before the checks have spoken": machine((right) => (state, event, now) => {
    const next = right(state, event, now);
    const begins = next.effects.some((effect) => effect.type === "start_run" && effect.role === "check");
    const isFirst = begins && event.type !== "run_ended" && next.state?.phase === "verifying";
    return isFirst && next.state?.rules?.reviewer != null ? startReviewer(next.state, now, next.effects) : next;
  }),
  "a check that showed something runs once more": mishearing((event) =>
    event.type === "run_ended" && event.check?.state === "red" ? { ...event, check: null } : event,
  ),
  "a red check does not ask the base": machine((right) => (state, event, now) => {
    const next = right(state, event, now);
    return event.type === "run_ended" && event.check?.state === "red"
      ? { ...next, effects: next.effects.filter((effect) => effect.type !== "start_run") }
      : next;
  }),
  "a check that was lost is not begun again": machine((right) => (state, event, now) => {
    const next = right(state, event, now);
    return event.type === "run_ended" && event.check === null && event.status === "lost"
      ? { ...next, state: state === null ? null : { ...state, revision: state.revision + 1 }, effects: [] }
      : next;
  }),
  "a loop that ends leaves its checks running": machine((right) => (state, event, now) => {
    const next = right(state, event, now);
    const checks = new Set(
      state?.attempts.flatMap(({ runs }) => runs.filter(({ role }) => role === "check").map(({ id }) => id)),
    );
    return { ...next, effects: next.effects.filter((effect) => effect.type !== "stop_run" || !checks.has(effect.run)) };
  }),
  "hunks that no test holds pass where policy takes none": mishearing((event) =>
    event.type === "run_ended" && event.knockOut !== undefined
      ? { ...event, knockOut: { ...event.knockOut, notHeld: [] } }
      : event,
  ),
  "a knock-out that went with the process is never begun again": mishearing((event, state) => {
    const runs = state?.attempts.flatMap((attempt) => attempt.runs) ?? [];
    const isIts =
      event.type === "run_ended" && runs.some(({ id, check }) => id === event.run && check?.at === "without");
    return isIts && event.status === "lost" ? { ...event, run: `${event.run}0` } : event;
  }),
  "a check starts though its loop judges it no more": decider(({ sift, nextOf }) => ({
    nextOf,
    sift(pending, state) {
      const { left, dropped } = sift(pending, state);
      const checks = dropped
        .map(({ asked }) => asked)
        .filter(({ effect }) => effect.type === "start_run" && effect.role === "check");
      return { left: [...left, ...checks], dropped: dropped.filter(({ asked }) => !checks.includes(asked)) };
    },
  })),
};

function withLast(state: LoopState, change: Partial<Attempt>): LoopState {
  const attempts = state.attempts.map((one, index) =>
    index === state.attempts.length - 1 ? { ...one, ...change } : one,
  );
  return { ...state, attempts };
}
