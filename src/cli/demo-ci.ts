// Where the demo's CI runs what was pushed: in a container like any check, so that what an agent wrote reaches neither this machine nor a key.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DEFAULT_LIMITS, type RunOutcome, type Runtime } from "../container/run.ts";
import type { JobResult, JobWorker } from "../forge/job.ts";

const logBytes = 1024 * 1024;

/** Runs each job in a container of its own without a network; `runtime` may write where the forge makes its checkouts. */
export function containedJobs(runtime: Runtime): JobWorker {
  let begun = 0;
  return async ({ command, checkout, objectsDir, timeoutMs, signal }) => {
    begun += 1;
    const loopDir = join(dirname(checkout), "loop");
    await mkdir(join(loopDir, "out"), { recursive: true });
    await writeFile(join(loopDir, "brief.md"), "");
    const running = await runtime.start({
      id: `ci-${begun}`,
      loop: "ci",
      attempt: begun,
      role: "check",
      epoch: 1,
      image: { kind: "toolchain" },
      command,
      workspaceDir: checkout,
      objectsDir,
      loopDir,
      gatewaySocket: null,
      env: {},
      variables: { CI: "true" },
      limits: { ...DEFAULT_LIMITS, deadlineMs: timeoutMs, logBytes },
    });
    const stop = () => void running.stop("the job was cancelled");
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    const outcome = await running.done;
    signal.removeEventListener("abort", stop);
    await runtime.forget(running.id);
    return resultOf(outcome, timeoutMs);
  };
}

function resultOf({ status, exitCode, note, log }: RunOutcome, timeoutMs: number): JobResult {
  if (status === "timed_out") return { conclusion: "timed_out", title: `Stopped after ${timeoutMs / 1_000} s`, log };
  if (status === "finished") return { conclusion: "success", title: "Passed", log };
  const title = exitCode === null ? "It did not end by itself" : `Failed with exit code ${exitCode}`;
  return { conclusion: "failure", title, log: note === null ? log : `${log}\n${note}\n` };
}
