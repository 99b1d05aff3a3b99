// What a hostile run and client are measured on: a local GitHub, an App in a process of its own, and two providers of models.
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Fault } from "../base/fault.ts";
import { startForge } from "../forge/forge.ts";
import type { Issue, Repository } from "../forge/model.ts";
import { environmentAt, type Said, type Served, served, serveOptions } from "./bench-process.ts";
import { type Cleanup, withCleanup } from "./cleanup.ts";
import type { Terminal } from "./terminal.ts";

export interface HostileStage {
  /** Starts an App and a local GitHub of its own, and ends them with what they had. */
  live<Result>(life: (world: World) => Promise<Result>): Promise<Result>;
}

/** One App, and the repositories whose loops it runs. */
export interface World {
  readonly app: Served;
  readonly door: string;
  readonly secret: string;
  /** Where the App keeps its store, and its runs what they have. */
  readonly dataDir: string;
  /** Sets a loop off on a repository of its own. Milliseconds from its label until it waits at the gate. */
  goodLoop(): Promise<number>;
  /** The same, approved at the gate: resolves to how it ended. */
  wholeLoop(): Promise<string>;
  /** Sets the hostile run off, and resolves when it is under way: to what ends it. */
  hostileRun(): Promise<() => Promise<void>>;
  /** How many calls of the hostile run came through to its provider so far. */
  hostileCalls(): Promise<number>;
}

const people = { alice: "maintain", bob: "write" } as const;

export interface HostileStageRequest {
  readonly cleanup: Cleanup;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Starts what all lives have in common. */
export async function setHostileStage({ cleanup, terminal, signal }: HostileStageRequest): Promise<HostileStage> {
  const dir = await mkdtemp(join(tmpdir(), "lg-bench-"));
  cleanup.add(dir, () => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  const provider = (priority: string) =>
    served(cleanup, {
      file: new URL("./bench-hostile-provider.ts", import.meta.url),
      env: { BENCH_PRIORITY: priority },
    });
  const providers = { good: await provider("0"), hostile: await provider("19") };
  const programs = { good: await program("good"), hostile: await program("hostile") };
  let lives = 0;
  return {
    live(life) {
      lives += 1;
      const own = join(dir, `life-${lives}`);
      return withCleanup(terminal, async (cleanup) =>
        life(await begin({ dir: own, providers, programs, cleanup, signal })),
      );
    },
  };
}

function program(name: string): Promise<string> {
  return readFile(new URL(`../../fixtures/agents/bench/${name}.mjs`, import.meta.url), "utf8");
}

interface Life {
  readonly dir: string;
  readonly providers: { readonly good: Served; readonly hostile: Served };
  readonly programs: { readonly good: string; readonly hostile: string };
  readonly cleanup: Cleanup;
  readonly signal: AbortSignal;
}

let number = 0;

async function begin({ dir, providers, programs, cleanup, signal }: Life): Promise<World> {
  const forge = await startForge({ dataDir: join(dir, "forge"), ci: { command: "true" } });
  cleanup.add("the local GitHub", () => forge.close());
  for (const login of Object.keys(people)) forge.createUser(login);
  const secret = randomBytes(20).toString("hex");
  const app = await served(cleanup, {
    file: new URL("./bench-app.ts", import.meta.url),
    execArgv: [...serveOptions, "--expose-gc"],
    env: {
      ...environmentAt(forge, secret, join(dir, "app")),
      BENCH_AGENT: `"${process.execPath}" agent.mjs`,
      BENCH_RUNS: "12",
      BENCH_MODELS: JSON.stringify({ anthropic: providers.good.ready.url, hostile: providers.hostile.ready.url }),
    },
  });
  forge.setWebhook({ url: app.ready.url, secret });
  const phases = watchPhases(app);

  async function label(agent: string, name: string): Promise<{ issue: Issue; place: Repository; at: number }> {
    signal.throwIfAborted();
    const files = { "agent.mjs": agent };
    const place = await forge.createRepository({ owner: "acme", name, files, collaborators: people });
    const issue = forge.as("alice").openIssue(place, { title: "A file is missing", body: "Write it." });
    const at = performance.timeOrigin + performance.now();
    forge.as("alice").label(issue, "loop");
    return { issue, place, at };
  }

  return {
    app,
    door: app.ready.url,
    secret,
    dataDir: join(dir, "app"),
    async goodLoop() {
      const { issue, place, at } = await label(programs.good, `good-${++number}`);
      return (await phases.reached(`${place.id}#${issue.number}`, "awaiting_gate", signal)) - at;
    },
    async wholeLoop() {
      const { issue, place } = await label(programs.good, `whole-${++number}`);
      const key = `${place.id}#${issue.number}`;
      await phases.reached(key, "awaiting_gate", signal);
      for (const { pull } of place.issues.values()) if (pull) forge.as("bob").approve(pull);
      await phases.reached(key, "settled", signal);
      return phases.note(key);
    },
    async hostileRun() {
      const { issue, place } = await label(programs.hostile, `hostile-${++number}`);
      const key = `${place.id}#${issue.number}`;
      await phases.reached(key, "executing", signal);
      return async () => {
        forge.as("alice").comment(issue, "/loop stop");
        await phases.reached(key, "settled", signal);
      };
    },
    hostileCalls: async () => Number((await providers.hostile.ask("count", "calls")).calls),
  };
}

/** Which phase each loop came to, and when: an App says it of every decision. */
function watchPhases(app: Served) {
  const known = new Map<string, { phase: string; at: number; note: string }>();
  const waiting = new Set<() => void>();
  app.listen("decided", ({ decided, after, at, note }: Said) => {
    const before = known.get(String(decided));
    if (before?.phase === "settled") return; // how it ended is known
    known.set(String(decided), { phase: String(after), at: Number(at), note: String(note) });
    for (const look of waiting) look();
  });
  return {
    /** What the loop's last decision was. */
    note: (key: string) => known.get(key)?.note ?? "",
    /** When the loop came there. Throws `Fault` where it ended elsewhere, and what the signal is aborted with. */
    reached(key: string, wanted: string, signal: AbortSignal): Promise<number> {
      return new Promise((resolve, reject) => {
        const settle = (end: () => void) => {
          waiting.delete(look);
          signal.removeEventListener("abort", interrupted);
          end();
        };
        const interrupted = () => settle(() => reject(signal.reason));
        const look = () => {
          const { phase, at } = known.get(key) ?? { phase: "", at: 0 };
          if (phase === wanted) settle(() => resolve(at));
          else if (phase === "settled") settle(() => reject(endedEarly(key, wanted)));
        };
        if (signal.aborted) return reject(signal.reason);
        signal.addEventListener("abort", interrupted);
        waiting.add(look);
        look();
      });
    },
  };
}

function endedEarly(key: string, wanted: string): Fault {
  return new Fault(`The loop ${key} ended before it was ${wanted}.`, { kind: "engine", retry: "never" });
}
