// A dockerd of our own under a temporary folder, gone with us even when we are killed.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { mkdtemp, open, readFile, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Fault } from "../../base/fault.ts";
import { shortTemporary } from "../../base/short-path.ts";

const SYSTEM_PATHS = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * Waits for its standard input to close, which happens when the App closes the engine and also when the App dies,
 * then stops the dockerd of process id $1, detaches what is still mounted under the folder $2 and removes it.
 */
const WATCHDOG = `
read -r _
kill "$1" 2>/dev/null
while kill -0 "$1" 2>/dev/null; do sleep 0.05; done
while read -r _ _ _ _ point _; do
  case $point in "$2"/*) umount -l "$point" ;; esac
done </proc/self/mountinfo
rm -rf -- "$2"
`;

export interface PrivateEngine {
  readonly socketPath: string;
  close(): Promise<void>;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of an installed dockerd that can be run, or null. Looks where administrators' programs live too. */
export function findDockerd(env: Readonly<Record<string, string | undefined>>): string | null {
  const folders = [...(env.PATH ?? "").split(delimiter).filter(Boolean), ...SYSTEM_PATHS];
  return folders.map((folder) => join(folder, "dockerd")).find(isProgram) ?? null;
}

/**
 * Starts dockerd with its data, sockets and containerd namespace of its own, without bridge or firewall rules, and
 * waits until it answers. The storage driver is dockerd's choice: overlay2, or vfs where that cannot work.
 */
export async function startPrivateEngine(
  dockerd: string,
  tempDir = shortTemporary(),
  config: object = {},
): Promise<PrivateEngine> {
  const folder = await mkdtemp(join(tempDir, "loopgate-engine-"));
  const socketPath = join(folder, "docker.sock");
  await writeFile(join(folder, "config.json"), JSON.stringify(config)); // in place of the machine's own
  const log = await open(join(folder, "log"), "w");
  const env = { PATH: SYSTEM_PATHS.join(delimiter), HOME: folder, TMPDIR: folder };
  const daemon = spawn(dockerd, daemonArguments(folder, socketPath), {
    detached: true,
    env,
    stdio: ["ignore", log.fd, log.fd],
  });
  const watchdog = watchOver(daemon, folder, env);
  const close = async () => {
    if (watchdog.exitCode !== null) return;
    watchdog.stdin?.end();
    watchdog.ref();
    await once(watchdog, "exit");
  };
  try {
    await log.close();
    await answers(daemon, socketPath, 30_000);
  } catch (error) {
    const said = await readFile(join(folder, "log"), "utf8").catch(() => "");
    await close();
    throw new Fault(`Could not start a private dockerd in ${folder}: ${lastLine(said)}`, {
      kind: "engine",
      retry: "never",
      cause: error,
    });
  }
  return { socketPath, close };
}

function daemonArguments(folder: string, socketPath: string): string[] {
  const namespace = folder.replace(/.*\//, "");
  return [
    ["--data-root", join(folder, "data")],
    ["--exec-root", join(folder, "exec")],
    ["--pidfile", join(folder, "pid")],
    ["--host", `unix://${socketPath}`],
    ["--containerd-namespace", namespace],
    ["--containerd-plugins-namespace", `${namespace}-plugins`],
    ["--config-file", join(folder, "config.json")],
    ["--shutdown-timeout", "2"],
    ["--bridge=none", "--iptables=false", "--ip-forward=false", "--ip-masq=false"],
  ].flat();
}

function watchOver(daemon: ChildProcess, folder: string, env: Record<string, string>): ChildProcess {
  const watchdog = spawn("/bin/sh", ["-c", WATCHDOG, "loopgate-watchdog", String(daemon.pid), folder], {
    detached: true,
    env,
    stdio: ["pipe", "ignore", "ignore"],
  });
  daemon.unref();
  watchdog.unref();
  (watchdog.stdin as unknown as { unref(): void }).unref();
  return watchdog;
}

async function answers(daemon: ChildProcess, socketPath: string, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await pings(socketPath))) {
    if (daemon.exitCode !== null) throw new Error(`dockerd exited with ${daemon.exitCode}`);
    if (Date.now() > deadline) throw new Error(`dockerd did not answer within ${timeoutMs / 1000} s`);
    await delay(20);
  }
}

function pings(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const ping = request({ socketPath, path: "/_ping", timeout: 1_000 }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer.statusCode === 200));
    });
    ping.on("timeout", () => ping.destroy());
    ping.on("error", () => resolve(false));
    ping.end();
  });
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.slice(0, 500) ?? "";
}
