// `loopgate bench scale`: what it costs to have the store in PostgreSQL, beside the same App with it in SQLite.
import { setTimeout as sleep } from "node:timers/promises";
import type { LoopState } from "../loop/state.ts";
import type { GateStage } from "./bench-idle-stage.ts";
import { type Answered, load } from "./bench-load.ts";
import { median } from "./bench-median.ts";
import { newsOfCi } from "./bench-news.ts";
import { type Served, served, serveOptions } from "./bench-process.ts";
import { type Promised, promises, verdict } from "./bench-promises.ts";
import { type Cleanup, withCleanup } from "./cleanup.ts";
import { developmentOnly } from "./development.ts";
import { interruptible } from "./interrupt.ts";
import type { Terminal } from "./terminal.ts";

export interface ScaleBench {
  /** Address of an empty database. Absent: of a server that is started for the bench. */
  readonly postgres?: string;
  readonly rounds: number;
  readonly secondsEach: number;
  readonly connections: number;
  readonly json: boolean;
}

/** Of one side in one round: how the door answered, and how long a loop's decision took in milliseconds. */
interface Figures extends Omit<Answered, "tookMs"> {
  readonly turnMs: number;
}

const sides = ["sqlite", "postgres"] as const;
type Side = (typeof sides)[number];
type Pair = Readonly<Record<Side, Figures>>;

/** So many decisions are measured in each round. */
const turns = 20;
/** After the load, so that what it left to do is done before a decision is measured. */
const restMs = 500;

/** Prints both sides and their ratios. Resolves to 0, whatever they are, and to 130 after Ctrl-C. Throws `Fault`. */
export async function benchScale(options: ScaleBench, terminal: Terminal): Promise<number> {
  const { setGateStage } = await developmentOnly(() => import("./bench-idle-stage.ts"));
  return interruptible((signal) =>
    withCleanup(terminal, async (cleanup) => {
      const address = options.postgres ?? (await ownDatabase(cleanup));
      const common = { cleanup, say: terminal.err, signal };
      const stages = {
        sqlite: await setGateStage(common),
        postgres: await setGateStage({ ...common, store: address }),
      };
      const file = new URL("./bench-app.ts", import.meta.url);
      const start = ({ env }: GateStage) => served(cleanup, { file, env, execArgv: serveOptions });
      const apps = { sqlite: await start(stages.sqlite), postgres: await start(stages.postgres) };
      const pairs: Pair[] = [];
      for (let round = 0; round <= options.rounds; round++) {
        terminal.err(`round ${round} of ${options.rounds}\n`);
        const order = round % 2 === 0 ? sides : sides.toReversed();
        const pair = {} as Record<Side, Figures>;
        for (const side of order) pair[side] = await measure(apps[side], stages[side], { ...options, signal });
        if (round > 0) pairs.push(pair); // the first warms up
      }
      for (const side of sides) await apps[side].end();
      const lines = figures.map((figure) => compare(figure, pairs));
      if (options.json) terminal.out(`${JSON.stringify({ lines }, null, 2)}\n`);
      else for (const line of lines) terminal.out(sentence(line));
      return 0;
    }),
  );
}

async function ownDatabase(cleanup: Cleanup): Promise<string> {
  const { startPostgres } = await import("./bench-postgres.ts");
  const server = await startPostgres();
  cleanup.add("the PostgreSQL server", () => server.remove());
  return server.database();
}

async function measure(
  app: Served,
  stage: GateStage,
  {
    secondsEach,
    connections,
    signal,
  }: Pick<ScaleBench, "secondsEach" | "connections"> & { readonly signal: AbortSignal },
): Promise<Figures> {
  signal.throwIfAborted();
  const { tookMs, ...answered } = await load({
    url: app.ready.url,
    secret: stage.secret,
    connections,
    forMs: secondsEach * 1000,
    signal,
  });
  await sleep(restMs, undefined, { signal });
  const handled: number[] = [];
  for (let n = 0; n < turns; n++) {
    signal.throwIfAborted();
    handled.push((await newsOfCi(app, stage, stage.gates[0] as LoopState)).handled);
  }
  return { ...answered, turnMs: median(handled) };
}

interface Figure {
  readonly promised: Promised;
  readonly of: (figures: Figures) => number;
  readonly unit: "/s" | " ms";
}

const figures: readonly Figure[] = [
  { promised: promises.scaleRate, of: ({ perSecond }) => perSecond, unit: "/s" },
  { promised: promises.scaleP99, of: ({ p99Ms }) => p99Ms, unit: " ms" },
  { promised: promises.scaleTurn, of: ({ turnMs }) => turnMs, unit: " ms" },
];

interface Line extends Promised {
  readonly sqlite: number;
  readonly postgres: number;
  /** Of the pairs, the median: of PostgreSQL's to SQLite's, or of how much more it is where the promise has a unit. */
  readonly ratio: number;
  readonly unit: Figure["unit"];
}

function compare({ promised, of, unit }: Figure, pairs: readonly Pair[]): Line {
  const isMore = isOfMore(promised);
  const ratios = pairs.map(({ sqlite, postgres }) => (isMore ? of(postgres) - of(sqlite) : of(postgres) / of(sqlite)));
  const [sqlite, postgres] = sides.map((side) => median(pairs.map((pair) => of(pair[side])))) as [number, number];
  return { ...promised, sqlite, postgres, ratio: median(ratios), unit };
}

function isOfMore({ wanted }: Promised): boolean {
  return wanted !== null && "unit" in wanted;
}

function sentence(line: Line): string {
  const shown = (value: number) => `${value.toFixed(line.unit === "/s" ? 0 : 1)}${line.unit}`;
  const ratio = isOfMore(line) ? `${line.ratio.toFixed(1)} ms more` : `${line.ratio.toFixed(2)} x`;
  const judged = verdict(line, line.ratio);
  return `${line.what}: ${shown(line.postgres)}, with SQLite ${shown(line.sqlite)}; ${ratio}${judged === "" ? "" : ` (${judged})`}\n`;
}
