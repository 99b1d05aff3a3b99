// The plain-process runtime: the same contract on the host itself, without any isolation, for the demo's scripted agent only.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Fault, toFault } from "../../base/fault.ts";
import { removeTree } from "../../base/remove-tree.ts";
import { type Program, startProgram } from "../../base/start-program.ts";
import { causeOfExit, type Enforcement, enforce } from "../bounds.ts";
import type { DiskBound } from "../disk.ts";
import { readEntry } from "../docker/launch.ts";
import { readSlowedWhenFull } from "../flood.ts";
import { type CappedLog, cappedLog } from "../log.ts";
import { judgeEnding } from "../outcome.ts";
import { startRelay } from "../relay.mjs";
import {
  type OutputWatch,
  type RunLabel,
  type Running,
  type RunOutcome,
  type RunRequest,
  type Runtime,
  ServiceFault,
} from "../run.ts";
import { commandOf, refuseEnvironment, runEnvironment } from "../spec/environment.ts";
import { processFacts } from "./facts.ts";

export interface ProcessRuntimeOptions {
  /** Holds each run's home and temporary folder while it lasts. */
  readonly scratchDir: string;
  /** Whether each run's relay is a process of its own, as the relay of a container is one, and takes no time of this one's. */
  readonly relaysApart?: boolean;
}

interface Held {
  readonly label: RunLabel;
  readonly running: Promise<Running>;
}

/** A runtime without containers. Runs end with this process; there is nothing to adopt after a restart. */
export function processRuntime({ scratchDir, relaysApart = false }: ProcessRuntimeOptions): Runtime {
  const held = new Map<string, Held>();
  const stopAll = async (chosen: readonly Held[], reason: string) => {
    const running = await Promise.allSettled(chosen.map((one) => one.running));
    await Promise.all(running.map((one) => (one.status === "fulfilled" ? one.value.stop(reason) : null)));
  };
  return {
    kind: "process",
    async describe() {
      return {
        kind: "process",
        isolated: false,
        engine: "none",
        sentence: "No container engine: runs are plain processes on this machine, with no isolation at all.",
      };
    },
    prepare: async () => {}, // a process has nothing to prepare
    async start(request, watch) {
      const known = held.get(request.id);
      if (known) return known.running;
      const { id, loop, epoch, role, attempt } = request;
      const running = begin(request, { scratchDir, relaysApart }, watch);
      held.set(id, { label: { id, loop, epoch, role, attempt }, running });
      running.then(
        ({ done }) => done.then(() => held.delete(id)),
        () => held.delete(id),
      );
      return running;
    },
    find: async (id) => (await held.get(id)?.running) ?? null,
    list: async () => [...held.values()].map(({ label }) => label),
    async forget(id) {
      const running = await held.get(id)?.running.catch(() => null);
      await running?.stop("It is forgotten."); // what it had goes with its end
    },
    async sweep(keep) {
      const prey = [...held.values()].filter(({ label }) => !keep(label));
      await stopAll(prey, "No live loop owns it.");
      return prey.map(({ label }) => label.id);
    },
    close: () => stopAll([...held.values()], "The App stopped."),
  };
}

async function begin(
  request: RunRequest,
  { scratchDir, relaysApart }: Required<ProcessRuntimeOptions>,
  watch?: OutputWatch,
): Promise<Running> {
  const began = performance.now();
  refuseImage(request);
  refuseEnvironment(request);
  const [service] = request.services ?? [];
  if (service !== undefined)
    throw new ServiceFault(service.name, "Services are containers, and where runs are plain processes there are none.");
  let relay: Relay | null = null;
  try {
    if (request.gatewaySocket !== null) relay = await openRelay(request.gatewaySocket, relaysApart);
    const scratch = await mkdtemp(join(scratchDir, "run-"));
    const child = await spawnEntry(request, scratch, relay);
    const log = readOutput(child, request.limits.logBytes, watch);
    child.stdin.write("go\n");
    const readyMs = Math.round(performance.now() - began);
    return follow({ request, child, relay, scratch, log, readyMs });
  } catch (error) {
    relay?.end();
    throw toFault(error, `Could not start the run ${request.id}`);
  }
}

/** The way from a port on loopback to the run's gateway. */
interface Relay {
  readonly port: number;
  end(): void;
}

