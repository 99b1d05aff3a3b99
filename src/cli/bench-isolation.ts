// `loopgate bench isolation`: what isolation costs at start-up, measured in pairs on this machine.
import { execFile, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Fault } from "../base/fault.ts";
import { dockerRuntime } from "../container/docker/docker.ts";
import type { Engine } from "../container/docker/engine.ts";
import { imageResolver } from "../container/docker/image.ts";
import { chooseRunUser } from "../container/docker/user.ts";
import { DEFAULT_LIMITS, type RunRequest, type Runtime } from "../container/run.ts";
import { fetchBase } from "../gateway/git/objects.ts";
import { openQuarantine } from "../gateway/git/quarantine.ts";
import { makeWorkspace } from "../gateway/git/workspace.ts";
import { engineToMeasure } from "./bench-engine.ts";
import { median } from "./bench-median.ts";
import { type Promised, promises, verdict } from "./bench-promises.ts";
import { withCleanup } from "./cleanup.ts";
import { interruptible } from "./interrupt.ts";
import type { Terminal } from "./terminal.ts";

const USER = chooseRunUser(process.getuid?.() ?? 1, process.getgid?.() ?? 1);

/** What one pair took, in milliseconds. */
interface Pair {
  readonly plain: number;
  readonly ours: number;
}

/** One line of the answer: medians in milliseconds, and the median of the pairs' ratios. */
interface Compared extends Promised {
  readonly oursMs: number;
  readonly besideMs: number;
  readonly pairs: number;
  readonly ratio: number;
}

export interface IsolationBench {
  readonly rounds: number;
  readonly json: boolean;
}

/** Prints medians and ratios. Resolves to 0, whatever they are, and to 130 after Ctrl-C. Throws `Fault` without an engine. */
export async function benchIsolation({ rounds, json }: IsolationBench, terminal: Terminal): Promise<number> {
  return interruptible((signal) =>
    withCleanup(terminal, async (cleanup) => {
      const engine = await engineToMeasure(terminal, cleanup);
      const folder = await realpath(await mkdtemp(join(tmpdir(), "lg-bench-")));
      cleanup.add(folder, () => rm(folder, { recursive: true, force: true }));
      const lines: Compared[] = [];
      for await (const line of measureIsolation(engine, folder, { rounds, signal })) {
        lines.push(line);
        if (!json) terminal.out(sentence(line));
      }
      if (json) terminal.out(`${JSON.stringify({ lines }, null, 2)}\n`);
      return 0;
    }),
  );
}

interface Measuring {
  readonly rounds: number;
  readonly signal: AbortSignal;
}

async function* measureIsolation(
  engine: Engine,
  folder: string,
  { rounds, signal }: Measuring,
): AsyncGenerator<Compared> {
  const cold = await startPairs(engine, folder, { rounds, ahead: false, signal });
  yield compare(promises.coldStart, cold);
  const prepared = await startPairs(engine, folder, { rounds, ahead: true, signal });
  yield compare(promises.start, prepared);
  const workspaces = await workspacePairs(folder, Math.min(rounds, 5), signal);
  yield compare(promises.workspace, workspaces);
}

function compare(promised: Promised, pairs: readonly Pair[]): Compared {
  return {
    ...promised,
    oursMs: median(pairs.map(({ ours }) => ours)),
    besideMs: median(pairs.map(({ plain }) => plain)),
    pairs: pairs.length,
    ratio: median(pairs.map(({ plain, ours }) => ours / plain)),
  };
}

function sentence(line: Compared): string {
  const { what, beside, oursMs, besideMs, pairs, ratio } = line;
  const took = `${oursMs.toFixed(0)} ms vs ${besideMs.toFixed(0)} ms`;
  const judged = [`median ratio of ${pairs} pairs ${ratio.toFixed(3)}`, verdict(line, ratio)].filter(Boolean);
  return `${what}, vs ${beside}: ${took}, ${judged.join(", ")}\n`;
}

interface StartRounds {
  readonly rounds: number;
  /** Whether our container is prepared before the clock starts. */
  readonly ahead: boolean;
  readonly signal: AbortSignal;
}

/** Runs both in turns, so that whatever else the machine does befalls both. The first pair warms up and is dropped. */
async function startPairs(
  engine: Engine,
  root: string,
  { rounds, ahead, signal }: StartRounds,
): Promise<readonly Pair[]> {
  const { docker } = engine;
  const image = await imageResolver(docker, USER)({ kind: "toolchain" });
  const runtime = dockerRuntime({
    docker,
    user: USER,
    relay: { kind: "toolchain" },
    roots: [root],
    instance: `bench/${process.pid}`,
  });
  const gateway = createServer((_, answer) => void answer.end());
  const pairs: Pair[] = [];
  try {
    for (let round = 0; round <= rounds; round++) {
      signal.throwIfAborted();
      const request = await aRequest(join(root, `start-${ahead}-${round}`), gateway, round);
      const pair = { plain: await plainStart(engine, image), ours: await ourStart(runtime, request, ahead) };
      if (round > 0) pairs.push(pair);
      await new Promise((resolve) => gateway.close(resolve));
    }
  } finally {
    await runtime.sweep(() => false);
    await runtime.close();
  }
  return pairs;
}

