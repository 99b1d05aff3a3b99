// The facts of a plain process, so that nobody takes it for a container.
import { type ContainerFacts, isAllowedEnv, type RunRequest } from "../run.ts";

/** What isolates a plain process: nothing. Every field says so in the words of a container's facts. */
export function processFacts(request: RunRequest): ContainerFacts {
  return {
    runtime: "process",
    isolated: false,
    containerId: "none",
    network: "host",
    networks: ["host"],
    user: `${process.getuid?.() ?? "unknown"}:${process.getgid?.() ?? "unknown"}`,
    readonlyRoot: false,
    ownUser: false,
    privileged: false,
    capabilitiesAdded: [],
    capabilitiesDropped: [],
    noNewPrivileges: false,
    seccomp: "none",
    apparmor: "none",
    memoryBytes: 0,
    memorySwapBytes: 0,
    cpus: 0,
    pids: 0,
    ulimits: {},
    init: false,
    ipc: "host",
    restart: "no",
    logDriver: "none",
    hostname: "host",
    mounts: [
      { source: request.workspaceDir, target: request.workspaceDir, writable: true },
      { source: request.loopDir, target: request.loopDir, writable: true },
    ],
    envNames: [...Object.keys(request.variables ?? {}), ...Object.keys(request.env).filter(isAllowedEnv)].sort(),
    image: { reference: "none", id: "none", digest: null },
    ociRuntime: "none",
    engine: "none",
    cgroup: "none",
    relay: null,
    kernel: null,
    missing: [],
    unseen: [],
  };
}
