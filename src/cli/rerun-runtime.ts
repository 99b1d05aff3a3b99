// Where a run is repeated: the kind of runtime that it had, opened for this one run.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "../base/fault.ts";
import { dockerRuntime } from "../container/docker/docker.ts";
import { type Engine, openEngine } from "../container/docker/engine.ts";
import type { RelayImage } from "../container/docker/launch.ts";
import { chooseRunUser } from "../container/docker/user.ts";
import { processRuntime } from "../container/process/process.ts";
import type { Runtime } from "../container/run.ts";
import type { Log } from "../engine/ports.ts";
import { usualUids } from "../environment.ts";
import type { Registries } from "../gateway/registry/server.ts";
import type { RecordedOrder } from "../runs/provenance.ts";
import type { Settings } from "../settings.ts";
import { buildsOf } from "./builds.ts";
import type { Cleanup } from "./cleanup.ts";
import { serveRelay } from "./start-checks.ts";
import type { Terminal } from "./terminal.ts";

export interface RerunRuntimeRequest {
  readonly order: RecordedOrder;
  readonly dataDir: string;
  readonly scratchDir: string;
  /** The repeated run's. */
  readonly id: string;
  /** Null: none are set, as where the demo's data is read. */
  readonly settings: Settings | null;
  /** Where packages are read; absent: nowhere. */
  readonly registries?: Registries;
  readonly log: Log;
  readonly terminal: Terminal;
  readonly cleanup: Cleanup;
}

/** Opens the runtime; what it leaves is removed with the cleanup. Throws Fault when there is no such runtime here. */
export async function openRerunRuntime(request: RerunRuntimeRequest): Promise<Runtime> {
  const runtime = request.order.runtime === "process" ? await plain(request) : await contained(request);
  request.cleanup.add("the repeated run", async () => {
    await runtime.sweep(({ id }) => id !== request.id);
    await runtime.close();
  });
  return runtime;
}

async function plain({ scratchDir, terminal }: RerunRuntimeRequest): Promise<Runtime> {
  terminal.err(`
!!! NO CONTAINER: the run was a plain process on the App's machine, so it is repeated as one, WITHOUT ANY ISOLATION.

`);
  const folder = join(scratchDir, "scratch");
  await mkdir(folder, { recursive: true });
  return processRuntime({ scratchDir: folder });
}

async function contained(request: RerunRuntimeRequest): Promise<Runtime> {
  const { order, settings, dataDir, scratchDir, registries, log, terminal, cleanup } = request;
  const engine = await engineFor(order, terminal);
  cleanup.add("the container engine", () => engine.close());
  const user = chooseRunUser(process.getuid?.() ?? 1, process.getgid?.() ?? 1);
  const owner = process.getuid?.() === 0 ? user : null;
  const doors = { dataDir: scratchDir, log, owner, ...(registries === undefined ? {} : { registries }) };
  return dockerRuntime({
    docker: engine.docker,
    user,
    ...buildsOf(settings, doors),
    uids: settings?.runUids ?? usualUids,
    relay: relayOf(settings?.relayImage ?? null),
    roots: [dataDir],
    toolsDir: settings?.tools ?? null,
    instance: `rerun/${dataDir}`, // no App's: what is left of a rerun, the next one on the same data removes
  });
}

/** What connects a run to its gateway: the operator's image, or one of this machine's own programs. */
export function relayOf(reference: string | null): RelayImage {
  return reference === null ? { kind: "toolchain" } : { kind: "image", reference, command: serveRelay };
}

/** A private engine has no images but what it makes of this machine's own programs. */
async function engineFor({ request, image }: RecordedOrder, { env }: Terminal): Promise<Engine> {
  const engine = await openEngine({ env, mayStart: request.image.kind === "toolchain" });
  if (engine !== null) return engine;
  throw new Fault(
    `No container engine answered, and the run was made of the image ${image?.reference ?? "of this machine"}. Start Docker or Podman, or name its socket in DOCKER_HOST. Nothing was run.`,
    { kind: "engine", retry: "never" },
  );
}
