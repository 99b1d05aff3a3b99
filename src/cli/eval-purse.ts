// The money of an evaluation: a task begins only where all that it may spend is still there.
import type { NanoUsd } from "../loop/money.ts";

/** Tasks are asked for in turn; each holds the most that it may spend until it is told what it did spend. */
export interface Purse {
  /**
   * Resolves once that much is set aside, or to false where there is not so much left whatever the tasks under way give
   * back.
   */
  take(most: NanoUsd): Promise<boolean>;
  /** One that was taken has ended. */
  settle(most: NanoUsd, spent: NanoUsd): void;
}

/** `budget` null: there is no end to it. `spent`: what was spent before. */
export function createPurse(budget: NanoUsd | null, spent: NanoUsd): Purse {
  let left = (budget ?? Number.POSITIVE_INFINITY) - spent;
  let [underWay, waiting]: [number, (() => void)[]] = [0, []];
  return {
    async take(most) {
      while (most > left) {
        if (underWay === 0) return false;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      left -= most;
      underWay += 1;
      return true;
    },
    settle(most, cost) {
      left += most - cost;
      underWay -= 1;
      for (const wake of waiting.splice(0)) wake();
    },
  };
}
