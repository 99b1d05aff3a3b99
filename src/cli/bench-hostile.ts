// `loopgate bench hostile`: what a hostile run and a hostile client cost ten good loops, the acknowledging of deliveries and the App.
import { setTimeout as delay } from "node:timers/promises";
import type { HostileStage, World } from "./bench-hostile-stage.ts";
import { median } from "./bench-median.ts";
import { served } from "./bench-process.ts";
import { type Promised, promises, verdict } from "./bench-promises.ts";
import { createCleanup, withCleanup } from "./cleanup.ts";
import { developmentOnly } from "./development.ts";
import { interruptible } from "./interrupt.ts";
import type { Terminal } from "./terminal.ts";

export interface HostileBench {
  /** How many good loops are measured on each side of a round. */
  readonly loops: number;
  readonly rounds: number;
  readonly json: boolean;
}

/** Of one side: milliseconds, and resident bytes at their most. */
interface Figures {
  readonly loop: number;
  readonly slowest: number;
  readonly acknowledged: number;
  readonly p99: number;
  readonly peak: number;
}

/** What the attackers came to in a life, to show that there were any. */
interface Beside {
  readonly calls: number;
  readonly visits: number;
}

/** A good loop begins so long after the one before it. */
const apartMs = 1_500;

/** Prints both sides and their ratios. Resolves to 0, whatever they are, and to 130 after Ctrl-C. Throws `Fault`. */
export async function benchHostile({ loops, rounds, json }: HostileBench, terminal: Terminal): Promise<number> {
  const { setHostileStage } = await developmentOnly(() => import("./bench-hostile-stage.ts"));
  return interruptible((signal) =>
    withCleanup(terminal, async (cleanup) => {
      const stage = await setHostileStage({ cleanup, terminal, signal });
      const pairs: { alone: Figures; attacked: Figures }[] = [];
      const attackers: Beside[] = [];
      for (let round = 1; round <= rounds; round++) {
        terminal.err(`round ${round} of ${rounds}\n`);
        const pair = { alone: {} as Figures, attacked: {} as Figures };
        for (const side of round % 2 === 0 ? (["alone", "attacked"] as const) : (["attacked", "alone"] as const)) {
          signal.throwIfAborted();
          if (side === "alone") pair.alone = await measure(stage, loops);
          else pair.attacked = await besideAttackers(stage, loops, (came) => attackers.push(came));
        }
        pairs.push(pair);
      }
      const lines = names.map((name) => compare(name, pairs));
      const came = {
        calls: median(attackers.map(({ calls }) => calls)),
        visits: median(attackers.map(({ visits }) => visits)),
      };
      if (json) terminal.out(`${JSON.stringify({ loops, lines, attackers: came }, null, 2)}\n`);
      else {
        for (const line of lines) terminal.out(sentence(line));
        terminal.out(
          `the hostile run had ${came.calls} calls answered in a life, and the client ${came.visits} visits\n`,
        );
      }
      return 0;
    }),
  );
}

/** One life of an App with good loops alone. */
function measure(stage: HostileStage, loops: number): Promise<Figures> {
  return stage.live((world) => goodLoops(world, loops));
}

/** The same with a hostile run and a hostile client beside them, from before the first good loop until after the last. */
function besideAttackers(stage: HostileStage, loops: number, tell: (came: Beside) => void): Promise<Figures> {
  return stage.live(async (world) => {
    const own = createCleanup();
    try {
      const before = await world.hostileCalls();
      const stop = await world.hostileRun();
      const client = await served(own, {
        file: new URL("./bench-hostile-client.ts", import.meta.url),
        env: { BENCH_DOOR: world.door },
      });
      const figures = await goodLoops(world, loops);
      const { visits } = await client.ask("count", "visits");
      tell({ calls: (await world.hostileCalls()) - before, visits: Number(visits) });
      await own.run();
      await stop();
      return figures;
    } finally {
      await own.run();
    }
  });
}

async function goodLoops({ app, door, secret, goodLoop }: World, loops: number): Promise<Figures> {
  const own = createCleanup();
  try {
    const prober = await served(own, {
      file: new URL("./bench-hostile-prober.ts", import.meta.url),
      env: { BENCH_DOOR: door, BENCH_SECRET: secret },
    });
    const began: Promise<number>[] = [];
    for (let n = 0; n < loops; n++) {
      if (n > 0) await delay(apartMs);
      began.push(goodLoop());
    }
    const took = await Promise.all(began);
    const { tookMs } = await prober.ask("end", "tookMs");
    const acknowledged = (tookMs as readonly number[]).toSorted((a, b) => a - b);
    const { peakBytes } = await app.ask("peak", "peakBytes");
    return {
      loop: median(took),
      slowest: Math.max(...took),
      acknowledged: median(acknowledged),
      p99: acknowledged[Math.floor(acknowledged.length * 0.99)] ?? Number.NaN,
      peak: Number(peakBytes),
    };
  } finally {
    await own.run();
  }
}

const measured = {
  loop: promises.hostileLoop,
  slowest: promises.hostileSlowest,
  acknowledged: promises.hostileAnswer,
  p99: promises.hostileP99,
  peak: promises.hostileMemory,
} as const;
type Name = keyof typeof measured;
const names = Object.keys(measured) as Name[];

interface Line extends Promised {
  readonly name: Name;
  readonly alone: number;
  readonly attacked: number;
  /** For memory: how many megabytes more. */
  readonly ratio: number;
}

/** Medians of each side, and of the ratios of the pairs. */
function compare(name: Name, pairs: readonly { alone: Figures; attacked: Figures }[]): Line {
  const of = (side: "alone" | "attacked") => median(pairs.map((pair) => pair[side][name]));
  const each = pairs.map(({ alone, attacked }) =>
    name === "peak" ? (attacked.peak - alone.peak) / MiB : attacked[name] / alone[name],
  );
  return { name, ...measured[name], alone: of("alone"), attacked: of("attacked"), ratio: median(each) };
}

const MiB = 1024 * 1024;

function sentence(line: Line): string {
  const { name, what, alone, attacked, ratio } = line;
  const isMemory = name === "peak";
  const shown = (value: number) => (isMemory ? `${(value / MiB).toFixed(0)} MB` : `${value.toFixed(1)} ms`);
  const judged = verdict(line, ratio);
  const compared = isMemory ? `${ratio.toFixed(0)} MB more` : `${ratio.toFixed(2)} x`;
  return `${what}: ${shown(attacked)} beside a hostile run and client, ${shown(alone)} without; ${compared}${judged === "" ? "" : ` (${judged})`}\n`;
}
