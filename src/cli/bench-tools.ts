// `loopgate bench tools`: a tool's call through a run's gateway, and the first list with five servers behind it, beside asking the servers.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Fault } from "../base/fault.ts";
import { processRuntime } from "../container/process/process.ts";
import { startRelay } from "../container/relay.mjs";
import { DEFAULT_LIMITS } from "../container/run.ts";
import { newLeaseToken } from "../gateway/lease.ts";
import { openRunGateway } from "../gateway/run.ts";
import { toolGateway } from "../gateway/tools/server.ts";
import { createServerClient, type ServerClient } from "../gateway/tools/upstream/client.ts";
import { noWords } from "../gateway/tools/words.ts";
import type { ToolServer } from "../loop/state.ts";
import { startServers } from "../runs/tool-servers.ts";
import { median } from "./bench-median.ts";
import { type Promised, promises, verdict } from "./bench-promises.ts";
import { withCleanup } from "./cleanup.ts";
import { interruptible } from "./interrupt.ts";
import type { Terminal } from "./terminal.ts";

export interface ToolsBench {
  /** Pairs of calls, and a tenth as many of lists. */
  readonly rounds: number;
  readonly json: boolean;
}

const names = ["a", "b", "c", "d", "e"];
const workMs = 20;

/** Pairs of calls that are not counted: the App has answered calls before. */
const warmUp = 100;

/** A server such as people write one, by the protocol's own library. */
const serverText = (library: (name: string) => string) => `
import { McpServer } from ${JSON.stringify(library("@modelcontextprotocol/server"))};
import { StdioServerTransport } from ${JSON.stringify(library("@modelcontextprotocol/server/stdio"))};
import { z } from ${JSON.stringify(library("zod"))};
const server = new McpServer({ name: "bench", version: "1" });
const said = { content: [{ type: "text", text: "done ".repeat(100) }] };
const inputSchema = z.object({ text: z.string() });
server.registerTool("empty", { description: "Answers at once.", inputSchema }, async () => said);
server.registerTool("work", { description: "Answers later.", inputSchema }, async () => {
  await new Promise((resolve) => setTimeout(resolve, ${workMs}));
  return said;
});
await server.connect(new StdioServerTransport());
`;

/** Milliseconds of each side. */
interface Pair {
  readonly ours: number;
  readonly straight: number;
}

interface Line extends Promised {
  readonly ours: number;
  readonly straight: number;
  readonly ratio: number;
}

/** Prints both sides and their ratios. Resolves to 0, whatever they are, and to 130 after Ctrl-C. Throws `Fault`. */
export async function benchTools({ rounds, json }: ToolsBench, terminal: Terminal): Promise<number> {
  return interruptible((signal) =>
    withCleanup(terminal, async (cleanup) => {
      const dir = await mkdtemp(join(tmpdir(), "loopgate-bench-"));
      cleanup.add(dir, () => rm(dir, { recursive: true, force: true }));
      const program = join(dir, "server.mjs");
      await writeFile(
        program,
        serverText((name) => import.meta.resolve(name)),
      );
      const command = `exec ${process.execPath} ${program}`;
      const lists: Pair[] = [];
      for (let round = 0; round < Math.ceil(rounds / 10); round++) {
        signal.throwIfAborted();
        lists.push(await inTurn(round, { ours: () => listOfFive(dir, command), straight: () => slowestOf(command) }));
      }
      terminal.err(`${lists.length} lists\n`);
      const [worked, empty] = await calls(dir, command, rounds, signal);
      terminal.err(`${rounds} calls of each kind\n`);
      const lines = [
        lineOf(promises.toolsCall, worked),
        lineOf(promises.toolsEmpty, empty),
        lineOf(promises.toolsList, lists),
      ];
      if (json) terminal.out(`${JSON.stringify({ workMs, servers: names.length, lines }, null, 2)}\n`);
      else for (const line of lines) terminal.out(sentence(line));
      return 0;
    }),
  );
}

/** Either side first, in turns; each tells how long it took. */
async function inTurn(round: number, sides: Readonly<Record<keyof Pair, () => Promise<number>>>): Promise<Pair> {
  if (round % 2 === 1) {
    const straight = await sides.straight();
    return { straight, ours: await sides.ours() };
  }
  const ours = await sides.ours();
  return { ours, straight: await sides.straight() };
}

