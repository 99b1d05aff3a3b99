// The status comment's list of facts: who asked, where the work is, what was used, what the agents were given.
import { countedRuns } from "../loop/begin.ts";
import { workedMs } from "../loop/clock.ts";
import { loopMsOf } from "../loop/grants.ts";
import { spentOf } from "../loop/money.ts";
import { budgetLabels } from "../loop/profile.ts";
import type { LoopState, PackagesFetched, Rules, SetUp } from "../loop/state.ts";
import { inSize, roughSize } from "../policy/bytes.ts";
import { inlineCode, plainSentence } from "./escape.ts";
import { foundWords, unusedWords } from "./found.ts";
import { pullLink } from "./home.ts";
import { inDollars } from "./money.ts";
import { isolationOf, isolationSentence } from "./tables.ts";
import { date, duration } from "./time.ts";
import { raisesWords } from "./wording/budget.ts";
import { commit } from "./wording/parts.ts";
import { bodyEditedWords } from "./wording/pull.ts";
import { scheduledFact } from "./wording/schedule.ts";

/** The facts as a list. `now` in epoch milliseconds. */
export function facts(state: LoopState, now: number): string {
  const { snapshot, base } = state;
  const isolation = isolationOf(state);
  const lines = [
    `${state.schedule === undefined ? `Started by ${inlineCode(state.requester.login)} with the label ${inlineCode(state.label)}` : scheduledFact(state.schedule)} on ${date(state.startedAt)}`,
    base === null
      ? null
      : `Branch ${inlineCode(state.branch ?? "")} from ${inlineCode(base.branch)} at ${commit(base.sha)}${pullWords(state)}`,
    environmentWords(state),
    unusedWords(state.rules?.environment?.found),
    checksWords(state),
    isolation === null ? null : `Isolation: ${isolationSentence(isolation)}`,
    estimateWords(state),
    profileWords(state),
    used(state, now),
    raisesWords(state, now),
    policyWords(state),
    clampedWords(state),
    reviewerWords(state),
    snapshot?.criteria === undefined ? null : criteriaWords(snapshot.criteria),
    state.notes === undefined || state.notes.texts.length === 0
      ? null
      : `The agents are told what people corrected before: ${state.notes.texts.length === 1 ? "1 note" : `${state.notes.texts.length} notes`} of #${state.notes.issue}`,
    snapshot === null
      ? null
      : `The agents work from the issue as it was on ${date(snapshot.at)}, sha256 ${inlineCode(snapshot.sha256)}; removed from it: ${removedWords(snapshot.removed)}`,
  ];
  return lines
    .filter((line) => line !== null)
    .map((line) => `- ${line}`)
    .join("\n");
}

/** By which label the money is what it is. */
function profileWords({ rules }: LoopState): string | null {
  if (rules?.profile === undefined) return null;
  return `Money by the label ${inlineCode(budgetLabels[rules.profile])}: ${inDollars(rules.budgetNano)} for models`;
}

/** What it will likely come to, said before anything is paid for; once it has ended, what it came to is said beside it. */
function estimateWords({ estimate }: LoopState): string | null {
  if (estimate === undefined) return null;
  const { loops, leastNano, mostNano, leastAttempts, mostAttempts } = estimate;
  if (loops === 0)
    return `Estimate: at most ${inDollars(mostNano)} for models and ${attemptsOf(mostAttempts)}, which the policy grants; too few loops of this repository have ended to say more`;
  const money = leastNano === mostNano ? inDollars(mostNano) : `${inDollars(leastNano)} to ${inDollars(mostNano)}`;
  const tried =
    leastAttempts === mostAttempts ? attemptsOf(mostAttempts) : `${leastAttempts} to ${attemptsOf(mostAttempts)}`;
  return `Estimate: ${money} for models in ${tried}, as the last ${loops} loops of this repository came to`;
}

function attemptsOf(count: number): string {
  return count === 1 ? "1 attempt" : `${count} attempts`;
}

