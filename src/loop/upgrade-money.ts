// Money was once kept in dollars, as floating-point numbers: in what an earlier version left, it becomes whole nano-dollars.
import { nanoOf } from "./money.ts";

type Json = Readonly<Record<string, unknown>>;

/** A state with what it was granted, what its rules grant and what its runs spent in nano-dollars. */
export function withNanoMoney(state: Json): Json {
  const { rules, attempts } = state;
  return {
    ...inNano(state, "granted"),
    ...(isObject(rules) ? { rules: inNano(rules, "budget") } : {}),
    ...(Array.isArray(attempts) ? { attempts: attempts.map(upgradeAttempt) } : {}),
  };
}

/** An attempt's facts of any earlier version, as JSON, in today's shape. */
export function upgradeAttempt(stored: unknown): unknown {
  if (!isObject(stored) || !Array.isArray(stored.runs)) return stored;
  return { ...stored, runs: stored.runs.map((run) => (isObject(run) ? inNano(run, "spent") : run)) };
}

/** An event that states money, of a run's end or of a policy that was read. */
export function withNanoEvent(event: Json): Json {
  if (event.type === "run_ended") return inNano(event, "spent");
  const { facts } = event;
  if (!isObject(facts) || !isObject(facts.policy) || !isObject(facts.policy.rules)) return event;
  return { ...event, facts: { ...facts, policy: { ...facts.policy, rules: inNano(facts.policy.rules, "budget") } } };
}

/** `spentUsd` becomes `spentNano`, and so on; what has it already stays. */
function inNano(json: Json, name: "spent" | "granted" | "budget"): Json {
  const { [`${name}Usd`]: usd, ...rest } = json;
  return typeof usd === "number" && !(`${name}Nano` in json) ? { ...rest, [`${name}Nano`]: nanoOf(usd) } : json;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
