// Takes the hunks of a change back one at a time, and runs the checks to see whether any of them notices.
import { atMost } from "../base/at-most.ts";
import { readChangedTexts } from "../gateway/git/changed-texts.ts";
import type { Policy } from "../policy/schema.ts";
import { isTestPath } from "../policy/test-paths.ts";
import type { CheckFacts, CheckRun } from "../verify/checked.ts";
import { chooseHunks, isHeldByTests } from "../verify/knock-out/choose.ts";
import { canTell, watchForRed } from "../verify/knock-out/first-red.ts";
import type { ChangedText, Hunk } from "../verify/knock-out/hunk.ts";
import { type HunkResult, type KnockOut, placeOf } from "../verify/knock-out/knock-out.ts";
import type { Terminal } from "./terminal.ts";
import { type CheckCall, type CheckParts, type OwnCheck, runCheck } from "./verify-check.ts";
import type { Replaced } from "./verify-repository.ts";

export interface KnockOutRequest {
  readonly parts: CheckParts;
  readonly checks: readonly OwnCheck[];
  /** What they said at the head. Only those that were green there can tell anything. */
  readonly done: readonly CheckFacts[];
  readonly rules: Policy["knock_out"];
  readonly jobs: number;
}

/** A check that was green at the head. */
interface Witness {
  readonly check: OwnCheck;
  readonly head: CheckRun;
}

/**
 * First without all hunks at once: if that is green, no test holds any of them. Then without each alone, until the first
 * test that is red. Null where nothing is to be tried. Throws Fault as a check does.
 */
export async function knockOutHunks(request: KnockOutRequest, { err }: Terminal): Promise<KnockOut | null> {
  const { parts, rules } = request;
  if (rules.hunks === 0) return null;
  const until = performance.now() + rules.minutes * 60_000;
  const files = await readChangedTexts(parts.repository);
  const { chosen, beyond } = chooseHunks(files, rules.hunks);
  const witnesses = request.checks.flatMap((check, index) => {
    const head = request.done[index]?.head;
    return head?.state === "green" ? [{ check, head }] : [];
  });
  const told = { beyond, notHeld: rules.not_held };
  if (chosen.length === 0) return { hunks: [], idleTests: [], ...told };
  err(`knock-out: running without all of the change outside of tests …\n`);
  const all = files
    .filter(({ path }) => isHeldByTests(path))
    .map(({ path, mode, before }) => ({ path, mode, text: before }));
  const without = await runAll(parts, witnesses, all);
  const idleTests = idleIn(files, witnesses, without);
  if (without.every(({ state, line }) => state === "green" && line === null)) {
    return { hunks: chosen.map((hunk) => resultOf(hunk, "not_held", null)), idleTests, ...told };
  }
  const redFiles = without.map(redTestFiles);
  const inTurn = atMost(request.jobs);
  const tryOne = async (hunk: Hunk, index: number): Promise<HunkResult> => {
    if (performance.now() > until) return resultOf(hunk, "unknown", null);
    const result = await tryWithout(parts, hunk, index, witnesses, redFiles);
    err(
      `knock-out: ${placeOf(hunk)}: ${result.state.replace("_", " ")}${result.by === null ? "" : ` by ${result.by}`}\n`,
    );
    return result;
  };
  const tried = chosen.map((hunk, index) => inTurn(() => tryOne(hunk, index)));
  await Promise.allSettled(tried); // none is left running when one has failed
  return { hunks: await Promise.all(tried), idleTests, ...told };
}

/** Each check once, all of the change taken back: to its end where its reports then tell which tests are red, and where to look first. */
async function runAll(
  parts: CheckParts,
  witnesses: readonly Witness[],
  replaced: readonly Replaced[],
): Promise<readonly UntilRed[]> {
  const runs: UntilRed[] = [];
  for (const [index, witness] of witnesses.entries()) {
    const call = { commit: parts.repository.head, id: `verify-${process.pid}-without-${index}`, replaced };
    const isTold = witness.check.reports.length > 0;
    runs.push(
      isTold
        ? { ...(await runCheck(parts, witness.check, call)), line: null }
        : await runUntilRed(parts, witness.check, witness.head, call),
    );
  }
  return runs;
}

/** The checks one after the other, and of each first the files of tests that were red without all of the change. */
async function tryWithout(
  parts: CheckParts,
  hunk: Hunk,
  index: number,
  witnesses: readonly Witness[],
  redFiles: readonly (readonly string[])[],
): Promise<HunkResult> {
  const replaced = [{ path: hunk.path, mode: hunk.mode, text: hunk.without }];
  let isKnown = true;
  for (const step of ["some", "all"] as const) {
    for (const [at, { check, head }] of witnesses.entries()) {
      const command = step === "all" ? check.command : onlyFor(check, redFiles[at] ?? []);
      if (command === null) continue;
      const id = `verify-${process.pid}-without-${index}-${step}-${at}`;
      const commit = parts.repository.head;
      const run = await runUntilRed(parts, { ...check, command }, head, { commit, id, replaced });
      if (run.line !== null || run.state === "red") return resultOf(hunk, "held", saidBy(check.name, run));
      if (step === "all" && run.state !== "green") isKnown = false;
    }
  }
  return resultOf(hunk, isKnown ? "not_held" : "unknown", null);
}

/** `line`: at which it was ended; null: it came to its own end. */
type UntilRed = CheckRun & { readonly line: string | null };

/** Ends at the first line that names a failure, where the output at the head shows that such a line can tell. */
async function runUntilRed(parts: CheckParts, check: OwnCheck, head: CheckRun, call: CheckCall): Promise<UntilRed> {
  if (!canTell({ log: head.log, truncated: head.logCut }))
    return { ...(await runCheck(parts, check, call)), line: null };
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
  return { ...(await runCheck(parts, check, { ...call, watch })), line };
}

/** Null: the check has no command for some files, or nothing is known of which. */
function onlyFor({ only }: OwnCheck, files: readonly string[]): string | null {
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

/** Names of tests that came with the change and are green without it: the reports name their file, and only its new text names them. */
function idleIn(files: readonly ChangedText[], witnesses: readonly Witness[], without: readonly CheckRun[]): string[] {
  const changed = new Map(files.filter(({ path }) => isTestPath(path)).map((file) => [file.path, file]));
  const isNew = (file: string | null, name: string) => {
    const text = changed.get(file ?? "");
    const bytes = Buffer.from(name, "utf8").toString("latin1");
    return text?.after?.includes(bytes) === true && text.before?.includes(bytes) !== true;
  };
  const names = witnesses.flatMap(({ head }, index) => {
    const passed = new Set(without[index]?.reading.tests.filter(({ status }) => status === "passed").map(keyOf));
    return head.reading.tests
      .filter((test) => test.status === "passed" && isNew(test.file, test.name) && passed.has(keyOf(test)))
      .map(({ suite, name }) => [...suite, name].join(" > "));
  });
  return [...new Set(names)];
}

const keyOf = ({ file, suite, name }: CheckRun["reading"]["tests"][number]) => JSON.stringify([file, suite, name]);

function resultOf({ path, lines }: Hunk, state: HunkResult["state"], by: string | null): HunkResult {
  return { path, lines, state, by };
}
