// What the checks on one commit amount to.
import { maskCredentials } from "../base/credentials.ts";
import type { Finding, Rules, VerdictPart } from "../loop/state.ts";
import { cutShortBy } from "./cut-short.ts";
import type { CheckFact, CiFacts } from "./facts.ts";
import { findingOf } from "./finding.ts";
import { flakyIn } from "./flaky.ts";
import { newestOf } from "./newest.ts";
import { peopleMatter } from "./people-checks.ts";
import { whyIgnored } from "./sources.ts";

export interface Judgement {
  readonly parts: readonly VerdictPart[];
  readonly findings: readonly Finding[];
}

export type CiRules = Pick<Rules, "requiredChecks" | "skippedChecks" | "checkSources">;

const LISTED_FINDINGS = 10;
const redConclusions = ["failure", "error", "timed_out", "cancelled"];
const passing = ["success", "neutral", "skipped"];
const ended = ["stale"];

/**
 * Judges CI. Where the policy or GitHub names required checks, those decide. GitHub lets `neutral` and `skipped` pass; here
 * they do where the policy says so, else a required check that was skipped has shown nothing: it stays pending, for good. Of
 * several checks with one name, from several Apps or workflows, one that succeeded is enough beside those that were skipped.
 * Where none is required, every reported check counts, none may fail and at least one must succeed. Of several runs
 * of one check the newest counts. `action_required` and words unknown to us are not the change's doing: pending; so are
 * `stale` and `startup_failure`, for good. What comes from somebody else than policy and branch rules expect is noted, and
 * counts neither way. What is for people to settle, since no file is at fault, is pending for good. A job that never started, or was ended from outside, has shown nothing, and is pending for good. A red check among `wasGreen` was green on this commit before, whether or not GitHub still lists that run.
 */
export function judgeCi(
  ci: CiFacts,
  rules: CiRules,
  ourChecks: readonly string[],
  wasGreen: readonly string[] = [],
): Judgement {
  const { groups, ignored, required, deciding } = judged(ci, rules, ourChecks);
  const isOnBase = failsOnBase(ci, rules);
  const isFlaky = flakyIn(ci.checks);
  const isDoubted = (check: CheckFact) => isFlaky(check) || wasGreen.includes(check.name);
  const mustSucceed = required.length > 0 && rules.skippedChecks === "block";
  const parts = deciding.map((name): VerdictPart => {
    const runs = groups.get(name) ?? [];
    if (runs.length === 0 && ci.held === true) return held(name);
    if (runs.length === 0 && ci.unstartable !== undefined) return unstartable(name, ci.unstartable);
    const judged = partOf(name, runs, mustSucceed);
    const red = runs.filter((run) => colourOf(run) === "red");
    if (judged.colour !== "red") return judged;
    return {
      ...judged,
      ...(red.every(isOnBase) ? { onBase: true } : {}),
      ...(red.every((run) => isOnBase(run) || isDoubted(run)) && red.some(isDoubted) ? { flaky: true } : {}),
    };
  });
  const others = [...groups].filter(([name]) => !deciding.includes(name)).map(([name, runs]) => noted(name, runs));
  return {
    parts: [
      ...parts.map((one) => withFlaky(one, groups, isFlaky)),
      ...missingEvidence(ci, parts, required.length > 0),
      ...others,
      ...ignored,
      ...(parts.some(({ lacks }) => lacks === "start") ? [] : unstarted(ci)),
    ],
    findings: redChecks(ci, rules, ourChecks).map((check) => ({
      ...findingOf(check),
      ...(isOnBase(check) ? { onBase: true } : {}),
      ...(isDoubted(check) ? { flaky: true } : {}),
    })),
  };
}

/** A check that is green now and was red before on the same commit is said to be so. */
function withFlaky(
  judged: VerdictPart,
  groups: ReadonlyMap<string, readonly CheckFact[]>,
  isFlaky: (check: CheckFact) => boolean,
): VerdictPart {
  if (judged.colour !== "green" || !(groups.get(judged.name) ?? []).some(isFlaky)) return judged;
  return { ...judged, flaky: true, note: `${judged.note}; it failed before on this commit` };
}

/** The red checks that decide, as many as findings are made of. */
export function redChecks(ci: CiFacts, rules: CiRules, ourChecks: readonly string[]): readonly CheckFact[] {
  return decidingChecks(ci, rules, ourChecks)
    .filter((check) => colourOf(check) === "red")
    .slice(0, LISTED_FINDINGS);
}

