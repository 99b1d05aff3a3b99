// Where the demo's agents run: containers where there is an engine, plain processes for its own scripts where there is none.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "../base/fault.ts";
import { dockerRuntime } from "../container/docker/docker.ts";
import { type Engine, openEngine } from "../container/docker/engine.ts";
import { chooseRunUser } from "../container/docker/user.ts";
import { processRuntime } from "../container/process/process.ts";
import type { Running, RunOutcome, RunRequest, Runtime } from "../container/run.ts";
import { usualUids } from "../environment.ts";
import type { JobWorker } from "../forge/job.ts";
import type { Cleanup } from "./cleanup.ts";
import { containedJobs } from "./demo-ci.ts";
import type { Terminal } from "./terminal.ts";

/** One run as the runtime saw it. */
export interface SeenRun {
  readonly request: RunRequest;
  readonly running: Running;
  outcome: RunOutcome | null;
}

export interface DemoRuntime {
  readonly runtime: Runtime;
  /** Every run so far, oldest first. */
  readonly runs: readonly SeenRun[];
  /** Runs what CI is to run, in containers as well; null: there are none. */
  readonly jobs: JobWorker | null;
}

export interface RuntimeRequest {
  readonly wanted: "docker" | "process" | null;
  /** Whether executor and reviewer are the demo's own scripts, the only ones that may run without a container. */
  readonly scripted: boolean;
  readonly dataDir: string;
  /** Where the local GitHub keeps repositories and makes CI's checkouts. */
  readonly forgeDir: string;
  /** Folder of agent CLIs; null: only what the image has. */
  readonly toolsDir: string | null;
  readonly terminal: Terminal;
  readonly cleanup: Cleanup;
  readonly onRun: (run: SeenRun) => void;
}

/** Chooses and opens the runtime. Throws `Fault` where nothing may run what was asked for. */
export async function openDemoRuntime(request: RuntimeRequest): Promise<DemoRuntime> {
  const found = await find(request);
  if ("why" in found) {
    const runtime = await plain(request, found.why);
    request.cleanup.add("the runs", () => ended(runtime));
    return { ...recording(runtime, request.onRun), jobs: null };
  }
  request.cleanup.add("the container engine", () => found.close());
  const [runtime, ofCi] = [contained(request, found, "demo"), contained(request, found, "demo-ci")];
  request.cleanup.add("the runs", () => Promise.all([ended(runtime), ended(ofCi)]).then(() => undefined));
  return { ...recording(runtime, request.onRun), jobs: containedJobs(ofCi) };
}

async function find({ wanted, terminal }: RuntimeRequest): Promise<Engine | { why: string }> {
  if (wanted === "process") return { why: "You asked for plain processes." };
  if (process.platform !== "linux") {
    return { why: "The demo's image is made from a Linux machine's own programs, and this is not a Linux machine." };
  }
  try {
    return (await openEngine({ env: terminal.env })) ?? { why: "No container engine answers on this machine." };
  } catch (error) {
    if (!(error instanceof Fault) || wanted === "docker" || terminal.env.DOCKER_HOST) throw error;
    return { why: error.message };
  }
}

async function plain({ wanted, scripted, dataDir, terminal }: RuntimeRequest, why: string): Promise<Runtime> {
  if (wanted === "docker" || !scripted) {
    const because = wanted === "docker" ? "--runtime docker needs a container engine" : "Only the demo's own scripts";
    const rest = wanted === "docker" ? "." : " may run without a container, and you name an agent of your own.";
    throw new Fault(`${why} ${because}${rest} Start Docker or Podman, then try again. Nothing was started.`, {
      kind: "engine",
      retry: "never",
    });
  }
  terminal.err(`
!!! NO CONTAINERS: ${why}
!!! The demo's scripts run as plain processes on this machine, WITHOUT ANY ISOLATION. The thread says so too.
!!! Nothing but the demo's own scripts ever runs this way.

`);
  const scratchDir = join(dataDir, "scratch");
  await mkdir(scratchDir, { recursive: true });
  return processRuntime({ scratchDir });
}

async function ended(runtime: Runtime): Promise<void> {
  await runtime.sweep(() => false);
  await runtime.close();
}

/** What the App does not know of it takes for left over: so CI's containers are another instance's. */
function contained({ dataDir, forgeDir, toolsDir }: RuntimeRequest, engine: Engine, instance: string): Runtime {
  return dockerRuntime({
    docker: engine.docker,
    user: chooseRunUser(process.getuid?.() ?? 1, process.getgid?.() ?? 1),
    uids: usualUids,
    relay: { kind: "toolchain" },
    roots: [instance === "demo" ? dataDir : forgeDir],
    toolsDir,
    instance: `${instance}/${process.pid}`,
  });
}

/** The same runtime, with every run noted as it starts and ends. */
function recording(runtime: Runtime, onRun: (run: SeenRun) => void): Omit<DemoRuntime, "jobs"> {
  const runs: SeenRun[] = [];
  return {
    runs,
    runtime: {
      ...runtime,
      async start(request, watch) {
        const running = await runtime.start(request, watch);
        if (runs.some((run) => run.running === running)) return running;
        const seen: SeenRun = { request, running, outcome: null };
        runs.push(seen);
        onRun(seen);
        void running.done.then((outcome) => {
          seen.outcome = outcome;
          onRun(seen);
        });
        return running;
      },
    },
  };
}