async function openRelay(socket: string, apart: boolean): Promise<Relay> {
  if (!apart) {
    const server = await startRelay({ port: 0, socket });
    return { port: (server.address() as AddressInfo).port, end: () => void server.close() };
  }
  const program = fileURLToPath(new URL("../relay.mjs", import.meta.url));
  const child = spawn(process.execPath, [program, "0", socket], { stdio: ["ignore", "pipe", "ignore"], env: {} });
  const [said] = await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  const port = Number(/^ready\n(\d+)\n/.exec(String(said))?.[1]);
  if (!(port > 0)) throw new Fault("A run's relay could not be started.", { kind: "engine", retry: "later" });
  return { port, end: () => void child.kill("SIGKILL") };
}

function refuseImage({ id, image }: RunRequest): void {
  if (image.kind === "toolchain") return;
  throw new Fault(
    `The run ${id} must not start: the image ${image.reference} needs a container engine, and there is none.`,
    { kind: "refused", retry: "never" },
  );
}

/** The entry script in a process group of its own, so that all of it can be signalled at once. */
async function spawnEntry(request: RunRequest, scratch: string, relay: Relay | null): Promise<Program> {
  const [home, tmp] = [join(scratch, "home"), join(scratch, "tmp")];
  await Promise.all([mkdir(home), mkdir(tmp)]);
  const port = relay?.port ?? 0;
  const command = ["-c", await readEntry(), "loopgate", ...commandOf(request.command)];
  const child = startProgram("/bin/sh", command, {
    cwd: scratch,
    detached: true,
    env: {
      ...runEnvironment(request, port, { workspace: request.workspaceDir, loop: request.loopDir }),
      GIT_CONFIG_NOSYSTEM: "1",
      PATH: process.env.PATH,
      HOME: home,
      TMPDIR: tmp,
    },
  });
  child.stdin.on("error", () => {}); // it may end before it reads its go
  await once(child, "spawn");
  return child;
}

function readOutput(child: Program, logBytes: number, watch?: OutputWatch): CappedLog {
  const log = cappedLog(logBytes);
  for (const name of ["stdout", "stderr"] as const) {
    const take = (chunk: Buffer) => {
      log.write(chunk);
      watch?.(name, chunk);
    };
    readSlowedWhenFull(child[name], take, () => log.truncated);
  }
  return log;
}

interface Followed {
  readonly request: RunRequest;
  readonly child: Program;
  readonly relay: Relay | null;
  readonly scratch: string;
  readonly log: CappedLog;
  readonly readyMs: number;
}

function follow(followed: Followed): Running {
  const { request, child } = followed;
  const { limits } = request;
  const startedAt = Date.now();
  const enforced = enforce({ ...limits, ranMs: 0, disk: diskOf(request) }, (signal) => child.kill(signal));
  let isOver = false;
  const done = finish(followed, enforced, startedAt).finally(() => {
    isOver = true;
  });
  return {
    isOver: () => isOver,
    id: request.id,
    facts: processFacts(request),
    done,
    ...(request.joins === undefined ? {} : { write: (text: string) => void child.stdin?.write(text) }),
    outputBytes: () => followed.log.seen,
    endSilent: (note) => enforced.expire({ kind: "silence", note }),
    async stop(reason) {
      enforced.end({ kind: "stop", reason }, "SIGKILL");
      await done;
    },
  };
}

function diskOf({ limits, workspaceDir, loopDir }: RunRequest): readonly DiskBound[] {
  return [
    { path: workspaceDir, name: "/workspace", limitBytes: limits.workspaceBytes, limitFiles: limits.files },
    { path: join(loopDir, "out"), name: "/loop/out", limitBytes: limits.outBytes, limitFiles: limits.files },
  ];
}

async function finish(followed: Followed, enforced: Enforcement, startedAt: number): Promise<RunOutcome> {
  const { request, child, relay, scratch, log, readyMs } = followed;
  const closed = once(child, "close").catch(() => {}); // that its end is unknown is told by the wait for its exit
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  const endedAt = Date.now();
  enforced.over();
  child.kill("SIGKILL"); // whatever the agent left running
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 2_000).unref())]);
  relay?.end();
  await removeTree(scratch).catch(() => {}); // a survivor may still write there
  const ending = { exitCode: child.exitCode, oomKilled: false };
  return {
    ...judgeEnding({
      ...ending,
      cause: enforced.cause ?? (await causeOfExit(child.exitCode ?? 1, diskOf(request))),
      limits: { memoryBytes: 0, fileSizeBytes: request.limits.fileSizeBytes },
    }),
    ...ending,
    startedAt,
    endedAt,
    readyMs,
    log: log.text(),
    logTruncated: log.truncated,
    facts: processFacts(request),
  };
}
