// Refuses what must never run: one named refusal per rule, judged on the compiled spec alone.

import { isVariableName, looksLikeCredential } from "../../policy/variables.ts";
import type { Allowed } from "./allowed.ts";
import type { ContainerSpec } from "./body.ts";
import { mayBeInside } from "./environment.ts";
import { isPlainPath, MOUNT_REFUSALS, type MountRefusal, mountRefusals } from "./guard-mounts.ts";
import { SECCOMP_OPTION } from "./seccomp.ts";

/** Fields of the create call that no spec may carry, with what carrying them would mean. */
const FORBIDDEN_FIELDS = {
  "HostConfig.CapAdd": "capability_added",
  "HostConfig.Devices": "device",
  "HostConfig.DeviceCgroupRules": "device",
  "HostConfig.DeviceRequests": "device",
  "HostConfig.PidMode": "pid_namespace_shared",
  "HostConfig.UTSMode": "uts_namespace_shared",
  "HostConfig.UsernsMode": "user_namespace_shared",
  "HostConfig.CgroupnsMode": "cgroup_namespace_shared",
  "HostConfig.CgroupParent": "cgroup_parent",
  "HostConfig.Binds": "mount_unreadable",
  "HostConfig.VolumesFrom": "volumes_of_another",
  "HostConfig.PortBindings": "port_published",
  "HostConfig.PublishAllPorts": "port_published",
  "HostConfig.Links": "link_to_another",
  "HostConfig.ExtraHosts": "name_resolution",
  "HostConfig.Dns": "name_resolution",
  "HostConfig.Sysctls": "kernel_setting",
  "HostConfig.GroupAdd": "extra_group",
  "HostConfig.OomKillDisable": "oom_killer_off",
  "HostConfig.OomScoreAdj": "oom_score",
  "HostConfig.AutoRemove": "removes_itself",
  "HostConfig.MaskedPaths": "kernel_paths_unmasked",
  "HostConfig.ReadonlyPaths": "kernel_paths_unmasked",
  ExposedPorts: "port_published",
  NetworkingConfig: "network",
  Volumes: "volume",
} as const;

/** Fields a spec is made of; anything else is refused as unknown. */
const KNOWN_FIELDS = new Set(
  (
    "Image Hostname User Entrypoint Cmd Env WorkingDir Labels Tty OpenStdin StdinOnce AttachStdin AttachStdout " +
    "AttachStderr Healthcheck HostConfig HostConfig.NetworkMode HostConfig.CapDrop HostConfig.SecurityOpt " +
    "HostConfig.ReadonlyRootfs HostConfig.Privileged HostConfig.Mounts HostConfig.Tmpfs HostConfig.ShmSize " +
    "HostConfig.Memory HostConfig.MemorySwap HostConfig.NanoCpus HostConfig.PidsLimit HostConfig.Ulimits " +
    "HostConfig.Init HostConfig.RestartPolicy HostConfig.LogConfig HostConfig.IpcMode HostConfig.Runtime"
  ).split(" "),
);

type Rule = (spec: ContainerSpec, allowed: Allowed) => boolean;

/** The rules on the fields a spec does carry: true means refuse. Sources: design.md §6 and the container baseline. */
const RULES = {
  network: (spec) => spec.body.HostConfig.NetworkMode !== networkFor(spec),
  privileged: ({ body }) => body.HostConfig.Privileged !== false,
  capabilities_kept: ({ body }) => body.HostConfig.CapDrop?.join() !== "ALL",
  new_privileges: ({ body }) => !securityOptions(body).includes("no-new-privileges:true"),
  seccomp_off: ({ body }) =>
    securityOptions(body).some((option) => option.startsWith("seccomp") && option !== SECCOMP_OPTION),
  apparmor_off: ({ body }) =>
    securityOptions(body).some((option) => option.startsWith("apparmor") && option !== "apparmor=docker-default"),
  security_option_unknown: ({ body }) =>
    securityOptions(body).some((option) => !/^(no-new-privileges|seccomp|apparmor)[=:]/.test(option)),
  root_writable: ({ body }) => body.HostConfig.ReadonlyRootfs !== true,
  user_is_root: ({ body }) => !/^[1-9]\d*:[1-9]\d*$/.test(body.User ?? ""),
  memory_unlimited: ({ body }) => !isPositive(body.HostConfig.Memory),
  swap_allowed: ({ body }) => body.HostConfig.MemorySwap !== body.HostConfig.Memory,
  cpus_unlimited: ({ body }) => !isPositive(body.HostConfig.NanoCpus),
  pids_unlimited: ({ body }) => !isPositive(body.HostConfig.PidsLimit),
  files_unlimited: ({ body }) => !isPositive(hardLimit(body, "nofile")),
  file_size_unlimited: ({ body }) => !isPositive(hardLimit(body, "fsize")),
  core_dumps: ({ body }) => hardLimit(body, "core") !== 0,
  no_init: ({ body }) => body.HostConfig.Init !== true,
  restarts: ({ body }) => body.HostConfig.RestartPolicy?.Name !== "no",
  log_kept_by_engine: ({ body }) => body.HostConfig.LogConfig?.Type !== "none",
  ipc_namespace_shared: ({ body }) => body.HostConfig.IpcMode !== "private",
  tmpfs_unsafe: ({ part, body }, { podman }) =>
    Object.entries(body.HostConfig.Tmpfs ?? {}).some(([target, options]) =>
      part === "service"
        ? !isServiceFolder(target) || isUnsafeTmpfs(options, podman)
        : !(target === "/tmp" ? !isUnsafeTmpfs(options, podman) : podman && isClosed(target, options)),
    ),
  health_check: ({ body }) => body.Healthcheck?.Test?.join() !== "NONE",
  runtime_unknown: ({ body }, { runtimes }) =>
    body.HostConfig.Runtime !== undefined && !runtimes.includes(body.HostConfig.Runtime),
  image_not_by_content: ({ body }) => !/^(\S+@)?sha256:[0-9a-f]{64}$/.test(body.Image ?? ""),
  entry_replaced: ({ part, body }) => part === "agent" && body.Entrypoint?.slice(0, 2).join(" ") !== "/bin/sh -c",
  env_unknown: ({ part, body }) =>
    envOf(body).some(([name]) => (part === "service" ? !isVariableName(name) : !mayBeInside(name))),
  env_credential: ({ body }) => envOf(body).some(([, value]) => looksLikeCredential(value)),
  labels_missing: ({ body }) =>
    ["instance", "part", "run", "loop", "epoch", "role", "attempt"].some((key) => !body.Labels?.[`loopgate.${key}`]),
  name_of_another: ({ part, name, body }) =>
    name !== `${agentOf(body)}${part === "agent" ? "" : part === "relay" ? "-relay" : `-service-${serviceOf(body)}`}`,
} satisfies Record<string, Rule>;

