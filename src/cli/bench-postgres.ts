// A PostgreSQL server of our own, of the programs that the machine has, on loopback: for what is measured, and what is tried.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Client } from "pg";
import { Fault } from "../base/fault.ts";

const packages = "/usr/lib/postgresql";

/** The folder of the server's programs; null where there is none. */
export function programs(): string | null {
  const versions = existsSync(packages) ? readdirSync(packages) : [];
  const folders = versions.map((version) => join(packages, version, "bin"));
  return folders.find((folder) => existsSync(join(folder, "initdb"))) ?? null;
}

export interface Postgres {
  address(database: string): string;
  /** The address of a new, empty database. */
  database(): Promise<string>;
  /** Runs SQL as the server's superuser. */
  ask(address: string, sql: string): Promise<Record<string, unknown>[]>;
  /** Ends at once, as a power cut does, or in an orderly way. */
  stop(how: "SIGQUIT" | "SIGINT"): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** PostgreSQL refuses to run as root. */
const nobody = { uid: 65_534, gid: 65_534 };

/** Ends the server of the folder and removes it once its own input ends: with whoever started it, however that ends. */
const afterwards = `cat >/dev/null
server=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
running() { [ -n "$server" ] && grep -qsF "$1" "/proc/$server/cmdline"; }
if running "$1"; then kill -QUIT "$server"; while running "$1"; do sleep 0.1; done; fi
rm -rf "$1"`;

/**
 * A new cluster below the temporary folder, durable as the server is by default; it goes with this process. Throws Fault (`engine`)
 * where the machine has no PostgreSQL, or the server does not start.
 */
export async function startPostgres(): Promise<Postgres> {
  const bin = programs();
  if (bin === null) throw noServer(`there is none below ${packages}; install the package \`postgresql\``);
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? nobody : {};
  // Root's own temporary folder may be closed to the user as which the server runs; `/tmp` is open to all.
  const dir = await mkdtemp(join(isRoot ? "/tmp" : tmpdir(), "lg-pg-"));
  if (isRoot) await chown(dir, nobody.uid, nobody.gid);
  const watch = spawn("sh", ["-c", afterwards, "sh", dir], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  watch.unref();
  (watch.stdin as Socket).unref();
  const data = join(dir, "data");
  const options = { ...user, cwd: dir, env: { PATH: process.env.PATH, LC_ALL: "C.UTF-8", TZ: "UTC" } };
  // A database in English: what the store needs in another order, it has to ask for.
  const english = ["--encoding", "UTF8", "--locale-provider", "icu", "--icu-locale", "en-US"];
  const init = ["--pgdata", data, "--auth", "trust", "--username", "loopgate", "--no-sync", ...english];
  await promisify(execFile)(join(bin, "initdb"), init, options);
  const port = await freePort();
  const address = (database: string) => `postgres://loopgate@127.0.0.1:${port}/${database}`;
  let server: ChildProcess | null = null;
  let made = 0;

  async function ask(where: string, sql: string): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: where });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  async function start(): Promise<void> {
    const args = [
      "-D",
      data,
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      `port=${port}`,
      "-c",
      "unix_socket_directories=",
    ];
    server = spawn(join(bin as string, "postgres"), args, { ...options, stdio: "ignore" });
    const began = server;
    for (;;) {
      if (began.exitCode !== null) throw noServer(`it ended with code ${began.exitCode}`);
      if (await isUp()) return;
      await sleep(20);
    }
  }

  const isUp = () =>
    ask(address("postgres"), "select 1").then(
      () => true,
      () => false,
    );

  async function stop(how: "SIGQUIT" | "SIGINT"): Promise<void> {
    const running = server;
    server = null;
    if (running === null || running.exitCode !== null) return;
    const ended = new Promise((done) => running.once("exit", done));
    running.kill(how);
    await ended;
  }

  await start();

  return {
    address,
    ask,
    start,
    stop,
    async database() {
      const name = `store${++made}`;
      await ask(address("postgres"), `create database ${name}`);
      return address(name);
    },
    async remove() {
      await stop("SIGQUIT");
      await rm(dir, { recursive: true, force: true });
      watch.stdin.end();
    },
  };
}

function noServer(why: string): Fault {
  return new Fault(`Could not start a PostgreSQL server on this machine: ${why}.`, { kind: "engine", retry: "never" });
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}
