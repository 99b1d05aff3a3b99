// One campaign: loops crowd in, the App is killed again and again, then it is left in peace, and its thread is judged.
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Engine } from "../../src/container/docker/engine.ts";
import type { Issue } from "../../src/forge/model.ts";
import type { Finding } from "./check.ts";
import { type Child, openLog, startChild } from "./child.ts";
import { environmentFor, freePort, webhookSecret } from "./environment.ts";
import { type Recorder, recordHistory } from "./history.ts";
import { judge } from "./judge.ts";
import { endOrphans } from "./orphans.ts";
import { isOver, takeTurns } from "./people.ts";
import { type Moment, momentsOf } from "./schedule.ts";
import { type ChaosWorld, startWorld } from "./world.ts";

export interface CampaignOptions {
  readonly kills: number;
  readonly seed: number;
  /** Containers on this engine; null: plain processes. */
  readonly engine: Engine | null;
  /** An empty folder for everything; the caller removes it. The App's log is `app.log` in it. */
  readonly dir: string;
  /** How many loops live at once while the killing lasts. */
  readonly loops: number;
  /** How long the loops may take to end after the last kill. */
  readonly peaceMs: number;
  readonly say: (text: string) => void;
  /** Ends the campaign early. */
  readonly signal?: AbortSignal;
}

export interface Campaign {
  readonly kills: number;
  readonly loops: number;
  readonly minutes: number;
  readonly findings: readonly Finding[];
  /** What is left that no living loop owns. */
  readonly leftovers: readonly string[];
  /** Deaths that were not ours. */
  readonly crashes: readonly string[];
}

/** Kills, waits, judges. Whatever happens, forge and App have ended when it returns. */
export async function runCampaign(options: CampaignOptions): Promise<Campaign> {
  const began = Date.now();
  const world = await startWorld(options.dir);
  const recorder = recordHistory(world.forge);
  const stage = await setStage(options, world, recorder);
  try {
    await killAll(options, stage);
    await inPeace(options, stage);
    const { findings, leftovers } = await judge({ ...options, world, recorder, stop: () => stage.child.stop() });
    return {
      kills: stage.kills,
      loops: stage.issues.length,
      minutes: (Date.now() - began) / 60_000,
      findings,
      leftovers,
      crashes: stage.crashes,
    };
  } finally {
    clearInterval(stage.people);
    await stage.child.stop();
    await endOrphans(options.dir);
    await world.forge.close();
  }
}

interface Stage {
  readonly world: ChaosWorld;
  readonly recorder: Recorder;
  readonly dataDir: string;
  readonly issues: Issue[];
  readonly crashes: string[];
  readonly people: NodeJS.Timeout;
  readonly began: number;
  kills: number;
  child: Child;
  onDeed: () => void;
  start(): Child;
}

async function setStage(options: CampaignOptions, world: ChaosWorld, recorder: Recorder): Promise<Stage> {
  const dataDir = join(options.dir, "app");
  await mkdir(dataDir);
  const port = await freePort();
  world.forge.setWebhook({ url: `http://127.0.0.1:${port}/api/github/webhooks`, secret: webhookSecret });
  const log = openLog(join(options.dir, "app.log"));
  const env = environmentFor({ engine: options.engine, world, dataDir, port });
  const issues: Issue[] = [];
  const start = () => startChild(env, log);
  const stage: Stage = {
    world,
    recorder,
    dataDir,
    issues,
    crashes: [],
    began: Date.now(),
    kills: 0,
    child: start(),
    onDeed: () => {},
    start,
    people: setInterval(() => {
      takeTurns(world.forge, world.repositories);
      const isOn = stage.kills < options.kills && !options.signal?.aborted;
      if (isOn && issues.filter((issue) => !isOver(issue)).length < options.loops) issues.push(world.startLoop());
    }, 250),
  };
  const bot = `${world.forge.app.slug}[bot]`;
  recorder.onHappening(({ by }) => {
    if (by === bot) stage.onDeed();
  });
  return stage;
}

async function killAll(options: CampaignOptions, stage: Stage): Promise<void> {
  const { child, issues, began } = stage;
  if ((await child.serves) === null) throw new Error(`The App did not start: ${await lastWords(options.dir)}`);
  let toldAt = 0;
  for (const moment of momentsOf(options.seed, options.kills)) {
    if (options.signal?.aborted) return;
    await killAt(moment, stage);
    if (Date.now() - toldAt < 10_000 && stage.kills < options.kills) continue;
    toldAt = Date.now();
    const over = issues.filter(isOver).length;
    const seconds = Math.round((toldAt - began) / 1000);
    options.say(
      `${stage.kills} of ${options.kills} kills · ${over} loops over, ${issues.length - over} under way · ${seconds} s`,
    );
  }
}

async function lastWords(dir: string): Promise<string> {
  return (await readFile(join(dir, "app.log"), "utf8").catch(() => "it said nothing")).trim().slice(-1_000);
}

/** A deed that does not come within this time is not waited for any longer. */
const longestLifeMs = 6_000;

async function killAt(moment: Moment, stage: Stage): Promise<void> {
  const { child } = stage;
  const died = child.ended.then(() => "died" as const);
  if (moment.when === "starting") await Promise.race([delay(moment.afterMs), died]);
  else {
    await child.serves;
    if (moment.when === "serving") await Promise.race([delay(moment.afterMs), died]);
    else await Promise.race([deeds(stage, child, moment.count), delay(longestLifeMs), died]);
  }
  stage.onDeed = () => {};
  child.kill();
  const code = await child.ended;
  if (code !== "SIGKILL") stage.crashes.push(`in its life ${stage.kills + 1} the App ended by itself (${code})`);
  stage.kills += 1;
  stage.child = stage.start();
}

/** Kills within the forge's own handling: the deed is done, and whoever did it never hears so. */
function deeds(stage: Stage, child: Child, count: number): Promise<void> {
  let left = count;
  return new Promise((resolve) => {
    stage.onDeed = () => {
      left -= 1;
      if (left > 0) return;
      child.kill();
      resolve();
    };
  });
}

/** No more kills: resolves when every loop is over and nothing has moved for a while, or when the time is up. */
async function inPeace(options: CampaignOptions, stage: Stage): Promise<void> {
  const deadline = Date.now() + options.peaceMs;
  const { issues, world } = stage;
  let told = 0;
  for (;;) {
    const open = issues.filter((issue) => !isOver(issue));
    if (options.signal?.aborted) return;
    if (open.length === 0 && (await isQuiet(stage))) return;
    if (Date.now() > deadline) {
      options.say(
        `After ${Math.round(options.peaceMs / 1000)} s of peace these are not over: ${open.map(nameOf).join(", ") || "none, but the forge is not quiet"}.`,
      );
      return;
    }
    if (Date.now() - told > 15_000) {
      told = Date.now();
      options.say(`no more kills; waiting for ${open.length} loops: ${open.map(nameOf).join(", ")}`);
    }
    if (!world.forge.pending()) await delay(250);
    await delay(250);
  }
}

async function isQuiet({ world }: Stage): Promise<boolean> {
  const before = world.forge.requests.length;
  await delay(1_500);
  return before === world.forge.requests.length && !world.forge.pending();
}

function nameOf(issue: Issue): string {
  return `${issue.repository.name}#${issue.number}`;
}