export type RefusalName =
  | keyof typeof RULES
  | (typeof FORBIDDEN_FIELDS)[keyof typeof FORBIDDEN_FIELDS]
  | MountRefusal
  | "field_unknown";

/** Every refusal there is, for tests and documentation. */
export const REFUSAL_NAMES: readonly RefusalName[] = [
  ...new Set([
    ...(Object.keys(RULES) as (keyof typeof RULES)[]),
    ...Object.values(FORBIDDEN_FIELDS),
    ...MOUNT_REFUSALS,
    "field_unknown" as const,
  ]),
];

/** Every reason why this spec must not run; empty when it may. */
export function refusals(spec: ContainerSpec, allowed: Allowed): readonly RefusalName[] {
  const broken = (Object.keys(RULES) as (keyof typeof RULES)[]).filter((name) => RULES[name](spec, allowed));
  return [...new Set([...broken, ...fieldRefusals(spec), ...mountRefusals(spec, allowed)])];
}

/** What an engine must be able to enforce, from what it says of itself; the names of what it cannot. */
export function engineRefusals(info: {
  readonly SecurityOptions?: readonly string[] | null;
  readonly MemoryLimit?: boolean;
  readonly PidsLimit?: boolean;
  readonly CpuCfsQuota?: boolean;
}): readonly string[] {
  return [
    ...(info.SecurityOptions?.some((option) => option.startsWith("name=seccomp")) ? [] : ["seccomp"]),
    ...(info.MemoryLimit === false ? ["memory limit"] : []),
    ...(info.PidsLimit === false ? ["process limit"] : []),
    ...(info.CpuCfsQuota === false ? ["CPU limit"] : []),
  ];
}

function fieldRefusals({ body }: ContainerSpec): RefusalName[] {
  const host = Object.keys(body.HostConfig).map((key) => `HostConfig.${key}`);
  const unknown = [...Object.keys(body), ...host].filter((field) => !KNOWN_FIELDS.has(field));
  return unknown.map((field) => FORBIDDEN_FIELDS[field as keyof typeof FORBIDDEN_FIELDS] ?? "field_unknown");
}

/** A server may join the namespace of the very run that it is named after, which has no network either; nothing else joins another's. */
function networkFor({ part, name, body }: ContainerSpec): string {
  if (part === "service") return `container:${agentOf(body)}-relay`;
  if (part !== "agent") return "none";
  if (hasRelay(body)) return `container:${name}-relay`;
  const joins = body.Labels?.["loopgate.joins"];
  return joins !== undefined && name.startsWith(`loopgate-${joins}-server-`)
    ? `container:loopgate-${joins}-relay`
    : "none";
}

/** With a relay the agent joins the relay's namespace, which has no network either. */
function hasRelay(body: ContainerSpec["body"]): boolean {
  return body.Labels?.["loopgate.relay"] === "yes";
}

function securityOptions(body: ContainerSpec["body"]): readonly string[] {
  return body.HostConfig.SecurityOpt ?? [];
}

function hardLimit(body: ContainerSpec["body"], name: string): number | undefined {
  return body.HostConfig.Ulimits?.find((limit) => limit.Name === name)?.Hard;
}

function isPositive(value: number | undefined): boolean {
  return typeof value === "number" && value > 0;
}

function isUnsafeTmpfs(options: string, podman: boolean): boolean {
  const set = options.split(",");
  return (
    !set.includes("nosuid") ||
    !set.includes("nodev") ||
    !/(^|,)size=[1-9]\d*(,|$)/.test(options) ||
    (!podman && !/(^|,)nr_inodes=[1-9]\d*(,|$)/.test(options))
  );
}

/** What Podman would make writable and unlimited, and what stands there instead. */
function isClosed(target: string, options: string): boolean {
  return ["/run", "/var/tmp"].includes(target) && options.split(",").includes("ro") && !isUnsafeTmpfs(options, true);
}

/** Where a service may have memory to write to: nothing of the kernel's, and no path that is read in two ways. */
function isServiceFolder(target: string): boolean {
  return isPlainPath(target) && target !== "/" && !/^\/(?:proc|sys|dev)(?:\/|$)/.test(target);
}

function agentOf(body: ContainerSpec["body"]): string {
  return `loopgate-${body.Labels?.["loopgate.run"]}`;
}

function serviceOf(body: ContainerSpec["body"]): string {
  return body.Labels?.["loopgate.service"] ?? "";
}

function envOf(body: ContainerSpec["body"]): [string, string][] {
  return (body.Env ?? []).map((line) => {
    const at = line.indexOf("=");
    return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + 1)];
  });
}
