// What isolates a container: seen from inside where that can be, and by the engine's inspection of it.
import type { ContainerInspectInfo } from "dockerode";
import { findings, GUARDS, type Observed } from "../observed.ts";
import type { ContainerFacts, MountFact, RelayFacts, RunRequest } from "../run.ts";
import type { MountBody } from "../spec/body.ts";
import { readOverlay } from "../spec/overlay.ts";
import { SECCOMP_OPTION } from "../spec/seccomp.ts";
import type { EngineInfo } from "./engine-info.ts";

/** The facts of a run's container, with its relay's where it has one. */
export function readFacts(
  agent: ContainerInspectInfo,
  relay: ContainerInspectInfo | null,
  engine: EngineInfo,
): ContainerFacts {
  const host = agent.HostConfig;
  const network = relay && isJoined(agent, relay) ? relay : agent;
  const options: readonly string[] = host.SecurityOpt ?? [];
  return {
    runtime: "docker",
    isolated: true,
    containerId: agent.Id,
    network: network.HostConfig.NetworkMode ?? "",
    networks: Object.keys(network.NetworkSettings.Networks ?? {}),
    user: agent.Config.User,
    ownUser: agent.Config.Labels["loopgate.uid"] !== undefined,
    readonlyRoot: host.ReadonlyRootfs === true,
    privileged: host.Privileged === true,
    capabilitiesAdded: host.CapAdd ?? [],
    capabilitiesDropped: host.CapDrop ?? [],
    noNewPrivileges: options.some((option) => /^no-new-privileges(:true|=true)?$/.test(option)),
    seccomp: seccompOf(options) ?? engine.seccomp,
    apparmor: (agent as { AppArmorProfile?: string }).AppArmorProfile || "none",
    memoryBytes: host.Memory ?? 0,
    memorySwapBytes: host.MemorySwap ?? 0,
    cpus: (host.NanoCpus ?? 0) / 1e9,
    pids: host.PidsLimit ?? 0,
    ulimits: Object.fromEntries(
      ((host.Ulimits ?? []) as Ulimit[]).map((limit) => [ulimitName(limit.Name), limit.Hard]),
    ),
    init: host.Init === true,
    ipc: host.IpcMode ?? "",
    restart: host.RestartPolicy?.Name ?? "",
    logDriver: host.LogConfig?.Type ?? "",
    hostname: network.Config.Hostname,
    mounts: readMounts(agent),
    envNames: (agent.Config.Env ?? []).map((line) => line.split("=")[0] ?? "").sort(),
    image: {
      reference: agent.Config.Labels["loopgate.image"] ?? agent.Config.Image,
      id: agent.Image,
      digest: agent.Config.Labels["loopgate.digest"] || null,
    },
    ociRuntime: engine.podman ? engine.defaultRuntime : host.Runtime || engine.defaultRuntime,
    engine: engine.name,
    cgroup: engine.cgroup,
    relay: relay && readRelayFacts(relay),
    kernel: null,
    missing: [],
    unseen: [...GUARDS],
  };
}

/** The facts with what was seen inside in the place of what the engine says it was asked for. */
export function observedFacts(
  facts: ContainerFacts,
  seen: Observed,
  { limits }: Pick<RunRequest, "limits">,
): ContainerFacts {
  const found = findings(seen, limits, Number(facts.user.split(":")[0]));
  const number = (value: number | "none" | null, said: number) => (value === "none" ? 0 : (value ?? said));
  const isAlone = seen.interfaces?.every((name) => name === "lo");
  return {
    ...facts,
    network: isAlone === undefined ? facts.network : isAlone ? "none" : `interfaces ${seen.interfaces?.join(", ")}`,
    user: seen.uid === null ? facts.user : `${seen.uid}:${facts.user.split(":")[1] ?? ""}`,
    readonlyRoot: seen.readonlyRoot ?? facts.readonlyRoot,
    capabilitiesDropped: seen.capabilities === false ? ["ALL"] : facts.capabilitiesDropped,
    noNewPrivileges: seen.noNewPrivileges ?? facts.noNewPrivileges,
    seccomp: seen.seccomp === "filter" || seen.seccomp === null ? facts.seccomp : seen.seccomp,
    memoryBytes: number(seen.memoryBytes, facts.memoryBytes),
    memorySwapBytes: number(seen.memorySwapBytes, facts.memorySwapBytes),
    pids: number(seen.pids, facts.pids),
    cpus: number(seen.cpus, facts.cpus),
    init: seen.init === null ? facts.init : /^(docker-init|podman-init|tini|catatonit|init)$/.test(seen.init),
    kernel: seen.kernel,
    missing: GUARDS.filter((guard) => found[guard] === "missing"),
    unseen: GUARDS.filter((guard) => found[guard] === "unseen"),
  };
}

/** Whether the agent's network namespace is the one of exactly this relay. */
function isJoined(agent: ContainerInspectInfo, relay: ContainerInspectInfo): boolean {
  return [relay.Id, relay.Name.replace(/^\//, "")].some((id) => agent.HostConfig.NetworkMode === `container:${id}`);
}

/** Our own filter by name; any other option as it is. */
function seccompOf(options: readonly string[]): string | undefined {
  if (options.includes(SECCOMP_OPTION)) return "loopgate";
  return options.find((option) => option.startsWith("seccomp"))?.slice("seccomp=".length);
}

/** Podman says `RLIMIT_NOFILE` where Docker says `nofile`. */
function ulimitName(name: string): string {
  return name.replace(/^RLIMIT_/, "").toLowerCase();
}

interface Ulimit {
  readonly Name: string;
  readonly Hard: number;
}

function readRelayFacts(relay: ContainerInspectInfo): RelayFacts {
  return {
    containerId: relay.Id,
    network: relay.HostConfig.NetworkMode ?? "",
    user: relay.Config.User,
    readonlyRoot: relay.HostConfig.ReadonlyRootfs === true,
    capabilitiesDropped: relay.HostConfig.CapDrop ?? [],
    mounts: readMounts(relay),
    imageId: relay.Image,
  };
}

function readMounts(info: ContainerInspectInfo): MountFact[] {
  const asked = (info.HostConfig.Mounts ?? []) as readonly MountBody[];
  const overlays = asked.flatMap((mount) => (mount.Type === "volume" ? [{ mount, read: readOverlay(mount) }] : []));
  const facts = info.Mounts.map(({ Source, Destination, RW }) => {
    const read = overlays.find(({ mount }) => mount.Target === Destination)?.read; // the engine tells its own place, and no option
    return { source: read?.workspace ?? Source, target: Destination, writable: RW && read?.isReadOnly !== true };
  });
  return facts.sort((a, b) => a.target.localeCompare(b.target));
}
