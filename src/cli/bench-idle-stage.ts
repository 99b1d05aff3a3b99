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
import { environmentAt } from "./bench-process.ts";
import type { Cleanup } from "./cleanup.ts";
import { localSettings } from "./local-settings.ts";

/** Loops at the gate of a local GitHub, whose App has ended, and can be started anew. */
export interface GateStage {
  /** The environment of an App on the store. */
  readonly env: Readonly<Record<string, string>>;
  readonly gates: readonly LoopState[];
  /** Requests that the local GitHub has answered so far. */
  readonly requests: () => number;
  readonly secret: string;
}

export interface IdleStage extends Omit<GateStage, "env"> {
  /** The environment of an App on the store without idle loops, and on the one with them; the loops at the gate are in both. */
  readonly few: Readonly<Record<string, string>>;
  readonly many: Readonly<Record<string, string>>;
}

export interface GateStageRequest {
  /** Address of the PostgreSQL database that holds the store. Absent: SQLite. */
  readonly store?: string;
  readonly cleanup: Cleanup;
  readonly say: (what: string) => void;
  readonly signal: AbortSignal;
}

export interface IdleStageRequest extends Omit<GateStageRequest, "store"> {
  readonly loops: number;
  /** Entries of each one's trace; absent: as many as a loop that ran has. */
  readonly traceRows?: number;
}

/** Runs the few loops for real, ends them as idle loops end, and copies what is over as often as wanted. */
export async function setIdleStage({ loops, traceRows, ...request }: IdleStageRequest): Promise<IdleStage> {
  const { env: few, over, dir, ...stage } = await setStage(request, { repositories: 4, over: true });
  const many = join(dir, "many");
  await cp(few.BENCH_DATA, many, { recursive: true });
  request.say(`filling a store with ${loops} idle loops\n`);
  await copyLoops(many, over, {
    count: loops,
    signal: request.signal,
    ...(traceRows === undefined ? {} : { traceRows }),
  });
  return { ...stage, few, many: { ...few, BENCH_DATA: many } };
}

/** Runs one loop to the gate. */
export async function setGateStage(request: GateStageRequest): Promise<GateStage> {
  const { env, gates, requests, secret } = await setStage(request, { repositories: 1, over: false });
  return { env, gates, requests, secret };
}

async function setStage({ store, cleanup, say, signal }: GateStageRequest, wanted: Wanted) {
  const dir = await mkdtemp(join(tmpdir(), "lg-bench-"));
  cleanup.add(dir, () => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  const forge = await startForge({ dataDir: join(dir, "forge"), ci: { command: "true" } });
  cleanup.add("the local GitHub", () => forge.close());
  const secret = randomBytes(20).toString("hex");
  const dataDir = join(dir, "few");
  say("running a few loops on a local GitHub\n");
  const life = { dir, dataDir, secret, signal, ...(store === undefined ? {} : { store }) };
  const loops = await runLoops(forge, life, wanted);
  forge.setWebhook(null); // from here on each delivery is sent by whoever measures it
  const env = { ...environmentAt(forge, secret, dataDir), BENCH_STORE: store ?? "" };
  return { ...loops, env, dir, secret, requests: () => forge.requests.length };
}

interface Wanted {
  /** So many, in each of which one loop waits at the gate. */
  readonly repositories: number;
  /** Whether there are also one that ended as complete, and one that ended with a question. */
  readonly over: boolean;
}

interface Life {
  readonly dir: string;
  readonly dataDir: string;
  readonly secret: string;
  readonly store?: string;
  readonly signal: AbortSignal;
}

async function runLoops(
  forge: Forge,
  life: Life,
  wanted: Wanted,
): Promise<{ gates: readonly LoopState[]; over: readonly string[] }> {
  for (const login of ["alice", "bob"]) forge.createUser(login);
  const app = await anApp(forge, life);
  try {
    const places: Repository[] = [];
    for (let n = 1; n <= wanted.repositories; n++) {
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
    const over = wanted.over ? await endTwo(first, run) : [];
    const gates: LoopState[] = [];
    for (const [n, place] of places.entries()) gates.push(await run(place, `Waits at gate ${n + 1}`));
    await requirePhases(app, { over, gates });
    return { gates, over: over.map(({ issue }) => `${issue.repositoryId}#${issue.number}`) };
  } finally {
    await app.close();
  }

  async function endTwo(place: Repository, run: (place: Repository, title: string) => Promise<LoopState>) {
    const complete = await run(place, "To be approved");
    const pull = place.issues.get(complete.pull?.number ?? 0)?.pull;
    assert(pull, "a pull request waits for its approval");
    forge.as("bob").approve(pull);
    await settle(forge, app);
    return [complete, await run(place, "Ask first")];
  }
}

/** What follows measures nothing unless the few loops are where they are meant to be. */
async function requirePhases(
  { store }: RunningApp,
  { over, gates }: { over: readonly LoopState[]; gates: readonly LoopState[] },
): Promise<void> {
  const endings = over.map(({ issue }) => store.load(`${issue.repositoryId}#${issue.number}`));
  const reasons = (await Promise.all(endings)).map((state) => state?.ending?.reason ?? state?.phase);
  const wanted = ["task_complete", "uncertainty_too_high"].slice(0, over.length);
  assert(reasons.join() === wanted.join(), `idle loops ended: ${reasons}`);
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

async function anApp(forge: Forge, { dir, dataDir, secret, store }: Life): Promise<RunningApp> {
  const { id, slug, privateKey } = forge.app;
  const scratchDir = join(dir, "scratch");
  await mkdir(scratchDir);
  const app = await startApp({
    settings: {
      ...localSettings({
        app: { id, slug, privateKey },
        githubUrl: forge.url,
        dataDir,
        webhookSecret: secret,
        agent: { command: agent, image: "toolchain" },
        reviewer: { command: reviewer, image: "toolchain" },
      }),
      ...(store === undefined ? {} : { store }),
    },
    log: silent,
    runtime: processRuntime({ scratchDir }),
    image: () => ({ kind: "toolchain" }),
  });
  forge.setWebhook({ url: app.webhookUrl, secret });
  return app;
}

const silent: Log = { info() {}, warn() {}, error() {} };
