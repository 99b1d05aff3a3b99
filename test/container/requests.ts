// Builders of run requests and spec parts for tests: one ordinary run, with what matters changed.
import { DEFAULT_LIMITS, type RunRequest, type Service } from "../../src/container/run.ts";
import type { SpecParts } from "../../src/container/spec/spec.ts";

/** An executor's first attempt in folders that do not exist; pure code does not look. */
export function aRequest(changes: Partial<RunRequest> = {}): RunRequest {
  return {
    id: "12-k3f9-1-executor-1",
    loop: "12-k3f9",
    attempt: 1,
    role: "executor",
    epoch: 7,
    image: { kind: "named", reference: "agents/node:24" },
    command: "node agent.js",
    workspaceDir: "/srv/loopgate/runs/12/workspace",
    objectsDir: "/srv/loopgate/objects/9/objects",
    loopDir: "/srv/loopgate/runs/12/loop",
    gatewaySocket: "/srv/loopgate/runs/12/gateway/gateway.sock",
    env: { LOOP_BRANCH: "loop/12-k3f9", LOOP_GIT_URL: "http://lease:abc@127.0.0.1:{port}/repo.git" },
    limits: DEFAULT_LIMITS,
    ...changes,
  };
}

/** Parts as the adapter resolves them on an engine with four processors and AppArmor. */
export function someParts(changes: Partial<SpecParts> = {}): SpecParts {
  return {
    image: {
      reference: "agents/node:24",
      id: `sha256:${"a1".repeat(32)}`,
      digest: `sha256:${"b2".repeat(32)}`,
      mounts: [],
      env: {},
    },
    user: { uid: 10001, gid: 10001 },
    instance: "test",
    host: { cpus: 4, apparmor: true, filter: true, podman: false },
    tools: null,
    ...changes,
  };
}

/** A service with what its image brings and nothing else. */
export function aService(name: string, changes: Partial<Service> = {}): Service {
  return {
    name,
    image: { kind: "toolchain" },
    command: null,
    env: {},
    ready: null,
    readyMs: 20_000,
    tmpfs: [],
    memoryBytes: 256 * 1024 * 1024,
    ...changes,
  };
}