/** From the command line to the first word of the program inside, on the same image, user and mounts. */
async function plainStart(
  engine: Engine,
  image: Awaited<ReturnType<ReturnType<typeof imageResolver>>>,
): Promise<number> {
  const { socketPath } = engine.docker.modem as unknown as { readonly socketPath?: string };
  const mounts = image.mounts.flatMap(({ source, target }) => ["-v", `${source}:${target}:ro`]);
  const host = socketPath === undefined ? [] : ["--host", `unix://${socketPath}`];
  const args = [...host, "run", "--rm", ...mounts, image.id, "/bin/sh", "-c", "echo ready"];
  const began = performance.now();
  const child = spawn("docker", args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = ""; // a client warns of much that is nothing here, such as of a kernel that forwards no packets
  child.stderr.setEncoding("utf8").on("data", (text) => {
    said = `${said}${text}`.slice(-500);
  });
  const closed = once(child, "close").catch((cause) => {
    throw new Fault(`Could not run the client \`docker\`, which is measured against: ${cause.message}`, {
      kind: "engine",
      retry: "never",
      cause,
    });
  });
  await Promise.race([once(child.stdout, "data"), closed]);
  const took = performance.now() - began;
  const [code] = await closed;
  if (code === 0) return took;
  throw new Fault(`\`docker run\`, which is measured against, ended with ${code}: ${said.trim()}`, {
    kind: "engine",
    retry: "never",
  });
}

/** From the request to the agent's first word, with the relay listening. */
async function ourStart(runtime: Runtime, request: RunRequest, ahead: boolean): Promise<number> {
  if (ahead) await runtime.prepare(request);
  const heard = Promise.withResolvers<number>();
  const began = performance.now();
  const running = await runtime.start(request, () => heard.resolve(performance.now() - began));
  const took = await heard.promise;
  await running.done;
  await runtime.forget(request.id);
  return took;
}

async function aRequest(folder: string, gateway: Server, round: number): Promise<RunRequest> {
  for (const name of ["workspace", "loop/out", "gateway"]) await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, "loop/brief.md"), "Say that you are ready.\n");
  const gatewaySocket = join(folder, "gateway/gateway.sock");
  await new Promise<void>((resolve) => void gateway.listen(gatewaySocket, resolve));
  return {
    id: `bench-${process.pid}-${round}`,
    loop: "bench",
    attempt: 1,
    role: "check",
    epoch: 1,
    image: { kind: "toolchain" },
    command: "echo ready",
    workspaceDir: join(folder, "workspace"),
    objectsDir: null,
    loopDir: join(folder, "loop"),
    gatewaySocket,
    env: {},
    limits: DEFAULT_LIMITS,
  };
}

/** A repository of many commits to few files, as histories are: a pack of about 50 MB, a checkout of about 1 MB. */
async function workspacePairs(root: string, rounds: number, signal: AbortSignal): Promise<readonly Pair[]> {
  const origin = join(root, "origin.git");
  await makeRepository(origin, signal);
  const url = `file://${origin}`;
  const { objectsDir, base } = await fetchBase({
    storeRoot: join(root, "objects"),
    repositoryId: 1,
    url,
    branch: "main",
  });
  const pairs: Pair[] = [];
  for (let round = 0; round <= rounds; round++) {
    signal.throwIfAborted();
    const clone = join(root, `clone-${round}`);
    const plain = await timed(() => promisify(execFile)("git", ["clone", "--quiet", url, clone]));
    const ours = await timed(async () => {
      const quarantine = await openQuarantine({
        root: join(root, "quarantine"),
        runId: `r${round}`,
        objectsDir,
        base,
        branch: "loop/1-bench",
      });
      const identity = { name: "Bench", email: "bench@loopgate.invalid" };
      await makeWorkspace({ dir: join(root, `ours-${round}`), quarantine, identity });
    });
    if (round > 0) pairs.push({ plain, ours });
    await Promise.all([clone, join(root, `ours-${round}`)].map((dir) => rm(dir, { recursive: true, force: true })));
  }
  return pairs;
}

/** 2,500 commits, each with a new version of one of twenty files of 20 KB that no delta makes smaller. */
async function makeRepository(dir: string, signal: AbortSignal): Promise<void> {
  execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", dir]);
  const importer = spawn("git", ["-C", dir, "fast-import", "--quiet"], { stdio: ["pipe", "ignore", "inherit"] });
  for (let commit = 1; commit <= 2_500 && !signal.aborted; commit++) {
    const content = randomBytes(20_000);
    importer.stdin.write(`commit refs/heads/main\ncommitter B <b@x> ${1_700_000_000 + commit} +0000\ndata 1\nx\n`);
    importer.stdin.write(`M 100644 inline file-${commit % 20}.bin\ndata ${content.length}\n`);
    if (!importer.stdin.write(Buffer.concat([content, Buffer.from("\n")]))) await once(importer.stdin, "drain");
  }
  importer.stdin.end();
  await once(importer, "exit");
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
