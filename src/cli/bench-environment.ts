// `loopgate bench environment`: what a repository with large dependencies costs a run, beside installing them, in one run on this machine.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Fault } from "../base/fault.ts";
import { giveTo } from "../base/give.ts";
import { removeTree } from "../base/remove-tree.ts";
import { dockerRuntime } from "../container/docker/docker.ts";
import { chooseRunUser } from "../container/docker/user.ts";
import { startRelay } from "../container/relay.mjs";
import { DEFAULT_LIMITS, type RunRequest, type Runtime } from "../container/run.ts";
import { type Note, type SetUpCache, setUpCache } from "../environment/cache.ts";
import { fetchBase } from "../gateway/git/objects.ts";
import { openQuarantine } from "../gateway/git/quarantine.ts";
import { makeWorkspace } from "../gateway/git/workspace.ts";
import { newLeaseToken } from "../gateway/lease.ts";
import { createRegistries } from "../gateway/registry/server.ts";
import { openRunGateway } from "../gateway/run.ts";
import { registryVariables } from "../runs/registry-variables.ts";
import { rooms } from "../runs/rooms.ts";
import { givenBy } from "../runs/set-up.ts";
import { engineToMeasure } from "./bench-engine.ts";
import { aProject, diskOf, npmCi, type Project } from "./bench-environment-stage.ts";
import { median } from "./bench-median.ts";
import { type Promised, promises, verdict } from "./bench-promises.ts";
import { type Cleanup, withCleanup } from "./cleanup.ts";
import { interruptible } from "./interrupt.ts";
import type { Terminal } from "./terminal.ts";

const USER = chooseRunUser(process.getuid?.() ?? 1, process.getgid?.() ?? 1);
const owner = process.getuid?.() === 0 ? USER : null;
const runs = 10;

export interface EnvironmentBench {
  readonly rounds: number;
  readonly megabytes: number;
  readonly json: boolean;
}

/** Milliseconds, and bytes of disk. */
interface Figures {
  readonly installed: number;
  readonly with: number;
  readonly without: number;
  readonly straight: number;
  readonly gateway: number;
}

/** Prints both sides and their ratios. Resolves to 0, whatever they are, and to 130 after Ctrl-C. Throws `Fault` without an engine. */
export async function benchEnvironment(options: EnvironmentBench, terminal: Terminal): Promise<number> {
  return interruptible((signal) =>
    withCleanup(terminal, async (cleanup) => {
      const ground = await aGround(options, terminal, cleanup, signal);
      const rounds: Figures[] = [];
      for (let round = 0; round <= options.rounds; round += 1) {
        signal.throwIfAborted();
        terminal.err(round === 0 ? "once to warm up\n" : `round ${round} of ${options.rounds}\n`);
        const figures = await aRound(ground, round, signal);
        if (round > 0) rounds.push(figures);
      }
      terminal.err(`disk of ${runs} runs\n`);
      const { one, all } = await disk(ground);
      const lines = [
        lineOf(promises.environmentMade, rounds, (of) => [of.with, of.installed]),
        lineOf(promises.environmentReady, rounds, (of) => [of.with, of.without]),
        { ...promises.environmentDisk, unit: "MB", ours: all / 1e6, besideUs: one / 1e6, ratio: all / one } as const,
        lineOf(promises.environmentFetched, rounds, (of) => [of.gateway, of.straight]),
      ];
      const { files, bytes } = ground.note;
      if (options.json) terminal.out(`${JSON.stringify({ files, bytes, lines }, null, 2)}\n`);
      else for (const line of lines) terminal.out(sentence(line));
      return 0;
    }),
  );
}

interface Ground {
  readonly root: string;
  readonly runtime: Runtime;
  readonly project: Project;
  readonly cache: SetUpCache;
  readonly note: Note;
  readonly base: Awaited<ReturnType<typeof fetchBase>>;
  /** Where the gateway's door is on loopback, behind a relay as in a run. */
  readonly door: string;
  readonly gatewaySocket: string;
}

