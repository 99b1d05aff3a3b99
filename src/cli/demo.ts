// `loopgate demo`: a whole loop on a local GitHub, told in the terminal step by step.
import { access, constants, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { Fault } from "../base/fault.ts";
import { screenshot } from "../forge/pages/screenshot.ts";
import type { LoopState } from "../loop/state.ts";
import { type Cleanup, withCleanup } from "./cleanup.ts";
import { demoAgentOf } from "./demo-agent.ts";
import { installClis, type KnownAgent, toolsKept } from "./demo-clis.ts";
import { enter, follow, untilInterrupted } from "./demo-follow.ts";
import type { DemoOptions } from "./demo-options.ts";
import { openDemoRuntime } from "./demo-runtime.ts";
import { scenarios } from "./demo-scenarios.ts";
import { type Stage, setStage } from "./demo-stage.ts";
import { runLine, worldLine } from "./demo-steps.ts";
import { requestsLine, summarize } from "./demo-summary.ts";
import { createWatch } from "./demo-watch.ts";
import { readDemoWork } from "./demo-work.ts";
import { interruptible } from "./interrupt.ts";
import type { Terminal } from "./terminal.ts";

/** Resolves to 0 when the loop ended well, 1 when it did not, 130 after Ctrl-C. Nothing it made is left behind. */
export async function demo(options: DemoOptions, terminal: Terminal): Promise<number> {
  return interruptible((signal) => withCleanup(terminal, (cleanup) => play(options, terminal, cleanup, signal)));
}

async function play(
  options: DemoOptions,
  terminal: Terminal,
  cleanup: Cleanup,
  interrupted: AbortSignal,
): Promise<number> {
  const work = await readDemoWork(options);
  for (const file of [options.json, options.screenshot]) if (file !== null) await requireFolderOf(file);
  const began = performance.now();
  const say = (line: string) =>
    terminal.out(`${((performance.now() - began) / 1000).toFixed(1).padStart(7)} s  ${line}\n`);
  for (const note of work.notes) terminal.err(`Note: ${note}\n`);
  const real = options.real === null ? null : demoAgentOf(options.real, terminal.env);
  const agent = real === null ? null : { ...real, tools: real.tools ?? (await installed(real.kind, terminal)) };
  const { forgeDir, appDir } = await makeFolders(cleanup);
  const runtime = await openDemoRuntime({
    wanted: options.runtime,
    scripted: work.agent.scripted && work.reviewer.scripted,
    dataDir: appDir,
    forgeDir,
    toolsDir: agent?.tools ?? null,
    terminal,
    cleanup,
    onRun: (run) => say(runLine(run)),
  });
  say((await runtime.runtime.describe()).sentence);
  if (agent !== null) say(agent.told);
  const worker = options.checkOutside ? null : runtime.jobs;
  if (options.repo !== null)
    say(worker === null ? outside : "--check runs in a container without network, as the agent does");
  const watch = createWatch(say);
  const stage = await setStage({
    work,
    runtime,
    log: watch.log,
    forgeDir,
    appDir,
    agent,
    worker,
    port: options.port,
    env: terminal.env,
    cleanup,
    onEvent: (event) => sayIfAny(say, worldLine(event)),
  });
  cleanup.add("the last lines", async () => watch.mute());
  say(`the thread: ${stage.threadUrl}`);
  const scenario = options.scenario === null ? null : scenarios[options.scenario];
  const limit = options.auto ? AbortSignal.timeout(options.timeoutMinutes * 60_000) : null;
  const signal = limit === null ? interrupted : AbortSignal.any([interrupted, limit]);
  const ending = follow({ stage, watch, say, scenario, auto: options.auto, signal });
  const state = await ending.catch(async (error) => {
    if (!limit?.aborted) throw error;
    say(`gave up after ${options.timeoutMinutes} min`);
    return stage.loop();
  });
  await tell({ options, stage, state, runs: runtime.runs, say });
  if (options.keep) await untilInterrupted(say, interrupted);
  else if (!options.auto && process.stdin.isTTY) await enter(say, "Enter ends the demo and its pages.", interrupted);
  return state?.ending?.reason === "task_complete" ? 0 : 1;
}

const outside = "--check runs on this machine as you, outside of any container, and so does what the agent wrote";

function installed(kind: KnownAgent, { err }: Terminal): Promise<string> {
  return installClis([kind], {
    tools: toolsKept,
    advice:
      "Nothing was started. See whether `npm ping` reaches the registry, or name a folder whose `bin` has the agent with LOOPGATE_TOOLS.",
    say: (line) => err(`${line}\n`),
  });
}

async function makeFolders(cleanup: Cleanup): Promise<{ forgeDir: string; appDir: string }> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), "loopgate-")));
  cleanup.add(dir, () => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  const [forgeDir, appDir] = [join(dir, "github"), join(dir, "app")];
  await Promise.all([mkdir(forgeDir), mkdir(appDir)]);
  return { forgeDir, appDir };
}

interface Told {
  readonly options: DemoOptions;
  readonly stage: Stage;
  readonly state: LoopState | null;
  readonly runs: Parameters<typeof summarize>[0]["runs"];
  readonly say: (line: string) => void;
}

async function tell({ options, stage, state, runs, say }: Told): Promise<void> {
  const { forge, repository, issue, threadUrl, startedAt, requestsAtStart } = stage;
  const pull = await stage.pullUrl();
  const summary = summarize({
    state,
    runs,
    requests: forge.requests.slice(requestsAtStart),
    briefs: await briefsOf(stage, state),
    startedAt,
    endedAt: Date.now(),
    addresses: { thread: threadUrl, pull },
    thread: forge.thread(repository, issue.number),
    pullThread: state?.pull ? forge.thread(repository, state.pull.number, { timeline: true }) : null,
  });
  say(
    `the loop ended as ${summary.reason ?? `unfinished (${summary.phase ?? "never claimed"})`}: ${summary.detail ?? ""}`,
  );
  say(requestsLine(summary));
  say(`the thread: ${threadUrl}`);
  if (pull !== null) say(`the pull request: ${pull}`);
  if (options.json !== null) await writeFile(options.json, `${JSON.stringify(summary, null, 2)}\n`);
  if (options.screenshot !== null) {
    await screenshot({ url: threadUrl, file: options.screenshot, width: 1180, height: 1280 });
    say(`a picture of the thread: ${options.screenshot}`);
  }
}

/** What each run was told, by its id, from the store. */
async function briefsOf({ app }: Stage, state: LoopState | null): Promise<ReadonlyMap<string, string>> {
  const briefs = new Map<string, string>();
  for (const { id, briefSha256 } of state?.attempts.flatMap(({ runs }) => runs) ?? []) {
    const brief = briefSha256 === null ? null : await app.store.getArtifact(briefSha256);
    if (brief !== null) briefs.set(id, brief);
  }
  return briefs;
}

/** Asked before the work begins rather than after it. Throws `Fault`. */
async function requireFolderOf(file: string): Promise<void> {
  await access(dirname(resolve(file)), constants.W_OK).catch((cause) => {
    throw new Fault(`${file} cannot be written: ${cause.message}. Nothing was started.`, {
      kind: "invalid",
      retry: "never",
      cause,
    });
  });
}

function sayIfAny(say: (line: string) => void, line: string | null): void {
  if (line !== null) say(line);
}
