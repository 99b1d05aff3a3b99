// Sets the demo's stage: a local GitHub with its people and CI, the App installed on it, and the repository to work on.
import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { assert } from "../base/assert.ts";
import { Fault } from "../base/fault.ts";
import { collectorIn } from "../cockpit/traces/collector.ts";
import { steadyClock } from "../engine/clock.ts";
import type { Clock, Log } from "../engine/ports.ts";
import type { WorldEvent } from "../forge/core.ts";
import { type Forge, startForge } from "../forge/forge.ts";
import type { JobWorker } from "../forge/job.ts";
import type { Issue, Repository } from "../forge/model.ts";
import type { LoopState } from "../loop/state.ts";
import { nextAfter } from "../policy/cron.ts";
import { readSettings, type Settings } from "../settings.ts";
import { type RunningApp, startApp } from "../wire.ts";
import type { Cleanup } from "./cleanup.ts";
import type { DemoAgent } from "./demo-agent.ts";
import type { DemoRuntime } from "./demo-runtime.ts";
import type { DemoWork } from "./demo-work.ts";

/** Who sets the label. */
export const maintainer = "alice";

/** Who approves, in this order, where the policy asks for more than one. */
export const approvers = ["bob", "carol", "dave", "erin", "frank", "grace"] as const;

export interface Stage {
  readonly forge: Forge;
  readonly app: RunningApp;
  readonly repository: Repository;
  readonly startedAt: number; // epoch milliseconds, when the issue was opened
  readonly issue: Issue;
  readonly threadUrl: string;
  readonly requestsAtStart: number; // of the App, before there was a loop
  /** The loop as the store has it; null before the label has arrived. */
  loop(): Promise<LoopState | null>;
  pullUrl(): Promise<string | null>;
  /** Resolves when nothing moves any more: every delivery handled, no CI job and no container running. */
  quiet(): Promise<void>;
}

export interface StageRequest {
  readonly work: DemoWork;
  readonly runtime: DemoRuntime;
  readonly log: Log;
  readonly forgeDir: string;
  readonly appDir: string;
  /** A real agent, and the folder of its CLI; null: a command. */
  readonly agent: (DemoAgent & { readonly tools: string }) | null;
  readonly port: number;
  /** Of the terminal: what it says of package registries is the App's too. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where CI's jobs run; null: as processes of this machine. */
  readonly worker: JobWorker | null;
  readonly cleanup: Cleanup;
  readonly onEvent: (event: WorldEvent) => void;
}

/** Starts everything, opens the issue and sets the label. Throws `Fault` when a part cannot start. */
export async function setStage(request: StageRequest): Promise<Stage> {
  const { work, cleanup } = request;
  const forge = await startForge({
    dataDir: request.forgeDir,
    port: request.port,
    ...(request.worker === null ? {} : { worker: request.worker }),
  });
  cleanup.add("the local GitHub", () => forge.close());
  let aheadMs = 0; // of the App's clock
  const jump = (ms: number) => {
    aheadMs += ms;
  };
  const clock = steadyClock({ wall: () => Date.now() + aheadMs, steady: () => performance.now() }, 0);
  const app = await startOwnApp(forge, request, clock);
  const repository = await forge.createRepository({
    ...work.repository,
    ...work.source,
    collaborators: {
      [maintainer]: "maintain",
      ...Object.fromEntries(approvers.map((login) => [login, "write" as const])),
    },
    ci: { actions: { [work.ci.name]: work.ci.command } },
  });
  forge.world.listen(request.onEvent);
  const quiet = () => untilQuiet(forge, app);
  await quiet();
  const requestsAtStart = forge.requests.length;
  const startedAt = Date.now();
  const issue =
    work.cron === null ? openAsPerson(forge, repository, work) : await openBySchedule(app, repository, jump, work.cron);
  const base = `${forge.url}/${work.repository.owner}/${work.repository.name}`;
  const loop = () => app.store.load(`${repository.id}#${issue.number}`);
  return {
    forge,
    app,
    repository,
    startedAt,
    issue,
    requestsAtStart,
    threadUrl: `${base}/issues/${issue.number}`,
    loop,
    pullUrl: async () => {
      const pull = (await loop())?.pull;
      return pull ? `${base}/pull/${pull.number}` : null;
    },
    quiet,
  };
}

