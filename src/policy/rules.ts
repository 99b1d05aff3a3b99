// The policy file and the operator's word together → the rules that one loop is held to.
import { assert } from "../base/assert.ts";
import { nanoOf } from "../loop/money.ts";
import { type BuildRules, type CheckSource, imageOfBuild, type Rules } from "../loop/state.ts";
import { bytesIn } from "./bytes.ts";
import { type Bounds, clampPolicy } from "./clamp.ts";
import {
  completeEnvironment,
  composeFiles,
  type FoundEnvironment,
  type RepositoryFiles,
  seeksEnvironment,
  withComposeServices,
} from "./found/find.ts";
import { type ParsedPolicy, parsePolicy } from "./parse.ts";
import { builtInProtectedPaths } from "./paths.ts";
import { nameOfCheck, type Policy } from "./schema.ts";

/** What stands in where a repository says nothing; empty: nothing does. */
export interface OperatorDefaults {
  /** `kind` and `model`: an agent that is known by name, in place of the command. */
  readonly agent: {
    readonly command: string;
    readonly image: string;
    readonly kind?: Rules["executor"]["agent"];
    readonly model?: string;
  };
  readonly reviewer: { readonly command: string; readonly image: string };
}

/** What the operator of this App decides for every repository. */
export interface Operator {
  readonly bounds: Bounds;
  readonly defaults: OperatorDefaults;
}

export interface PolicyFile {
  readonly text: string;
  readonly sha: string; // blob id
  readonly of?: string; // owner/name of the repository it stands in; absent: the loop's own
  readonly hidden?: true; // fewer people may see that repository than the loop's; absent: nobody less
}

export type ReadRules = { readonly ok: true; readonly rules: Rules } | { readonly ok: false; readonly message: string };

/**
 * Parses, bounds and completes the policy; null: neither the repository nor its owner has a file. `files` are the repository's own at the
 * base, from which the environment may come; absent: nobody looked, and nothing is taken from them. The message is for the thread.
 */
export function readRules(
  file: PolicyFile | null,
  operator: Operator,
  label: string,
  files?: RepositoryFiles,
): ReadRules {
  const read = rulesIn(file, operator, label, files);
  if (file?.hidden === true) return read.ok ? withoutWords(read.rules) : unsaid(file);
  return read.ok || file?.of === undefined ? read : { ok: false, message: `in ${file.of}, ${read.message}` };
}

/** The rules are what they are; what the file says beyond them is not for everybody who reads the thread. */
function withoutWords(rules: Rules): ReadRules {
  const { clamped, ...rest } = rules;
  if (clamped === undefined) return { ok: true, rules };
  const many = clamped.length === 1 ? "1 line of it" : `${clamped.length} lines of it`;
  return { ok: true, rules: { ...rest, clamped: [`${many}, in a repository that not everybody here may see`] } };
}

function unsaid({ of }: PolicyFile): ReadRules {
  const message = `in ${of}, something is wrong with \`.github/loop.yml\`, and what it is is not said here, where more people read than there; \`loopgate policy check\` says it`;
  return { ok: false, message };
}

function rulesIn(
  file: PolicyFile | null,
  operator: Operator,
  label: string,
  files: RepositoryFiles | undefined,
): ReadRules {
  const parsed = parsePolicy(file?.text ?? null);
  if (!parsed.ok) return { ok: false, message: parsed.message };
  const whole = wholePolicy(parsed, operator, files);
  if ("message" in whole) return { ok: false, message: whole.message };
  const clamped = clampPolicy(whole.policy, whole.lines, operator.bounds);
  if (!clamped.ok) return clamped;
  const asked = [...parsed.lines.keys()].filter((path) => path.startsWith("reviewer."));
  const { base } = clamped.policy;
  const origin = {
    policySha: file?.sha ?? "",
    ...(file?.of === undefined ? {} : { policyOf: file.of }),
    ...(clamped.clamped.length === 0 ? {} : { clamped: [...clamped.clamped] }),
    label,
    ...(base === "" ? {} : { base }),
  };
  const { defaults, bounds } = operator;
  const raise = raiseOf(clamped.policy, bounds);
  const servers = toolServersOf(clamped.policy, bounds);
  return rulesOf(
    clamped.policy,
    defaults,
    bounds.registries ?? [],
    { ...origin, ...raise, ...servers },
    asked.length > 0,
    whole.found,
  );
}

