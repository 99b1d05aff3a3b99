// One CI job: a fresh checkout of one commit, a command in it, and how that ended.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { startProgram } from "../base/start-program.ts";
import { writeClone } from "./git/clone.ts";
import { git } from "./git/run.ts";
import type { ScriptedCi } from "./model.ts";

export interface JobRequest {
  readonly gitDir: string;
  readonly sha: string;
  /** Run by `sh -c` at the top of the checkout. */
  readonly command: string;
  readonly timeoutMs: number;
  readonly workDir: string;
  readonly signal: AbortSignal;
  /** Where the command runs; absent: as a process of this machine. */
  readonly worker?: JobWorker;
}

/** Runs a job's command to its end, wherever it does. A failing or hanging command is a result, not an error. */
export type JobWorker = (work: {
  readonly command: string;
  /** The commit's files; the folder that holds it is the job's own. */
  readonly checkout: string;
  /** What the checkout borrows its objects from. */
  readonly objectsDir: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}) => Promise<JobResult>;

export interface JobResult {
  readonly conclusion: ScriptedCi["conclusion"];
  readonly title: string;
  /** Standard output and error as they came, the middle of very long ones left out. */
  readonly log: string;
}

/** Runs the job and removes its folder. A failing or hanging command is a result, not an error. */
export async function runJob(request: JobRequest): Promise<JobResult> {
  await mkdir(request.workDir, { recursive: true });
  const folder = await mkdtemp(join(request.workDir, "job-"));
  try {
    const checkout = join(folder, "checkout");
    await mkdir(join(folder, "home"));
    await writeClone({ from: request.gitDir, folder: checkout, url: request.gitDir, head: request.sha });
    await git(checkout, ["reset", "--quiet", "--hard"]);
    const { gitDir, command, timeoutMs, signal, worker } = request;
    if (worker !== undefined)
      return await worker({ command, checkout, objectsDir: join(gitDir, "objects"), timeoutMs, signal });
    return await runCommand(request, checkout, join(folder, "home"));
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function runCommand(request: JobRequest, cwd: string, home: string): Promise<JobResult> {
  const log = tail();
  // A process group of its own, so that what the command started ends with it.
  const child = startProgram("sh", ["-c", request.command], {
    cwd,
    env: environment(home),
    detached: true,
    withoutInput: true,
  });
  child.stdout.on("data", log.add);
  child.stderr.on("data", log.add);
  let timedOut = false;
  const kill = () => child.kill("SIGKILL");
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, request.timeoutMs);
  request.signal.addEventListener("abort", kill, { once: true });
  if (request.signal.aborted) kill(); // aborted while the checkout was made: the listener would never hear of it
  return new Promise((resolve) => {
    const end = (result: Omit<JobResult, "log">) => {
      clearTimeout(timer);
      request.signal.removeEventListener("abort", kill);
      kill();
      resolve({ ...result, log: log.text() });
    };
    child.on("error", (error) =>
      end({ conclusion: "failure", title: `The command could not be started: ${error.message}` }),
    );
    child.on("exit", () => setImmediate(kill)); // what still holds the pipes open would keep the job from ending
    child.on("close", (code, signal) => end(verdict(timedOut, code, signal, request.timeoutMs)));
  });
}

function verdict(
  timedOut: boolean,
  code: number | null,
  signal: string | null,
  timeoutMs: number,
): Omit<JobResult, "log"> {
  if (timedOut) return { conclusion: "timed_out", title: `Stopped after ${timeoutMs / 1_000} s` };
  if (code === 0) return { conclusion: "success", title: "Passed" };
  return { conclusion: "failure", title: code === null ? `Ended by ${signal}` : `Failed with exit code ${code}` };
}

/** Nothing of the forge's own environment but the search path, with the forge's Node first. */
function environment(home: string): Record<string, string> {
  const path = [dirname(process.execPath), process.env.PATH ?? "/usr/bin:/bin"].join(delimiter);
  return { PATH: path, HOME: home, TMPDIR: home, LANG: "C.UTF-8", CI: "true" };
}

const keptBytes = 1_048_576;

/** The last megabyte of what came. */
function tail() {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    add: (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      while (chunks.length > 1 && size - (chunks[0]?.length ?? 0) > keptBytes) size -= chunks.shift()?.length ?? 0;
    },
    text: () => Buffer.concat(chunks).toString(),
  };
}