/** Attempts, runs and time worked against what the policy grants. A person's time is not the loop's. */
export function used(state: LoopState, now: number): string {
  const counted = state.attempts.filter((attempt) => attempt.counted).length;
  if (state.rules === null) return "Used: nothing yet";
  const clock = `${duration(workedMs(state, now))} of ${duration(loopMsOf(state))}`;
  const spent = spentOf(state);
  const money = spent === 0 ? "" : `, ${inDollars(spent)} of ${inDollars(state.grantedNano)} for models`;
  const { checksStarted = 0 } = state;
  const checks = checksStarted === 0 ? "" : `, ${checksStarted === 1 ? "1 run" : `${checksStarted} runs`} of checks`;
  return `Used: ${counted} of ${state.granted} attempts, ${countedRuns(state)} of ${state.rules.lifetimeRuns} runs${checks}, ${clock}${money}`;
}

/** The policy's own checks, and what they see as the base has it. */
function checksWords({ rules }: LoopState): string | null {
  if (rules?.ownChecks === undefined) return null;
  const names = rules.ownChecks.map(({ name, ms }) => `${inlineCode(name)} (at most ${duration(ms)})`).join(", ");
  const kept = rules.asOnBase === undefined ? "" : `; files like ${listed(rules.asOnBase)} are as the base has them`;
  return `Own checks: ${names}${kept}`;
}

/** What every run has, in one line. */
function environmentWords(state: LoopState): string | null {
  const { rules } = state;
  if (rules?.environment === undefined) return null;
  const { memoryBytes, cpus, processes, tmpBytes, diskBytes, env } = rules.environment;
  const { executor, reviewer } = rules;
  const image = `image ${inlineCode(executor.image)}`;
  const other =
    reviewer === null || reviewer.image === executor.image ? "" : ` (reviewer: ${inlineCode(reviewer.image)})`;
  const limits = `${inSize(memoryBytes)} of memory, ${cpus} CPUs, ${processes} processes, ${inSize(tmpBytes)} in \`/tmp\`, ${inSize(diskBytes)} of disk`;
  const names = Object.keys(env);
  const variables =
    names.length === 0
      ? ""
      : `, ${names.length === 1 ? "the variable" : "the variables"} ${names.map((name) => inlineCode(name)).join(", ")}`;
  const from = foundWords(rules.environment.found);
  return `Environment: ${from === "" ? "" : `${from}; `}${image}${other}, ${limits}${variables}${serviceWords(rules)}${setUpWords(state)}${fetchWords(rules)}`;
}

/** What answers on the run's loopback. */
function serviceWords({ environment }: Rules): string {
  const names = (environment?.services ?? []).map(({ name }) => inlineCode(name));
  return names.length === 0 ? "" : `, services: ${names.join(", ")}`;
}

/** What became of the set-up, as the newest run that has one tells. */
function setUpWords({ rules, attempts }: LoopState): string {
  const count = rules?.environment?.setup.length ?? 0;
  if (count === 0) return "";
  const made = attempts.flatMap(({ runs }) => runs.flatMap(({ provenance }) => provenance?.setUp ?? [])).at(-1);
  if (made === undefined) return `, a set-up of ${count === 1 ? "1 command" : `${count} commands`}`;
  const how = made.madeMs === null ? "set-up kept from an earlier run" : `set-up made in ${duration(made.madeMs)}`;
  const changed = made.changed.length === 0 ? "" : `; it changed ${listed(made.changed)}, which was taken back`;
  const strays =
    made.strays.length === 0 ? "" : `; it left ${listed(made.strays)}, which git does not ignore, so it was not kept`;
  return `, ${how}${packageWords(made.packages)}${wayOutWords(made)}${changed}${strays}`;
}

/** What runs may fetch. */
function fetchWords({ packages, environment }: Rules): string {
  if (packages === undefined) return "";
  const what = `may fetch ${packages.registries.join(" and ")} packages`;
  if (packages.agents) return `; every run ${what}`;
  return environment?.setup.length ? `; only the set-up ${what}` : "";
}

