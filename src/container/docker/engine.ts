// Finds a Docker-compatible engine, or starts a private one where dockerd is installed and we are root.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import Docker from "dockerode";
import { Fault } from "../../base/fault.ts";
import { findDockerd, startPrivateEngine } from "./private-engine.ts";

export type EngineOrigin = "DOCKER_HOST" | "socket" | "podman" | "private";

/** An engine that answered. `close` stops it if it is ours, and does nothing otherwise. */
export interface Engine {
  readonly docker: Docker;
  readonly origin: EngineOrigin;
  readonly version: string;
  close(): Promise<void>;
}

export interface EngineOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Whether a private dockerd may be started. Default true. */
  readonly mayStart?: boolean;
  /** Where a private engine keeps its folder. Default: the system's temporary folder. */
  readonly tempDir?: string;
}

/**
 * The first engine that answers: `DOCKER_HOST`, Docker's sockets, Podman's sockets, then a private dockerd.
 * Null when there is none. A `DOCKER_HOST` that does not answer is a `Fault`, never silently another engine.
 */
export async function openEngine(options: EngineOptions = {}): Promise<Engine | null> {
  const env = options.env ?? process.env;
  if (env.DOCKER_HOST) return openNamed(env.DOCKER_HOST, env);
  for (const { path, origin } of socketPaths(env, process.getuid?.() ?? -1)) {
    if (!existsSync(path)) continue;
    const engine = await tryEngine(new Docker({ socketPath: path }), origin);
    if (engine) return engine;
  }
  const dockerd = findDockerd(env);
  if (options.mayStart === false || !dockerd || process.getuid?.() !== 0) return null;
  const started = await startPrivateEngine(dockerd, options.tempDir);
  const docker = new Docker({ socketPath: started.socketPath });
  return { docker, origin: "private", version: await versionOf(docker), close: started.close };
}

/** Where engines listen by convention, for this environment and user. */
export function socketPaths(
  env: Readonly<Record<string, string | undefined>>,
  uid: number,
): readonly { readonly path: string; readonly origin: EngineOrigin }[] {
  const runtimeDir = env.XDG_RUNTIME_DIR ?? `/run/user/${uid}`;
  return [
    { path: "/var/run/docker.sock", origin: "socket" },
    { path: join(runtimeDir, "docker.sock"), origin: "socket" },
    ...(env.HOME ? [{ path: join(env.HOME, ".docker/run/docker.sock"), origin: "socket" as const }] : []),
    { path: join(runtimeDir, "podman/podman.sock"), origin: "podman" },
    { path: "/run/podman/podman.sock", origin: "podman" },
  ];
}

/** The connection that a `DOCKER_HOST` names. Throws `Fault` for a scheme other than `unix` and `tcp`. */
export function connectionOf(host: string, env: Readonly<Record<string, string | undefined>>): Docker.DockerOptions {
  if (host.startsWith("unix://")) return { socketPath: host.slice("unix://".length) };
  const url = URL.canParse(host) ? new URL(host) : null;
  if (!url || !["tcp:", "http:", "https:"].includes(url.protocol)) {
    throw new Fault(`DOCKER_HOST is ${host}; only unix:// and tcp:// addresses can be used.`, {
      kind: "invalid",
      retry: "never",
    });
  }
  const address = { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || 2375) };
  if (!env.DOCKER_TLS_VERIFY && url.protocol !== "https:") return { ...address, protocol: "http" };
  const folder = env.DOCKER_CERT_PATH ?? join(env.HOME ?? "/", ".docker");
  const [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map((name) => readFileSync(join(folder, name)));
  return { ...address, protocol: "https", ca, cert, key };
}

async function openNamed(host: string, env: Readonly<Record<string, string | undefined>>): Promise<Engine> {
  const docker = new Docker(connectionOf(host, env));
  const engine = await tryEngine(docker, "DOCKER_HOST");
  if (engine) return engine;
  throw new Fault(`No container engine answered at DOCKER_HOST (${host}). Start it, or unset DOCKER_HOST.`, {
    kind: "engine",
    retry: "later",
  });
}

async function tryEngine(docker: Docker, origin: EngineOrigin): Promise<Engine | null> {
  try {
    const version = await versionOf(docker);
    return { docker, origin, version, close: async () => {} };
  } catch {
    return null; // a socket without an engine behind it is the same as no socket
  }
}

async function versionOf(docker: Docker): Promise<string> {
  const silent = delay(5_000, null, { ref: false });
  const answer = await Promise.race([docker.version(), silent]);
  if (!answer) throw new Fault("The container engine did not answer within 5 s.", { kind: "engine", retry: "later" });
  return answer.Version;
}
