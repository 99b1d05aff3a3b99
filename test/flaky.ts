// A test that failed and then passed on the same code is said to be so at the end of the run, by name and with what failed.
import type { Reporter, TestCase } from "vitest/node";

/** Collects tests that passed at their second try only, and names them once everything has run. */
export class Flaky implements Reporter {
  readonly #seen: TestCase[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky === true) this.#seen.push(test);
  }

  onTestRunEnd(): void {
    for (const line of this.#seen.map(told)) console.log(line);
  }
}

function told(test: TestCase): string {
  const why = test.result().errors?.[0]?.message.split("\n", 1)[0];
  return `flaky: ${test.module.relativeModuleId} > ${test.fullName}: failed once, then passed${why === undefined ? "" : ` (${why})`}`;
}
