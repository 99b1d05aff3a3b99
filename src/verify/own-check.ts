// What one run of an own check showed, short enough for a loop's record, and what all of them say in a verdict.
import { createHash } from "node:crypto";
import { maskCredentials } from "../base/credentials.ts";
import { type CheckColour, colourOfCheck } from "../loop/own-checks.ts";
import type { CheckResult, CheckSeen, Finding, VerdictPart } from "../loop/state.ts";
import { type CheckRun, redFindings, redIn } from "./checked.ts";
import { distill } from "./distill.ts";
import { plain } from "./plain.ts";
import { reasonSentence } from "./reports/reasons.ts";
import type { FileCoverage, SourceFinding, TestResult } from "./reports/report.ts";

/** So much of what was red can be compared piece by piece; of more, only all together. */
const DIGESTS = 50;
const FINDINGS = 10;
const NOTE = 300;
const MESSAGE = 1_500;
const OUTPUT = 3_000;

/** What ended a run before its command was done, by its own word: it counts as red, with that as its cause. */
interface EndedBy {
  readonly limit: string | null;
  readonly lateMs: number | null; // it was given so much time, and took more
}

/** What a run of the check of this name showed. Names and messages come from reports: they are masked and cut. */
export function seenOf(
  name: string,
  run: CheckRun & { readonly state: CheckSeen["state"] },
  { limit, lateMs }: EndedBy,
): CheckSeen {
  const cause = lateMs === null ? limit : "time";
  const keys = [...redIn(run.reading), ...(cause === null ? [] : [`limit ${cause}`])].map(digest).sort();
  const why = lateMs === null ? run.note : `It did not end within ${lasting(lateMs)}.`;
  const note = run.state === "green" ? greenNote(run) : line([why, ...run.reading.reasons.map(reasonSentence)], NOTE);
  return {
    state: run.state,
    note,
    red: keys.slice(0, DIGESTS),
    redAll: digest(keys.join(" ")),
    redCount: keys.length,
    findings: run.state === "green" ? [] : findingsOf(name, run, note),
    ...picturesOf(run),
  };
}

/** So many files that are no pictures are named. */
const UNREAD = 5;

/** What it left to be looked at, without the pictures themselves. */
function picturesOf({ pictures: left }: CheckRun): Pick<CheckSeen, "pictures" | "unread"> {
  const { pictures = [], unread = [] } = left ?? {};
  const seen = pictures.map(({ path, id, width, height }) => ({ path: line([path], 200), id, width, height }));
  const not = unread.slice(0, UNREAD).map(({ path, why }) => ({ path: line([path], 200), why }));
  return {
    ...(seen.length === 0 ? {} : { pictures: seen }),
    ...(not.length === 0 ? {} : { unread: not }),
  };
}

function lasting(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return minutes === 1 ? "a minute" : `${minutes} minutes`;
}

function greenNote({ reading: { tests, findings, coverage, reasons } }: CheckRun): string {
  const passed = tests.filter(({ status }) => status === "passed" || status === "flaky").length;
  const flaky = tests.filter(({ status }) => status === "flaky").length;
  const counted = tests.length === 0 ? [] : [`${passed === 1 ? "1 test" : `${passed} tests`} passed.`];
  const unsteady = flaky === 0 ? [] : [`${flaky === 1 ? "1 of them" : `${flaky} of them`} only when run again.`];
  const warnings = findings.filter(({ level, suppressed }) => level === "warning" && !suppressed).length;
  const warned = warnings === 0 ? [] : [warnings === 1 ? "1 warning." : `${warnings} warnings.`];
  const told = [...counted, ...unsteady, ...warned, ...coverageWords(coverage), ...reasons.map(reasonSentence)];
  return line(told.length === 0 ? ["The command exited with 0."] : told, NOTE);
}

