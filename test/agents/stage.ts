import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished } from "vitest";
import type { AgentEvent } from "../../src/agents/agent.ts";
import { agentOf } from "../../src/agents/agents.ts";
import { startLine } from "../../src/agents/shell.ts";
import type { Engine } from "../../src/container/docker/engine.ts";
import { DEFAULT_LIMITS, type RunOutcome, type RunRequest, type Runtime } from "../../src/container/run.ts";
import { fetchBase } from "../../src/gateway/git/objects.ts";
import { openQuarantine, type Quarantine } from "../../src/gateway/git/quarantine.ts";
import { gitGateway } from "../../src/gateway/git/server.ts";
import { makeWorkspace } from "../../src/gateway/git/workspace.ts";
import { newLeaseToken } from "../../src/gateway/lease.ts";
import { createLedger } from "../../src/gateway/model/ledger.ts";
import type { ModelCall, ModelProvider } from "../../src/gateway/model/provider.ts";
import { modelGateway } from "../../src/gateway/model/server.ts";
import { openRunGateway, type Route } from "../../src/gateway/run.ts";
import { ownServed } from "../../src/gateway/tools/own.ts";
import type { AskedChecks } from "../../src/gateway/tools/run-check.ts";
import { toolGateway } from "../../src/gateway/tools/server.ts";
import type { ToolCall } from "../../src/gateway/tools/tool.ts";
import type { RunServers } from "../../src/gateway/tools/upstream/served.ts";
import type { CommandRules, Heard, ToolServer } from "../../src/loop/state.ts";
import { withLoopCommand } from "../../src/runs/loop-command.ts";
import { startServers } from "../../src/runs/tool-servers.ts";
import { runWords } from "../../src/runs/words.ts";
import type { Told } from "../../src/verify/told.ts";
import { ownRuntime } from "../docker/own-runtime.ts";
import { git, scratch } from "../gateway/git/world.ts";
import { PRICE } from "./errand.ts";
import { type Installed, installAgents } from "./install.ts";
import { type ModelServer, startModelServer } from "./model-server.ts";
import type { Manners, Step } from "./script.ts";

/** The provider's key, which only the gateway and the scripted model may see. */
export const KEY = "the-real-key-of-the-provider";
export const MODEL = "scripted-1";

/** Every model of every provider at the errand's price. */
export const prices = { "anthropic/*": PRICE, "openai/*": PRICE, "gemini/*": PRICE };

const identity = { name: "Loop", email: "loop@example.org" };
/** Containers are named by it, and an engine may serve other tests at the same time. */
const loop = `7-${process.pid.toString(36)}`;
const branch = `loop/${loop}`;

export interface StageOptions {
  readonly steps: readonly Step[];
  readonly manners?: Manners;
  /** The repository's files at the base. */
  readonly files?: Readonly<Record<string, string>>;
  readonly role?: "executor" | "reviewer";
  /** Servers beside the run, whose tools it may call. */
  readonly servers?: readonly ToolServer[];
  /** The policy's checks that it may ask for. */
  readonly checks?: AskedChecks;
  /** What policy says of commands, and what a person has allowed. */
  readonly commands?: CommandRules;
  readonly allowed?: readonly string[];
  /** How long the run's tools answer nothing after they were first asked, as on a machine with much to do. */
  readonly toolsAfterMs?: number;
  /** What bob says to the agent once it is at work. */
  readonly words?: string;
  /** Instead of how we start the CLI, with the environment that it would have. */
  readonly command?: string;
  readonly deadlineMs?: number;
  /** US dollars. */
  readonly budget?: number;
}

export interface Staged {
  readonly outcome: RunOutcome;
  readonly events: readonly AgentEvent[];
  /** What the gateway settled. */
  readonly calls: readonly ModelCall[];
  readonly model: ModelServer;
  /** Changed paths of what was pushed; null when nothing was. */
  readonly pushed: readonly string[] | null;
  /** A file of what was pushed. */
  file(path: string): string;
  /** What the run left in `/loop/out`. */
  readonly out: readonly string[];
  readOut(name: string): string;
  readonly lease: string;
  /** What it said by its tools, oldest first, and the calls as the gateway counted them. */
  readonly said: readonly Told[];
  readonly toolCalls: readonly ToolCall[];
  /** What bob said and it was told. */
  readonly heard: readonly Heard[];
  /** Commands that were not run. */
  readonly refusedCommands: readonly string[];
}

