// What a past commit's tests prove: which of them its code turned from red to green, and which have to stay green.
//
// The words and rules are those of SWE-bench (Jimenez et al., ICLR 2024): a task is solved when every test that the true
// commit turned green is green, and every test that was green before and after it still is. A test that is not in a
// report counts as failed.
import type { CheckRun } from "../checked.ts";

/** What one command of the policy showed of one tree; never a run that was lost. */
export interface Shown {
  readonly check: string;
  readonly run: CheckRun;
}

/**
 * Tests by check, file, suites and name; where no report names tests, the command itself by the check alone. Each is JSON,
 * in order.
 */
export interface Proof {
  /** Red with the tests alone, green with the true commit: never empty. */
  readonly failToPass: readonly string[];
  /** Green in both. */
  readonly passToPass: readonly string[];
  /** Red with the true commit: nobody is asked to mend them. */
  readonly redAnyway: readonly string[];
}

/** Why a commit's tests prove nothing. */
export type Unproven =
  | "red_on_commit" // they are red on the true commit
  | "green_on_parent" // they are green without its code
  | "no_evidence"; // the commands came to nothing on the true commit

export type Proving =
  | { readonly ok: true; readonly proof: Proof }
  | { readonly ok: false; readonly why: Unproven; readonly names: readonly string[] };

/** `before`: the parent with the commit's tests laid over; `after`: the commit. Each with every check, in the same order. */
export function prove(before: readonly Shown[], after: readonly Shown[]): Proving {
  const [was, is] = [greenIn(before), greenIn(after)];
  const green = [...is].filter(([, isGreen]) => isGreen).map(([key]) => key);
  const redAnyway = [...is].filter(([, isGreen]) => !isGreen).map(([key]) => key);
  const failToPass = green.filter((key) => was.get(key) !== true);
  const passToPass = green.filter((key) => was.get(key) === true);
  if (failToPass.length > 0) return { ok: true, proof: { failToPass, passToPass, redAnyway } };
  if (redAnyway.length > 0) return { ok: false, why: "red_on_commit", names: redAnyway };
  return { ok: false, why: green.length > 0 ? "green_on_parent" : "no_evidence", names: [] };
}

export interface Hidden {
  readonly colour: "green" | "red";
  /** Of those that were to be green, the ones that are not: first what was to become green, then what was to stay so. */
  readonly failed: readonly string[];
}

/** The hidden tests' word on a result: `shown` is of the result with the commit's tests laid over. */
export function judgeHidden({ failToPass, passToPass }: Proof, shown: readonly Shown[]): Hidden {
  const is = greenIn(shown);
  const failed = [...failToPass, ...passToPass].filter((key) => is.get(key) !== true);
  return { colour: failed.length === 0 ? "green" : "red", failed };
}

/** Every test of every report, or the command where none is named. What is skipped is neither; what is told twice has to be green twice. */
function greenIn(shown: readonly Shown[]): ReadonlyMap<string, boolean> {
  const found = new Map<string, boolean>();
  for (const { check, run } of shown) {
    const told = run.reading.tests.flatMap(({ file, suite, name, project, status }) => {
      if (status === "skipped" || status === "todo") return [];
      const parts = [file, ...(project === null ? [] : [project]), ...suite, name];
      return [[JSON.stringify([check, ...parts]), status === "passed" || status === "flaky"] as const];
    });
    for (const [key, isGreen] of told) found.set(key, isGreen && found.get(key) !== false);
    if (run.reading.tests.length > 0) continue;
    if (run.state === "green" || run.state === "red") found.set(JSON.stringify([check]), run.state === "green");
  }
  return found;
}

/** A test as people name it. */
export function nameOf(key: string): string {
  const parts = JSON.parse(key) as readonly (string | null)[];
  const [check, file, ...names] = parts;
  return [parts.length === 1 ? check : file, ...names].filter((part) => part !== null && part !== "").join(" > ");
}
