// Compiles a run into container specs: plain data that can be printed, compared and refused before anything runs.

import type { ResolvedImage } from "../docker/image.ts";
import type { RunUser } from "../docker/user.ts";
import { GATEWAY_PORT, type Limits, type RunRequest, type Service } from "../run.ts";
import type { BindBody, ContainerSpec, MountBody } from "./body.ts";
import { commandOf, environment, runEnvironment } from "./environment.ts";
import { overlay } from "./overlay.ts";
import { SECCOMP_OPTION } from "./seccomp.ts";

/** What the spec needs to know besides the request: resolved by the adapter, plain data here. */
export interface SpecParts {
  readonly image: ResolvedImage;
  readonly user: RunUser;
  /** Whether no other living run has that user; a label then keeps it from others. Absent: others have it as well. */
  readonly ownUser?: boolean | undefined;
  /** Which App instance owns the containers; two of them can share an engine. */
  readonly instance: string;
  readonly host: {
    readonly cpus: number;
    readonly apparmor: boolean;
    readonly filter: boolean;
    readonly podman: boolean;
  };
  /** The operator's folder of programs that agents may run, with a `bin`; null when images bring them. */
  readonly tools: string | null;
}

export interface RelayParts extends SpecParts {
  /** The program and its first arguments; port and socket follow. */
  readonly command: readonly string[];
}

const MiB = 1024 * 1024;

/** What the relay itself may use. Node alone needs about 45 MiB and a dozen threads. */
const RELAY_LIMITS = { memory: 128 * MiB, cpus: 0.5, pids: 32, files: 1024, fileSize: MiB };

/** Where the operator's tools stand inside, before anything of the image on the path. */
export const TOOLS = "/opt/loopgate/tools";

/** The same for every run: a name tells nothing. */
const HOSTNAME = "loopgate";

/** The container's name for a run id, and its relay's. */
export const agentName = (id: string): string => `loopgate-${id}`;
export const relayName = (id: string): string => `loopgate-${id}-relay`;
export const serviceName = (id: string, service: string): string => `loopgate-${id}-service-${service}`;

/** Whether a relay owns the run's namespace: it carries the gateway there, or holds it open for the services. */
export function hasRelay({ gatewaySocket, services = [] }: Pick<RunRequest, "gatewaySocket" | "services">): boolean {
  return gatewaySocket !== null || services.length > 0;
}

/** The container in which the agent's command runs. `entry` is the text of entry.sh. */
export function compileAgent(request: RunRequest, parts: SpecParts, entry: string): ContainerSpec {
  const { limits } = request;
  return {
    name: agentName(request.id),
    part: "agent",
    body: {
      ...commonBody(parts, labels(request, parts, "agent")),
      ...(networkOf(request) === "none" ? { Hostname: HOSTNAME } : {}), // a joined network brings its own
      Entrypoint: ["/bin/sh", "-c", entry, "loopgate"],
      Cmd: commandOf(request.command),
      Env: environment({
        ...runEnvironment(request, GATEWAY_PORT, { workspace: "/workspace", loop: "/loop" }),
        ...parts.image.env,
        ...toolsPath(parts),
        HOME: "/tmp/home",
        TMPDIR: "/tmp",
      }),
      WorkingDir: "/",
      OpenStdin: true,
      StdinOnce: true,
      AttachStdin: true,
      HostConfig: {
        ...hardened(parts),
        NetworkMode: networkOf(request),
        Mounts: [...agentMounts(request), ...imageMounts(parts), ...toolsMount(parts)],
        Tmpfs: agentTmpfs(limits, parts),
        ShmSize: 64 * MiB,
        ...bounds(limits.memoryBytes, Math.min(limits.cpus, parts.host.cpus), limits.pids),
        Ulimits: ulimits(parts, limits.openFiles, limits.fileSizeBytes),
        ...(request.runtime === undefined ? {} : { Runtime: request.runtime }),
      },
    },
  };
}

/** A namespace without network: its own, its relay's, or that of the run it serves. */
function networkOf(request: RunRequest): string {
  if (request.joins !== undefined) return `container:${relayName(request.joins)}`;
  return hasRelay(request) ? `container:${relayName(request.id)}` : "none";
}

/**
 * The side container that carries the gateway to the agent's loopback; it alone sees the gateway's folder. It owns the
 * networkless namespace and the agent joins it: so it can stand ready before there is anything for the agent to do. Without
 * a gateway (`socket` is null) it only holds the namespace open.
 */
