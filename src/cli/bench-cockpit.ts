// `loopgate bench cockpit`: the operator's pages over many loops beside ten, and deliveries beside browsers that follow loops.
import { Fault } from "../base/fault.ts";
import { addressOf } from "../cockpit/loops/list.ts";
import { issueKeyOf } from "../loop/issue-key.ts";
import type { IdleStage } from "./bench-idle-stage.ts";
import { load } from "./bench-load.ts";
import { median } from "./bench-median.ts";
import { type Served, served, serveOptions } from "./bench-process.ts";
import { promises, verdict } from "./bench-promises.ts";
import { type Cleanup, withCleanup } from "./cleanup.ts";
import { developmentOnly } from "./development.ts";
import { interruptible } from "./interrupt.ts";
import type { Terminal } from "./terminal.ts";

export interface CockpitBench {
  readonly loops: number;
  readonly views: number;
  readonly rounds: number;
  readonly json: boolean;
}

/** Milliseconds. */
interface Pages {
  readonly list: number;
  readonly loop: number;
}

const [few, traceRows] = [10, 100];
/** Each page is asked for so often; of the first askings nothing is measured. */
const [warm, asked] = [10, 60];
const secondsEach = 3;
const connections = 10;

/** Prints both sides and their ratios. Resolves to 0, whatever they are, and to 130 after Ctrl-C. Throws `Fault`. */
export async function benchCockpit({ loops, views, rounds, json }: CockpitBench, terminal: Terminal): Promise<number> {
  const { setIdleStage } = await developmentOnly(() => import("./bench-idle-stage.ts"));
  return interruptible((signal) =>
    withCleanup(terminal, async (cleanup) => {
      const stage = (count: number) => setIdleStage({ loops: count, traceRows, cleanup, say: terminal.err, signal });
      const stages = { few: await stage(few), many: await stage(loops) };
      const pages: { few: Pages; many: Pages }[] = [];
      const answers: { none: number; open: number }[] = [];
      for (let round = 1; round <= rounds; round++) {
        terminal.err(`round ${round} of ${rounds}\n`);
        const pair = { few: {} as Pages, many: {} as Pages };
        for (const side of round % 2 === 0 ? (["few", "many"] as const) : (["many", "few"] as const)) {
          signal.throwIfAborted();
          const app = await anApp(stages[side], cleanup);
          pair[side] = await timePages(app, stages[side]);
          if (side === "many") answers.push(await timeAnswers(app, stages[side], { views, signal, round }));
          await app.app.end();
        }
        pages.push(pair);
      }
      const of = (name: keyof Pages) => ({
        promised: name === "list" ? promises.cockpitList : promises.cockpitLoop,
        ours: median(pages.map(({ many }) => many[name])),
        other: median(pages.map((one) => one.few[name])),
        ratio: median(pages.map((one) => one.many[name] / one.few[name])),
      });
      const beside = {
        promised: promises.cockpitViews,
        ours: median(answers.map(({ open }) => open)),
        other: median(answers.map(({ none }) => none)),
        ratio: median(answers.map(({ none, open }) => open / none)),
      };
      const lines = [of("list"), of("loop"), beside];
      if (json) terminal.out(`${JSON.stringify({ loops, views, traceRows: loops * traceRows, lines }, null, 2)}\n`);
      else for (const line of lines) terminal.out(sentence(line));
      return 0;
    }),
  );
}

interface Opened {
  readonly app: Served;
  readonly origin: string;
  readonly cookie: string;
}

/** The App on that store, with a browser's cookie for its pages. */
async function anApp({ many }: IdleStage, cleanup: Cleanup): Promise<Opened> {
  const file = new URL("./bench-app.ts", import.meta.url);
  const app = await served(cleanup, { file, env: { ...many, BENCH_PAGES: "1" }, execArgv: serveOptions });
  const begin = String(app.ready.begin);
  await app.ask("idle", "idleMs");
  const entered = await fetch(begin, { redirect: "manual" });
  const cookie = entered.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  return { app, origin: new URL(begin).origin, cookie };
}

async function timePages({ origin, cookie }: Opened, { gates }: IdleStage): Promise<Pages> {
  return {
    list: await timed(`${origin}/?show=ended`, cookie),
    loop: await timed(`${origin}${pathOf(gates)}`, cookie),
  };
}

const pathOf = ([gate]: IdleStage["gates"]) =>
  addressOf(issueKeyOf(gate?.issue.repositoryId ?? 0, gate?.issue.number ?? 0));

async function timed(url: string, cookie: string): Promise<number> {
  const took: number[] = [];
  for (let n = 0; n < warm + asked; n++) {
    const from = performance.now();
    const answer = await fetch(url, { headers: { cookie } });
    await answer.text();
    if (answer.status !== 200) throw new Fault(`${url} answered ${answer.status}.`, { kind: "engine", retry: "never" });
    if (n >= warm) took.push(performance.now() - from);
  }
  return median(took);
}

/** Deliveries with the views open, and with none, which of the two first by turns. */
async function timeAnswers(
  { app, origin, cookie }: Opened,
  { gates, secret }: IdleStage,
  { views, signal, round }: { readonly views: number; readonly signal: AbortSignal; readonly round: number },
) {
  const answer = async () => {
    const forMs = secondsEach * 1_000;
    return (await load({ url: app.ready.url, secret, connections, forMs, signal })).p50Ms;
  };
  const following = async () => {
    const ended = new AbortController();
    const path = `${origin}${pathOf(gates)}/events`;
    const open = Array.from({ length: views }, () => fetch(path, { headers: { cookie }, signal: ended.signal }));
    for (const { status } of await Promise.all(open))
      if (status !== 200) throw new Fault(`A live view answered ${status}.`, { kind: "engine", retry: "never" });
    const took = await answer();
    ended.abort();
    return took;
  };
  await answer();
  if (round % 2 === 0) return { none: await answer(), open: await following() };
  const open = await following();
  return { open, none: await answer() };
}

interface Line {
  readonly promised: (typeof promises)["cockpitList" | "cockpitLoop" | "cockpitViews"];
  readonly ours: number;
  readonly other: number;
  readonly ratio: number;
}

function sentence({ promised, ours, other, ratio }: Line): string {
  const { what, beside } = promised;
  return `${what}: ${ours.toFixed(2)} ms; ${beside} ${other.toFixed(2)} ms; ${ratio.toFixed(2)} x (${verdict(promised, ratio)})\n`;
}
