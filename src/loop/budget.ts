// `/loop budget` and `/loop extend`: a person adds to the loop's limits, and a loop that stopped at one goes on.
import { type Amount, readAmount } from "./amount.ts";
import { reaction, refuse } from "./answer.ts";
import { overMoney } from "./begin.ts";
import type { Cause } from "./cause.ts";
import type { Effect } from "./effect.ts";
import { type Decision, isLive, showStatus } from "./end.ts";
import type { Command, Permission } from "./event.ts";
import { goOnFrom } from "./go-on.ts";
import { raisesAtMost, roomFor, withRaise } from "./grants.ts";
import type { LoopState } from "./state.ts";

/** From the least to the most. */
const roles = ["write", "maintain", "admin"] as const;

/** Whether this permission may add to limits where policy asks for `least`. */
function mayRaise(permission: Permission, least: (typeof roles)[number]): boolean {
  return roles.some((role, index) => role === permission && index >= roles.indexOf(least));
}

/** The limit at which each of these endings came, for what more of it the loop goes on. */
const mendedBy: Partial<Record<Cause["of"], Amount["of"]>> = {
  money: "money",
  attempts: "attempts",
  loop_time: "time",
};

/** Adds what was asked for as far as policy and operator allow, and says how far that was. */
export function onRaise(state: LoopState, command: Command, permission: Permission, now: number): Decision {
  const verb = command.verb === "extend" ? "extend" : "budget";
  const read = readAmount(verb, command.argument);
  if (!read.ok) return refuse(state, command, { of: "amount", fault: read.fault });
  const { amount, forMs } = read;
  const { rules, ending } = state;
  if (!isLive(state) && (ending === null || ending.resume === "none")) return refuse(state, command, { of: "over" });
  if (rules === null || state.mergedBy !== null) return refuse(state, command, { of: "not_now" });
  if (rules.raise === undefined) return refuse(state, command, { of: "raise_off" });
  if (!mayRaise(permission, rules.raise.by))
    return refuse(state, command, { of: "raise_role", least: rules.raise.by, permission });
  if (ending !== null && mendedBy[ending.of] !== amount.of)
    return refuse(state, command, { of: "raise_in_vain", needs: mendedBy[ending.of] ?? null });
  const room = roomFor(state, amount.of);
  if (room.left === 0) return refuse(state, command, { of: "raise_full", what: amount.of, by: room.by });
  if (forMs !== null && (state.raises ?? []).length >= raisesAtMost)
    return refuse(state, command, { of: "raise_many", may: raisesAtMost });
  return added(state, command, { asked: amount, given: within(amount, room.left), by: room.by, forMs }, now);
}

interface Addition {
  readonly asked: Amount;
  readonly given: Amount;
  readonly by: "operator" | "issue"; // whose bound is the nearest
  readonly forMs: number | null;
}

function added(state: LoopState, command: Command, { asked, given, by, forMs }: Addition, now: number): Decision {
  const { login } = command.actor;
  const more = { ...nothing, ...partsOf(given), by: login, forMs };
  const fresh = given.of === "money" ? { outOfBudget: false, grantedAt: now } : {}; // what older runs lacked is there now
  const raised: LoopState = { ...withRaise(state, more, now), ...fresh };
  if (state.ending !== null && given.of === "money" && overMoney(raised) !== null)
    return refuse(state, command, { of: "raise_little" });
  const until = forMs === null ? null : now + forMs;
  const cut = sizeOf(given) < sizeOf(asked) ? { asked, by } : null;
  const goesOn = state.ending !== null;
  const reply = { kind: "raised", given, cut, until, goesOn } as const;
  const said: Effect[] = [reaction(command, "+1"), { type: "reply", reply }, { type: "write_status" }];
  if (state.ending === null) return { state: raised, effects: said, note: `${login} added to the limits` };
  return goOnFrom(raised, state.ending, now, [...said, showStatus(raised, "running", true)]);
}

const nothing = { nano: 0, attempts: 0, ms: 0 };

function partsOf(amount: Amount): Partial<typeof nothing> {
  switch (amount.of) {
    case "money":
      return { nano: amount.nano };
    case "attempts":
      return { attempts: amount.count };
    case "time":
      return { ms: amount.ms };
  }
}

function sizeOf(amount: Amount): number {
  return Object.values(partsOf(amount))[0] ?? 0;
}

function within(amount: Amount, left: number): Amount {
  const size = Math.min(sizeOf(amount), left);
  switch (amount.of) {
    case "money":
      return { of: "money", nano: size };
    case "attempts":
      return { of: "attempts", count: size };
    case "time":
      return { of: "time", ms: size };
  }
}
