// A runtime of a test's own on its engine, of which nothing is left when the test is over.
import { randomUUID } from "node:crypto";
import { onTestFinished } from "vitest";
import { type DockerRuntimeOptions, dockerRuntime } from "../../src/container/docker/docker.ts";
import type { Engine } from "../../src/container/docker/engine.ts";
import { chooseRunUser } from "../../src/container/docker/user.ts";
import type { Runtime } from "../../src/container/run.ts";

/** Whom the runs of tests run as. */
export const USER = chooseRunUser(process.getuid?.() ?? 0, process.getgid?.() ?? 0);

/** For runs whose folders lie below `root`. */
export function ownRuntime({ docker }: Engine, root: string, options: Partial<DockerRuntimeOptions> = {}): Runtime {
  const own = { docker, user: USER, relay: { kind: "toolchain" }, roots: [root], instance: randomUUID() } as const;
  const runtime = dockerRuntime({ ...own, ...options });
  onTestFinished(async () => void (await runtime.sweep(() => false)));
  return runtime;
}
