// `loopgate bench idle`: what thousands of idle loops in the store cost the App, beside a store without them.
import type { LoopState } from "../loop/state.ts";
import type { IdleStage } from "./bench-idle-stage.ts";
import { median } from "./bench-median.ts";
import { newsOfCi } from "./bench-news.ts";
import { served, serveOptions } from "./bench-process.ts";
import { type Promised, promises, verdict } from "./bench-promises.ts";
import { type Cleanup, withCleanup } from "./cleanup.ts";
import { developmentOnly } from "./development.ts";
import { interruptible } from "./interrupt.ts";
import type { Terminal } from "./terminal.ts";

export interface IdleBench {
  readonly loops: number;
  readonly rounds: number;
  readonly json: boolean;
}

/** What is measured of one App: milliseconds but for memory, which is resident bytes. */
interface Figures {
  readonly start: number;
  readonly look: number;
  readonly memory: number;
  readonly acknowledged: number;
  readonly handled: number;
}

const measured = {
  start: promises.idleStart,
  look: promises.idleLook,
  memory: promises.idleMemory,
  acknowledged: promises.idleAnswer,
  handled: promises.idleTurn,
} as const;
type Name = keyof typeof measured;
const names = Object.keys(measured) as Name[];

/** So many looks and deliveries are measured in each life of an App. */
const [looks, deliveries] = [3, 20];

/** Prints both sides and their ratios. Resolves to 0, whatever they are, and to 130 after Ctrl-C. Throws `Fault`. */
export async function benchIdle({ loops, rounds, json }: IdleBench, terminal: Terminal): Promise<number> {
  const { setIdleStage } = await developmentOnly(() => import("./bench-idle-stage.ts"));
  return interruptible((signal) =>
    withCleanup(terminal, async (cleanup) => {
      const stage = await setIdleStage({ loops, cleanup, say: terminal.err, signal });
      const pairs: { few: Figures; many: Figures }[] = [];
      const requests = { few: 0, many: 0 };
      for (let round = 1; round <= rounds; round++) {
        terminal.err(`round ${round} of ${rounds}\n`);
        const pair = { few: {} as Figures, many: {} as Figures };
        for (const side of round % 2 === 0 ? (["few", "many"] as const) : (["many", "few"] as const)) {
          signal.throwIfAborted();
          const before = stage.requests();
          pair[side] = await measure(stage, stage[side], cleanup);
          requests[side] = stage.requests() - before;
        }
        pairs.push(pair);
      }
      const lines = names.map((name) => compare(name, pairs));
      if (json) terminal.out(`${JSON.stringify({ loops, lines, requests }, null, 2)}\n`);
      else for (const line of lines) terminal.out(sentence(line, loops));
      return 0;
    }),
  );
}

/** One life of an App on that store; the first look, which comes with the start, is left to end before anything is measured. */
async function measure(stage: IdleStage, env: IdleStage["few"], cleanup: Cleanup): Promise<Figures> {
  const file = new URL("./bench-app.ts", import.meta.url);
  const app = await served(cleanup, { file, env, execArgv: [...serveOptions, "--expose-gc"] });
  await app.ask("idle", "idleMs");
  const tookLooks: number[] = [];
  for (let n = 0; n < looks; n++) tookLooks.push(Number((await app.ask("look", "lookMs")).lookMs));
  const answered: number[] = [];
  const handled: number[] = [];
  for (let n = 0; n < deliveries; n++) {
    const took = await newsOfCi(app, stage, stage.gates[n % stage.gates.length] as LoopState);
    answered.push(took.acknowledged);
    handled.push(took.handled);
  }
  const { memoryBytes } = await app.ask("memory", "memoryBytes");
  await app.end();
  return {
    start: Number(app.ready.startMs),
    look: median(tookLooks),
    memory: Number(memoryBytes),
    acknowledged: median(answered),
    handled: median(handled),
  };
}

interface Line extends Promised {
  readonly name: Name;
  readonly few: number;
  readonly many: number;
  readonly ratio: number;
}

/** Medians of each side, and of the ratios of the pairs. */
function compare(name: Name, pairs: readonly { few: Figures; many: Figures }[]): Line {
  const of = (side: "few" | "many") => median(pairs.map((pair) => pair[side][name]));
  const ratio = median(pairs.map(({ few, many }) => many[name] / few[name]));
  return { name, ...measured[name], few: of("few"), many: of("many"), ratio };
}

function sentence(line: Line, loops: number): string {
  const { name, what, few, many, ratio } = line;
  const shown = (value: number) =>
    name === "memory" ? `${(value / 1_048_576).toFixed(0)} MB` : `${value.toFixed(1)} ms`;
  return `${what}: ${shown(many)} with ${loops} idle loops, ${shown(few)} without; ${ratio.toFixed(2)} x (${verdict(line, ratio)})\n`;
}
