// Takes the hunks of a change back one at a time, and has the checks run to see whether any of them notices.
import { eachAtMost } from "../base/at-most.ts";
import { placeOf } from "../base/place.ts";
import { isTestPath } from "../policy/test-paths.ts";
import type { CheckRun } from "../verify/checked.ts";
import { chooseHunks, isHeldByTests } from "../verify/knock-out/choose.ts";
import { watchForRed } from "../verify/knock-out/first-red.ts";
import type { ChangedText, Hunk, Replaced } from "../verify/knock-out/hunk.ts";
import { idleIn } from "../verify/knock-out/idle.ts";
import type { HunkResult, KnockOut } from "../verify/knock-out/knock-out.ts";
import type { Remembered } from "../verify/knock-out/witness.ts";

/** A command of the policy. */
interface Command {
  readonly name: string;
  readonly command: string;
  /** Runs some files of tests alone, for which `{files}` stands; absent: there is none. */
  readonly only?: string | undefined;
  readonly reports: readonly string[];
}

/** A check that was green with the whole change: only such a one can tell anything. */
interface Witness<Check extends Command> extends Remembered {
  readonly check: Check;
}

/** One run of a check at the head. */
export interface TrialCall {
  /** Names the run among those of its trial. */
  readonly name: string;
  /** What the checkout has instead of the head's own. */
  readonly replaced: readonly Replaced[];
  /** Hears the output as it comes; `end` ends the run. Absent: it is to come to its own end. */
  readonly watch?: (chunk: Buffer, end: () => void) => void;
}

export interface Trial<Check extends Command> {
  readonly files: readonly ChangedText[];
  readonly witnesses: readonly Witness<Check>[];
  /** `ms`: how long all of it may take. */
  readonly rules: { readonly hunks: number; readonly ms: number; readonly notHeld: KnockOut["notHeld"] };
  /** How many hunks are tried side by side. */
  readonly jobs: number;
  /** A fresh checkout, a fresh run, and the reading of what it left. */
  readonly run: (check: Check, call: TrialCall) => Promise<CheckRun>;
  /** Hears how far it is, a line without its end at a time. */
  readonly say: (line: string) => void;
}

/**
 * First without all hunks at once: if that is green, no test holds any of them. Where a check can run some files alone, the files
 * of tests that came with the change are asked first, and the others only if those notice nothing. Then without each hunk alone,
 * the likeliest files first, until the first test that is red. Rejects as `run` does.
 */
export async function tryHunks<Check extends Command>(trial: Trial<Check>): Promise<KnockOut> {
  const { files, witnesses, rules, say } = trial;
  const until = performance.now() + rules.ms;
  const { chosen, beyond } = chooseHunks(files, rules.hunks);
  const told = { beyond, notHeld: rules.notHeld };
  if (chosen.length === 0) return { hunks: [], idleTests: [], ...told };
  say("knock-out: running without all of the change outside of tests …");
  const all = files
    .filter(({ path }) => isHeldByTests(path))
    .map(({ path, mode, before }) => ({ path, mode, text: before }));
  const without = await runAll(trial, all, changedTestFiles(files));
  const compared = witnesses.map(({ passed }, index) => ({ passed, without: without[index] }));
  const idleTests = idleIn(files, compared);
  if (without.every(({ state, line }) => state === "green" && line === null)) {
    return { hunks: chosen.map((hunk) => resultOf(hunk, "not_held", null)), idleTests, ...told };
  }
  const order = new Likeliest(without.map(redTestFiles));
  const tryOne = async (hunk: Hunk, index: number): Promise<HunkResult> => {
    if (performance.now() > until) return resultOf(hunk, "unknown", null);
    const result = await tryWithout(trial, hunk, index, order);
    say(
      `knock-out: ${placeOf(hunk)}: ${result.state.replace("_", " ")}${result.by === null ? "" : ` by ${result.by}`}`,
    );
    return result;
  };
  return { hunks: await eachAtMost(trial.jobs, chosen, tryOne), idleTests, ...told };
}

/** Files of tests whose text is new or another one. */
function changedTestFiles(files: readonly ChangedText[]): ReadonlySet<string> {
  return new Set(files.filter(({ path, after }) => isTestPath(path) && after !== null).map(({ path }) => path));
}

/** Each check once, all of the change taken back: to its end where its reports then tell which tests are red, and where to look first. */
async function runAll<Check extends Command>(
  trial: Trial<Check>,
  replaced: readonly Replaced[],
  changed: ReadonlySet<string>,
): Promise<readonly UntilRed[]> {
  const runs: UntilRed[] = [];
  for (const [index, witness] of trial.witnesses.entries()) {
    const call = { name: `all-${index}`, replaced };
    const isTold = witness.check.reports.length > 0;
    const some = isTold ? await runChanged(trial, witness, { ...call, name: `changed-${index}` }, changed) : null;
    if (some !== null) {
      runs.push(some);
      continue;
    }
    runs.push(
      isTold
        ? { ...(await trial.run(witness.check, call)), line: null }
        : await runUntilRed(trial, witness, witness.check.command, call),
    );
  }
  return runs;
}

