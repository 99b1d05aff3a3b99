// A dockerd of our own under a temporary folder, gone with us even when we are killed.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { accessSync, constants, existsSync } from "node:fs";
import { mkdtemp, open, readFile, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { Fault } from "../../base/fault.ts";
import { shortTemporary } from "../../base/short-path.ts";

const SYSTEM_PATHS = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * Waits for its standard input to close, which happens when the App closes the engine and also when the App dies,
 * then stops the dockerd of process id $1, detaches what is still mounted under the folder $2, removes it, and the bridge $3.
 */
const WATCHDOG = `
read -r _
kill "$1" 2>/dev/null
while kill -0 "$1" 2>/dev/null; do sleep 0.05; done
while read -r _ _ _ _ point _; do
  case $point in "$2"/*) umount -l "$point" ;; esac
done </proc/self/mountinfo
rm -rf -- "$2"
if [ "$3" != none ]; then ip link delete "$3"; fi
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
 * Starts dockerd with its data, sockets and containerd namespace of its own, without firewall rules, and
 * waits until it answers. The storage driver is dockerd's choice: overlay2, or vfs where that cannot work.
 */
export async function startPrivateEngine(
  dockerd: string,
  tempDir = shortTemporary(),
  config: object = {},
): Promise<PrivateEngine> {
  const bridge = await bridgeFor(dockerd);
  const folder = await mkdtemp(join(tempDir, "loopgate-engine-"));
  const socketPath = join(folder, "docker.sock");
  await writeFile(join(folder, "config.json"), JSON.stringify(config)); // in place of the machine's own
  const log = await open(join(folder, "log"), "w");
  const env = { PATH: SYSTEM_PATHS.join(delimiter), HOME: folder, TMPDIR: folder };
  const daemon = spawn(dockerd, daemonArguments({ folder, socketPath, bridge }), {
    detached: true,
    env,
    stdio: ["ignore", log.fd, log.fd],
  });
  const watchdog = watchOver(daemon, { folder, bridge, env });
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

/** As every dockerd calls it, unless it is told another name. */
const usualBridge = "docker0";

/**
 * What the daemon is to be told of a bridge. Our containers need none; but a dockerd that is told so deletes `docker0` at its start,
 * though it may be another dockerd's, whose containers are then cut off. Where there is one, ours gets a bridge of its own that
 * leads nowhere. Throws Fault (`engine`) where it cannot be made.
 */
async function bridgeFor(dockerd: string): Promise<string> {
  if (!existsSync(join("/sys/class/net", usualBridge))) return "none";
  const name = `lg-${randomBytes(5).toString("hex")}`;
  // Four link-local addresses, of which a daemon wants at least two; 169.254.169 is where clouds answer.
  const address = `169.254.${randomInt(1, 169)}.${4 * randomInt(0, 64) + 1}/30`;
  const ip = (...args: readonly string[]) =>
    promisify(execFile)("ip", args, { env: { PATH: SYSTEM_PATHS.join(delimiter) } });
  try {
    await ip("link", "add", name, "type", "bridge");
    await ip("address", "add", address, "dev", name);
  } catch (cause) {
    await ip("link", "delete", name).catch(() => {});
    throw new Fault(
      `Could not start ${dockerd} beside another engine, whose network ${usualBridge} it would take away: no bridge of its own could be made by \`ip\`.`,
      { kind: "engine", retry: "never", cause },
    );
  }
  return name;
}

interface Daemon {
  readonly folder: string;
  readonly socketPath: string;
  readonly bridge: string;
}

function daemonArguments({ folder, socketPath, bridge }: Daemon): string[] {
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
    [`--bridge=${bridge}`, "--iptables=false", "--ip-forward=false", "--ip-masq=false"],
  ].flat();
}

function watchOver(
  daemon: ChildProcess,
  { folder, bridge, env }: Pick<Daemon, "folder" | "bridge"> & { readonly env: Record<string, string> },
): ChildProcess {
  const watchdog = spawn("/bin/sh", ["-c", WATCHDOG, "loopgate-watchdog", String(daemon.pid), folder, bridge], {
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
