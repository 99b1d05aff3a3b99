// What is to be remembered of a green run, for the runs without a part of the change.
import type { CheckRun } from "../checked.ts";
import type { TestResult } from "../reports/report.ts";
import { canTell } from "./first-red.ts";

export type Named = Pick<TestResult, "file" | "suite" | "name">;

export interface Remembered {
  /** Whether its output tells a red test as it comes. */
  readonly canTell: boolean;
  /** The tests that passed, as its reports have them. */
  readonly passed: readonly Named[];
}

/** Nothing is remembered: every run comes to its own end, and no test is known to be new. */
export const unremembered: Remembered = { canTell: false, passed: [] };

export function witnessOf({ log, logCut, reading }: CheckRun): Remembered {
  const passed = reading.tests.filter(({ status }) => status === "passed");
  return {
    canTell: canTell({ log, truncated: logCut }),
    passed: passed.map(({ file, suite, name }) => ({ file, suite, name })),
  };
}