/** What a set-up fetched; a new one may be somebody's trap, so it is named with its age. */
function packageWords(packages: PackagesFetched | undefined): string {
  if (packages === undefined || packages.count === 0) return "";
  const { count, fresh, freshCount, registries = [] } = packages;
  const each = registries.map((one) => `${one.name}: ${one.count}, ${roughSize(one.bytes)}`);
  const by = each.length === 0 ? "" : ` (${each.join("; ")})`;
  const all = ` with ${count === 1 ? "1 package" : `${count} packages`}${by}`;
  if (freshCount === 0) return all;
  const named = fresh.slice(0, 5).map(({ name, version, ageMs }) => {
    const age = ageMs === null ? "no date of publication known" : `published ${duration(ageMs)} before`;
    return `${inlineCode(`${name} ${version}`)}, ${age}`;
  });
  const more = freshCount > named.length ? [`${freshCount - named.length} more`] : [];
  return `${all}, ${freshCount} new: ${[...named, ...more].join("; ")}`;
}

/** Where a set-up went beside the registries, and what it was refused on its way. */
function wayOutWords({ packages, refused = [] }: SetUp): string {
  const hosts = (packages?.hosts ?? []).map(
    ({ name, count }) => `${inlineCode(name)}${count === 1 ? "" : ` ×${count}`}`,
  );
  const reached = hosts.length === 0 ? "" : `; it reached ${hosts.join(", ")}`;
  return `${reached}${refused.length === 0 ? "" : `; it **was refused** ${inlineCode(refused.join(", "), 600)}`}`;
}

function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, 5).map((path) => inlineCode(path));
  return [...shown, ...(paths.length > 5 ? [`${paths.length - 5} more`] : [])].join(", ");
}

function policyWords(state: LoopState): string | null {
  if (state.rules === null) return null;
  const { policySha, policyOf } = state.rules;
  const of = policyOf === undefined ? "" : ` of ${inlineCode(policyOf)}, since this repository has none,`;
  return policySha === ""
    ? "Policy: the defaults, since there is no `.github/loop.yml`"
    : `Policy: \`.github/loop.yml\`${of} at blob ${inlineCode(policySha.slice(0, 12))}`;
}

/** What the file states and does not get: whoever wrote it has to know. */
function clampedWords({ rules }: LoopState): string | null {
  const clamped = rules?.clamped ?? [];
  if (clamped.length === 0) return null;
  const shown = clamped.slice(0, 10).map(plainSentence);
  const more = clamped.length > shown.length ? [`and ${clamped.length - shown.length} more`] : [];
  return `Held to the bounds of this App's operator: ${[...shown, ...more].join("; ")}`;
}

function reviewerWords({ rules }: LoopState): string | null {
  if (rules === null || rules.reviewer !== null) return null;
  const judge = rules.ownChecks === undefined ? "CI judges" : "the policy's own checks and CI judge";
  return rules.reviewerMissing
    ? `Reviewer: none, only ${judge}, since neither the policy nor this App's operator names a \`reviewer.command\``
    : `Reviewer: none, only ${judge}, as the policy says`;
}

/** What done means, where the issue says it. */
function criteriaWords(count: number): string {
  return `Done means: ${count === 1 ? "the acceptance criterion" : `the ${count} acceptance criteria`} of the issue`;
}

function removedWords(removed: readonly string[]): string {
  if (removed.length === 0) return "nothing";
  const shown = removed.slice(0, 12).map((words) => plainSentence(words.slice(0, 200)));
  return [...shown, ...(removed.length > shown.length ? [`${removed.length - shown.length} more`] : [])].join(", ");
}

function pullWords(state: LoopState): string {
  const link = pullLink(state);
  if (link === null) return "";
  const isDraft = state.pull?.draft && state.phase !== "awaiting_gate";
  const kind = isDraft
    ? " (draft)"
    : state.pull?.draftless
      ? state.rules?.draft === "never"
        ? ""
        : " (this repository has no drafts, so it never was one)"
      : "";
  const edited = state.pull?.bodyEdited ? bodyEditedWords : "";
  const auto =
    state.autoMerge === undefined
      ? ""
      : `, which GitHub merges by itself: ${inlineCode(state.autoMerge.by)} had it do so`;
  return `; pull request ${link}${kind}${edited}${auto}`;
}
