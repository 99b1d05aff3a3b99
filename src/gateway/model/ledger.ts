// What a budget allows: money is set aside before a call and settled after it, and the last tenth is kept for handing over.

/** Whole billionths of a US dollar: the cheapest token there is costs several. */
export type NanoUsd = number;

/** `work` stops at nine tenths of the budget; `handover` may use the rest, while an agent that was started for it hands over. */
export type Share = "work" | "handover";

export interface Balance {
  readonly budget: NanoUsd;
  readonly settled: NanoUsd;
  /** Set aside for calls in flight. One whose end nobody saw stays here: it counts as spent. */
  readonly reserved: NanoUsd;
}

export interface Want {
  /** Below this the call is not worth making. */
  readonly least: NanoUsd;
  readonly most: NanoUsd;
  readonly share: Share;
}

export interface Reservation {
  readonly id: string;
  readonly amount: NanoUsd;
}

/** The money of whatever the budget is for: a run, an attempt, a loop. Calls may come from several runs at once. */
export interface Ledger {
  /** Sets aside as much as is free between `least` and `most`, in one step; null when `least` is not free. */
  reserve(want: Want): Promise<Reservation | null>;
  /** Replaces a reservation by what the call cost. */
  settle(id: string, cost: NanoUsd): Promise<void>;
  balance(): Promise<Balance>;
}

/** The part of a budget that only handing over may use: a tenth, rounded up. */
export function keptForHandover(budget: NanoUsd): NanoUsd {
  return Math.ceil(budget / 10);
}

/** What a share may still take; never negative. */
export function freeOf({ budget, settled, reserved }: Balance, share: Share): NanoUsd {
  const ceiling = share === "work" ? budget - keptForHandover(budget) : budget;
  return Math.max(0, ceiling - settled - reserved);
}

/** The rule of every ledger: what is set aside for a call, or null. `settled + reserved ≤ budget` holds after it. */
export function grantOf(balance: Balance, { least, most, share }: Want): NanoUsd | null {
  const free = freeOf(balance, share);
  return free < least ? null : Math.min(free, Math.max(least, most));
}

/** A ledger that lives as long as the process. */
export function createLedger(budget: NanoUsd): Ledger {
  const open = new Map<string, NanoUsd>();
  let settled = 0;
  let made = 0;
  const balance = (): Balance => ({ budget, settled, reserved: [...open.values()].reduce((sum, one) => sum + one, 0) });
  return {
    async reserve(want) {
      const amount = grantOf(balance(), want);
      if (amount === null) return null;
      const id = String(++made);
      open.set(id, amount);
      return { id, amount };
    },
    async settle(id, cost) {
      if (!open.delete(id)) return;
      settled += cost;
    },
    async balance() {
      return balance();
    },
  };
}
