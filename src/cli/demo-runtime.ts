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
import type { Cleanup } from "./cleanup.ts";
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
}

export interface RuntimeRequest {
  readonly wanted: "docker" | "process" | null;
  /** Whether executor and reviewer are the demo's own scripts, the only ones that may run without a container. */
  readonly scripted: boolean;
  readonly dataDir: string;
  /** Folder of agent CLIs; null: only what the image has. */
  readonly toolsDir: string | null;
  readonly terminal: Terminal;
  readonly cleanup: Cleanup;
  readonly onRun: (run: SeenRun) => void;
}

/** Chooses and opens the runtime. Throws `Fault` where nothing may run what was asked for. */
export async function openDemoRuntime(request: RuntimeRequest): Promise<DemoRuntime> {
  const found = await find(request);
  const runtime = "why" in found ? await plain(request, found.why) : await contained(request, found);
  request.cleanup.add("the runs", async () => {
    await runtime.sweep(() => false);
    await runtime.close();
  });
  return recording(runtime, request.onRun);
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

async function contained({ dataDir, toolsDir, cleanup }: RuntimeRequest, engine: Engine): Promise<Runtime> {
  cleanup.add("the container engine", () => engine.close());
  return dockerRuntime({
    docker: engine.docker,
    user: chooseRunUser(process.getuid?.() ?? 1, process.getgid?.() ?? 1),
    uids: usualUids,
    relay: { kind: "toolchain" },
    roots: [dataDir],
    toolsDir,
    instance: `demo/${process.pid}`,
  });
}

/** The same runtime, with every run noted as it starts and ends. */
function recording(runtime: Runtime, onRun: (run: SeenRun) => void): DemoRuntime {
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
