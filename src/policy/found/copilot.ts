// The steps of copilot-setup-steps.yml that a run can take: the plain commands, in a shell as a job of GitHub Actions has it.
import { valueProblem, variableProblem } from "../variables.ts";
import { hasExpression, jobService } from "./container.ts";
import {
  bounded,
  type FoundRead,
  type FoundService,
  isGroup,
  named,
  needsRoot,
  shellWord,
  workspace,
} from "./found.ts";
import { valueIn } from "./yaml.ts";

const job = "copilot-setup-steps";

/** What of a step changes nothing here: it says how it looks, or until when it is waited for. */
const plainKeys: ReadonlySet<string> = new Set([
  "name",
  "id",
  "run",
  "env",
  "shell",
  "working-directory",
  "timeout-minutes",
  "continue-on-error",
]);

/** Of the job and of the workflow, what is read, or changes nothing here. */
const plainOfJob: ReadonlySet<string> = new Set([
  "name",
  "steps",
  "services",
  "permissions",
  "runs-on",
  "snapshot",
  "timeout-minutes",
  "concurrency",
]);
const plainOfWorkflow: ReadonlySet<string> = new Set([
  "name",
  "run-name",
  "on",
  "true", // `on`, as a reader of YAML 1.1 has it
  "jobs",
  "permissions",
  "concurrency",
]);

/**
 * https://docs.github.com/en/copilot/how-tos/use-copilot-agents/coding-agent/customize-the-agent-environment: of the job only its
 * steps, services, permissions, timeout and runner count. A step that is not plain is left out, and said.
 */
export function readCopilotSteps(text: string): FoundRead {
  const value = valueIn(text);
  const jobs = isGroup(value) && isGroup(value.jobs) ? value.jobs : {};
  const found = jobs[job];
  if (!isGroup(found)) return { ok: false, why: [`no job ${named(job)}`] };
  if (!Array.isArray(found.steps)) return { ok: false, why: ["no steps in its job"] };
  const left = [...around(value, plainOfWorkflow, "the workflow"), ...around(found, plainOfJob, "its job")];
  const setup = found.steps.flatMap((step: unknown, index) => {
    const read = isGroup(step) ? readStep(step) : { why: "is no step" };
    if ("command" in read) return [read.command];
    if (read.why !== "") left.push(`${nameOf(step, index)} (${read.why})`);
    return [];
  });
  const services = servicesIn(found.services, left);
  return bounded({ ok: true, found: { image: "", env: {}, setup, services, left } });
}

/** What else a group has, by name: it would change what the steps do. */
function around(given: unknown, plain: ReadonlySet<string>, of: string): string[] {
  const keys = isGroup(given) ? Object.keys(given).filter((key) => !plain.has(key)) : [];
  return keys.slice(0, 10).map((key) => `${named(key)} of ${of}`);
}

type StepRead = { readonly command: string } | { readonly why: string };

/** The command; or why it is left out, empty where it is done anyway. */
function readStep(step: Readonly<Record<string, unknown>>): StepRead {
  const { uses, run, env = {}, shell = "bash" } = step;
  if (typeof uses === "string") return { why: usesWhy(uses, step.with) };
  if (typeof run !== "string") return { why: "has no `run`" };
  const other = Object.keys(step).find((key) => !plainKeys.has(key));
  if (other !== undefined) return { why: `has ${named(other)}` };
  if (!isGroup(env)) return { why: "has an `env` that is no group" };
  if (shell !== "bash" && shell !== "sh") return { why: `is for ${named(String(shell))}` };
  if (hasExpression(step)) return { why: "has an expression of GitHub Actions" };
  if (/\bGITHUB_(?:ENV|PATH|OUTPUT|STATE|STEP_SUMMARY)\b/.test(run)) return { why: "writes to files of a runner" };
  if (needsRoot(run)) return { why: "needs root, which no run has" };
  const read = runnerVariables(run).find((name) => name !== "GITHUB_WORKSPACE" && !Object.hasOwn(env, name));
  if (read !== undefined) return { why: `reads ${named(read)} of a runner` };
  const problem = Object.entries(env)
    .map(([name, given]) => variableProblem(name) ?? valueProblem(textOf(given)))
    .find((one) => one !== null);
  if (problem !== undefined) return { why: `has a variable that ${problem}` };
  return { command: commandOf(step, run, env, shell) };
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell */
function commandOf(
  step: Readonly<Record<string, unknown>>,
  run: string,
  env: Readonly<Record<string, unknown>>,
  shell: "bash" | "sh",
): string {
  const folder = step["working-directory"];
  const before = typeof folder === "string" ? `cd ${shellWord(folder)} && ` : "";
  const folders = runnerVariables(run).includes("GITHUB_WORKSPACE") ? { GITHUB_WORKSPACE: workspace } : {};
  const variables = Object.entries({ ...folders, ...env }).map(
    ([name, given]) => `${name}=${shellWord(textOf(given))}`,
  );
  const strict =
    shell === "bash" && step.shell === "bash" ? "bash --noprofile --norc -eo pipefail -c" : `${shell} -e -c`;
  const words = [...(variables.length === 0 ? [] : ["env", ...variables]), strict, shellWord(run.trim())];
  const after = step["continue-on-error"] === true ? " || true" : "";
  return `${before}${words.join(" ")}${after}`;
}

/** The variables of a runner that a script reads; an unset one would be nothing without a word. */
function runnerVariables(run: string): string[] {
  return [...run.matchAll(/\$\{?((?:GITHUB|RUNNER|ACTIONS)_\w+)/g)].map(([, name = ""]) => name);
}

/** A variable's value: what is left empty is an empty text. */
function textOf(given: unknown): string {
  return given === null || given === undefined ? "" : String(given);
}

/** A checkout is what a run begins with; the tools that `setup-…` would bring are those of the image. */
function usesWhy(uses: string, given: unknown): string {
  const action = uses.split("@")[0] ?? "";
  if (action !== "actions/checkout") return "is an action, which is not run here";
  const more = isGroup(given)
    ? Object.keys(given).find((key) => ["submodules", "lfs", "repository", "path", "ref"].includes(key))
    : undefined;
  return more === undefined ? "" : `asks for ${named(more)}`;
}

function nameOf(step: unknown, index: number): string {
  if (isGroup(step) && typeof step.uses === "string") return named(step.uses);
  const name = isGroup(step) && typeof step.name === "string" ? step.name : "";
  return name === "" ? `step ${index + 1}` : `step ${named(name)}`;
}

/** Services that a run can have; the others are left out by name. */
function servicesIn(given: unknown, left: string[]): Record<string, FoundService> {
  const services: Record<string, FoundService> = {};
  for (const [name, value] of Object.entries(isGroup(given) ? given : {})) {
    const read = isGroup(value) ? jobService(value) : { ok: false as const, why: ["is no group"] };
    if (read.ok && /^[a-z][a-z0-9-]{0,19}$/.test(name)) services[name] = read.service;
    else left.push(`the service ${named(name)}${read.ok ? "" : ` (${read.why.join(", ")})`}`);
  }
  return services;
}
