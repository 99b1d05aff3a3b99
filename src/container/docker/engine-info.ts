// What an engine says of itself, read once: what specs and facts depend on.
import type Docker from "dockerode";
import { Fault, toFault } from "../../base/fault.ts";
import { engineRefusals } from "../spec/guard.ts";
import { takesFilter } from "../spec/seccomp.ts";

export interface EngineInfo {
  readonly name: string;
  readonly cpus: number;
  readonly apparmor: boolean;
  readonly seccomp: string;
  /** Whether it takes our own filter on system calls. */
  readonly filter: boolean;
  /** Podman speaks Docker's language, and differs in places: see `podman.ts`. */
  readonly podman: boolean;
  /** The kernel of the engine's machine, as `uname -r` says it; null when the engine does not. */
  readonly kernel: string | null;
  readonly cgroup: string;
  readonly runtimes: readonly string[];
  readonly defaultRuntime: string;
}

const known = new WeakMap<Docker, Promise<EngineInfo>>();

/** The same as `readEngineInfo`, asked once for each connection: Podman takes seconds to answer. A failure is not kept. */
export function engineInfoOf(docker: Docker): Promise<EngineInfo> {
  const asked = known.get(docker) ?? readEngineInfo(docker);
  known.set(docker, asked);
  asked.catch(() => known.delete(docker));
  return asked;
}

/** Reads the engine's info. One that cannot enforce the baseline is a `Fault` of kind `refused`. */
export async function readEngineInfo(docker: Docker): Promise<EngineInfo> {
  const asking = docker.info().catch((error) => {
    throw toFault(error, "Could not ask the container engine about itself");
  });
  const [info, podman] = await Promise.all([asking, isPodman(docker)]);
  const missing = engineRefusals(info);
  if (missing.length > 0) {
    throw new Fault(
      `The container engine cannot enforce the isolation a run needs: it has no ${missing.join(", no ")}. No run is started on it.`,
      { kind: "refused", retry: "never" },
    );
  }
  const options: string[] = info.SecurityOptions ?? [];
  return {
    name: `${podman ? "Podman" : "Docker-compatible engine"} ${info.ServerVersion ?? "of unknown version"}`,
    cpus: info.NCPU,
    apparmor: options.some((option) => option.startsWith("name=apparmor")),
    seccomp: seccompProfile(options),
    filter: takesFilter({ architecture: info.Architecture ?? "", podman }),
    podman,
    kernel: info.KernelVersion ?? null,
    cgroup: `v${info.CgroupVersion ?? "1"}`,
    // Podman lists what could be installed, and starts its default whatever a request names.
    runtimes: podman ? [info.DefaultRuntime ?? "crun"] : Object.keys(info.Runtimes ?? {}),
    defaultRuntime: info.DefaultRuntime ?? "runc",
  };
}

/** Throws a `Fault` of kind `refused` when the engine has no runtime of that name. */
export function requireRuntime({ name, runtimes }: EngineInfo, wanted: string): void {
  if (runtimes.includes(wanted)) return;
  throw new Fault(
    `${name} has no container runtime ${wanted}; it has ${runtimes.join(", ")}. No run is started on another than the one asked for.`,
    { kind: "refused", retry: "never" },
  );
}

/** Podman reads a filter from a file of its own machine and never from the request. */
async function isPodman(docker: Docker): Promise<boolean> {
  const version = (await docker.version().catch(() => null)) as { Components?: { Name: string }[] } | null;
  return version?.Components?.some(({ Name }) => /podman/i.test(Name)) ?? true;
}

/** The profile that containers get unasked; engines call their own `default` or `builtin`. */
function seccompProfile(options: readonly string[]): string {
  const option = options.find((one) => one.startsWith("name=seccomp")) ?? "";
  const profile = /profile=([^,]+)/.exec(option)?.[1] ?? "default";
  return profile === "builtin" ? "default" : profile;
}
