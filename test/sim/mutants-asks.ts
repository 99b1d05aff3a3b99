// Known bugs of a restore and of what people ask for: what is forgotten with the store, and asks that lead to nothing.
import type { LoopState } from "../../src/loop/state.ts";
import { github, machine, mishearing } from "./plant.ts";
import type { Mutate } from "./simulate.ts";

/** The machine that is told of a record which says something else. */
const misremembering = (change: (record: LoopState) => Partial<LoopState>): Mutate =>
  mishearing((event) =>
    event.type === "restored" ? { ...event, record: { ...event.record, ...change(event.record) } } : event,
  );

export const askMutants: Readonly<Record<string, Mutate>> = {
  "a record that somebody put back is believed": github((port) => ({
    async readThread(...asked) {
      const thread = await port.readThread(...asked);
      return { ...thread, ours: thread.ours.map((comment) => ({ ...comment, editedBy: null })) };
    },
  })),
  "a thread is not looked through for its record": github((port) => ({
    readThread: async (...asked) => ({ ...(await port.readThread(...asked)), ours: [] }),
  })),
  "a claim passes over the record in its thread": github((port) => ({
    readClaim: async (...asked) => ({ ...(await port.readClaim(...asked)), hasRecord: false }),
  })),
  "a restore forgets what was spent": misremembering(({ attempts }) => ({
    attempts: attempts.map((one) => ({ ...one, runs: one.runs.map((run) => ({ ...run, spentNano: 0 })) })),
  })),
  "a restore forgets how many containers there were": misremembering(() => ({ runsStarted: 0 })),
  "a restore grants the attempts anew": misremembering(({ granted }) => ({ granted: Math.max(0, granted - 1) })),
  "a restore forgets the issue's earlier loops": misremembering(({ earlier }) => ({
    earlier: { loops: 0, runs: Math.min(0, earlier.runs), spentNano: 0 },
  })),
  "a retry is read and nothing follows": machine((right) => (state, event, now) => {
    if (event.type !== "retry_read" || state === null) return right(state, event, now);
    return { state, effects: [], note: "nothing follows" };
  }),
  "a retry brings no new time": machine((right) => (state, event, now) => {
    const decision = right(state, event, now);
    if (event.type !== "retry_read" || state === null || decision.state === null) return decision;
    const ms = state.rules?.loopMs ?? 0;
    return { ...decision, state: { ...decision.state, worked: { ms, since: now } } };
  }),
  "a resume finds its time used up": machine((right) => (state, event, now) => {
    const decision = right(state, event, now);
    if (event.type !== "command_checked" || state?.phase !== "paused" || decision.state === null) return decision;
    if (decision.state.phase === "paused") return decision;
    return { ...decision, state: { ...decision.state, worked: { ms: state.rules?.loopMs ?? 0, since: now } } };
  }),
  "a request for changes at the gate leads to nothing": mishearing((event) =>
    event.type === "gate_read" ? { ...event, facts: { ...event.facts, changes: [] } } : event,
  ),
  "a push at the gate is not judged": machine((right) => (state, event, now) => {
    if (event.type !== "branch_moved" || state?.phase !== "awaiting_gate") return right(state, event, now);
    return { state, effects: [], note: "not judged" };
  }),
  "a label set again is not answered": machine((right) => (state, event, now) => {
    if (event.type !== "labelled" || state?.phase !== "settled") return right(state, event, now);
    return { state, effects: [], note: "not answered" };
  }),
  "a red verdict ends the loop with attempts left": machine((right) => (state, event, now) => {
    if (event.type !== "verdict_read" || state === null) return right(state, event, now);
    const { state: next, ...rest } = right({ ...state, granted: 1 }, event, now);
    return { ...rest, state: next && { ...next, granted: state.granted } };
  }),
  "a merged branch that goes is taken for a person's wish": mishearing((event) =>
    event.type === "branch_deleted" ? { ...event, pullSeen: true } : event,
  ),
};
