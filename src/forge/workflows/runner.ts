// Runs workflows: hears what starts them, runs their jobs one at a time, cancels what a newer run replaces.
import type { WorldEvent } from "../core.ts";
import { fullName } from "../core.ts";
import { mergeTree } from "../git/merging.ts";
import { signatureOf, writeCommit } from "../git/store.ts";
import type { Activity } from "../http/activity.ts";
import { type JobWorker, runJob } from "../job.ts";
import type { Actor, App, JobFile, JobTime, ScriptedCi, WorkflowJob, WorkflowRun } from "../model.ts";
import type { World } from "../world.ts";
import { refusalAnnotation, writeLog } from "./log.ts";
import { startsOf } from "./trigger.ts";

export interface RunnerOptions {
  readonly world: World;
  readonly activity: Activity;
  /** GitHub Actions' own App. */
  readonly app: App;
  readonly workDir: string;
  /** Where jobs run; absent: as processes of this machine. */
  readonly worker?: JobWorker;
  readonly log: (message: string, fields: Record<string, unknown>) => void;
}

const defaultTimeoutMs = 600_000;

/** Starts listening. Ends what runs, and drops what waits, when it is stopped. */
export function startRunner(options: RunnerOptions): { stop(): Promise<void> } {
  const { world, activity } = options;
  const running = new Map<WorkflowRun, AbortController>();
  let queue: Promise<void> = Promise.resolve();
  let ended = false;
  const enqueue = (run: WorkflowRun) => {
    const ending = new AbortController();
    for (const [older, controller] of running) if (replaces(run, older)) controller.abort();
    running.set(run, ending);
    const whole = queue.then(() => work(options, run, ending.signal, () => ended)).finally(() => running.delete(run));
    queue = whole;
    return whole;
  };
  const hear = async (event: WorldEvent) => {
    const again = rerun(event);
    if (again) return enqueue(again);
    const starts = await startsOf(event);
    const runs = starts.map((start) => world.createWorkflowRun(world.actorOf(options.app), event.actor, start));
    await Promise.all(runs.filter((run) => run.status !== "completed").map(enqueue));
  };
  const stopListening = world.listen((event) => {
    if (!["push", "pull_request", "workflow_run"].includes(event.event)) return;
    const heard = hear(event).catch((error) => report(options, event, error));
    void activity.during(heard);
  });
  return {
    stop: async () => {
      stopListening();
      ended = true;
      for (const controller of running.values()) controller.abort();
      await queue;
    },
  };
}

function replaces(run: WorkflowRun, older: WorkflowRun): boolean {
  if (!run.file.cancelInProgress || run === older || run.workflow !== older.workflow) return false;
  return run.pull ? run.pull === older.pull : run.headBranch === older.headBranch;
}

/** The run of a `workflow_run requested` that is another attempt, or was approved: who asked for it only changed the record. */
function rerun({ event, action, body, repository }: WorldEvent): WorkflowRun | undefined {
  if (event !== "workflow_run" || action !== "requested") return undefined;
  const { id, run_attempt: attempt } = body.workflow_run as { id: number; run_attempt: number };
  const run = repository?.workflowRuns.find((one) => one.id === id);
  return attempt > 1 || (run?.file.held === true && !run.held) ? run : undefined;
}

function report({ log }: RunnerOptions, { repository }: WorldEvent, error: unknown): void {
  log("a workflow of the forge could not be run", {
    repository: repository ? fullName(repository) : "",
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
}

async function work(
  options: RunnerOptions,
  run: WorkflowRun,
  signal: AbortSignal,
  isOver: () => boolean,
): Promise<void> {
  if (isOver()) return;
  const { world } = options;
  const actor = world.actorOf(options.app);
  const jobs: WorkflowJob[] = [];
  for (const { file, name } of jobsOf(run))
    if (run.again === null || run.again.includes(name)) jobs.push(await world.createJob(actor, run, file, name));
  for (const job of jobs) {
    const end = await jobEnd(options, actor, job, signal);
    if (isOver()) return;
    world.endJob(actor, job, end);
  }
  world.settleWorkflowRun(actor, run);
}

/** The names of a job: as many as its matrix has combinations, or its own where it is skipped as a whole. */
function jobsOf(run: WorkflowRun): { file: JobFile; name: string }[] {
  return run.file.jobs.flatMap((file) => {
    if (!file.matrix || file.if?.(timeOf(run)) === false) return [{ file, name: file.name }];
    const combined = Object.values(file.matrix).reduce<string[][]>(
      (lists, values) => lists.flatMap((list) => values.map((value) => [...list, String(value)])),
      [[]],
    );
    return combined.map((values) => ({ file, name: `${file.name} (${values.join(", ")})` }));
  });
}

function timeOf(run: WorkflowRun): JobTime {
  const { headSha: sha, headBranch: branch, event, attempt } = run;
  return { sha, branch, event, draft: run.pull?.draft ?? false, attempt };
}

type End = Parameters<World["endJob"]>[2];

async function jobEnd(options: RunnerOptions, actor: Actor, job: WorkflowJob, signal: AbortSignal): Promise<End> {
  const { world } = options;
  const { run, file } = job;
  const nothing = { log: null, annotations: [] };
  if (file.if?.(timeOf(run)) === false) return { conclusion: "skipped", ...nothing };
  if (signal.aborted) return { conclusion: "cancelled", ...nothing };
  world.startJob(actor, job);
  if (file.refused !== undefined)
    return { conclusion: "failure", log: null, annotations: [refusalAnnotation(file.refused)] };
  const cut = file.cutShort?.(timeOf(run)) ?? null;
  if (cut !== null) return { conclusion: cut.conclusion, log: null, annotations: cut.said.map(refusalAnnotation) };
  const result = await resultOf(options, job, signal);
  const conclusion = signal.aborted ? "cancelled" : result.conclusion;
  const of = { repository: run.repository, job: job.check.name, file, sha: run.headSha, at: world.now() };
  const written = writeLog({ ...of, output: result.log ?? "", conclusion, exitCode: result.exitCode });
  return { conclusion, log: written.text, annotations: written.annotations };
}

async function resultOf(
  options: RunnerOptions,
  { run, file }: WorkflowJob,
  signal: AbortSignal,
): Promise<ScriptedCi & { exitCode: number }> {
  const { conclude, command = "true", timeoutMs = defaultTimeoutMs } = file;
  if (conclude) {
    const cancelled = new Promise<ScriptedCi>((resolve) => {
      signal.addEventListener("abort", () => resolve({ conclusion: "cancelled" }), { once: true });
    });
    return { exitCode: 1, ...(await Promise.race([conclude(timeOf(run)), cancelled])) };
  }
  const { gitDir } = run.repository;
  const sha = await testedCommit(options.world, run);
  const { conclusion, log, title } = await runJob({
    gitDir,
    sha,
    command,
    timeoutMs,
    workDir: options.workDir,
    signal,
    ...(options.worker === undefined ? {} : { worker: options.worker }),
  });
  return { conclusion, log, exitCode: Number(/exit code (\d+)/.exec(title)?.[1] ?? 1) };
}

/** A push is tested as it is, a pull request as it would be merged. */
async function testedCommit(world: World, { pull, headSha, repository, actor }: WorkflowRun): Promise<string> {
  if (!pull) return headSha;
  const { gitDir } = repository;
  const tree = await mergeTree(gitDir, pull.base.sha, headSha);
  const message = `Merge ${headSha} into ${pull.base.sha}\n`;
  return writeCommit(gitDir, {
    tree,
    parents: [pull.base.sha, headSha],
    message,
    author: signatureOf(actor, world.now()),
  });
}