/** Runs the CLI to its end, on an issue that says what `steps` do. */
export async function stage(engine: Engine, kind: Installed, options: StageOptions): Promise<Staged> {
  const root = scratch();
  const toolsDir = await installAgents([kind]);
  const { quarantine, workspaceDir } = await prepareWorkspace(root, options.files ?? { "README.md": "# Stage\n" });
  const model = await startModelServer(options.steps, options.manners);
  onTestFinished(() => model.close());
  const lease = { runId: "run-1", token: newLeaseToken(), branch, mayPush: true };
  const calls: ModelCall[] = [];
  const said: Told[] = [];
  const toolCalls: ToolCall[] = [];
  const refusedCommands: string[] = [];
  const note = async (now: Told) => said.push(now) > 0;
  const spoken = runWords({
    run: lease.runId,
    kept: [],
    brief: async () => null,
    keep: async () => {},
    onError: (error) => expect.unreachable(String(error)),
  });
  const heard: Heard[] = [];
  spoken.onHeard((one) => heard.push(one));
  const socketDir = join(root, "socket");
  const ready = { quarantine, workspaceDir, token: lease.token, socketPath: join(socketDir, "gateway.sock") };
  const request = requestOf(root, kind, options, ready);
  const runtime = ownRuntime(engine, root, { toolsDir });
  const beside = await serversBeside(root, runtime, request, options.servers ?? []);
  const routes = [
    answeringAfter(
      options.toolsAfterMs ?? 0,
      toolGateway({
        lease,
        tools: [
          ...ownServed({
            note,
            issue: async () => "Add hello.txt.",
            findings: [],
            attach: async () => null,
            checks: options.checks ?? null,
            words: spoken,
          }),
          ...beside.tools({
            ask: (permission) => note({ permission }),
            use: async () => true,
            keep: async () => ({ why: "nothing is kept here" }),
          }),
        ],
        words: spoken,
        onCall: async (call) => {
          toolCalls.push(call);
        },
        hooks: {
          rules: options.commands ?? null,
          asking: {
            allowed: options.allowed ?? [],
            denied: [],
            ask: (permission) => note({ permission }),
            use: async () => true,
          },
          words: spoken,
          onRefused: (line) => refusedCommands.push(line),
        },
        onRefused: () => {},
        onError: (error) => expect.unreachable(String(error)),
      }),
    ),
    gitGateway({ lease, quarantine, author: { email: identity.email }, onEvent: () => {} }),
    modelGateway({
      lease,
      providers: providersAt(model.url),
      ledger: createLedger((options.budget ?? 5) * 1e9),
      prices,
      onCall: (call) => calls.push(call),
    }),
  ];
  const { words } = options;
  if (words !== undefined)
    await spoken.hear({ said: [{ of: "steer", by: "bob", text: words, id: "1", telling: lease.runId }] });
  const gateway = await openRunGateway({ socketDir, lease, owner: null, routes });
  onTestFinished(() => gateway.close());
  const reader = agentOf(kind, "").events();
  const events: AgentEvent[] = [];
  const running = await runtime.start(request, (stream, chunk) => {
    if (stream === "stdout") events.push(...reader.read(chunk));
  });
  const outcome = await running.done;
  await beside.end();
  await runtime.forget(request.id); // the next run of this test has its name
  events.push(...reader.end());
  const out = readdirSync(join(root, "loop/out"));
  const readOut = (name: string) => readFileSync(join(root, "loop/out", name), "utf8");
  const told = { said, toolCalls, heard, refusedCommands, lease: lease.token };
  return { outcome, events, calls, model, out, readOut, ...told, ...readPushed(quarantine) };
}

function answeringAfter(ms: number, route: Route): Route {
  let ready: Promise<unknown> | null = null;
  return {
    ...route,
    async handle(request, response) {
      ready ??= sleep(ms);
      await ready;
      await route.handle(request, response);
    },
  };
}

/** Started as the App does: in the namespace that the run is going to have. */
async function serversBeside(
  root: string,
  runtime: Runtime,
  request: RunRequest,
  servers: readonly ToolServer[],
): Promise<RunServers> {
  if (servers.length > 0) {
    mkdirSync(dirname(request.gatewaySocket ?? ""), { recursive: true });
    await runtime.prepare(request);
  }
  const log = { info() {}, warn() {}, error() {} };
  const decided = { allowed: [], denied: [] };
  return startServers({ dataDir: root, log, runtime }, { run: request.id, servers, decided }, ({ command, env }) => ({
    ...request,
    role: "check",
    command,
    objectsDir: null,
    gatewaySocket: null,
    env: {},
    variables: env,
  }));
}