/** The checks that decide and were ended from outside. */
export function cutShortChecks(ci: CiFacts, rules: CiRules, ourChecks: readonly string[]): readonly CheckFact[] {
  return decidingChecks(ci, rules, ourChecks).filter((check) => cutShortBy(check) !== null);
}

function decidingChecks(ci: CiFacts, rules: CiRules, ourChecks: readonly string[]): readonly CheckFact[] {
  const { groups, deciding } = judged(ci, rules, ourChecks);
  return deciding.flatMap((name) => groups.get(name) ?? []);
}

function judged(ci: CiFacts, rules: CiRules, ourChecks: readonly string[]) {
  const newest = newestOf(ci.checks).filter((check) => !ourChecks.includes(check.name));
  const groups = byName(newest.filter((check) => whyIgnored(check, rules, ci.expected) === null));
  const ignored = newest.flatMap((check) => {
    const why = whyIgnored(check, rules, ci.expected);
    return why === null ? [] : [part(check.name, "absent", `${stateOf(check)} ${why}`, check.url)];
  });
  const required = requiredNames(ci, rules, ourChecks);
  return { groups, ignored, required, deciding: required.length > 0 ? required : [...groups.keys()] };
}

function byName(checks: readonly CheckFact[]): Map<string, CheckFact[]> {
  const groups = new Map<string, CheckFact[]>();
  for (const check of checks) groups.set(check.name, [...(groups.get(check.name) ?? []), check]);
  return groups;
}

function requiredNames({ checks, expected = [] }: CiFacts, rules: CiRules, ourChecks: readonly string[]): string[] {
  const marked = checks.filter((check) => check.required).map(({ name }) => name);
  const names = [...rules.requiredChecks, ...expected.map(({ name }) => name), ...marked];
  return [...new Set(names)].filter((name) => !ourChecks.includes(name));
}

function partOf(name: string, runs: readonly CheckFact[], mustSucceed: boolean): VerdictPart {
  const decisive =
    runs.find((run) => colourOf(run) === "red") ??
    runs.find((run) => colourOf(run) === "pending") ??
    runs.find((run) => run.conclusion === "success") ??
    runs[0];
  if (decisive === undefined) return { ...part(name, "pending", "not reported yet", null), lacks: "report" };
  const { conclusion, url } = decisive;
  const colour = colourOf(decisive);
  if (colour === "pending") {
    return { ...part(name, colour, pendingNote(decisive), url), ...pendingFor(decisive) };
  }
  if (colour === "green" && mustSucceed && conclusion !== "success") {
    return {
      ...part(name, "pending", `required, but ended as ${conclusion}, which proves nothing`, url),
      ...forGood,
      lacks: "run",
    };
  }
  return part(name, colour, conclusion ?? "", url);
}

const forGood = { final: true };

/** What a pending check lacks, and whether waiting for it changes anything. */
function pendingFor(check: CheckFact): Pick<VerdictPart, "final" | "lacks"> {
  const { conclusion, unstarted, waits } = check;
  if (unstarted === true) return { ...forGood, lacks: "start" };
  if (cutShortBy(check) !== null) return { ...forGood, lacks: "runner" };
  if (waits === true) return { lacks: "approval" };
  if (isForPeople(check)) return { ...(check.done ? forGood : {}), lacks: "person" };
  if (conclusion === "action_required") return { lacks: "person" };
  if (conclusion === "startup_failure") return { ...forGood, lacks: "start" };
  return ended.includes(conclusion ?? "") ? forGood : {};
}

/** What was not reported may come from elsewhere, so it is waited for. */
function unstartable(name: string, workflows: readonly string[]): VerdictPart {
  return { ...part(name, "pending", `not reported, and ${couldNotStart(workflows)}`, null), lacks: "start" };
}

/** A workflow that could not be started has no check: where nothing was missing, it is told and counts neither way. */
function unstarted({ unstartable: workflows = [] }: CiFacts): VerdictPart[] {
  return workflows.map((name) => part(name, "absent", "GitHub could not start this workflow", null));
}

function couldNotStart(workflows: readonly string[]): string {
  return `GitHub could not start ${workflows.join(", ")}, as where its file is invalid`;
}