export function compileRelay(request: RunRequest, parts: RelayParts, socket: SocketPlace | null): ContainerSpec {
  return {
    name: relayName(request.id),
    part: "relay",
    body: {
      ...commonBody(parts, labels(request, parts, "relay")),
      Hostname: HOSTNAME,
      Entrypoint: parts.command,
      Cmd: socket === null ? ["hold"] : [String(GATEWAY_PORT), `/gateway/${socket.file}`],
      Env: environment(parts.image.env),
      WorkingDir: "/",
      OpenStdin: false,
      StdinOnce: false,
      AttachStdin: false,
      HostConfig: {
        ...hardened(parts),
        NetworkMode: "none",
        Mounts: [...(socket === null ? [] : [bind(socket.folder, "/gateway", true)]), ...imageMounts(parts)],
        Tmpfs: closedTmpfs(parts),
        ShmSize: MiB,
        ...bounds(RELAY_LIMITS.memory, RELAY_LIMITS.cpus, RELAY_LIMITS.pids),
        Ulimits: ulimits(parts, RELAY_LIMITS.files, RELAY_LIMITS.fileSize),
      },
    },
  };
}

/** Folders that programs of most images write to. */
const SERVICE_FOLDERS = ["/run", "/tmp", "/var/tmp"];

/**
 * The container of one service, in the relay's namespace beside the agent: the image's own program behind the agent's wall. All
 * it can write to is memory of its own, which goes with it.
 */
export function compileService(request: RunRequest, service: Service, parts: SpecParts): ContainerSpec {
  const { limits } = request;
  const { image } = parts;
  const folders = [...new Set([...SERVICE_FOLDERS, ...(image.volumes ?? []), ...service.tmpfs])].sort();
  return {
    name: serviceName(request.id, service.name),
    part: "service",
    body: {
      ...commonBody(parts, {
        ...labels(request, parts, "service"),
        "loopgate.service": service.name,
        "loopgate.ports": (image.ports ?? []).join(","),
      }),
      Entrypoint: image.entrypoint ?? [],
      Cmd: service.command ?? image.command ?? [],
      Env: environment({ HOME: "/tmp", TMPDIR: "/tmp", ...image.env, ...service.env }),
      WorkingDir: image.workingDir || "/",
      OpenStdin: false,
      StdinOnce: false,
      AttachStdin: false,
      HostConfig: {
        ...hardened(parts),
        NetworkMode: `container:${relayName(request.id)}`,
        Mounts: imageMounts(parts),
        Tmpfs: Object.fromEntries(folders.map((folder) => [folder, serviceTmpfs(service, limits, parts)])),
        ShmSize: 64 * MiB,
        ...bounds(service.memoryBytes, Math.min(limits.cpus, parts.host.cpus), limits.pids),
        Ulimits: ulimits(parts, limits.openFiles, limits.fileSizeBytes),
        ...(request.runtime === undefined ? {} : { Runtime: request.runtime }),
      },
    },
  };
}

/** Its user owns it, for databases take no folder of another's. */
function serviceTmpfs({ memoryBytes }: Service, { files }: Limits, { user, host }: SpecParts): string {
  const inodes = host.podman ? "" : `,nr_inodes=${files}`;
  return `rw,exec,nosuid,nodev,mode=1777,uid=${user.uid},gid=${user.gid},size=${memoryBytes}${inodes}`;
}

export interface SocketPlace {
  readonly folder: string;
  readonly file: string;
}

function commonBody(parts: SpecParts, Labels: Record<string, string>) {
  return {
    Image: parts.image.id,
    User: `${parts.user.uid}:${parts.user.gid}`,
    Labels,
    Tty: false,
    AttachStdout: true,
    AttachStderr: true,
    Healthcheck: { Test: ["NONE"] },
  } as const;
}

function hardened(parts: SpecParts) {
  return {
    CapDrop: ["ALL"],
    SecurityOpt: [
      "no-new-privileges:true",
      ...(parts.host.apparmor ? ["apparmor=docker-default"] : []),
      ...(parts.host.filter ? [SECCOMP_OPTION] : []),
    ],
    ReadonlyRootfs: true,
    Privileged: false,
    Init: true,
    RestartPolicy: { Name: "no" },
    LogConfig: { Type: "none", Config: {} },
    IpcMode: "private",
  } as const;
}