/** Which files of the repository's own a policy looks into: Compose files by name, and whether it has those sought that an environment may come from. */
export function filesNamed(file: PolicyFile | null): { readonly compose: readonly string[]; readonly seeks: boolean } {
  const parsed = parsePolicy(file?.text ?? null);
  if (!parsed.ok) return { compose: [], seeks: false };
  return { compose: composeFiles(parsed.policy), seeks: seeksEnvironment(parsed.policy) };
}

type Parsed = Extract<ParsedPolicy, { readonly ok: true }>;

/** The policy with what stands for it in the repository's own files; or why that cannot be, with the line. */
function wholePolicy(
  { policy, lines }: Parsed,
  { bounds }: Operator,
  files: RepositoryFiles | undefined,
): (Pick<Parsed, "policy" | "lines"> & { readonly found?: FoundEnvironment }) | { readonly message: string } {
  const named = withComposeServices(policy, files);
  const lineOf = (name: string) => lines.get(`environment.services.${name}.compose`);
  if (!named.ok) return { message: `line ${lineOf(named.name)}: ${named.message}` };
  const more = Object.keys(named.policy.environment.services).flatMap((name): [string, number][] => {
    const line = lineOf(name);
    return line === undefined ? [] : [[`environment.services.${name}.image`, line]];
  });
  const { images, services, programs, dockerfiles } = bounds;
  const all = new Map([...lines, ...more]);
  if (files === undefined) return { policy: named.policy, lines: all };
  const found = completeEnvironment(named.policy, files, {
    images,
    services,
    bringsPrograms: programs === true,
    builds: dockerfiles === true,
  });
  return { ...found, lines: all };
}

/** The rules that a policy within its bounds amounts to; it fails only where nobody has said what to run. */
function rulesOf(
  policy: Policy,
  defaults: OperatorDefaults,
  registries: readonly string[],
  origin: Pick<Rules, "policySha" | "policyOf" | "clamped" | "label" | "base" | "raise" | "toolServers">,
  asksForReviewer: boolean,
  found: FoundEnvironment | undefined,
): ReadRules {
  const command = policy.agent.command || defaults.agent.command;
  const own = ownImage(policy, found);
  const image = policy.agent.image || own || defaults.agent.image;
  const { kind, model } = namedAgent(policy, defaults);
  if (kind === "command" && command === "") return missing("agent.command", "the command that starts the agent");
  if (kind !== "command" && model === "") return missing("agent.model", "the model that the agent calls");
  if (image === "") return missing("agent.image", "the container image the agent runs in");
  const executor = { agent: kind, model, command, image };
  const rest = {
    ...limitsOf(policy),
    ...judgesOf(policy),
    ...(policy.plan === "first" ? { planFirst: true as const } : {}),
    ...criteriaOf(policy),
    ...(policy.reviewer.enabled && policy.reviewer.canaries > 0 ? { canaries: policy.reviewer.canaries } : {}),
    ...(policy.reviewer.enabled && policy.reviewer.rubric.length > 0 ? { rubric: policy.reviewer.rubric } : {}),
    environment: {
      ...environmentOf(policy),
      ...(found === undefined ? {} : { found: copied(found) }),
      ...buildOf(policy, found),
    },
    ...(registries.length === 0 ? {} : { packages: packagesOf(policy, registries) }),
  };
  if (!policy.reviewer.enabled) return { ok: true, rules: { ...origin, executor, reviewer: null, ...rest } };
  const reviewer = reviewerOf(policy, defaults, executor, own);
  if (reviewer.agent !== "command" && reviewer.model === "") return missing("reviewer.model", "the model it calls");
  const several = severalOf(policy.reviewer, reviewer);
  if ("message" in several) return several;
  if (reviewer.agent !== "command" || reviewer.command !== "")
    return { ok: true, rules: { ...origin, executor, reviewer, ...several, ...rest } };
  if (asksForReviewer) return missing("reviewer.command", "the command that reviews the change");
  return { ok: true, rules: { ...origin, executor, reviewer: null, reviewerMissing: true, ...rest } };
}

