// Where `loopgate verify` and `eval` run things: fresh containers without network, or, on the user's own word, plain processes.
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Fault } from "../base/fault.ts";
import { dockerRuntime } from "../container/docker/docker.ts";
import { openEngine } from "../container/docker/engine.ts";
import { chooseRunUser } from "../container/docker/user.ts";
import { processRuntime } from "../container/process/process.ts";
import type { Runtime } from "../container/run.ts";
import { usualUids } from "../environment.ts";
import type { Settings } from "../settings.ts";
import type { Cleanup } from "./cleanup.ts";
import { relayOf } from "./rerun-runtime.ts";
import type { Terminal } from "./terminal.ts";

export interface VerifyRuntimeRequest {
  readonly command: keyof typeof unsealedWords;
  readonly unsealed: boolean;
  readonly scratchDir: string;
  readonly objectsDir: string;
  /** The operator's, for runs of agents; null: there are none. */
  readonly settings: Pick<Settings, "relayImage" | "tools" | "runUids"> | null;
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

const unsealedWords = {
  verify: "the commands run on this machine, with your network and your files, WITHOUT ANY ISOLATION.",
  eval: "agents and commands run on this machine, with your network and your files, WITHOUT ANY ISOLATION. An agent that looks around finds the hidden tests.",
} as const;

async function plain({ command, scratchDir, terminal }: VerifyRuntimeRequest): Promise<Runtime> {
  terminal.err(`!!! --unsealed: ${unsealedWords[command]}\n`);
  const folder = join(scratchDir, "scratch");
  await mkdir(folder, { recursive: true });
  return processRuntime({ scratchDir: folder });
}

async function contained(request: VerifyRuntimeRequest): Promise<Runtime> {
  const { command, scratchDir, objectsDir, settings, terminal, cleanup } = request;
  const engine = await openEngine({ env: terminal.env });
  if (engine === null) {
    const message =
      "No container engine answered. Start Docker or Podman, name its socket in DOCKER_HOST, or add --unsealed to run everything on this machine without any isolation. Nothing was run.";
    throw new Fault(message, { kind: "engine", retry: "never" });
  }
  cleanup.add("the container engine", () => engine.close());
  return dockerRuntime({
    docker: engine.docker,
    user: chooseRunUser(process.getuid?.() ?? 1, process.getgid?.() ?? 1),
    uids: settings?.runUids ?? usualUids,
    relay: relayOf(settings?.relayImage ?? null),
    roots: [scratchDir, dirname(objectsDir)],
    toolsDir: settings?.tools ?? null,
    instance: `${command}/${process.pid}`,
  });
}
