// Podman's Docker-compatible service for one test file, all of it in a temporary folder; nothing of the machine's own Podman is touched.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Docker from "dockerode";
import { vi } from "vitest";
import type { Engine } from "../../src/container/docker/engine.ts";
import { findProgram } from "./programs.ts";

/** The engine, which `close` ends, or null where Podman is not installed or we are not root. */
export async function startPodman(): Promise<Engine | null> {
  const podman = findProgram("podman");
  if (podman === null || process.getuid?.() !== 0) return null;
  const folder = mkdtempSync("/tmp/loopgate-podman-"); // short: its containers' sockets lie below it
  for (const name of ["root", "run", "tmp"]) mkdirSync(join(folder, name));
  // crun declines a machine with both versions of cgroups; runc, which every Docker brings, does not.
  writeFileSync(join(folder, "containers.conf"), '[engine]\nruntime = "runc"\n');
  const socketPath = join(folder, "podman.sock");
  const service = spawn(podman, [...placed(folder), "system", "service", "--time=0", `unix://${socketPath}`], {
    env: { PATH: process.env.PATH, HOME: folder, CONTAINERS_CONF: join(folder, "containers.conf") },
    stdio: "ignore",
  });
  const close = () => stop(service, folder);
  const docker = new Docker({ socketPath });
  try {
    await vi.waitFor(() => docker.ping(), { timeout: 30_000, interval: 100 });
    return { docker, origin: "podman", version: (await docker.version()).Version, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function placed(folder: string): string[] {
  const at = (name: string) => join(folder, name);
  return ["--root", at("root"), "--runroot", at("run"), "--tmpdir", at("tmp"), "--log-level", "error"];
}

async function stop(service: ChildProcess, folder: string): Promise<void> {
  if (service.exitCode === null && service.signalCode === null) {
    service.kill("SIGTERM");
    await once(service, "exit");
  }
  spawnSync("umount", ["-l", join(folder, "root/overlay")], { stdio: "ignore" }); // Podman leaves it mounted on itself
  rmSync(folder, { recursive: true, force: true });
}