/** The policy's agent; the operator's where the policy names none at all. */
function namedAgent({ agent }: Policy, defaults: OperatorDefaults): Pick<Policy["agent"], "kind" | "model"> {
  const namesNone = agent.kind === "command" && agent.command === "";
  const { kind, model = "" } = defaults.agent;
  return namesNone && kind !== undefined ? { kind, model: agent.model || model } : agent;
}

/**
 * The reviewer is the executor's agent in another role, unless policy or operator say otherwise. A command is the
 * executor's own: it would do the work again rather than judge it, so that it never stands in for a reviewer's.
 */
function reviewerOf(
  policy: Policy,
  defaults: OperatorDefaults,
  executor: Rules["executor"],
  environmentImage: string,
): Rules["executor"] {
  const { kind, model, command, image } = policy.reviewer;
  const own = command || defaults.reviewer.command;
  const agent = kind !== "agent" ? kind : own !== "" ? "command" : executor.agent;
  return {
    agent,
    model: model || executor.model,
    command: own,
    image: image || environmentImage || defaults.reviewer.image || executor.image,
  };
}

/** The further reviewers and the quorum, where there are any; or why they cannot be. */
function severalOf(
  { others, quorum }: Policy["reviewer"],
  first: Rules["executor"],
): Pick<Rules, "otherReviewers" | "quorum"> | Extract<ReadRules, { ok: false }> {
  const otherReviewers = others.map((other) => otherReviewer(other, first));
  const all = otherReviewers.length + 1;
  if (quorum > all)
    return { ok: false, message: `\`reviewer.quorum\` (${quorum}) is more than there are reviewers (${all})` };
  if (otherReviewers.some(({ agent, model }) => agent !== "command" && model === ""))
    return {
      ok: false,
      message: "`model` is missing in `reviewer.others`: it names the model that the reviewer calls",
    };
  if (otherReviewers.some(({ agent, command }) => agent === "command" && command === ""))
    return {
      ok: false,
      message: "`command` is missing in `reviewer.others`: it names the command that reviews the change",
    };
  if (otherReviewers.length === 0) return {};
  return { otherReviewers, ...(quorum === 0 ? {} : { quorum }) };
}

/** What is not said of a further reviewer is as the first one's; a command of its own is an agent of its own. */
function otherReviewer(
  { kind, model, command, image }: Policy["reviewer"]["others"][number],
  first: Rules["executor"],
): Rules["executor"] {
  const agent = kind !== "same" ? kind : command !== "" ? "command" : first.agent;
  return { agent, model: model || first.model, command: command || first.command, image: image || first.image };
}

const minute = 60_000;
const hour = 60 * minute;

function criteriaOf({ issue }: Policy): Pick<Rules, "criteriaRequired"> {
  switch (issue.criteria) {
    case "optional":
      return {};
    case "unless_judged":
      return { criteriaRequired: "unjudged" };
    case "required":
      return { criteriaRequired: true };
  }
}

function limitsOf(policy: Policy) {
  return {
    attempts: policy.attempts,
    budgetNano: nanoOf(policy.budget.usd),
    profiles: {
      small: nanoOf(Math.min(policy.budget.small, policy.budget.usd)),
      large: nanoOf(Math.max(policy.budget.large, policy.budget.usd)),
    },
    hosts: policy.network.allow,
    ...commandsOf(policy),
    lifetimeRuns: policy.runs,
    issueRuns: policy.issue.runs,
    issueNano: nanoOf(policy.issue.usd),
    ...dayOf(policy),
    attemptMs: policy.deadline_minutes * minute,
    silenceMs: policy.silence_minutes * minute,
    loopMs: policy.loop_hours * hour,
    ciWaitMs: policy.checks.wait_minutes * minute,
    changedLines: policy.limits.changed_lines,
    changedFiles: policy.limits.changed_files,
    confidence: policy.confidence_minimum,
  };
}

