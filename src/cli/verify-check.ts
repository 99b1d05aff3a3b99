// Runs one command of the policy at one commit, and reads what it left.
import { join } from "node:path";
import { DEFAULT_LIMITS, type ImageChoice, type RunRequest, type Runtime } from "../container/run.ts";
import type { environmentOf } from "../policy/rules.ts";
import type { Policy } from "../policy/schema.ts";
import { servicesIn } from "../runs/beside.ts";
import { readCheckRun, removeMatching } from "../runs/check-files.ts";
import { makeRoom, startHeard } from "../runs/check-room.ts";
import { environmentIn, limitsIn } from "../runs/request.ts";
import type { CheckRun } from "../verify/checked.ts";
import type { Replaced } from "../verify/knock-out/hunk.ts";
import { checkOut, type LocalRepository } from "./verify-repository.ts";

export type OwnCheck = Policy["checks"]["run"][number];

export interface CheckParts {
  /** Begins the names of all runs: no other command's, nor another judging's. */
  readonly name: string;
  readonly repository: LocalRepository;
  readonly runtime: Runtime;
  readonly image: ImageChoice;
  /** What the policy gives every run: memory, processors, variables. */
  readonly environment: ReturnType<typeof environmentOf>;
  readonly scratchDir: string;
  readonly signal: AbortSignal;
}

const LOG_BYTES = 256 * 1024;

/** What is run, where, and how it is looked at while it runs. */
export interface CheckCall {
  readonly commit: string;
  /** Names the run and its folder; once for each. */
  readonly id: string;
  /** What the checkout has instead of the commit's own. */
  readonly replaced?: readonly Replaced[];
  /** Hears the output as it comes; `end` ends the run. */
  readonly watch?: (chunk: Buffer, end: () => void) => void;
}

/** A fresh checkout, a fresh run, and the reading of its reports. Throws Fault where it cannot be started, and when interrupted. */
export async function runCheck(parts: CheckParts, check: OwnCheck, call: CheckCall): Promise<CheckRun> {
  const { runtime, scratchDir, signal } = parts;
  const { commit, id } = call;
  signal.throwIfAborted();
  const dir = join(scratchDir, id);
  const workspaceDir = join(dir, "workspace");
  await checkOut(parts.repository, commit, workspaceDir, call.replaced);
  await removeMatching(workspaceDir, [...check.reports, ...check.artifacts]);
  await makeRoom(dir);
  const request: RunRequest = {
    id,
    loop: "verify",
    attempt: 1,
    role: "check",
    epoch: 1,
    image: parts.image,
    command: check.command,
    workspaceDir,
    objectsDir: parts.repository.objectsDir,
    loopDir: join(dir, "loop"),
    gatewaySocket: null,
    env: {},
    ...environmentIn(parts),
    ...servicesIn(parts, (reference) => ({ kind: "named", reference })),
    limits: { ...DEFAULT_LIMITS, ...limitsIn(parts), deadlineMs: check.minutes * 60_000, logBytes: LOG_BYTES },
  };
  const running = await startHeard(runtime, request, call.watch);
  const stop = () => void running.stop("interrupted");
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  const outcome = await running.done;
  signal.removeEventListener("abort", stop);
  signal.throwIfAborted();
  const run = await readCheckRun(outcome, check, workspaceDir);
  await runtime.forget(id);
  return run;
}
