// Where `loopgate verify` runs commands: fresh containers without network, or, on the user's own word, plain processes.
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Fault } from "../base/fault.ts";
import { dockerRuntime } from "../container/docker/docker.ts";
import { openEngine } from "../container/docker/engine.ts";
import { chooseRunUser } from "../container/docker/user.ts";
import { processRuntime } from "../container/process/process.ts";
import type { Runtime } from "../container/run.ts";
import type { Cleanup } from "./cleanup.ts";
import type { Terminal } from "./terminal.ts";

export interface VerifyRuntimeRequest {
  readonly unsealed: boolean;
  readonly scratchDir: string;
  readonly objectsDir: string;
  readonly terminal: Terminal;
  readonly cleanup: Cleanup;
}

/** Opens the runtime; what runs are left is removed with the cleanup. Throws Fault where there is no engine. */
export async function openVerifyRuntime(request: VerifyRuntimeRequest): Promise<Runtime> {
  const runtime = request.unsealed ? await plain(request) : await contained(request);
  request.cleanup.add("the runs", async () => {
    await runtime.sweep(() => false);
    await runtime.close();
  });
  return runtime;
}

async function plain({ scratchDir, terminal }: VerifyRuntimeRequest): Promise<Runtime> {
  terminal.err(
    "!!! --unsealed: the commands run on this machine, with your network and your files, WITHOUT ANY ISOLATION.\n",
  );
  const folder = join(scratchDir, "scratch");
  await mkdir(folder, { recursive: true });
  return processRuntime({ scratchDir: folder });
}

async function contained({ scratchDir, objectsDir, terminal, cleanup }: VerifyRuntimeRequest): Promise<Runtime> {
  const engine = await openEngine({ env: terminal.env });
  if (engine === null) {
    const message =
      "No container engine answered. Start Docker or Podman, name its socket in DOCKER_HOST, or add --unsealed to run the commands on this machine without any isolation. Nothing was run.";
    throw new Fault(message, { kind: "engine", retry: "never" });
  }
  cleanup.add("the container engine", () => engine.close());
  return dockerRuntime({
    docker: engine.docker,
    user: chooseRunUser(process.getuid?.() ?? 1, process.getgid?.() ?? 1),
    relay: { kind: "toolchain" },
    roots: [scratchDir, dirname(objectsDir)],
    toolsDir: null,
    instance: `verify/${process.pid}`,
  });
}
