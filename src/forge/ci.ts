// The forge's CI: an App of its own that runs a repository's command on every pushed commit and reports a check run.
import type { WorldEvent } from "./core.ts";
import { fullName } from "./core.ts";
import { noCommit } from "./git/read.ts";
import type { Activity } from "./http/activity.ts";
import { type JobResult, runJob } from "./job.ts";
import type { App, CheckOutput, CheckRun, CiSettings, Repository, ScriptedCi } from "./model.ts";
import type { World } from "./world.ts";

export interface Ci {
  readonly app: App;
  /** Ends the running job and drops those that wait. */
  stop(): Promise<void>;
}

export interface CiOptions {
  readonly world: World;
  readonly activity: Activity;
  readonly app: App;
  /** Where checkouts are made and removed again. */
  readonly workDir: string;
  readonly log: (message: string, fields: Record<string, unknown>) => void;
}

interface Job {
  readonly repository: Repository;
  readonly settings: Extract<CiSettings, { mode: "run" | "scripted" }>;
  readonly sha: string;
  readonly branch: string;
}

const ciCheckName = "ci / test";
const defaultTimeoutMs = 600_000;

/** Starts listening for pushes. Jobs run one at a time, in the order of the pushes. */
export function startCi(options: CiOptions): Ci {
  const ended = new AbortController();
  let queue: Promise<void> = Promise.resolve();
  const stopListening = options.world.listen((event) => {
    const job = pushedJob(event) ?? rerunJob(event, options.app);
    if (!job) return;
    const run = report(options, job);
    run.catch(() => {}); // told where the job awaits it
    queue = options.activity.during(queue.then(() => work(options, job, run, ended.signal)));
  });
  return {
    app: options.app,
    stop: async () => {
      stopListening();
      ended.abort();
      await queue;
    },
  };
}

/** Pushes of tags and deletions start nothing; neither does a repository whose CI is off or silent. */
function pushedJob(event: WorldEvent): Job | undefined {
  const { ref = "", after = noCommit } = event.body as { ref?: string; after?: string };
  const settings = event.repository?.ci;
  if (event.event !== "push" || !event.repository || !ref.startsWith("refs/heads/") || after === noCommit)
    return undefined;
  if (settings?.mode !== "run" && settings?.mode !== "scripted") return undefined;
  return { repository: event.repository, settings, sha: after, branch: ref.slice("refs/heads/".length) };
}

/** A check run of the CI that a person asks for again: a new run on the same commit. */
function rerunJob(event: WorldEvent, app: App): Job | undefined {
  if (event.event !== "check_run" || event.action !== "rerequested" || event.onlyApp !== app) return undefined;
  const { id } = event.body.check_run as { id: number };
  const run = event.repository?.runs.find((one) => one.id === id);
  const settings = event.repository?.ci;
  if (!event.repository || !run || (settings?.mode !== "run" && settings?.mode !== "scripted")) return undefined;
  return {
    repository: event.repository,
    settings,
    sha: run.headSha,
    branch: run.suite.headBranch ?? event.repository.defaultBranch,
  };
}

/** The check run that shows the job is queued. */
function report({ world, app }: CiOptions, job: Job): Promise<CheckRun> {
  const name = job.settings.name ?? ciCheckName;
  return world.createCheckRun(world.actorOf(app), job.repository, {
    name,
    headSha: job.sha,
    headBranch: job.branch,
    status: "queued",
  });
}

async function work(options: CiOptions, job: Job, queued: Promise<CheckRun>, signal: AbortSignal): Promise<void> {
  const { world, app, log } = options;
  try {
    const run = await queued;
    if (signal.aborted) return;
    const actor = world.actorOf(app);
    world.updateCheckRun(actor, run, { status: "in_progress", startedAt: world.now() });
    const result = await resultOf(options, job, signal);
    if (signal.aborted) return;
    world.updateCheckRun(actor, run, {
      status: "completed",
      conclusion: result.conclusion,
      completedAt: world.now(),
      output: outputOf(result),
    });
  } catch (error) {
    log("a CI job of the forge could not be run", {
      repository: fullName(job.repository),
      sha: job.sha,
      error: String(error),
    });
  }
}

async function resultOf(
  options: CiOptions,
  { repository, settings, sha, branch }: Job,
  signal: AbortSignal,
): Promise<JobResult> {
  if (settings.mode === "scripted") {
    const { conclusion, log = "" } = await Promise.race([settings.conclude(sha, branch), whenAborted(signal)]);
    return { conclusion, title: conclusion, log };
  }
  const timeoutMs = settings.timeoutMs ?? defaultTimeoutMs;
  return runJob({
    gitDir: repository.gitDir,
    sha,
    command: settings.command,
    timeoutMs,
    workDir: options.workDir,
    signal,
  });
}

/** So that a script which never concludes does not keep the forge from closing. */
function whenAborted(signal: AbortSignal): Promise<ScriptedCi> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve({ conclusion: "cancelled" }), { once: true });
  });
}

const maxLogCharacters = 60_000;

/** The end of the log is what says why. */
function outputOf(result: JobResult): CheckOutput {
  const log = result.log.trim();
  const text =
    log.length > maxLogCharacters
      ? `[… ${log.length - maxLogCharacters} characters before this]\n${log.slice(-maxLogCharacters)}`
      : log;
  const lastLines = text.split("\n").slice(-20).join("\n").slice(-4_000);
  const summary = lastLines ? `The last lines of the log:\n\n${fenced(lastLines)}` : "The command printed nothing.";
  return { title: result.title, summary, text: text ? fenced(text) : null, annotations: [] };
}

/** In a fence longer than any run of backticks inside. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}