/** The project, installed once and kept as a set-up would be; an engine; and a door with a registry behind it. */
async function aGround(
  { megabytes }: EnvironmentBench,
  terminal: Terminal,
  cleanup: Cleanup,
  signal: AbortSignal,
): Promise<Ground> {
  const engine = await engineToMeasure(terminal, cleanup);
  const root = await realpath(await mkdtemp(join(tmpdir(), "lg-bench-")));
  cleanup.add(root, () => removeTree(root));
  const instance = `bench/${process.pid}`;
  const runtime = dockerRuntime({
    docker: engine.docker,
    user: USER,
    relay: { kind: "toolchain" },
    roots: [root],
    instance,
  });
  cleanup.add("its containers", async () => void (await runtime.sweep(() => false)));
  terminal.err("making a project\n");
  const project = await aProject(root, megabytes * 1e6, signal);
  cleanup.add("its packages' server", async () => {
    project.server.closeAllConnections();
    project.server.close();
  });
  const installed = join(root, "installed");
  terminal.err("installing it once\n");
  await npmCi({ project, dir: installed, cache: join(root, "npm-cache"), registry: project.url, signal });
  const cache = setUpCache({
    root: rooms({ dataDir: root }).environments,
    mostBytes: Number.MAX_SAFE_INTEGER,
  });
  const left = { workspace: installed, ignored: ["node_modules"], holders: [], strays: [], changed: [], tookMs: 0 };
  if (owner !== null) await giveTo(owner, installed);
  const note = await cache.keep("0".repeat(64), left);
  await rm(installed, { recursive: true });
  const { door, gatewaySocket } = await aDoor(root, project, cleanup);
  return { root, runtime, project, cache, note, base: await aBase(root, project), door, gatewaySocket };
}

