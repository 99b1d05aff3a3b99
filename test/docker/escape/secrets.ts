// Attacks on what the run must not see or change: the App's secrets, other processes, the engine's socket, host files (T5, T7).
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import type { Engine } from "../../../src/container/docker/engine.ts";
import { host, makeArena, runGuarded, runWeakened } from "./arena.ts";
import { type Attack, attacksFail, type Evidence, readEvidence } from "./attack.ts";

const nowhere = /^refused: nowhere$/;
const found = /^found in/;

const attacks: readonly Attack[] = [
  { title: "T5: the App's environment is not the run's", name: "own-environment", fails: nowhere, works: found },
  {
    title: "T5: no process's environment in /proc holds a secret of the App",
    name: "all-environments",
    fails: nowhere,
    works: found,
  },
  {
    title: "T5: no process's command line in /proc holds a secret of the App",
    name: "all-command-lines",
    fails: nowhere,
    works: found,
  },
  {
    title: "T7: a process of the host is not seen",
    name: "other-processes",
    fails: /^refused: none there$/,
    works: /^sees/,
  },
  {
    title: "T7: a process of the host cannot be traced",
    name: "trace",
    fails: /^refused E(SRCH|PERM|ACCES)$/,
    works: /^ok/,
  },
  {
    title: "T7: the memory of a process of the host cannot be read",
    name: "read-memory",
    fails: /^(?!read)/,
    works: /^read/,
  },
  {
    title: "T7: a process of the host cannot be signalled",
    name: "signal",
    fails: /^refused ESRCH$/,
    works: /^reached$/,
  },
  { title: "T5: no file the run can read holds a secret of the App", name: "files", fails: nowhere, works: found },
  { title: "T7: the host's files are not behind /proc/*/root", name: "host-root", fails: nowhere, works: found },
  {
    title: "T7: the host's files are not behind .. or a link in the workspace",
    name: "climb",
    fails: nowhere,
    works: found,
  },
  {
    title: "T7: nothing is written out of the workspace through .. or a link",
    name: "write-out",
    fails: /^(?!.*changed).*(nonexistent|Permission denied)/s,
    works: /^changed/,
  },
  {
    title: "T7: memory that the host shares with other containers cannot be attached",
    name: "shared-memory",
    fails: /^refused ENOENT$/,
    works: /^ok/,
  },
  { title: "T5: git's configuration holds no secret of the App", name: "git-config", fails: nowhere, works: found },
  { title: "T7: the brief cannot be changed", name: "brief", fails: /Read-only file system/, works: /changed/ },
  {
    title: "T10: the shared object store cannot be changed",
    name: "objects",
    fails: /Read-only file system/,
    works: /changed/,
  },
  {
    title: "T7: the engine's socket is at no path that is known",
    name: "engine-socket",
    fails: /^refused: none answers$/,
    works: /^answered HTTP/,
  },
  {
    title: "T7: the gateway's folder is the relay's alone",
    name: "relay-folder",
    fails: /^refused ENOENT$/,
    works: /^sees/,
  },
];

export function secretAttacks(engine: () => Engine): void {
  describe("secrets and files", () => {
    const canary = randomBytes(12).toString("hex");
    let [guarded, weakened]: Evidence[] = [{}, {}];
    let app: ChildProcess | null = null;
    let removing = () => {};
    afterAll(() => {
      app?.kill("SIGKILL");
      removing();
    });
    beforeAll(async () => {
      const arena = makeArena();
      const secret = join(arena.folder, "app-key.pem");
      writeFileSync(secret, `a secret: ${canary}\n`, { mode: 0o644 });
      symlinkSync(secret, join(arena.workspace, "link-out"));
      process.env.LOOPGATE_TEST_CANARY = canary;
      app = spawn("sh", ["-c", "sleep 300; :", canary], {
        env: { PATH: process.env.PATH, CANARY: canary },
        stdio: "ignore",
      });
      const half = canary.length / 2;
      const shared = makeSharedMemory();
      removing = shared.remove;
      const where = [String(app.pid), secret, join(arena.folder, "objects"), shared.key];
      const command = ["node", "/workspace/probes/secrets.mjs", canary.slice(0, half), canary.slice(half), ...where];
      guarded = readEvidence((await runGuarded(engine(), arena, arena.request({ command }))).log);
      const refusals: string[] = [];
      const run = await runWeakened(engine(), arena, arena.request({ command }), (body) => opened(body, arena.folder));
      refusals.push(...run.refused);
      weakened = readEvidence(run.log);
      delete process.env.LOOPGATE_TEST_CANARY;
    });

    attacksFail(
      attacks,
      () => guarded ?? {},
      () => weakened ?? {},
    );

    /** The same container with the host's processes, the engine's socket, and every folder of the run's neighbourhood. */
    function opened(
      body: { Env: string[]; HostConfig: { Mounts: { Target: string; ReadOnly: boolean }[] } },
      folder: string,
    ) {
      const { socketPath } = engine().docker.modem as unknown as { socketPath: string };
      mkdirSync(join(folder, "workspace/.git"), { recursive: true });
      writeFileSync(
        join(folder, "workspace/.git/config"),
        `[remote "origin"]\n\turl = https://x:${canary}@github.com/o/r\n`,
      );
      const extra = [
        [folder, folder],
        [join(folder, "gateway"), "/gateway"],
        [socketPath, "/var/run/docker.sock"],
      ];
      const Mounts = [
        ...body.HostConfig.Mounts.map((mount) => ({ ...mount, ReadOnly: mount.Target.startsWith("/usr") })),
        ...extra.map(([Source, Target]) => ({ Type: "bind", Source, Target, ReadOnly: false })),
      ];
      const weak = {
        PidMode: "host",
        IpcMode: "host",
        Mounts,
        CapDrop: [],
        CapAdd: ["SYS_PTRACE", "DAC_READ_SEARCH"],
        SecurityOpt: ["seccomp=unconfined"],
      };
      return host(weak, { User: "0:0", Env: [...body.Env, `SECRET=${canary}`] })(body);
    }
  });
}

/** A piece of System V memory on the host that everybody may attach, by its key. */
function makeSharedMemory() {
  const key = String(randomInt(1, 2 ** 31));
  const perl = (program: string) => execFileSync("perl", ["-e", program, key]);
  perl("shmget($ARGV[0], 64, 01666) // die $!"); // IPC_CREAT, for all
  return { key, remove: () => void perl("shmctl(shmget($ARGV[0], 0, 0), 0, 0)") };
}
