// Known bugs, planted one at a time into the engine's parts: the checks are worth what they catch.
import type { LoopState } from "../../src/loop/state.ts";
import { app } from "./model.ts";
import { askMutants } from "./mutants-asks.ts";
import { checkMutants } from "./mutants-checks.ts";
import { endMutants } from "./mutants-ends.ts";
import { gateMutants } from "./mutants-gate.ts";
import { limitMutants } from "./mutants-limits.ts";
import { decider, github, machine, mishearing, runs, store, without } from "./plant.ts";
import type { Mutate } from "./simulate.ts";

const isSettled = (state: LoopState | null) => state?.phase === "settled";

export const mutants: Readonly<Record<string, Mutate>> = {
  ...gateMutants,
  ...askMutants,
  ...checkMutants,
  ...limitMutants,
  ...endMutants({ machine, mishearing, without, runs }),
  "a decision's state is not saved, its effects are": store((port, disk) => ({
    commit: (step) => port.commit({ ...step, state: disk.loops.get(step.issueKey) ?? step.state }),
  })),
  "a decision's effects are not saved": store((port) => ({
    commit: (step) =>
      port.commit({ ...step, effects: step.effects.filter((effect) => effect.type !== "write_status") }),
  })),
  "an effect begins before that is noted": store(() => ({ effectStarted: async () => {} })),
  "an effect is forgotten when it fails": store((port) => ({ effectPostponed: (key) => port.effectDone(key) })),
  "an effect is done again after it was done": store((port, disk) => {
    const done = new Set<string>();
    return {
      async effectDone(key) {
        const row = disk.effects.get(key);
        if (row === undefined || done.has(key) || row.effect.type !== "reply") return port.effectDone(key);
        done.add(key);
        disk.effects.set(key, { ...row, tries: 0 });
      },
    };
  }),
  "what was asked for is done whatever became of the loop": decider((right) => ({
    sift: (pending, state) => ({ left: pending.filter(({ loop }) => loop === state?.id), dropped: [] }),
    nextOf: right.nextOf,
  })),
  "a stop waits in line": decider((right) => ({
    ...right,
    nextOf: (left, now) => left.find((_, index) => index === 0 && left[0]!.notBefore <= now) ?? null,
  })),
  "work goes before what the thread is told": decider((right) => ({
    ...right,
    nextOf: (left, now) => left.findLast(({ notBefore }) => notBefore <= now) ?? null,
  })),
  "deliveries are not remembered": store((port, disk) => ({
    async acceptDelivery(delivery) {
      disk.deliveries.delete(delivery.guid);
      disk.bodies.delete(delivery.bodySha256);
      return port.acceptDelivery({ ...delivery, guid: `${delivery.guid}+${disk.seq}` });
    },
  })),
  "a delivery is acknowledged and not stored": store(() => ({ acceptDelivery: async () => [] })),
  "an alarm is taken and not handed on": store(() => ({ takeDueAlarms: async () => [] })),
  "an unknown outcome is tried again without a look": github((port) => ({
    createComment: (issue, body, marker) => port.createComment(issue, body, marker, false),
  })),
  "every comment is posted twice": github((port) => ({
    async createComment(issue, body, marker, retrying) {
      await port.createComment(issue, body, marker, retrying);
      return port.createComment(issue, body, marker, false);
    },
  })),
  "the status comment is always made anew": github((port) => ({
    editComment: async (issue, comment, body) =>
      !body.includes("loopgate:status") && port.editComment(issue, comment, body),
  })),
  "the thread is written before the store": (parts, disk) => ({
    ...parts,
    store: {
      ...parts.store,
      async commit(step) {
        const known = disk.loops.get(step.issueKey);
        const status = known?.comments.status ?? null;
        if (known !== undefined && status !== null && step.state !== null) {
          await parts.github.editComment(known.issue, status, `Ahead of the store at ${step.state.revision}`);
        }
        return parts.store.commit(step);
      },
    },
  }),
  "permission is not asked": github(() => ({ permission: async () => "admin" })),
  "a completed suite passes for green": github((port) => ({
    readCi: async (repository, pull, head) => {
      const ci = await port.readCi(repository, pull, head);
      return {
        ...ci,
        checks: ci.checks.map((check) => ({ ...check, done: true, conclusion: check.conclusion ?? "success" })),
      };
    },
  })),
  "red checks are not looked at": github((port) => ({
    readCi: async (repository, pull, head) => {
      const ci = await port.readCi(repository, pull, head);
      return { ...ci, checks: ci.checks.filter((check) => check.conclusion === "success") };
    },
  })),
  "the lease is ignored": (parts, _disk, world) => ({
    ...parts,
    runs: {
      ...parts.runs,
      async publish(loop, _run, head) {
        world.push(loop.branch ?? "", head, app);
        return { status: "pushed" };
      },
    },
  }),
  "a silent run passes for a finished one": mishearing((event) =>
    event.type === "run_ended" && event.status === "silent" ? { ...event, status: "finished" } : event,
  ),
  "nobody watches for silence": runs((port) => ({
    async start(order) {
      const { rules } = order.loop;
      return port.start({ ...order, loop: { ...order.loop, rules: rules && { ...rules, silenceMs: rules.loopMs } } });
    },
  })),
  "risks are not looked at": mishearing((event) =>
    event.type === "run_ended" && event.change !== null ? { ...event, change: { ...event.change, risks: [] } } : event,
  ),
  "the size of a change is not looked at": mishearing((event) =>
    event.type === "run_ended" && event.change !== null
      ? { ...event, change: { ...event.change, size: { ...event.change.size, additions: 1, deletions: 0 } } }
      : event,
  ),
  "one attempt too many": machine((right) => (state, event, now) => {
    if (state === null || event.type !== "verdict_read") return right(state, event, now);
    const { state: next, ...rest } = right({ ...state, granted: state.granted + 1 }, event, now);
    return { ...rest, state: next === null ? null : { ...next, granted: state.granted } };
  }),
  "a lost container uses up an attempt": machine((right) => (state, event, now) => {
    const decision = right(state, event, now);
    if (event.type !== "run_ended" || event.status !== "lost" || decision.state === null) return decision;
    const attempts = decision.state.attempts.map((attempt) => ({ ...attempt, counted: true }));
    return { ...decision, state: { ...decision.state, attempts } };
  }),
  "red attempts are refunded": machine((right) => (state, event, now) => {
    const decision = right(state, event, now);
    if (event.type !== "verdict_read" || decision.state === null) return decision;
    const attempts = decision.state.attempts.map((attempt) =>
      attempt.verdict?.colour === "red" ? { ...attempt, counted: false } : attempt,
    );
    return { ...decision, state: { ...decision.state, attempts } };
  }),
  "the lifetime counter is refunded": machine((right) => (state, event, now) => {
    const decision = right(state, event, now);
    if (event.type !== "run_ended" || decision.state === null) return decision;
    return { ...decision, state: { ...decision.state, runsStarted: decision.state.runsStarted - 1 } };
  }),
  "a stopped loop leaves its container running": without("stop_run"),
  "a stop is not told": without("post_stop"),
  "the time to wait for CI is not kept": without("set_alarm"),
  "the pull request is opened ready": github((port) => ({
    async openPull(issue, draft, retrying) {
      const pull = await port.openPull(issue, draft, retrying);
      await port.markReady(issue, pull.nodeId, null);
      return pull;
    },
  })),
  "a settled loop goes on by itself": machine((right) => (state, event, now) => {
    const decision = right(state, event, now);
    if (!isSettled(state) || state === null || event.type !== "status_posted" || decision.state === null)
      return decision;
    return { ...decision, state: { ...decision.state, phase: "resting", ending: null, revision: state.revision + 1 } };
  }),
  "a second label begins a second loop": machine(
    (right) => (state, event, now) => (event.type === "labelled" ? right(null, event, now) : right(state, event, now)),
  ),
  "the reviewer is not waited for": machine((right) => (state, event, now) => {
    const last = state?.attempts.at(-1);
    if (state === null || event.type !== "ci_changed" || last === undefined || last.review !== null) {
      return right(state, event, now);
    }
    const review = { verdict: "approve" as const, summary: "", confidence: 1, findings: [] };
    const { state: next, ...rest } = right(
      { ...state, attempts: [...state.attempts.slice(0, -1), { ...last, review }] },
      event,
      now,
    );
    return { ...rest, state: next };
  }),
  "the end of a container is never heard": runs((port) => ({
    start: async (order) => ({ ...(await port.start(order)), done: new Promise(() => {}) }),
  })),
  "containers are not adopted after a restart": runs(() => ({ adopt: async () => null })),
  "containers of one loop start side by side": runs((port) => ({
    async start(order) {
      await port.start({ ...order, id: `${order.id}-twin` });
      return port.start(order);
    },
  })),
  "GitHub's own time to wait is ignored": (parts) => ({
    ...parts,
    clock: { ...parts.clock, at: (at, fire) => parts.clock.at(Math.min(at, parts.clock.now() + 1000), fire) },
  }),
  "our own events are heard": (parts) => ({
    ...parts,
    translate: (event, payload) => {
      const body = JSON.stringify(payload).replaceAll("loopgate[bot]", "mallory").replaceAll('"Bot"', '"User"');
      return parts.translate(event, JSON.parse(body));
    },
  }),
  "records are sealed with another key": (parts) => ({ ...parts, sealKey: new Uint8Array(32) }),
};