/** Absent where it sets no limit. */
function dayOf({ day: { usd, runs, time_zone: zone } }: Policy): Pick<Rules, "day"> {
  return usd === 0 && runs === 0 ? {} : { day: { nano: nanoOf(usd), runs, zone } };
}

/** Absent where any command may be run. */
function commandsOf({ commands }: Policy): Pick<Rules, "commands"> {
  const { ask, deny, otherwise } = commands;
  return ask.length + deny.length === 0 && otherwise === "allow" ? {} : { commands };
}

/** Who may add to a loop's limits, and what one grant may come to at most. */
function raiseOf({ budget }: Policy, bounds: Bounds): Pick<Rules, "raise"> {
  if (budget.raise === "nobody") return {};
  const { usd, attempts, loop_hours: hours } = bounds;
  return { raise: { by: budget.raise, nano: nanoOf(usd), attempts, ms: hours * hour } };
}

/** What the image of the environment is built from; null where it is named, or there is none of its own. */
function builtFrom({ environment }: Policy, found: FoundEnvironment | undefined): BuildRules | null {
  if (environment.dockerfile !== "") return { context: "", dockerfile: environment.dockerfile, args: {} };
  return found?.build === undefined ? null : { ...found.build, args: { ...found.build.args } };
}

/** The image of the environment, by its name or by what it is built from; empty: it has none of its own. */
function ownImage(policy: Policy, found: FoundEnvironment | undefined): string {
  const build = builtFrom(policy, found);
  return build === null ? policy.environment.image : imageOfBuild(build);
}

function buildOf(policy: Policy, found: FoundEnvironment | undefined): { readonly build?: BuildRules } {
  const build = builtFrom(policy, found);
  return build === null ? {} : { build };
}

/** As the state holds it. */
function copied({ from, left, unused }: FoundEnvironment): NonNullable<NonNullable<Rules["environment"]>["found"]> {
  return {
    ...(from === undefined ? {} : { from }),
    left: [...left],
    unused: unused.map(({ path, why }) => ({ path, why: [...why] })),
  };
}

/** What a run has, in bytes and numbers. */
export function environmentOf({ environment }: Pick<Policy, "environment">): NonNullable<Rules["environment"]> {
  const { memory, cpus, processes, tmp, disk, env, setup, cache } = environment;
  const services = Object.entries(environment.services).map(
    ([name, { image = "", command, env, ready, tmpfs, memory }]) => ({
      ...{ name, image, env, tmpfs, memoryBytes: sizeIn(memory) },
      ...(command === undefined ? {} : { command }),
      ...(ready === undefined ? {} : { ready }),
    }),
  );
  return {
    memoryBytes: sizeIn(memory),
    cpus,
    processes,
    tmpBytes: sizeIn(tmp),
    diskBytes: sizeIn(disk),
    env,
    setup,
    cache,
    ...(services.length === 0 ? {} : { services }),
  };
}

function packagesOf({ packages }: Policy, registries: readonly string[]): NonNullable<Rules["packages"]> {
  const { allow, deny, minimum_age_days, agents } = packages;
  return {
    registries: [...registries],
    allow,
    deny,
    minimumAgeMs: minimum_age_days * 24 * hour,
    fresh: packages.new,
    agents,
  };
}

