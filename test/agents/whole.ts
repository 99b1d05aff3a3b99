import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { localSettings } from "../../src/cli/local-settings.ts";
import type { Engine } from "../../src/container/docker/engine.ts";
import type { ImageChoice, Runtime } from "../../src/container/run.ts";
import type { Log } from "../../src/engine/ports.ts";
import { type Forge, startForge } from "../../src/forge/forge.ts";
import type { Issue, Repository } from "../../src/forge/model.ts";
import type { ModelCall } from "../../src/gateway/model/provider.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { startApp } from "../../src/wire.ts";
import { ownRuntime } from "../docker/own-runtime.ts";
import { approving } from "../story/world.ts";
import { steps } from "./errand.ts";
import { type Installed, installAgents } from "./install.ts";
import { type ModelServer, startModelServer } from "./model-server.ts";
import type { Manners, Step } from "./script.ts";
import { MODEL, prices, providersAt } from "./stage.ts";

const webhookSecret = "a secret of the agents' loops";

export interface WholeLoop {
  readonly forge: Forge;
  readonly repository: Repository;
  readonly issue: Issue;
  readonly model: ModelServer;
  /** What the gateway settled, of all runs. */
  readonly calls: readonly ModelCall[];
  /** The leases of all runs, as their containers got them. */
  readonly leases: readonly string[];
  /** Every line of the App's log, as text. */
  readonly log: readonly string[];
  /** The App's own folder. */
  readonly dataDir: string;
  /** Resolves when neither forge nor App has anything left to do. */
  settle(): Promise<void>;
  state(): Promise<LoopState>;
}

/** What the model does, and what the policy lets it cost; the errand and the policy's default where it is not said. */
export interface LoopOptions {
  readonly steps?: readonly Step[];
  readonly manners?: Manners;
  /** US dollars. */
  readonly budget?: number;
  /** More lines of the policy. */
  readonly policy?: string;
  /** What an image that the policy names is; by default nothing names any. */
  readonly image?: (reference: string) => ImageChoice;
  /** More files of the repository. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Opens the errand's issue, labels it as alice, and lets the loop go as far as it does by itself. */
export async function wholeLoop(engine: Engine, kind: Installed, options: LoopOptions = {}): Promise<WholeLoop> {
  const dir = await mkdtemp(join(tmpdir(), "agents-loop-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true, maxRetries: 3 }));
  const model = await startModelServer(options.steps ?? steps, options.manners);
  onTestFinished(() => model.close());
  const { forge, repository } = await aForge(dir, kind, options);
  const leases: string[] = [];
  const runtime = notingLeases(await containersBelow(dir, engine, kind), leases);
  const { log, calls, lines } = listening();
  const app = await startApp({
    settings: settingsFor(forge, dir, model),
    log,
    runtime,
    image: options.image ?? (() => ({ kind: "toolchain" })),
  });
  onTestFinished(() => app.close());
  forge.setWebhook({ url: app.webhookUrl, secret: webhookSecret });
  const settle = async () => {
    do {
      await forge.idle();
      await app.engine.idle();
    } while (forge.pending() || app.engine.busy);
  };
  const issue = forge.as("alice").openIssue(repository, { title: "Say hello", body: "Add hello.txt that says hello." });
  forge.as("alice").label(issue, "loop");
  await settle();
  const state = async () => {
    const found = await app.store.load(`${repository.id}#${issue.number}`);
    if (found === null) throw new Error(`no loop on issue ${issue.number}: ${lines.join("\n")}`);
    return found;
  };
  const dataDir = join(dir, "app");
  return { forge, repository, issue, model, calls, leases, log: lines, dataDir, settle, state };
}

/** A repository whose policy names the agent, and whose CI is red until hello.txt says hello. */
async function aForge(
  dir: string,
  kind: Installed,
  { budget = 5, policy = "", files = {} }: LoopOptions,
): Promise<Pick<WholeLoop, "forge" | "repository">> {
  const forge = await startForge({ dataDir: join(dir, "forge"), ci: { command: '[ "$(cat hello.txt)" = hello ]' } });
  onTestFinished(() => forge.close());
  forge.createUser("alice");
  const repository = await forge.createRepository({
    owner: "acme",
    name: "shop",
    files: {
      "README.md": "# shop\n",
      ...files,
      ".github/loop.yml": `version: 1\nagent:\n  kind: ${kind}\n  model: ${MODEL}\nbudget:\n  usd: ${budget}\n${policy}`,
    },
    collaborators: { alice: "maintain", bob: "write" },
  });
  return { forge, repository };
}

async function containersBelow(dir: string, engine: Engine, kind: Installed): Promise<Runtime> {
  return ownRuntime(engine, dir, { toolsDir: await installAgents([kind]) });
}

function notingLeases(runtime: Runtime, leases: string[]): Runtime {
  return {
    ...runtime,
    start(request, watch) {
      const { LOOP_GIT_URL = "" } = request.env; // a server beside a run has none
      if (LOOP_GIT_URL !== "") leases.push(new URL(LOOP_GIT_URL.replace("{port}", "1")).password);
      return runtime.start(request, watch);
    },
  };
}

function settingsFor(forge: Forge, dir: string, model: ModelServer): Parameters<typeof startApp>[0]["settings"] {
  const { id, slug, privateKey } = forge.app;
  return {
    ...localSettings({
      app: { id, slug, privateKey },
      githubUrl: forge.url,
      dataDir: join(dir, "app"),
      webhookSecret,
      agent: { command: "", image: "toolchain" },
      reviewer: { command: approving, image: "toolchain" },
    }),
    models: providersAt(model.url),
    prices,
  };
}

/** A log that is kept, and the model calls that it tells of. */
function listening(): { log: Log; calls: ModelCall[]; lines: string[] } {
  const calls: ModelCall[] = [];
  const lines: string[] = [];
  const at = (level: string) => (fields: Readonly<Record<string, unknown>>, text: string) => {
    lines.push(`${level} ${text} ${JSON.stringify(fields, plainErrors)}`);
    if (process.env.STORY_LOG) console.error(lines.at(-1));
    if (fields.gateway === "model") calls.push(fields.call as ModelCall);
  };
  return { log: { info: at("info"), warn: at("warn"), error: at("error") }, calls, lines };
}

function plainErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? `${value.stack} ${String(value.cause ?? "")}` : value;
}