/** Pairs of calls of the tool that works and of the one that does not, the gateway's server and our own being two processes of one program. */
async function calls(dir: string, command: string, rounds: number, signal: AbortSignal): Promise<[Pair[], Pair[]]> {
  const beside = await serversIn(dir, command, names.slice(0, 1));
  const own = spoken(command);
  const token = newLeaseToken();
  const lease = { runId: "bench", token };
  const route = toolGateway({
    lease,
    tools: beside.tools(freely),
    onCall: async () => {},
    words: noWords,
    onRefused: () => {},
    onError: () => {},
    limits: { calls: 1e9 },
  });
  const gateway = await openRunGateway({ socketDir: join(dir, "door"), lease, routes: [route] });
  const relay = await startRelay({ port: 0, socket: gateway.socketPath });
  const url = `http://127.0.0.1:${(relay.address() as AddressInfo).port}/tools`;
  try {
    await own.client.open(20_000);
    const pairOf = (round: number, tool: string) =>
      inTurn(round, {
        ours: () => timed(() => called(url, token, `a-${tool}`)),
        straight: () => timed(() => own.client.call(tool, { text: "x" })),
      });
    const [worked, empty]: [Pair[], Pair[]] = [[], []];
    for (let round = 0; round < warmUp; round++) await pairOf(round, "empty");
    for (let round = 0; round < rounds; round++) {
      signal.throwIfAborted();
      const pair = [await pairOf(round, "work"), await pairOf(round, "empty")] as const;
      worked.push(pair[0]);
      empty.push(pair[1]);
    }
    return [worked, empty];
  } finally {
    relay.close();
    await gateway.close();
    await beside.end();
    await own.end();
  }
}

/** Nobody is asked, and no picture is kept. */
const freely = { ask: async () => true, use: async () => true, keep: async () => ({ why: "nothing is kept here" }) };

async function called(url: string, token: string, name: string): Promise<void> {
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      "mcp-protocol-version": "2025-11-25",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: { text: "x" } } }),
  });
  if (!(await answer.text()).includes("done done")) throw wrong("A tool did not answer as it should.");
}

/** From nothing to the list of all five, as a run waits for it. */
async function listOfFive(dir: string, command: string): Promise<number> {
  let end = async () => {};
  const took = await timed(async () => {
    const beside = await serversIn(dir, command, names);
    end = beside.end;
    const there = beside.tools(freely).filter(({ description }) => description.includes("Answers"));
    if (there.length !== 2 * names.length) throw wrong("A tool is missing from the list.");
  });
  await end();
  return took;
}

/** Five started at a time and asked by ourselves: how long the slowest of them takes. */
async function slowestOf(command: string): Promise<number> {
  const all = names.map(() => spoken(command));
  const took = await timed(() => Promise.all(all.map(({ client }) => client.open(20_000))));
  await Promise.all(all.map(({ end }) => end()));
  return took;
}

async function serversIn(dir: string, command: string, which: readonly string[]) {
  const scratchDir = join(dir, "scratch");
  await mkdir(scratchDir, { recursive: true });
  const runtime = processRuntime({ scratchDir });
  const tools = [{ name: "work" }, { name: "empty" }];
  const servers = which.map((name): ToolServer => ({ name, command, image: "", env: {}, tools }));
  const log = { info() {}, warn() {}, error() {} };
  return startServers(
    { dataDir: await mkdtemp(join(dir, "data-")), log, runtime },
    { run: "1-bench-1", servers, decided: { allowed: [], denied: [] } },
    (server) => ({
      loop: "bench",
      attempt: 1,
      role: "check",
      epoch: 1,
      image: { kind: "toolchain" },
      command: server.command,
      objectsDir: null,
      gatewaySocket: null,
      env: {},
      limits: DEFAULT_LIMITS,
    }),
  );
}

/** A process of the server's, spoken to on its streams. */
function spoken(command: string): { readonly client: ServerClient; end(): Promise<void> } {
  const child: ChildProcess = spawn("/bin/sh", ["-c", command], { stdio: ["pipe", "pipe", "ignore"] });
  const client = createServerClient({ write: (text) => void child.stdin?.write(text) });
  child.stdout?.on("data", client.hear);
  child.stdin?.on("error", () => {});
  return {
    client,
    async end() {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

/** Medians of each side, and of the ratios of the pairs. */
function lineOf(promised: Promised, pairs: readonly Pair[]): Line {
  return {
    ...promised,
    ours: median(pairs.map(({ ours }) => ours)),
    straight: median(pairs.map(({ straight }) => straight)),
    ratio: median(pairs.map(({ ours, straight }) => ours / straight)),
  };
}

function sentence(line: Line): string {
  const [ours, straight] = [line.ours, line.straight].map((ms) => `${ms.toFixed(2)} ms`);
  const judged = verdict(line, line.ratio);
  const told = `${line.what}: ${ours}, ${line.beside} ${straight}; ${line.ratio.toFixed(2)} x`;
  return `${told}${judged === "" ? "" : ` (${judged})`}\n`;
}

function wrong(what: string): Fault {
  return new Fault(what, { kind: "engine", retry: "never" });
}
