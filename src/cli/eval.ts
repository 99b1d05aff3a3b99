// `loopgate eval`: agents on past commits of a local repository, judged by the tests that came with those commits.
import { mkdtemp, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { eachAtMost } from "../base/at-most.ts";
import { Fault } from "../base/fault.ts";
import { steadyClock } from "../engine/clock.ts";
import { removeWorkspace } from "../gateway/git/workspace.ts";
import { pinoLogger } from "../log.ts";
import type { NanoUsd } from "../loop/money.ts";
import type { Rules } from "../loop/state.ts";
import { parsePolicy } from "../policy/parse.ts";
import { environmentOf, readRules } from "../policy/rules.ts";
import type { Policy } from "../policy/schema.ts";
import { readSettingsWithoutGitHub, type Settings } from "../settings.ts";
import { registriesIn } from "../wire.ts";
import { withCleanup } from "./cleanup.ts";
import { agentsFor, type EvaluatedAgent } from "./eval-agents.ts";
import { createPurse, type Purse } from "./eval-purse.ts";
import { type Begun, holdResults, openResults, type Results } from "./eval-results.ts";
import { type TrialParts, tryTask } from "./eval-task.ts";
import { chooseTasks, type ProvedTask, proveTasks, readIssues } from "./eval-tasks.ts";
import { asJson, asText, type Evaluated, endLine, type Row } from "./eval-words.ts";
import { interruptible } from "./interrupt.ts";
import { environmentFilesAt, withServices } from "./local-policy.ts";
import { nameOfRepository, readOwnRepository } from "./own-repository.ts";
import type { Terminal } from "./terminal.ts";
import { readNamed, UsageError } from "./usage.ts";
import { imageOf } from "./verify-judge.ts";
import { fileAt, type LocalRepository, openRepository } from "./verify-repository.ts";
import { openVerifyRuntime } from "./verify-runtime.ts";

export interface EvalOptions {
  readonly repo: string;
  readonly last: number;
  /** None: the policy's own. */
  readonly agents: readonly EvaluatedAgent[];
  readonly issues: string | null;
  /** Null: the newest commit's own `.github/loop.yml`. */
  readonly policy: string | null;
  /** Takes the place of the policy's commands. */
  readonly check: string | null;
  readonly report: string | null;
  readonly image: string | null;
  readonly unsealed: boolean;
  /** Null: as policy says. */
  readonly knockOut: number | null;
  readonly jobs: number;
  readonly budgetNano: NanoUsd | null;
  readonly out: string;
  readonly json: boolean;
}

const exitCodes = { done: 0, failed: 1, nothing: 2, budget: 3 } as const;

/** 0 all was tried, 1 some task failed for a fault, 2 no commit can be judged, 3 stopped by the budget, 130 after Ctrl-C. Throws Fault and UsageError. */
export async function evaluate(options: EvalOptions, terminal: Terminal): Promise<number> {
  const read = readSettingsWithoutGitHub(terminal.env);
  if (!read.ok) throw new UsageError(read.message);
  const { settings } = read;
  return interruptible((signal) =>
    withCleanup(terminal, async (cleanup) => {
      const own = await readOwnRepository(options.repo);
      for (const note of own.notes) terminal.err(`Note: ${note}\n`);
      const issues = await readIssues(options.issues);
      const out = resolve(options.out);
      const results = await openResults(out);
      cleanup.add(out, await holdResults(out));
      const scratchDir = await realpath(await mkdtemp(join(tmpdir(), "loopgate-eval-")));
      cleanup.add(scratchDir, () => removeWorkspace(scratchDir));
      const repository = await openRepository({ dir: options.repo, base: "HEAD", head: "HEAD" }, scratchDir);
      const { policy, rules } = await policyFor(options, settings, repository);
      const agents = agentsFor(options.agents, settings, policy);
      const chosen = await chooseTasks(repository, options.last, issues, { signal, terminal });
      const image = imageOf(options, policy);
      const environment = environmentOf(policy);
      if (chosen.tasks.length === 0)
        return tell(options, terminal, { ...chosen, agents, unproved: [], rows: [], stopped: false });
      const runtime = await openVerifyRuntime({
        command: "eval",
        unsealed: options.unsealed,
        ...{ scratchDir, objectsDir: repository.objectsDir, settings, terminal, cleanup },
      });
      const parts = { repository, runtime, image, environment, scratchDir, signal };
      const proving = { parts, checks: policy.checks.run, results, jobs: options.jobs, terminal };
      const { proved, unproved } = await proveTasks(proving, chosen.tasks);
      const clock = steadyClock({ wall: Date.now, steady: () => performance.now() }, 0);
      const trials = {
        ...{ runtime, image, environment, policy, scratchDir, terminal, signal },
        knockOut: options.knockOut,
        models: {
          models: settings.models ?? [],
          prices: settings.prices,
          ociRuntime: settings.ociRuntime ?? null,
        },
        ...(settings.registries === undefined ? {} : { registries: registriesIn(scratchDir, settings, clock) }),
        gitDir: repository.gitDir,
        repository: { owner: "local", name: nameOfRepository(options.repo), branch: own.branch },
        clock,
        log: pinoLogger({ level: "warn", to: { write: terminal.err } }),
      };
      const tried = await tryAll({ options, trials, results, rules, policy }, agents, proved);
      return tell(options, terminal, { ...chosen, agents, unproved, ...tried });
    }),
  );
}

async function policyFor(
  options: EvalOptions,
  { operator }: Settings,
  repository: LocalRepository,
): Promise<{ readonly policy: Policy; readonly rules: Rules }> {
  const { policy: file, check, report } = options;
  const text = file === null ? await fileAt(repository, repository.head, ".github/loop.yml") : await readNamed(file);
  const from = file ?? ".github/loop.yml of the newest commit";
  const parsed = parsePolicy(text);
  if (!parsed.ok) throw new UsageError(`${from}, ${parsed.message}`);
  const files = await environmentFilesAt(parsed.policy, repository, repository.head);
  const policy = withServices(parsed.policy, files, from);
  const defaults = { agent: { command: "true", image: "toolchain" }, reviewer: { command: "", image: "" } };
  const read = readRules(text === null ? null : { text, sha: "" }, { ...operator, defaults }, "loop", files);
  if (!read.ok) throw new UsageError(`${from}, ${read.message}`);
  const own = {
    name: "tests",
    command: check ?? "",
    minutes: 30,
    reports: report === null ? [] : [report],
    artifacts: [],
  };
  const run = check === null ? parsed.policy.checks.run : [own];
  if (run.length === 0)
    throw new UsageError(
      `${from} names no command under \`checks.run\`, so nothing can judge. Name one there, or with --check.`,
    );
  const { ownChecks: _, knockOut: __, ...rules } = read.rules; // those are run and judged as `verify` does
  return {
    policy: { ...policy, checks: { ...policy.checks, run } },
    rules: { ...rules, reviewer: null },
  };
}

interface Trying {
  readonly options: EvalOptions;
  readonly trials: TrialParts;
  readonly results: Results;
  readonly rules: Rules;
  readonly policy: Policy;
}

interface Job {
  readonly agent: EvaluatedAgent;
  readonly task: ProvedTask;
  readonly number: number;
  known: Begun | null;
  fault: string | null;
}

/** Every task with every agent, as far as the money goes; what is known from before is not tried again. Throws Fault. */
async function tryAll(
  trying: Trying,
  agents: readonly EvaluatedAgent[],
  tasks: readonly ProvedTask[],
): Promise<Pick<Evaluated, "rows" | "stopped">> {
  const { options, results, trials } = trying;
  const jobs: Job[] = [];
  for (const task of tasks) {
    for (const agent of agents) {
      const known = await results.task(questionOf(trying, agent, task));
      jobs.push({ agent, task, number: jobs.length + 1, known, fault: null });
    }
  }
  const before = jobs.reduce((sum, { known }) => sum + spentIn(known), 0);
  const purse = createPurse(options.budgetNano, before);
  const inner = new AbortController();
  const stopping = { ...trials, signal: AbortSignal.any([trials.signal, inner.signal]) };
  const open = jobs.filter(({ known }) => isOpen(known));
  let stopped = false;
  await eachAtMost(options.jobs, open, async (job) => {
    if (stopped) return;
    stopping.signal.throwIfAborted();
    const isPaid = await tryJob({ ...trying, trials: stopping }, purse, job, jobs.length).catch((error) => {
      inner.abort(error);
      throw error;
    });
    if (!isPaid) stopped = true;
  });
  const rows = jobs.map(({ agent, task, known, fault }): Row => ({ agent: agent.label, task, known, fault }));
  return { rows, stopped };
}

/** Not tried, interrupted, or ended for what may be mended since, such as a key or an engine. */
function isOpen(known: Begun | null): boolean {
  if (known === null || known.end === null) return true;
  return known.end.outcome === "not_judged" && known.end.verdict === null;
}

function spentIn(known: Begun | null): NanoUsd {
  return known === null ? 0 : known.lostNano + (known.end?.spentNano ?? 0);
}

/** False: there is not the money for it. What it may cost is on the disk before it begins. */
async function tryJob(trying: Trying, purse: Purse, job: Job, of: number): Promise<boolean> {
  const { trials, results, rules } = trying;
  const { agent, task, number } = job;
  const most = trials.models.models.length === 0 ? 0 : rules.budgetNano;
  if (!(await purse.take(most))) return false;
  const question = questionOf(trying, agent, task);
  const lostBefore = spentIn(job.known);
  const begun = (lostNano: NanoUsd): Begun => ({ commit: task.commit, agent: agent.label, lostNano, end: null });
  let spent = 0;
  const onSpent = (nano: NanoUsd) => {
    spent += nano;
  };
  await results.keepTask(question, begun(lostBefore + most));
  const { err } = trials.terminal;
  const named = `${number} of ${of}: ${task.commit.slice(0, 12)} ${agent.label.split("\n")[0]?.slice(0, 60)}`;
  err(`${named}: begins …\n`);
  try {
    const executor = { agent: agent.kind, model: agent.model, command: agent.command, image: rules.executor.image };
    const onAttempt = (told: string) => err(`${named}: ${told}\n`);
    const end = await tryTask(trials, { number, task, rules: { ...rules, executor }, onSpent, onAttempt });
    job.known = { ...begun(lostBefore), end };
    spent = end.spentNano;
    err(`${named}: ${endLine(end)}\n`);
  } catch (error) {
    job.known = begun(lostBefore + spent); // it begins again, and what it cost is not forgotten
    if (trials.signal.aborted || !(error instanceof Fault)) throw error;
    job.fault = error.message;
    err(`${named}: failed: ${error.message}\n`);
  } finally {
    purse.settle(most, spent);
    if (job.known !== null) await results.keepTask(question, job.known);
  }
  return true;
}

/** All that an end depends on: another policy, text or agent is another question. */
function questionOf(
  { policy, trials, rules }: Trying,
  { kind, model, command }: EvaluatedAgent,
  task: ProvedTask,
): object {
  const { commit, text } = task;
  const agent = { kind, model, command };
  const { image, knockOut } = trials;
  return { commit, text, agent, policy, rules, image, knockOut, runtime: trials.runtime.kind };
}

function tell({ json }: EvalOptions, { out }: Terminal, evaluated: Evaluated): number {
  out(json ? asJson(evaluated) : asText(evaluated));
  if (evaluated.rows.some(({ fault }) => fault !== null)) return exitCodes.failed;
  if (evaluated.stopped) return exitCodes.budget;
  return evaluated.rows.length === 0 ? exitCodes.nothing : exitCodes.done;
}
