// `loopgate rerun`: repeats an attempt from what was recorded of it, publishes nothing, and says what differed.
import { access, mkdtemp, realpath } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { Fault } from "../base/fault.ts";
import { steadyClock } from "../engine/clock.ts";
import { removeWorkspace } from "../gateway/git/workspace.ts";
import { pinoLogger } from "../log.ts";
import { type Compared, compareRuns } from "../runs/comparison.ts";
import { type Recorded, readRun } from "../runs/recorded.ts";
import { type Repeated, repeatRun } from "../runs/rerun.ts";
import { readSettings, type Settings } from "../settings.ts";
import { ownerOfRuns, registriesIn } from "../wire.ts";
import { withCleanup } from "./cleanup.ts";
import { interruptible } from "./interrupt.ts";
import { findOthers, markOwn, scratchPrefix } from "./rerun-leftovers.ts";
import { openRerunRuntime } from "./rerun-runtime.ts";
import type { Terminal } from "./terminal.ts";

export interface RerunOptions {
  readonly loop: string;
  readonly attempt: number;
  readonly role: "executor" | "reviewer";
  /** Null: the setting's. */
  readonly dataDir: string | null;
  readonly json: boolean;
}

/** 0 when the run was repeated, whatever differed; 1 when the settings do not stand; 130 after Ctrl-C. Throws Fault. */
export async function rerun(options: RerunOptions, terminal: Terminal): Promise<number> {
  const read = settingsIn(terminal.env);
  if (!read.ok) {
    terminal.err(`${read.message}\n`);
    return 1;
  }
  const dataDir = await folderOf(options.dataDir ?? terminal.env.LOOPGATE_DATA ?? "./.loopgate");
  const recorded = await readRun({ dataDir }, options);
  return interruptible(async (signal) => {
    const repeated = await repeat(dataDir, recorded, read.settings, terminal, signal);
    signal.throwIfAborted(); // it came to no end of its own, so there is nothing to compare
    terminal.out(options.json ? `${JSON.stringify(summaryOf(repeated), null, 2)}\n` : describe(repeated));
    return 0;
  });
}

/** Null where nothing but the data folder is set: then no model can be called. */
function settingsIn(env: Terminal["env"]) {
  const given = Object.keys(env).filter(
    (name) => name.startsWith("LOOPGATE_") && name !== "LOOPGATE_DATA" && env[name],
  );
  return given.length === 0 ? ({ ok: true, settings: null } as const) : readSettings(env);
}

async function folderOf(path: string): Promise<string> {
  return realpath(resolve(path)).catch((cause) => {
    const message = `There is no data folder ${resolve(path)}. Name the App's with --data-dir or LOOPGATE_DATA. Nothing was run.`;
    throw new Fault(message, { kind: "not_found", retry: "never", cause });
  });
}

async function repeat(
  dataDir: string,
  recorded: Recorded,
  settings: Settings | null,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Repeated> {
  return withCleanup(terminal, async (cleanup) => {
    const others = await findOthers(dataDir);
    const scratchDir = await mkdtemp(join(dataDir, scratchPrefix));
    cleanup.add(scratchDir, () => removeScratch(scratchDir));
    await markOwn(scratchDir);
    const id = basename(scratchDir);
    const { order } = recorded;
    const log = pinoLogger({ level: "warn" });
    const clock = steadyClock({ wall: Date.now, steady: () => performance.now() }, 0);
    // Below its own folder: what is kept of registries one process uses, and the App may be at work.
    const registries = settings?.registries && { registries: registriesIn(scratchDir, settings, clock) };
    const opened = { order, dataDir, scratchDir, id, settings, log, terminal, cleanup, ...registries };
    const runtime = await openRerunRuntime(opened);
    if (!others.underWay) await runtime.sweep(() => false); // containers of reruns that were killed
    await Promise.all(others.left.map(removeScratch));
    const models = settings?.models ?? [];
    const parts = { runtime, log, dataDir, scratchDir, id, models, prices: settings?.prices, ...registries };
    return await repeatRun({ ...parts, clock, owner: ownerOfRuns(runtime) }, recorded, signal);
  });
}

/** What a run left may belong to another user or be closed to everyone; the workspace's own remover knows. */
async function removeScratch(dir: string): Promise<void> {
  await access(dir);
  await removeWorkspace(dir);
}

/** What `--json` writes. */
function summaryOf(repeated: Repeated) {
  const { was, files } = repeated;
  const { id, loop, attempt, role, startFrom } = was.order.order;
  const compared = compareRuns(repeated);
  const same = compared.every((one) => one.same !== false);
  return { run: id, loop: loop.id, attempt, role, base: loop.base, startFrom, same, compared, files };
}

const words: Readonly<Record<Compared["what"], string>> = {
  image: "image",
  agent: "agent",
  spec: "spec",
  exit: "ended",
  tree: "commit tree",
  answer: "answer",
  tokens: "tokens",
  cost: "cost",
  ready: "ready in",
};

function describe(repeated: Repeated): string {
  const { run, loop, attempt, role, startFrom, compared, files } = summaryOf(repeated);
  const differing = compared.filter(({ same }) => same === false).length;
  const lines = [
    `Repeated attempt ${attempt} of loop ${loop}: the ${role}'s run ${run}, from commit ${startFrom}.`,
    ...compared.map((one) => `  ${words[one.what].padEnd(12)} ${said(one)}`),
    ...(files ?? []).slice(0, 100).map(({ letter, path }) => `    ${letter} ${JSON.stringify(path)}`),
    ...(files !== null && files.length > 100 ? [`    and ${files.length - 100} files more`] : []),
    differing === 0 ? "Nothing differs." : `${differing} of these differ.`,
    "Nothing of it was published.",
  ];
  return `${lines.join("\n")}\n`;
}

function said({ same, was, now }: Compared): string {
  const shown = (text: string) => JSON.stringify(text.length > 200 ? `${text.slice(0, 199)}…` : text).slice(1, -1);
  if (same === true || was === now) return `${same === true ? "same: " : ""}${shown(now)}`;
  return `${same === false ? "DIFFERS: " : ""}${shown(now)}; it was ${shown(was)}`;
}