/** Absent where there are none. A tool that is denied is left out, as one that is not named. */
function toolServersOf({ tools, environment }: Policy, bounds: Bounds): Pick<Rules, "toolServers"> {
  const memoryBytes = Math.min(sizeIn(environment.memory), bounds.service_memory_mib * 1024 * 1024);
  const toolServers = Object.entries(tools.servers).map(
    ([name, { command, image, env, url, credential, tools: named }]) => {
      const may = Object.entries(named).flatMap(([tool, rule]) => {
        const { use, ...patterns } = typeof rule === "string" ? { use: rule } : rule;
        return use === "deny" ? [] : [{ name: tool, ...(use === "ask" ? { ask: true as const } : {}), ...patterns }];
      });
      if (url === "") return { name, command, image, env, memoryBytes, tools: may };
      return { name, command, image, env, url, ...(credential === "" ? {} : { credential }), tools: may };
    },
  );
  return toolServers.length === 0 ? {} : { toolServers };
}

function sizeIn(text: string): number {
  const bytes = bytesIn(text);
  assert(bytes !== null, "the schema lets nothing else through");
  return bytes;
}

function judgesOf(policy: Policy) {
  return {
    protectedPaths: [...new Set([...builtInProtectedPaths, ...policy.protected_paths])],
    ...(policy.denied_paths.length === 0 ? {} : { deniedPaths: policy.denied_paths }),
    changes: policy.changes,
    ...(policy.placeholder_paths.length === 0 ? {} : { placeholderPaths: policy.placeholder_paths }),
    requiredChecks: policy.checks.required.map(nameOfCheck),
    ...checkSourcesOf(policy),
    skippedChecks: policy.checks.skipped,
    ...(policy.checks.run_again === "allow" ? {} : { runAgain: policy.checks.run_again }),
    ...ownChecksOf(policy),
    ...(policy.pull_request.open_at_most === 0 ? {} : { openPulls: policy.pull_request.open_at_most }),
    ...(policy.gaming === "inform" ? {} : { gaming: policy.gaming }),
    ...(policy.trace.block.length === 0 ? {} : { traceBlocks: policy.trace.block }),
    draft: policy.pull_request.draft,
    signOff: policy.pull_request.sign_off,
    ...(policy.artifacts === "branch" ? { artifacts: policy.artifacts } : {}),
    ...(policy.memory === "issue" ? { memory: true as const } : {}),
    ...(policy.schedules.length === 0 ? {} : { schedules: true as const }),
    approvals: policy.gate.approvals,
    ...(policy.gate.approvers === "anyone" ? { approvers: policy.gate.approvers } : {}),
    reviewers: policy.gate.reviewers,
    merge: policy.gate.merge,
    gateReminderMs: policy.gate.remind_after_hours * hour,
    gateExpiryMs: policy.gate.expire_after_days * 24 * hour,
  };
}

/** Absent where there are none, so that such loops' rules are what they were. */
function ownChecksOf({ checks, knock_out }: Policy): Pick<Rules, "ownChecks" | "asOnBase" | "knockOut"> {
  if (checks.run.length === 0) return {};
  const ownChecks = checks.run.map(({ name, command, only, minutes, reports, artifacts, empty }) => {
    const lenient = empty === "clean" ? { empty } : {};
    return {
      name,
      command,
      ...(only === undefined ? {} : { only }),
      ms: minutes * minute,
      reports,
      artifacts,
      ...lenient,
    };
  });
  const { hunks, minutes, not_held: notHeld } = knock_out;
  return {
    ownChecks,
    ...(checks.as_on_base.length === 0 ? {} : { asOnBase: checks.as_on_base }),
    ...(hunks === 0 ? {} : { knockOut: { hunks, ms: minutes * minute, notHeld } }),
  };
}

function checkSourcesOf({ checks }: Policy): Pick<Rules, "checkSources"> {
  const sources = checks.required.flatMap((check): [string, CheckSource][] => {
    if (typeof check === "string") return [];
    return [[check.name, "app" in check ? { app: check.app } : { creator: check.creator }]];
  });
  return sources.length === 0 ? {} : { checkSources: Object.fromEntries(sources) };
}

function missing(path: string, what: string): ReadRules {
  return { ok: false, message: `\`${path}\` is missing: it names ${what}, and this App's operator has set no default` };
}