/** How many of the lines that coverage reports know ran; a line of several reports counts once, and ran if one of them saw it run. */
function coverageWords(coverage: readonly FileCoverage[]): string[] {
  const at = (file: string, lines: readonly number[]) => lines.map((one) => `${file}:${one}`);
  const ran = new Set(coverage.flatMap(({ file, covered }) => at(file, covered)));
  const all = new Set([
    ...ran,
    ...coverage.flatMap(({ file, uncovered, unknown }) => at(file, [...uncovered, ...unknown])),
  ]);
  return all.size === 0 ? [] : [`Coverage: ${ran.size} of ${all.size} lines.`];
}

/** A finding for each red test and each error, and where reports name none, one with the end of the output. */
function findingsOf(name: string, run: CheckRun, note: string): Finding[] {
  const { tests } = run.reading;
  const failed = tests.filter(({ status }) => status === "failed").map((test) => ofTest(name, test));
  const errors = redFindings(run.reading).map((one) => ofSource(name, one));
  const all = [...failed, ...errors];
  if (all.length === 0) return [finding(`${name}: ${note}`, distill(maskCredentials(run.log), OUTPUT))];
  const left = all.length - FINDINGS;
  const more = left > 0 ? [finding(`${name}: ${left} more failed`, "")] : [];
  return [...all.slice(0, FINDINGS), ...more];
}

function ofTest(check: string, { suite, name, file, message }: TestResult): Finding {
  return {
    ...finding(`${check}: ${[...suite, name].join(" > ")}`, distill(maskCredentials(message), MESSAGE)),
    path: file,
  };
}

function ofSource(check: string, { rule, message, file, line: at }: SourceFinding): Finding {
  const said = distill(maskCredentials(message), MESSAGE);
  return { ...finding(`${check}: ${rule || "error"}`, said), path: file, line: file === null ? null : at };
}

function finding(title: string, detail: string): Finding {
  return { source: "check", title: line([title], 200), detail, path: null, line: null, url: null };
}

function line(sentences: readonly (string | null)[], most: number): string {
  const text = sentences.filter((one) => one !== null).join(" ");
  const one = maskCredentials(plain(text)).replace(/\s+/g, " ").trim();
  return one.length <= most ? one : `${one.slice(0, most - 1)}…`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

export interface OwnJudgement {
  readonly parts: readonly VerdictPart[];
  readonly findings: readonly Finding[];
}

/**
 * What the own checks say. One that is as red on the base is not held against the commit where another judge has shown, or is to
 * show, something for it (`othersShow`), or another own check is green; else nothing is shown, and it is red, as on the base.
 */
export function judgeOwn(checks: readonly CheckResult[], othersShow: boolean): OwnJudgement {
  const colours = checks.map(colourOfCheck);
  const isExcused = othersShow || colours.includes("green");
  const parts = checks.map((check, index) => partOf(check, colours[index] ?? "pending", isExcused));
  const told = checks.filter((_, index) => parts[index]?.colour === "red");
  return {
    parts,
    findings: told.flatMap((check) => {
      const onBase = colourOfCheck(check) === "on_base" ? { onBase: true } : {};
      return (check.head?.findings ?? []).map((one) => ({ ...one, ...onBase }));
    }),
  };
}

function partOf({ name, head, base }: CheckResult, colour: CheckColour, isExcused: boolean): VerdictPart {
  const said = `${head?.note ?? ""}${head?.kept ? " Judged before, for the same files." : ""}`;
  const part = (shown: VerdictPart["colour"], note: string): VerdictPart => {
    return { source: "check", name, colour: shown, note, url: null };
  };
  switch (colour) {
    case "green":
      return part("green", said);
    case "pending":
      return part("pending", "not finished yet");
    case "red":
      return part("red", base === null || base.state === "green" ? said : `${said} ${baseWords(base)}`);
    case "no_evidence":
      return { ...part("pending", `${said} On the base it shows nothing either.`), final: true };
    case "on_base": {
      const note = `${said} It is as red on the base.`;
      return isExcused ? { ...part("absent", note), onBase: true } : { ...part("red", note), onBase: true };
    }
  }
}

function baseWords(base: CheckSeen): string {
  return base.state === "red" ? "On the base it is red too, in other places." : "On the base it shows nothing.";
}
