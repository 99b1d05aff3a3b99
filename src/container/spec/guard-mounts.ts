// The guard's rules on mounts: what of the host a container may see, where, and whether it may write there.
import { posix } from "node:path";
import type { Allowed } from "./allowed.ts";
import type { BindBody, ContainerSpec, MountBody, OverlayBody } from "./body.ts";
import { readOverlay } from "./overlay.ts";
import { TOOLS } from "./spec.ts";

export const MOUNT_REFUSALS = [
  "engine_socket", // the way to be root on the host
  "mount_outside", // a host path that is no folder of a run
  "mount_tools", // other tools than the operator's, or the relay with any
  "mount_target", // a place in the container that the contract does not name
  "mount_writable",
  "mount_propagated",
  "mount_unreadable", // neither a plain bind nor a workspace over the folder that it stands on, so not judged and not allowed
] as const;

export type MountRefusal = (typeof MOUNT_REFUSALS)[number];

/** Every rule that a mount of this spec breaks. */
export function mountRefusals(spec: ContainerSpec, allowed: Allowed): MountRefusal[] {
  return (spec.body.HostConfig.Mounts ?? []).flatMap((mount: MountBody) =>
    mount.Type === "volume" ? judgeOverlay(spec, mount, allowed) : judge(spec, mount, allowed),
  );
}

/** All three folders are of runs, none is within another, and the whole is the workspace. */
function judgeOverlay(spec: ContainerSpec, mount: OverlayBody, allowed: Allowed): MountRefusal[] {
  const read = readOverlay(mount);
  const folders = read === null ? [] : [read.beneath.folder, read.workspace, read.beneath.work];
  if (read === null || !folders.every(isPlainPath)) return ["mount_unreadable"];
  const found: MountRefusal[] = [];
  const isOutside = folders.some((folder) => !allowed.roots.some((root) => isBeneath(root, folder)));
  const isNested = folders.some((one) => folders.some((other) => isBeneath(one, other)));
  if (isOutside || isNested || new Set(folders).size < folders.length) found.push("mount_outside");
  if (spec.part !== "agent" || mount.Target !== "/workspace") found.push("mount_target");
  if (!read.isReadOnly && !mayWrite(spec, mount.Target)) found.push("mount_writable");
  return found;
}

function judge(spec: ContainerSpec, mount: BindBody, allowed: Allowed): MountRefusal[] {
  const found: MountRefusal[] = [];
  const toolchain = allowed.toolchain.some(({ source, target }) => source === mount.Source && target === mount.Target);
  const tools = mount.Target === TOOLS;
  if (mount.Type !== "bind" || !isPlainPath(mount.Source) || !isPlainPath(mount.Target)) found.push("mount_unreadable");
  if (/(docker|podman|containerd|crio)[^/]*\.sock$/.test(mount.Source)) found.push("engine_socket");
  if (tools && (spec.part !== "agent" || mount.Source !== allowed.tools)) found.push("mount_tools");
  if (!toolchain && !tools && !allowed.roots.some((root) => isBeneath(root, mount.Source))) found.push("mount_outside");
  if (!toolchain && !tools && !isContractTarget(spec, mount)) found.push("mount_target");
  if (!mount.ReadOnly && !mayWrite(spec, mount.Target)) found.push("mount_writable");
  if (mount.BindOptions?.Propagation !== "rprivate") found.push("mount_propagated");
  return found;
}

/** The agent sees its workspace, its loop folder and the object store at its own path; the relay sees the gateway; a service nothing. */
function isContractTarget(spec: ContainerSpec, mount: BindBody): boolean {
  if (spec.part === "relay") return mount.Target === "/gateway";
  if (spec.part === "service") return false;
  if (["/workspace", "/loop/brief.md", "/loop/out"].includes(mount.Target)) return true;
  return mount.Target === mount.Source && mount.ReadOnly;
}

function mayWrite(spec: ContainerSpec, target: string): boolean {
  if (spec.part !== "agent") return false;
  return target === "/loop/out" || (target === "/workspace" && spec.body.Labels?.["loopgate.role"] !== "reviewer");
}

/** Absolute, and read in one way only. */
export function isPlainPath(path: string): boolean {
  return path.startsWith("/") && posix.normalize(path) === path && !path.endsWith("/");
}

function isBeneath(root: string, path: string): boolean {
  return path.startsWith(root.endsWith("/") ? root : `${root}/`) && root !== "/" && root !== "";
}
