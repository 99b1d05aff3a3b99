// Good loops one after the other, a hostile run and a hostile client beside them, and what is left once they are over.
import { readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { setHostileStage, type World } from "../../src/cli/bench-hostile-stage.ts";
import { served } from "../../src/cli/bench-process.ts";
import { createCleanup, withCleanup } from "../../src/cli/cleanup.ts";

export interface SoakRequest {
  readonly minutes: number;
  readonly everySeconds: number;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

export interface Soaked {
  /** Resident bytes of the App after a collection, each with the minute it was read in. */
  readonly memory: readonly { readonly minute: number; readonly bytes: number }[];
  /** How many good loops ended, by how. */
  readonly endings: Readonly<Record<string, number>>;
  readonly hostileCalls: number;
  /** What is not as it should be, one sentence each. */
  readonly problems: readonly string[];
  /** All of that for people. */
  readonly lines: readonly string[];
}

/** What a good loop's last decision says. */
const well = "ended: task_complete";

/** Runs the load, ends it, and looks at what is left. Throws `Fault` where the App ends meanwhile, and what the signal is aborted with. */
export function soak({ minutes, everySeconds, signal, say }: SoakRequest): Promise<Soaked> {
  return withCleanup({ err: say }, async (cleanup) => {
    const terminal = { env: process.env, out: say, err: say };
    const stage = await setHostileStage({ cleanup, terminal, signal });
    return stage.live(async (world) => {
      const began = performance.now();
      const memory: { minute: number; bytes: number }[] = [];
      const look = async () => {
        const { residentBytes } = await world.app.ask("resident", "residentBytes");
        const read = { minute: (performance.now() - began) / 60_000, bytes: Number(residentBytes) };
        memory.push(read);
        say(`minute ${read.minute.toFixed(1)}: ${(read.bytes / 1e6).toFixed(0)} MB`);
      };
      const before = await traces(world);
      const calls = await world.hostileCalls();
      const over = new AbortController();
      const until = AbortSignal.any([signal, over.signal]);
      const goes = () => performance.now() - began < minutes * 60_000 && !until.aborted;
      const rest = (ms: number) => delay(ms, undefined, { signal: until }).catch(() => {});
      const looking = async () => {
        for (await rest(30_000); goes(); await rest(30_000)) await look();
      };
      const beside = Promise.all([keepHostileRun(world, goes, rest), keepClient(world, goes, rest), looking()]);
      beside.catch(() => over.abort()); // what one of them threw is thrown once the load has ended
      const loops: Promise<string>[] = [];
      while (goes()) {
        loops.push(world.wholeLoop().catch((error) => `failed: ${error.message}`));
        await rest(everySeconds * 1_000);
      }
      over.abort();
      await beside;
      signal.throwIfAborted();
      const ended = await Promise.all(loops);
      await world.app.ask("idle", "idleMs");
      await delay(35_000, undefined, { signal }); // connections that are kept open for a while, and threads without work
      await look();
      const left = await leftOver(world, before);
      const endings = Object.fromEntries(
        [...new Set(ended)].map((how) => [how, ended.filter((one) => one === how).length]),
      );
      return told({ memory, endings, hostileCalls: (await world.hostileCalls()) - calls, left, minutes });
    });
  });
}

/** A hostile run, and another where one has ended; all of them are stopped in the end. */
async function keepHostileRun(world: World, goes: () => boolean, rest: (ms: number) => Promise<void>): Promise<void> {
  while (goes()) {
    const stop = await world.hostileRun();
    await rest(120_000);
    await stop();
  }
}

async function keepClient(world: World, goes: () => boolean, rest: (ms: number) => Promise<void>): Promise<void> {
  while (goes()) {
    const own = createCleanup();
    await served(own, {
      file: new URL("../../src/cli/bench-hostile-client.ts", import.meta.url),
      env: { BENCH_DOOR: world.door },
    });
    await rest(30_000);
    await own.run();
    await rest(30_000);
  }
}

interface Traces {
  readonly files: readonly string[];
  readonly children: readonly string[];
  readonly sockets: number;
}

/** What the App has open and has started, and what its runs have on disk. */
async function traces({ app, dataDir }: World): Promise<Traces> {
  const folders = ["runs", "quarantine", "sockets", "scratch"];
  const files = await Promise.all(
    folders.map(async (name) => (await readdir(join(dataDir, name)).catch(() => [])).map((one) => `${name}/${one}`)),
  );
  const runs = (await readdir(dataDir).catch(() => [])).filter((name) => name.startsWith("run-"));
  const descriptors = `/proc/${app.ready.pid}/fd`;
  const targets = await Promise.all(
    (await readdir(descriptors).catch(() => [])).map((fd) => readlink(join(descriptors, fd)).catch(() => "")),
  );
  return {
    files: [...files.flat(), ...runs],
    children: await childrenOf(String(app.ready.pid)),
    sockets: targets.filter((target) => target.startsWith("socket:")).length,
  };
}

/** But for the one that starts the others, which stays as long as the App. */
async function childrenOf(pid: string): Promise<readonly string[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  const children = text.split(" ").filter(Boolean);
  const commands = await Promise.all(
    children.map((child) => readFile(`/proc/${child}/cmdline`, "utf8").catch(() => "")),
  );
  return children.filter((_, index) => !commands[index]?.includes("/base/starter.mjs"));
}

/** A socket or two come and go with the pools of clients; more than that is one that nobody closed. */
const someSockets = 8;

async function leftOver(world: World, before: Traces): Promise<readonly string[]> {
  const after = await traces(world);
  const files = after.files.filter((one) => !before.files.includes(one));
  const children = after.children.filter((one) => !before.children.includes(one));
  return [
    ...files.map((one) => `left behind: ${one}`),
    ...children.map((pid) => `still running: process ${pid}`),
    ...(after.sockets > before.sockets + someSockets
      ? [`${after.sockets} sockets are open, ${before.sockets} were before`]
      : []),
  ];
}

interface Told {
  readonly memory: Soaked["memory"];
  readonly endings: Soaked["endings"];
  readonly hostileCalls: number;
  readonly left: readonly string[];
  readonly minutes: number;
}

/** Memory is held against what it was after ten minutes, or after a third of a shorter time: until then caches fill. */
function told({ memory, endings, hostileCalls, left, minutes }: Told): Soaked {
  const settled = memory.find(({ minute }) => minute >= Math.min(10, minutes / 3)) ?? memory[0];
  const last = memory.at(-1);
  const growth = settled === undefined || last === undefined ? Number.NaN : last.bytes / settled.bytes - 1;
  const bad = Object.keys(endings).filter((how) => how !== well);
  const problems = [
    ...left,
    ...bad.map((how) => `${endings[how]} good loops did not end well: ${how}`),
    ...(growth <= 0.05 ? [] : [`memory grew by ${(100 * growth).toFixed(1)} %`]),
  ];
  const megabytes = (bytes = 0) => `${(bytes / 1e6).toFixed(0)} MB`;
  const lines = [
    `${endings[well] ?? 0} good loops ended well; the hostile runs had ${hostileCalls} calls answered`,
    `memory: ${megabytes(settled?.bytes)} after ${settled?.minute.toFixed(0)} minutes, ${megabytes(last?.bytes)} at the end`,
    ...(problems.length === 0 ? ["nothing was left"] : problems),
  ];
  return { memory, endings, hostileCalls, problems, lines };
}