/** The files of tests that came with the change, as far as reports name them; null where they cannot be run alone, or none of them notices anything. */
async function runChanged<Check extends Command>(
  trial: Trial<Check>,
  { check, passed }: Witness<Check>,
  call: TrialCall,
  changed: ReadonlySet<string>,
): Promise<UntilRed | null> {
  const files = new Set(passed.flatMap(({ file }) => (file !== null && changed.has(file) ? [file] : [])));
  const command = onlyFor(check, [...files]);
  if (command === null) return null;
  const run = await trial.run({ ...check, command }, call);
  return redTestFiles(run).length > 0 ? { ...run, line: null } : null;
}

/** Of the files of tests that are red without the change, in which order they are asked about a hunk. */
class Likeliest {
  readonly #red: readonly (readonly string[])[];
  readonly #heldBy = new Map<string, Set<string>>(); // file of tests → paths whose hunks it holds

  /** By check. */
  constructor(red: readonly (readonly string[])[]) {
    this.#red = red;
  }

  /** First those that hold other hunks of this path, or are called as it is; last those that hold only hunks of other paths. */
  of(at: number, path: string): readonly string[] {
    const score = (file: string) => {
      const held = this.#heldBy.get(file);
      if (held?.has(path)) return 0;
      if (stemOf(file) === stemOf(path)) return 1;
      return held === undefined ? 2 : 3;
    };
    return (this.#red[at] ?? []).toSorted((one, other) => score(one) - score(other));
  }

  /** One of them holds a hunk of the path. */
  learn(path: string, files: readonly string[]): void {
    for (const file of files) this.#heldBy.set(file, (this.#heldBy.get(file) ?? new Set()).add(path));
  }
}

/** `pay` of `src/pay.ts`, `test/pay.test.ts` and `tests/test_pay.py`. */
function stemOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/\..*$/, "");
  return name.replace(/^test[_-]|[_-](?:test|spec|tests)$|(?:Test|Tests|Spec)$/g, "").toLowerCase();
}

/** The checks one after the other, and of each first the files of tests that were red without all of the change. */
async function tryWithout<Check extends Command>(
  trial: Trial<Check>,
  hunk: Hunk,
  index: number,
  order: Likeliest,
): Promise<HunkResult> {
  const replaced = [{ path: hunk.path, mode: hunk.mode, text: hunk.without }];
  let isKnown = true;
  for (const step of ["some", "all"] as const) {
    for (const [at, witness] of trial.witnesses.entries()) {
      const { check } = witness;
      const command = step === "all" ? check.command : onlyFor(check, order.of(at, hunk.path));
      if (command === null) continue;
      const run = await runUntilRed(trial, witness, command, { name: `${index}-${step}-${at}`, replaced });
      if (run.line !== null || run.state === "red") {
        order.learn(hunk.path, redTestFiles(run));
        return resultOf(hunk, "held", saidBy(check.name, run));
      }
      if (step === "all" && run.state !== "green") isKnown = false;
    }
  }
  return resultOf(hunk, isKnown ? "not_held" : "unknown", null);
}

/** `line`: at which it was ended; null: it came to its own end. */
type UntilRed = CheckRun & { readonly line: string | null };

/** Ends at the first line that names a failure, where the output at the head shows that such a line can tell. */
async function runUntilRed<Check extends Command>(
  { run }: Trial<Check>,
  { check, canTell }: Witness<Check>,
  command: string,
  call: TrialCall,
): Promise<UntilRed> {
  if (!canTell) return { ...(await run({ ...check, command }, call)), line: null };
  let line: string | null = null;
  let end = () => {};
  const hear = watchForRed((said) => {
    line = said;
    end();
  });
  const watch = (chunk: Buffer, ended: () => void) => {
    end = ended;
    hear(chunk);
  };
  return { ...(await run({ ...check, command }, { ...call, watch })), line };
}

/** Null: the check has no command for some files, or nothing is known of which. */
function onlyFor({ only }: Command, files: readonly string[]): string | null {
  if (only === undefined || files.length === 0) return null;
  return only.replaceAll("{files}", files.map((file) => `'${file.replaceAll("'", "'\\''")}'`).join(" "));
}

function redTestFiles({ reading }: CheckRun): readonly string[] {
  const failed = reading.tests.flatMap(({ status, file }) => (status === "failed" && file !== null ? [file] : []));
  const broken = reading.reasons.flatMap((reason) => (reason.of === "failed_to_load" ? reason.files : []));
  return [...new Set([...failed, ...broken])].filter((file) => !file.startsWith("-"));
}

function saidBy(check: string, { line, reading }: UntilRed): string {
  const failed = reading.tests.find(({ status }) => status === "failed");
  const said = failed === undefined ? line : [...failed.suite, failed.name].join(" > ");
  return said === null ? check : `${check}: ${said.slice(0, 200)}`;
}

function resultOf({ path, lines }: Hunk, state: HunkResult["state"], by: string | null): HunkResult {
  return { path, lines, state, by };
}