/** Memory and swap are one limit: a run may not swap. */
function bounds(memoryBytes: number, cpus: number, pids: number) {
  return { Memory: memoryBytes, MemorySwap: memoryBytes, NanoCpus: Math.round(cpus * 1e9), PidsLimit: pids };
}

/** Podman refuses a limit on the number of files in `/tmp`; what is missing then is found out inside. */
function agentTmpfs(limits: Limits, parts: SpecParts): Record<string, string> {
  const files = parts.host.podman ? "" : `,nr_inodes=${limits.files}`;
  const tmp = `rw,exec,nosuid,nodev,mode=1777,size=${limits.tmpBytes}${files}`;
  return { "/tmp": tmp, ...closedTmpfs(parts) };
}

/** Podman makes these two writable and unlimited in a read-only root, unless something else stands there. */
function closedTmpfs({ host }: SpecParts): Record<string, string> {
  if (!host.podman) return {};
  return Object.fromEntries(["/run", "/var/tmp"].map((path) => [path, "ro,nosuid,nodev,size=4096"]));
}

function ulimits({ host }: SpecParts, openFiles: number, fileSizeBytes: number) {
  return [
    // Podman would raise it as far as its machine goes, and fails where it may not. The run's own limit is `PidsLimit`.
    ...(host.podman ? [{ Name: "nproc", Soft: 16_384, Hard: 16_384 }] : []),
    { Name: "nofile", Soft: openFiles, Hard: openFiles },
    { Name: "fsize", Soft: fileSizeBytes, Hard: fileSizeBytes },
    { Name: "core", Soft: 0, Hard: 0 },
  ];
}

function agentMounts(request: RunRequest): MountBody[] {
  return [
    request.beneath === undefined
      ? bind(request.workspaceDir, "/workspace", request.role === "reviewer")
      : overlay(request.workspaceDir, request.beneath, "/workspace", request.role === "reviewer"),
    bind(`${request.loopDir}/brief.md`, "/loop/brief.md", true),
    bind(`${request.loopDir}/out`, "/loop/out", false),
    ...(request.objectsDir === null ? [] : [bind(request.objectsDir, request.objectsDir, true)]),
  ];
}

function imageMounts(parts: SpecParts): MountBody[] {
  return parts.image.mounts.map(({ source, target }) => bind(source, target, true));
}

function toolsMount({ tools }: SpecParts): MountBody[] {
  return tools === null ? [] : [bind(tools, TOOLS, true)];
}

/** An image whose path we do not know keeps the usual one. */
function toolsPath({ tools, image }: SpecParts): Record<string, string> {
  if (tools === null) return {};
  return { PATH: `${TOOLS}/bin:${image.env.PATH ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}` };
}

function bind(Source: string, Target: string, ReadOnly: boolean): BindBody {
  return { Type: "bind", Source, Target, ReadOnly, BindOptions: { Propagation: "rprivate" } };
}

/** Whose container this is, and what a later process must know to attend it. */
function labels(request: RunRequest, parts: SpecParts, part: string): Record<string, string> {
  const { limits, services = [] } = request;
  return {
    "loopgate.instance": parts.instance,
    "loopgate.part": part,
    "loopgate.run": request.id,
    "loopgate.loop": request.loop,
    "loopgate.attempt": String(request.attempt),
    "loopgate.role": request.role,
    "loopgate.epoch": String(request.epoch),
    "loopgate.image": parts.image.reference,
    ...(parts.ownUser === true ? { "loopgate.uid": String(parts.user.uid) } : {}),
    "loopgate.digest": parts.image.digest ?? "",
    "loopgate.relay": hasRelay(request) ? "yes" : "no",
    ...(request.joins === undefined ? {} : { "loopgate.joins": request.joins }),
    ...(services.length === 0 ? {} : { "loopgate.services": services.map(({ name }) => name).join(",") }),
    "loopgate.deadline_ms": String(limits.deadlineMs),
    "loopgate.grace_ms": String(limits.graceMs),
    "loopgate.log_bytes": String(limits.logBytes),
    "loopgate.workspace_bytes": String(limits.workspaceBytes),
    "loopgate.out_bytes": String(limits.outBytes),
    "loopgate.files": String(limits.files),
  };
}
