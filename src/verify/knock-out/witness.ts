// What is to be remembered of a green run, for the runs without a part of the change.
import type { CheckRun } from "../checked.ts";
import { canTell } from "./first-red.ts";
import type { Witness } from "./try-hunks.ts";

/** Nothing is remembered: every run comes to its own end, and no test is known to be new. */
export const unremembered: Remembered = { canTell: false, passed: [] };

export type Remembered = Pick<Witness<never>, "canTell" | "passed">;

export function witnessOf({ log, logCut, reading }: CheckRun): Remembered {
  const passed = reading.tests.filter(({ status }) => status === "passed");
  return {
    canTell: canTell({ log, truncated: logCut }),
    passed: passed.map(({ file, suite, name }) => ({ file, suite, name })),
  };
}
