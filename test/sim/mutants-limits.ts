// Known bugs of what people add to limits, of the pause of a whole repository, and of what stands beside a run.
import type { LoopEvent } from "../../src/loop/event.ts";
import type { LoopState, Raise } from "../../src/loop/state.ts";
import { machine, mishearing, runs, store, without } from "./plant.ts";
import type { Mutate } from "./simulate.ts";

type Checked = Extract<LoopEvent, { type: "command_checked" }>;

const isRaise = (event: LoopEvent): event is Checked =>
  event.type === "command_checked" && ["budget", "extend"].includes(event.command.verb);

/** The machine that believes the policy says something else of who may add how much. */
const misreadingRaises = (change: (raise: Raises) => Raises): Mutate =>
  machine((right) => (state, event, now) => {
    if (state?.rules?.raise === undefined || !isRaise(event)) return right(state, event, now);
    const { rules } = state;
    const decision = right({ ...state, rules: { ...rules, raise: change(state.rules.raise) } }, event, now);
    return { ...decision, state: decision.state && { ...decision.state, rules } };
  });
type Raises = NonNullable<NonNullable<LoopState["rules"]>["raise"]>;

/** The machine that is told of additions as `change` makes them, and forgets that again. */
const misdating = (change: (raise: Raise) => Raise): Mutate =>
  machine((right) => (state, event, now) => {
    if (state?.raises === undefined) return right(state, event, now);
    const known = new Map(state.raises.map((raise) => [raise.at, raise]));
    const decision = right({ ...state, raises: state.raises.map(change) }, event, now);
    if (decision.state?.raises === undefined) return decision;
    const raises = decision.state.raises.map((raise) => known.get(raise.at) ?? raise);
    return { ...decision, state: { ...decision.state, raises } };
  });

export const limitMutants: Readonly<Record<string, Mutate>> = {
  "whoever may write may add to limits": misreadingRaises((raise) => ({ ...raise, by: "write" })),
  "more may be added than the operator allows": misreadingRaises(({ by }) => ({
    by,
    nano: 1e15,
    attempts: 1000,
    ms: 1e10,
  })),
  "an amount is added twice": machine((right) => (state, event, now) => {
    const decision = right(state, event, now);
    if (state === null || decision.state === null || !isRaise(event)) return decision;
    const more = decision.state.grantedNano - state.grantedNano;
    return { ...decision, state: { ...decision.state, grantedNano: decision.state.grantedNano + more } };
  }),
  "what was added for a time stays for good": misdating((raise) => ({ ...raise, forMs: 1e12 })),
  "what was added for a time goes at once": misdating((raise) => ({ ...raise, forMs: 0 })),
  "what has expired goes, and what it had added stays": misdating((raise) => ({ ...raise, nano: 0, attempts: 0 })),
  "an agent loses in the middle what it began with": machine((right) => (state, event, now) => {
    const { raises = [], ...rest } = state ?? {};
    const over = raises.filter(({ at, forMs }) => at + forMs <= now);
    if (state === null || over.length === 0) return right(state, event, now);
    const nano = over.reduce((sum, raise) => sum + raise.nano, 0);
    const left = raises.filter((raise) => !over.includes(raise));
    const poorer = { ...state, ...rest, raises: left, grantedNano: state.grantedNano - nano };
    const decision = right(poorer, event, now);
    return decision.state === poorer ? { ...decision, state: { ...poorer, revision: state.revision + 1 } } : decision;
  }),
  "a stopped loop goes on though its issue is closed": mishearing((event) => {
    if (event.type !== "command_checked") return event;
    const { closed, ...open } = event;
    return open;
  }),
  "what begins in a paused repository is not held back": store(() => ({ allPaused: async () => null })),
  "loops at work are not told of a pause": mishearing((event, state) =>
    event.type === "all_paused" && state !== null && state.phase !== "preparing"
      ? { type: "renamed", owner: state.issue.owner, name: state.issue.name }
      : event,
  ),
  "loops at rest are not told that the repository goes on": machine(
    (right) => (state, event, now) =>
      event.type === "all_resumed" ? { state, effects: [], note: "not told" } : right(state, event, now),
  ),
  "whoever may write may pause a repository": (parts) => ({
    ...parts,
    github: {
      ...parts.github,
      async permission(...asked) {
        const permission = await parts.github.permission(...asked);
        return permission === "write" ? "maintain" : permission;
      },
    },
  }),
  "a pause whose answer could not be posted is begun anew, whatever was said since": store((port) => ({
    setAllPaused: (repository, paused) => port.setAllPaused(repository, paused, null),
  })),
  "a pause is answered and not kept": store(() => ({ setAllPaused: async () => true })),
  "the branch that a person named is passed over": mishearing((event) => {
    if (event.type !== "labelled") return event;
    const { base, ...plain } = event;
    return plain;
  }),
  "what a tool server asks a person for is let through": runs((port) => ({
    start: (order) => {
      const permits = [...order.loop.permits, "tracker: close", "shop: refund"];
      return port.start({ ...order, loop: { ...order.loop, permits } });
    },
  })),
  "what a person allowed once is allowed for good": machine((right) => (state, event, now) => {
    const decision = right(state, event, now);
    if (state === null || decision.state === null || decision.state.id !== state.id) return decision;
    const permits = [...new Set([...state.permits, ...decision.state.permits])];
    return { ...decision, state: { ...decision.state, permits } };
  }),
  "a service that ended beside a run is not told": mishearing((event) => {
    if (event.type !== "run_ended") return event;
    const { lostServices, ...told } = event;
    return told;
  }),
  "what a run may spend of a day is set aside for nobody": store((port) => ({
    askDay: (ask) => port.askDay(ask, false),
  })),
  "what a run cost is taken off its day": store((port) => ({
    settleRun: (run, _nano, at) => port.settleRun(run, 0, at),
  })),
  "a run may spend more than was set aside for it": runs((port) => ({
    start: (order) => port.start({ ...order, loop: { ...order.loop, grantedNano: order.loop.grantedNano + 3e9 } }),
  })),
  "the day of the account is nobody's": (parts) => ({
    ...parts,
    operator: { ...parts.operator, bounds: { ...parts.operator.bounds, day_usd: 0, day_runs: 0 } },
  }),
  "who waits for the day to turn is not told": machine(
    (right) => (state, event, now) =>
      event.type === "day_full" ? { state, effects: [], note: "not told" } : right(state, event, now),
  ),
  "what a person says of the money is not written in the thread": without("write_status", "command_checked"),
};
