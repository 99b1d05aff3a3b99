// What idle loops are measured on: a local GitHub, an App with a few loops that ran there, and the same with many more beside them.
import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert } from "../base/assert.ts";
import { processRuntime } from "../container/process/process.ts";
import type { Log } from "../engine/ports.ts";
import { type Forge, startForge } from "../forge/forge.ts";
import type { Repository } from "../forge/model.ts";
import type { LoopState } from "../loop/state.ts";
import { copyLoops } from "../store/sqlite/copies.ts";
import { type RunningApp, startApp } from "../wire.ts";
import type { Cleanup } from "./cleanup.ts";
import { localSettings } from "./local-settings.ts";

export interface IdleStage {
  /** The environment of an App on the store without idle loops, and on the one with them. */
  readonly few: Readonly<Record<string, string>>;
  readonly many: Readonly<Record<string, string>>;
  /** The loops at the gate, which are on both sides. */
  readonly gates: readonly LoopState[];
  /** Requests that the local GitHub has answered so far. */
  readonly requests: () => number;
  readonly secret: string;
}

export interface IdleStageRequest {
  readonly loops: number;
  readonly cleanup: Cleanup;
  readonly say: (what: string) => void;
  readonly signal: AbortSignal;
}

/** So many repositories, in each of which one loop waits at the gate. */
const repositories = 4;

/** Runs the few loops for real, ends them as idle loops end, and copies what is over as often as wanted. */
export async function setIdleStage({ loops, cleanup, say, signal }: IdleStageRequest): Promise<IdleStage> {
  const dir = await mkdtemp(join(tmpdir(), "lg-bench-"));
  cleanup.add(dir, () => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  const forge = await startForge({ dataDir: join(dir, "forge"), ci: { command: "true" } });
  cleanup.add("the local GitHub", () => forge.close());
  const secret = randomBytes(20).toString("hex");
  const few = join(dir, "few");
  say("running a few loops on a local GitHub\n");
  const { gates, over } = await runLoops(forge, { dir, dataDir: few, secret, signal });
  forge.setWebhook(null); // from here on each delivery is sent by whoever measures it
  const many = join(dir, "many");
  await cp(few, many, { recursive: true });
  say(`filling a store with ${loops} idle loops\n`);
  await copyLoops(many, over, { count: loops, signal });
  const { id, slug, privateKey } = forge.app;
  const env = {
    BENCH_SECRET: secret,
    BENCH_PRIVATE_KEY: privateKey,
    BENCH_APP_ID: String(id),
    BENCH_APP_SLUG: slug,
    BENCH_GITHUB: forge.url,
    NODE_ENV: "production",
  };
  return {
    few: { ...env, BENCH_DATA: few },
    many: { ...env, BENCH_DATA: many },
    gates,
    requests: () => forge.requests.length,
    secret,
  };
}

interface Life {
  readonly dir: string;
  readonly dataDir: string;
  readonly secret: string;
  readonly signal: AbortSignal;
}

/** One loop in each repository to the gate, one that ends as complete, and one that ends with a question. */
async function runLoops(forge: Forge, life: Life): Promise<{ gates: readonly LoopState[]; over: readonly string[] }> {
  for (const login of ["alice", "bob"]) forge.createUser(login);
  const app = await anApp(forge, life);
  try {
    const places: Repository[] = [];
    for (let n = 1; n <= repositories; n++) {
      const collaborators = { alice: "maintain", bob: "write" } as const;
      places.push(await forge.createRepository({ owner: "acme", name: `site-${n}`, collaborators }));
    }
    const [first] = places;
    assert(first, "there is a repository");
    const run = async (place: Repository, title: string) => {
      life.signal.throwIfAborted();
      const issue = forge.as("alice").openIssue(place, { title, body: "Write the file that is missing." });
      forge.as("alice").label(issue, "loop");
      await settle(forge, app);
      const state = await app.store.load(`${place.id}#${issue.number}`);
      assert(state, `a loop ran on ${title}`);
      return state;
    };
    const complete = await run(first, "To be approved");
    const pull = first.issues.get(complete.pull?.number ?? 0)?.pull;
    assert(pull, "a pull request waits for its approval");
    forge.as("bob").approve(pull);
    await settle(forge, app);
    const asks = await run(first, "Ask first");
    const gates: LoopState[] = [];
    for (const [n, place] of places.entries()) gates.push(await run(place, `Waits at gate ${n + 1}`));
    await requirePhases(app, { complete, asks, gates });
    return { gates, over: [complete, asks].map(({ issue }) => `${issue.repositoryId}#${issue.number}`) };
  } finally {
    await app.close();
  }
}

/** What follows measures nothing unless the few loops are where they are meant to be. */
async function requirePhases(
  { store }: RunningApp,
  { complete, asks, gates }: { complete: LoopState; asks: LoopState; gates: readonly LoopState[] },
): Promise<void> {
  const endings = [complete, asks].map(({ issue }) => store.load(`${issue.repositoryId}#${issue.number}`));
  const reasons = (await Promise.all(endings)).map((state) => state?.ending?.reason ?? state?.phase);
  assert(reasons.join() === "task_complete,uncertainty_too_high", `idle loops ended: ${reasons}`);
  const phases = new Set(gates.map(({ phase }) => phase));
  assert([...phases].join() === "awaiting_gate", `loops stand at the gate: ${[...phases]}`);
}

async function settle(forge: Forge, app: RunningApp): Promise<void> {
  do {
    await forge.idle();
    await app.engine.idle();
  } while (forge.pending() || app.engine.busy);
}

const answer = (fields: object) => `printf '%s' '${JSON.stringify(fields)}' > "$LOOP_DIR/out/result.json"`;
const agent = `if grep -q 'Ask first' "$LOOP_DIR/brief.md"; then ${answer({ summary: "", question: "Which file?" })}; else echo done > done.txt; fi`;
const reviewer = answer({ verdict: "approve", summary: "It does.", confidence: 0.9, findings: [] });

async function anApp(forge: Forge, { dir, dataDir, secret }: Life): Promise<RunningApp> {
  const { id, slug, privateKey } = forge.app;
  const scratchDir = join(dir, "scratch");
  await mkdir(scratchDir);
  const app = await startApp({
    settings: localSettings({
      app: { id, slug, privateKey },
      githubUrl: forge.url,
      dataDir,
      webhookSecret: secret,
      agent: { command: agent, image: "toolchain" },
      reviewer: { command: reviewer, image: "toolchain" },
    }),
    log: silent,
    runtime: processRuntime({ scratchDir }),
    image: () => ({ kind: "toolchain" }),
  });
  forge.setWebhook({ url: app.webhookUrl, secret });
  return app;
}

const silent: Log = { info() {}, warn() {}, error() {} };
