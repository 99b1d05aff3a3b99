// What people add to a loop's limits: who may, how much at most, and that what was added for a time goes with it.
import { spentOf } from "../../src/loop/money.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { nameOf } from "./model.ts";
import type { Random } from "./random.ts";
import type { Committed } from "./store.ts";
import type { World } from "./world.ts";

const minute = 60_000;
const hour = 60 * minute;
const usd = 1e9; // nano-dollars

interface Added {
  readonly nano: number;
  readonly attempts: number;
  readonly ms: number;
}

const nothing: Added = { nano: 0, attempts: 0, ms: 0 };

/** What is said, and what a person who reads it takes it for. */
const said: Readonly<Record<string, Added>> = {
  "budget +$2": { ...nothing, nano: 2 * usd },
  "budget +$30": { ...nothing, nano: 30 * usd },
  "budget +$3 for 2h": { ...nothing, nano: 3 * usd },
  "budget +1 attempt": { ...nothing, attempts: 1 },
  "budget +1 attempt for 2h": { ...nothing, attempts: 1 },
  "budget +2 attempts for 20m": { ...nothing, attempts: 2 },
  "budget +40 attempts": { ...nothing, attempts: 40 },
  "budget +90m for 1h": { ...nothing, ms: 90 * minute },
  "extend 1h": { ...nothing, ms: hour },
  "extend 400h": { ...nothing, ms: 400 * hour },
  "budget $2": nothing, // it could be meant as the new limit
  "extend $2": nothing,
};

export const raisesSaid = Object.keys(said);

/** What a policy says of money and of those who may add to it: in each second repository money is dear enough to run out. */
export function moneyPolicy(draw: Random): { readonly lines: readonly string[]; readonly dearer: number } {
  if (draw.chance(0.5)) return { lines: [], dearer: 1 };
  const raise = draw.pick(["write", "write", "maintain", "admin", "nobody"]);
  return { lines: [`budget: {usd: ${draw.pick([1, 3, 5])}, raise: ${raise}}`], dearer: draw.pick([1, 60, 300]) };
}

const ranks: Readonly<Record<string, readonly string[]>> = {
  write: ["write", "maintain", "admin"],
  maintain: ["maintain", "admin"],
  admin: ["admin"],
};

export interface RaiseChecksParts {
  readonly world: World;
  readonly hold: (condition: boolean, what: string) => void;
}

export function createRaiseChecks({ world, hold }: RaiseChecksParts) {
  const cameBack = new Set<string>(); // loops whose record may not know what was added last

  function checkBounds(after: LoopState): void {
    const { rules, raised = nothing } = after;
    if (rules === null) return;
    const most = { nano: 0, attempts: 0, ms: 0, ...rules.raise };
    const isIn = (added: number, own: number, may: number) => added === 0 || own + added <= may;
    hold(
      isIn(raised.nano, rules.budgetNano, most.nano),
      `Raise: ${raised.nano} nano-dollars added to loop ${after.id}`,
    );
    hold(isIn(raised.attempts, rules.attempts, most.attempts), `Raise: ${raised.attempts} attempts added`);
    hold(isIn(raised.ms, rules.loopMs, most.ms), `Raise: ${raised.ms} ms added`);
    if (!cameBack.has(after.id))
      hold(spentOf(after) <= after.grantedNano, `Raise: loop ${after.id} spent more than it was granted`);
  }

  /** Whoever adds may, by what they could do here in the last hours, and adds what they said at most. */
  function checkSaid({ event }: Committed, same: LoopState, after: LoopState, since: number): void {
    const grown = growth(same, after);
    const isGrown = grown.nano > 0 || grown.attempts > 0 || grown.ms > 0;
    if (!isGrown || ["claim_read", "retry_read", "restored"].includes(event.type)) return;
    const command = event.type === "command_checked" ? event.command : null;
    const isRaise = command?.verb === "budget" || command?.verb === "extend";
    hold(isRaise, `Raise: ${event.type} added to the limits of loop ${after.id}`);
    if (command === null) return;
    const words = `${command.verb} ${command.argument}`;
    const may = said[words] ?? nothing;
    const isSaid = grown.nano <= may.nano && grown.attempts <= may.attempts && grown.ms <= may.ms;
    hold(isSaid, `Raise: \`/loop ${words}\` added ${JSON.stringify(grown)} to loop ${after.id}`);
    const least = ranks[same.rules?.raise?.by ?? "admin"] ?? [];
    const login = nameOf(command.actor);
    hold(world.truth.couldHave(login, least, since), `I16: \`/loop ${words}\` of ${login} was obeyed`);
  }

  /** What was added for a time is there no longer than that, but for an agent that began with it; and what is not used goes with it. */
  function checkExpiry({ event, now }: Committed, same: LoopState, after: LoopState): void {
    if (after === same || !isLive(after)) return;
    const { raises = [] } = after;
    const late = raises.find(({ at, forMs }) => at + forMs <= now);
    hold(
      late === undefined || hasAgentAtWork(same),
      `Raise: what ${late?.by} added to loop ${after.id} has expired and stands`,
    );
    const isMoved = event.type === "clock_set_back"; // with all that our clock had stamped
    const gone = (same.raises ?? []).filter(
      ({ at, forMs, by }) => !raises.some((one) => (one.at === at || isMoved) && one.forMs === forMs && one.by === by),
    );
    if (gone.length === 0 || after.granted > same.granted || after.grantedNano > same.grantedNano) return;
    hold(
      gone.every(({ at, forMs }) => at + forMs <= now),
      `Raise: what was added to loop ${after.id} went before its time`,
    );
    const sum = (of: "nano" | "attempts") => gone.reduce((all, one) => all + one[of], 0);
    const used = Math.max(usedBy(same), usedBy(after));
    const isKept =
      after.granted >= same.granted - sum("attempts") && after.grantedNano >= same.grantedNano - sum("nano");
    hold(isKept, `Raise: more was taken back from loop ${after.id} than was added`);
    const attempts = Math.max(used, same.granted - sum("attempts"));
    const money = Math.max(spentOf(after), spentOf(same), same.grantedNano - sum("nano"));
    hold(after.granted <= attempts && after.grantedNano <= money, `Raise: loop ${after.id} keeps what has expired`);
  }

  return {
    onCommit(step: Committed, same: LoopState | null, after: LoopState, since: number): void {
      if (step.event.type === "restored") cameBack.add(after.id);
      checkBounds(after);
      if (same === null) return;
      checkSaid(step, same, after, since);
      checkExpiry(step, same, after);
    },
  };
}

function growth(same: LoopState, after: LoopState): Added {
  const ms = (after.raised?.ms ?? 0) - (same.raised?.ms ?? 0);
  return { nano: after.grantedNano - same.grantedNano, attempts: after.granted - same.granted, ms };
}

function usedBy({ attempts }: LoopState): number {
  return attempts.filter(({ counted }) => counted).length;
}

function hasAgentAtWork({ attempts }: LoopState): boolean {
  return attempts.some(({ runs }) => runs.some(({ role, status }) => role !== "check" && status === "running"));
}

function isLive(state: LoopState): boolean {
  return state.phase !== "settled" && state.phase !== "refused";
}