/** The project's own files as a repository. */
async function aBase(root: string, { dir }: Project): Promise<Ground["base"]> {
  const who = ["-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "commit.gpgsign=false"];
  const git = (...args: string[]) => promisify(execFile)("git", [...who, ...args], { cwd: dir });
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", "--all");
  await git("commit", "--quiet", "--message", "bench");
  return fetchBase({ storeRoot: join(root, "objects"), repositoryId: 1, url: `file://${dir}/.git`, branch: "main" });
}

async function aDoor(root: string, { url }: Project, cleanup: Cleanup) {
  const registries = createRegistries({
    root: join(root, "registries"),
    mostBytes: Number.MAX_SAFE_INTEGER,
    upstreams: { npm: { url, token: null } },
    now: Date.now,
  });
  const rules = { allow: [], deny: [], minimumAgeMs: 0, fresh: "allow", known: {} } as const;
  const most = { answers: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER };
  const opened = await openRunGateway({
    socketDir: join(root, "door"),
    lease: { runId: "bench", token: newLeaseToken() },
    routes: registries.routes({ rules, most, onEvent: () => {} }),
  });
  cleanup.add("the gateway", () => opened.close());
  const relay = await startRelay({ port: 0, socket: opened.socketPath });
  cleanup.add("its relay", async () => void relay.close());
  const gatewaySocket = join(root, "silent", "gateway.sock");
  await mkdir(join(root, "silent"));
  const silent = createServer((_, answer) => void answer.end()).listen(gatewaySocket);
  await once(silent, "listening");
  cleanup.add("the runs' gateway", async () => void silent.close());
  return { door: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`, gatewaySocket };
}

async function aRound(ground: Ground, round: number, signal: AbortSignal): Promise<Figures> {
  const { root, project, door } = ground;
  const dir = join(root, "measured");
  const warm = { project, dir, cache: join(root, "npm-cache"), registry: project.url, signal };
  const installed = await npmCi(warm);
  const [without, with_] = [
    await readyIn(ground, `without-${round}`, false),
    await readyIn(ground, `with-${round}`, true),
  ];
  const variables = Object.fromEntries(
    Object.entries(registryVariables(["npm"])).map(([name, value]) => [
      name,
      value.replace("http://127.0.0.1:{port}", door),
    ]),
  );
  const straight = await npmCi({ ...warm, cache: join(root, `straight-${round}`) });
  const gateway = await npmCi({ ...warm, cache: join(root, `gateway-${round}`), registry: `${door}/npm/`, variables });
  for (const name of [dir, join(root, `straight-${round}`), join(root, `gateway-${round}`)]) await removeTree(name);
  return { installed, with: with_, without, straight, gateway };
}

/** From nothing to the first command in the container, which reads what it was given; in milliseconds. */
async function readyIn(ground: Ground, id: string, isGiven: boolean): Promise<number> {
  const { root, runtime, project } = ground;
  for (const name of ["loop/out", "workspace"]) await mkdir(join(root, id, name), { recursive: true });
  await writeFile(join(root, id, "loop/brief.md"), "");
  const last = `/workspace/node_modules/${project.packages.at(-1)}/package.json`;
  const heard = Promise.withResolvers<number>();
  const began = performance.now();
  const made = await aWorkspace(ground, id, isGiven);
  const request: RunRequest = {
    id: `bench-${process.pid}-${id}`,
    loop: "bench",
    attempt: 1,
    role: "check",
    epoch: 1,
    image: { kind: "toolchain" },
    command: isGiven ? `test -s ${last} && echo ready` : "echo ready",
    workspaceDir: join(root, id, "workspace"),
    objectsDir: made.objectsDir,
    loopDir: join(root, id, "loop"),
    gatewaySocket: ground.gatewaySocket,
    env: {},
    limits: DEFAULT_LIMITS,
    ...(made.beneath === null ? {} : { beneath: made.beneath }),
  };
  const running = await runtime.start(request, () => heard.resolve(performance.now() - began));
  const { log, note } = await running.done;
  if (log !== "ready\n")
    throw new Fault(`The run that is measured said something else: ${log}${note ?? ""}`, {
      kind: "engine",
      retry: "never",
    });
  const took = await heard.promise;
  await runtime.forget(request.id);
  await removeTree(join(root, id));
  return took;
}

async function aWorkspace(ground: Ground, id: string, isGiven: boolean) {
  const { root, runtime, cache, note, base } = ground;
  const quarantine = await openQuarantine({
    root: join(root, "quarantine"),
    runId: id,
    objectsDir: base.objectsDir,
    base: base.base,
    branch: "loop/1-bench",
  });
  const identity = { name: "Bench", email: "bench@loopgate.invalid" };
  const dir = join(root, id, "workspace");
  await makeWorkspace({ dir, quarantine, identity });
  const given = isGiven ? await givenBy({ ociRuntime: null, runtime, dataDir: root }, cache, note) : null;
  return { objectsDir: quarantine.objectsDir, beneath: (await given?.fill(dir)) ?? null };
}

/** What is kept and what runs have of it, for one and for ten that are under way at once, in bytes. */
async function disk(ground: Ground): Promise<{ readonly one: number; readonly all: number }> {
  const { root, note, cache } = ground;
  const folders = Array.from({ length: runs }, (_, at) => join(root, `disk-${at}`));
  const kept = cache.folderOf(note.key);
  for (const [at, folder] of folders.entries()) {
    await mkdir(join(folder, "workspace"), { recursive: true });
    await aWorkspace(ground, `disk-${at}`, true);
  }
  const [first = ""] = folders;
  const [one, all] = [await diskOf([kept, first]), await diskOf([kept, ...folders])];
  for (const folder of folders) await removeTree(folder);
  return { one, all };
}

interface Line extends Promised {
  readonly unit: "ms" | "MB";
  readonly ours: number;
  readonly besideUs: number;
  readonly ratio: number;
}

/** Medians of each side, and of the ratios of the rounds. */
function lineOf(
  promised: Promised,
  rounds: readonly Figures[],
  sides: (of: Figures) => readonly [number, number],
): Line {
  const both = rounds.map(sides);
  return {
    ...promised,
    unit: "ms",
    ours: median(both.map(([ours]) => ours)),
    besideUs: median(both.map(([, other]) => other)),
    ratio: median(both.map(([ours, other]) => ours / other)),
  };
}

function sentence(line: Line): string {
  const figures = `${line.ours.toFixed(0)} ${line.unit} vs ${line.besideUs.toFixed(0)} ${line.unit}`;
  return `${line.what}, vs ${line.beside}: ${figures}, ratio ${line.ratio.toFixed(3)}, ${verdict(line, line.ratio)}\n`;
}