/** What was not reported, while GitHub holds runs of workflows back: waiting changes nothing, and it is no sign that there is no CI. */
function held(name: string): VerdictPart {
  const note = "not reported: GitHub holds runs of workflows until a person approves them";
  return { ...part(name, "pending", note, null), ...forGood, lacks: "approval" };
}

function missingEvidence(ci: CiFacts, parts: readonly VerdictPart[], isRequired: boolean): VerdictPart[] {
  if (ci.truncated) return [part("checks", "pending", "there are more checks than could be read", null)];
  if (parts.length === 0 && ci.held === true) return [held("checks")];
  if (parts.length === 0 && ci.unstartable !== undefined) return [unstartable("checks", ci.unstartable)];
  if (parts.length === 0)
    return [{ ...part("checks", "pending", "no check has been reported yet", null), lacks: "report" }];
  if (!isRequired && parts.every((each) => each.colour === "green" && each.note !== "success")) {
    return [{ ...part("checks", "pending", "no check succeeded, so nothing is proven", null), lacks: "run" }];
  }
  return [];
}

/**
 * Whether the base fails the same check, by name, App and, where both are known, workflow. It is not held against the change
 * then. What is not done there yet, or was not read, excuses nothing.
 */
function failsOnBase({ baseChecks, expected }: CiFacts, rules: CiRules): (check: CheckFact) => boolean {
  const failing = newestOf(baseChecks ?? []).filter(
    (one) => colourOf(one) === "red" && whyIgnored(one, rules, expected) === null,
  );
  return ({ name, app, workflow }) =>
    failing.some(
      (one) =>
        one.name === name &&
        (one.app?.id ?? null) === (app?.id ?? null) &&
        (one.workflow == null || workflow == null || one.workflow === workflow),
    );
}

/** Names of the checks that count by these rules and that the base branch itself fails, each once. */
export function redOnBase(baseChecks: readonly CheckFact[], rules: CiRules, ourChecks: readonly string[]): string[] {
  const { requiredChecks } = rules;
  const red = newestOf(baseChecks).filter((one) => colourOf(one) === "red" && whyIgnored(one, rules) === null);
  const counting = red.filter(({ name }) => requiredChecks.length === 0 || requiredChecks.includes(name));
  return [...new Set(counting.map(({ name }) => name))].filter((name) => !ourChecks.includes(name));
}

function noted(name: string, runs: readonly CheckFact[]): VerdictPart {
  const states = [...new Set(runs.map(stateOf))].join(", ");
  return part(name, "absent", `${states}; not required`, runs[0]?.url ?? null);
}

function stateOf({ done, conclusion }: CheckFact): string {
  return done ? (conclusion ?? "unknown") : "unfinished";
}

/** It has not passed, and no commit makes it: who signs what, or what a pull request is called, is people's. */
function isForPeople(check: CheckFact): boolean {
  const isOpen = !check.done || redConclusions.includes(check.conclusion ?? "");
  return isOpen && peopleMatter(check) !== null;
}

function colourOf(check: CheckFact): "green" | "red" | "pending" {
  if (!check.done || check.unstarted === true || cutShortBy(check) !== null) return "pending";
  if (isForPeople(check)) return "pending";
  if (redConclusions.includes(check.conclusion ?? "")) return "red";
  return passing.includes(check.conclusion ?? "") ? "green" : "pending";
}

function pendingNote(check: CheckFact): string {
  if (isForPeople(check)) return `${stateOf(check)}; it ${peopleMatter(check)}, which no change of the files settles`;
  if (check.waits === true) return "waits until a person lets its deployment begin";
  if (check.unstarted === true) return `never started: ${whyUnstarted(check)}`;
  const cut = cutShortBy(check);
  if (cut !== null) return `ended from outside before it was done: ${inGitHubsWords(cut)}`;
  return check.done ? `ended as ${check.conclusion ?? "unknown"}, which needs a person` : "not finished yet";
}

function part(name: string, colour: VerdictPart["colour"], note: string, url: string | null): VerdictPart {
  return { source: "ci", name, colour, note, url };
}

function whyUnstarted({ annotations }: CheckFact): string {
  return inGitHubsWords(annotations.find(({ message }) => message.trim() !== "")?.message ?? "GitHub does not say why");
}

/** An annotation's words, on one line. */
function inGitHubsWords(message: string): string {
  return maskCredentials(message.replace(/\s+/g, " ").trim()).slice(0, 300);
}
