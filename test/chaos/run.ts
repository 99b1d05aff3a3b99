// The command `npm run chaos`: kills the App again and again, then reads from the forge whether anything came to harm.
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Engine, openEngine } from "../../src/container/docker/engine.ts";
import { givenOptions } from "../script-options.ts";
import { type Campaign, runCampaign } from "./campaign.ts";
import type { Kind } from "./check.ts";

const help = `npm run chaos -- [options]

  --kills N          how often the App is killed (default 20)
  --seed S           decides the moments (default: another one each time); what they fall upon also depends on the machine
  --loops N          loops that live at once (default 4)
  --runtime R        docker (default) or process: plain processes where there is no container engine
  --peace SECONDS    how long the loops may take to end after the last kill (default 720: one period of reconciling, and more)
  --json             prints the result as JSON
  --help             prints this

Exit code: 0 when nothing was lost, doubled, out of order or left over, 1 otherwise, 2 for wrong options.
`;

const options = {
  kills: { type: "string", default: "20" },
  seed: { type: "string" },
  loops: { type: "string", default: "4" },
  runtime: { type: "string", default: "docker" },
  peace: { type: "string", default: "720" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

type Given = Exclude<ReturnType<typeof givenOptions<typeof options>>, number>;

const noEngine = `No container engine answered, and none could be started. Start Docker or Podman, or add --runtime process.
`;

async function main(): Promise<number> {
  const given = givenOptions(options, help);
  if (typeof given === "number") return given;
  const numbers = [given.kills, given.loops, given.peace, given.seed ?? "1"].map(Number);
  if (
    numbers.some((number) => !Number.isInteger(number) || number < 1) ||
    !["docker", "process"].includes(given.runtime)
  ) {
    process.stderr.write(
      `--kills, --seed, --loops and --peace take whole numbers from 1, --runtime docker or process.\n\n${help}`,
    );
    return 2;
  }
  return chaos(given);
}

async function chaos(given: Given): Promise<number> {
  const seed = given.seed === undefined ? 1 + (Date.now() % 1_000_000) : Number(given.seed);
  const dir = await mkdtemp(join(tmpdir(), "loopgate-chaos-"));
  const interrupted = new AbortController();
  const onSignal = () => interrupted.abort();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, onSignal);
  let engine: Engine | null = null;
  try {
    engine = given.runtime === "process" ? null : await openEngine();
    if (engine === null && given.runtime === "docker") {
      process.stderr.write(noEngine);
      return 1;
    }
    const say = (text: string) => void process.stderr.write(`${text}\n`);
    say(`seed ${seed}, ${given.runtime}`);
    const campaign = await runCampaign({
      kills: Number(given.kills),
      seed,
      engine,
      dir,
      loops: Number(given.loops),
      peaceMs: Number(given.peace) * 1000,
      say,
      signal: interrupted.signal,
    });
    if (interrupted.signal.aborted) {
      say(
        `Interrupted after ${campaign.kills} kills; nothing is said of what was under way, and nothing is left running.`,
      );
      return 130;
    }
    const isGood = tell(campaign, seed, given);
    if (!isGood) say(`The App's log: ${await keepLog(dir, seed)}`);
    return isGood ? 0 : 1;
  } finally {
    await engine?.close();
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

function tell(campaign: Campaign, seed: number, { json }: Given): boolean {
  const { kills, loops, minutes, findings, leftovers, crashes } = campaign;
  const count = (kind: Kind) => findings.filter((finding) => finding.kind === kind).length;
  const summary = `${kills} kills, ${count("lost")} lost, ${count("doubled")} doubled, ${count("out of order")} out of order`;
  const rest = `, ${leftovers.length} left over, ${crashes.length} crashes (${loops} loops, ${minutes.toFixed(1)} minutes, seed ${seed})`;
  if (json) process.stdout.write(`${JSON.stringify({ seed, ...campaign }, null, 2)}\n`);
  else {
    const lines = [
      ...findings.map(({ kind, where, what }) => `${kind}: ${where}: ${what}`),
      ...leftovers.map((left) => `left over: ${left}`),
      ...crashes.map((crash) => `crash: ${crash}`),
      summary + rest,
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  return findings.length + leftovers.length + crashes.length === 0;
}

async function keepLog(dir: string, seed: number): Promise<string> {
  const kept = join(tmpdir(), `loopgate-chaos-${seed}.log`);
  await copyFile(join(dir, "app.log"), kept);
  return kept;
}

process.exitCode = await main();