async function prepareWorkspace(root: string, files: Readonly<Record<string, string>>) {
  const origin = anOrigin(root, files);
  const remote = { url: `file://${origin}`, branch: "main" };
  const store = await fetchBase({ storeRoot: join(root, "objects"), repositoryId: 11, ...remote });
  const { objectsDir, base } = store;
  const quarantine = await openQuarantine({ root: join(root, "quarantine"), runId: "run-1", objectsDir, base, branch });
  const workspaceDir = join(root, "workspace");
  await makeWorkspace({ dir: workspaceDir, quarantine, identity });
  return { quarantine, workspaceDir };
}

/** A bare repository whose one commit has these files. */
function anOrigin(root: string, files: Readonly<Record<string, string>>): string {
  const dir = join(root, "origin.git");
  git(root, ["init", "-q", "--bare", "-b", "main", dir]);
  const index = { GIT_INDEX_FILE: join(root, "origin.index") };
  for (const [path, text] of Object.entries(files)) {
    const id = git(dir, ["hash-object", "-w", "--stdin"], text);
    git(dir, ["update-index", "--add", "--cacheinfo", `100644,${id},${path}`], "", index);
  }
  const commit = git(dir, ["commit-tree", git(dir, ["write-tree"], "", index), "-m", "Begin"]);
  git(dir, ["update-ref", "refs/heads/main", commit]);
  return dir;
}

/** As an operator would configure them, with the scripted model in the place of all three. */
export function providersAt(url: string): ModelProvider[] {
  return [
    { name: "anthropic", family: "anthropic", baseUrl: url, key: KEY, priceId: null },
    { name: "openai", family: "openai", baseUrl: `${url}/v1`, key: KEY, priceId: null },
    { name: "gemini", family: "gemini", baseUrl: url, key: KEY, priceId: null },
  ];
}

interface Ready {
  readonly quarantine: Quarantine;
  readonly workspaceDir: string;
  readonly socketPath: string;
  readonly token: string;
}

function requestOf(root: string, kind: Installed, options: StageOptions, ready: Ready): RunRequest {
  mkdirSync(join(root, "loop/out"), { recursive: true });
  writeFileSync(join(root, "loop/brief.md"), "Add the file hello.txt that says hello.\n");
  const gatewayUrl = "http://127.0.0.1:{port}";
  const role = options.role ?? "executor";
  const hasTools = role === "executor";
  const task = { promptPath: "/loop/brief.md", model: MODEL, gatewayUrl, lease: ready.token, hasTools };
  const prepared = agentOf(kind, "").prepare(task);
  const withCommand = { ...prepared, command: withLoopCommand(prepared.command) };
  return {
    id: `${loop}-1-${role}-1`,
    loop,
    attempt: 1,
    role,
    epoch: 1,
    image: { kind: "toolchain" },
    command: options.command ?? startLine(hasTools ? withCommand : prepared),
    workspaceDir: ready.workspaceDir,
    objectsDir: ready.quarantine.objectsDir,
    loopDir: join(root, "loop"),
    gatewaySocket: ready.socketPath,
    env: {
      ...prepared.env,
      ...(hasTools ? { LOOP_TOOLS_URL: `${gatewayUrl}/tools`, LOOP_TOOLS_TOKEN: ready.token } : {}),
      LOOP_BRANCH: branch,
      LOOP_TASK: "acme/shop#7",
      LOOP_GIT_URL: `http://lease:${ready.token}@127.0.0.1:{port}/repo.git`,
      GIT_AUTHOR_NAME: identity.name,
      GIT_AUTHOR_EMAIL: identity.email,
      GIT_COMMITTER_NAME: identity.name,
      GIT_COMMITTER_EMAIL: identity.email,
    },
    limits: { ...DEFAULT_LIMITS, deadlineMs: options.deadlineMs ?? 150_000, graceMs: 1_000 },
  };
}

function readPushed({ gitDir, base }: Quarantine): Pick<Staged, "pushed" | "file"> {
  const head = git(gitDir, ["for-each-ref", "--format=%(objectname)", `refs/heads/${branch}`]);
  const pushed = head === "" ? null : git(gitDir, ["diff-tree", "-r", "--name-only", base.sha, head]).split("\n");
  return { pushed, file: (path) => git(gitDir, ["cat-file", "blob", `${head}:${path}`]) };
}