function openAsPerson(forge: Forge, repository: Repository, { issue: wanted, labels }: DemoWork): Issue {
  const alice = forge.as(maintainer);
  const issue = alice.openIssue(repository, wanted);
  for (const label of [...labels, "loop"]) alice.label(issue, label);
  return issue;
}

/** The App's clock is put forward to the schedule's next time, and its issue is waited for. */
async function openBySchedule(
  { engine, store }: RunningApp,
  repository: Repository,
  jump: (ms: number) => void,
  cron: string,
): Promise<Issue> {
  const opened = () => [...repository.issues.values()].find(({ pull }) => pull === null);
  const now = Date.now();
  const next = nextAfter({ cron, time_zone: "UTC" }, now);
  assert(next !== null, `the schedule ${cron} comes`);
  while ((await store.schedules(repository.id)) === null) await setTimeout(50);
  jump(next - now);
  for (;;) {
    await engine.tick();
    const issue = opened();
    if (issue !== undefined) return issue;
    await setTimeout(100);
  }
}

async function untilQuiet(forge: Forge, app: RunningApp): Promise<void> {
  while (forge.pending() || app.engine.busy) {
    await forge.idle();
    await app.engine.idle();
  }
}

/** The App as an operator would start it, with settings for the local GitHub. */
async function startOwnApp(
  forge: Forge,
  { work, runtime, log, appDir, agent, env, cleanup }: StageRequest,
  clock: Clock,
): Promise<RunningApp> {
  const secret = randomBytes(32).toString("hex");
  const read = readSettings({
    LOOPGATE_APP_ID: String(forge.app.id),
    LOOPGATE_APP_SLUG: forge.app.slug,
    LOOPGATE_PRIVATE_KEY: forge.app.privateKey,
    LOOPGATE_WEBHOOK_SECRET: secret,
    LOOPGATE_SEAL_SECRET: randomBytes(32).toString("hex"),
    LOOPGATE_GITHUB_URL: `${forge.url}/api/v3`,
    LOOPGATE_THROTTLE: "off",
    LOOPGATE_DATA: appDir,
    LOOPGATE_PORT: "0",
    LOOPGATE_MAY_MERGE: "on",
    LOOPGATE_INTRODUCTIONS: "0", // a demo is of one issue
    LOOPGATE_AGENT_COMMAND: work.agent.command,
    LOOPGATE_AGENT_IMAGE: toolchain,
    LOOPGATE_REVIEWER_COMMAND: work.reviewer.command,
    LOOPGATE_REVIEWER_IMAGE: toolchain,
    ...(agent === null ? {} : { ...agent.settings, LOOPGATE_TOOLS: agent.tools }),
    ...registriesOf(env),
  });
  if (!read.ok) throw new Fault(`${read.message} Nothing was started.`, { kind: "invalid", retry: "never" });
  const app = await startApp({
    settings: agent === null ? read.settings : workedBy(agent, read.settings),
    clock,
    log,
    runtime: runtime.runtime,
    image: (reference) => (reference === toolchain ? { kind: "toolchain" } : { kind: "named", reference }),
    collector: collectorIn(env),
  });
  cleanup.add("the App", async () => {
    await app.close();
    await runtime.runtime.sweep(() => false);
    await app.engine.idle(); // what a run left is read once it ends: nothing may be written after this
  });
  forge.setWebhook({ url: app.webhookUrl, secret });
  return app;
}

/** Policies that name no agent have this one. */
function workedBy({ kind, model }: DemoAgent, settings: Settings): Settings {
  const { operator } = settings;
  const { defaults } = operator;
  return {
    ...settings,
    operator: { ...operator, defaults: { ...defaults, agent: { ...defaults.agent, kind, model } } },
  };
}

/** The settings of package registries; whoever runs the demo has them where the App has. */
function registriesOf(env: StageRequest["env"]): Record<string, string> {
  const named = Object.entries(env).filter(([name]) => name.startsWith("LOOPGATE_REGISTRY_"));
  return Object.fromEntries(named.map(([name, value]) => [name, value ?? ""]));
}

/** The name by which the demo means the image made of this machine's own programs. */
const toolchain = "toolchain";
