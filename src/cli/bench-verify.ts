// `loopgate bench verify`: what a verdict costs beside running the suite by hand, alone and with ten hunks taken back.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { Fault } from "../base/fault.ts";
import { median } from "./bench-median.ts";
import { type Promised, promises, verdict } from "./bench-promises.ts";
import { withCleanup } from "./cleanup.ts";
import { interruptible } from "./interrupt.ts";
import type { Terminal } from "./terminal.ts";
import { verify } from "./verify.ts";

export interface VerifyBench {
  readonly rounds: number;
  /** How long the suite takes by hand, about. */
  readonly seconds: number;
  /** The commands run on this machine, in no container. */
  readonly unsealed: boolean;
  readonly json: boolean;
}

const run = promisify(execFile);
const hunks = 10;
const tests = 2 * hunks;

/** Milliseconds. */
interface Figures {
  readonly byHand: number;
  readonly alone: number;
  readonly knockOut: number;
}

/** Prints both sides and their ratios. Resolves to 0, whatever they are, and to 130 after Ctrl-C. Throws `Fault`. */
export async function benchVerify(options: VerifyBench, terminal: Terminal): Promise<number> {
  return interruptible((signal) =>
    withCleanup(terminal, async (cleanup) => {
      const dir = await mkdtemp(join(tmpdir(), "loopgate-bench-"));
      cleanup.add(dir, () => rm(dir, { recursive: true, force: true }));
      const shop = await aShop(join(dir, "shop"), options.seconds);
      const rounds: Figures[] = [];
      for (let round = 1; round <= options.rounds; round++) {
        signal.throwIfAborted();
        terminal.err(`round ${round} of ${options.rounds}\n`);
        rounds.push({
          byHand: await timed(() => run("sh", ["run.sh"], { cwd: shop.dir, signal })),
          alone: await timed(() => judged(shop, options, 0)),
          knockOut: await timed(() => judged(shop, options, hunks)),
        });
      }
      const lines = [
        lineOf(promises.verifyAlone, rounds, ({ alone }) => alone),
        lineOf(promises.verifyKnockOut, rounds, ({ knockOut }) => knockOut),
      ];
      if (options.json) terminal.out(`${JSON.stringify({ tests, hunks, lines }, null, 2)}\n`);
      else for (const line of lines) terminal.out(sentence(line));
      return 0;
    }),
  );
}

interface Shop {
  readonly dir: string;
  readonly base: string;
  readonly head: string;
}

/** A repository whose change mends ten functions in five files, and their tests with them; its suite runs two tests at a time and takes about so long on two cores. */
async function aShop(dir: string, seconds: number): Promise<Shop> {
  const git = async (...args: string[]) => {
    const who = ["-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "commit.gpgsign=false"];
    return (await run("git", [...who, ...args], { cwd: dir })).stdout.trim();
  };
  const write = async (files: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(dir, dirname(path)), { recursive: true });
      await writeFile(join(dir, path), text);
    }
    await git("add", "--all");
    await git("commit", "--quiet", "--message", "bench");
    return git("rev-parse", "HEAD");
  };
  await mkdir(dir);
  await git("init", "--quiet");
  const steps = await stepsIn((seconds * 1000 * 2) / tests);
  const base = await write({ ".github/loop.yml": policy, "run.sh": runner, ...shopOf(0), ...testsOf(steps, 0) });
  const head = await write({ ...shopOf(1), ...testsOf(steps, 1) });
  return { dir, base, head };
}

/** `{files}`: the whole suite where none are named. */
const policy = `version: 1
checks:
  run:
    - { name: suite, command: sh run.sh, only: "sh run.sh {files}", reports: [out/*.xml] }
`;

const runner = `#!/bin/sh
mkdir -p out
[ $# -gt 0 ] || set -- test/*.sh
printf '%s\\n' "$@" | xargs -n 1 -P 2 sh -c 'name=$(basename "$0" .sh)
if sh "$0"; then failure=; failures=0; else failure="<failure message=\\"red\\"/>"; failures=1; echo "FAIL $0"; fi
echo "<testsuite name=\\"$name\\" tests=\\"1\\" failures=\\"$failures\\"><testcase classname=\\"$name\\" name=\\"holds\\" file=\\"$0\\">$failure</testcase></testsuite>" > out/$name.xml
[ $failures = 0 ] || exit 1'
`;

/** Two prices in each file, far enough from one another to be hunks of their own. */
function shopOf(is: number): Record<string, string> {
  const gap = "# between\n".repeat(8);
  const files = Array.from({ length: hunks / 2 }, (_, at) => {
    return [`src/m${at}.sh`, `dear() { echo ${is + at}; }\n${gap}cheap() { echo ${is + at}; }\n`] as const;
  });
  return Object.fromEntries(files);
}

/** Each works as long as the others. Five hold two prices each, and came with the change; the others hold nothing of it. */
function testsOf(steps: number, is: number): Record<string, string> {
  const work = `awk 'BEGIN { for (i = 0; i < ${steps}; i++) x += i }'\n`;
  const files = Array.from({ length: tests }, (_, at) => {
    const looks = `. ./src/m${at}.sh\n[ "$(dear)$(cheap)" = ${is + at}${is + at} ]\n`;
    return [`test/m${at}.sh`, `${work}${at < hunks / 2 ? looks : "true\n"}`] as const;
  });
  return Object.fromEntries(files);
}

/** How much awk counts here in so many milliseconds. */
async function stepsIn(ms: number): Promise<number> {
  const tried = 2_000_000;
  const took = await timed(() => run("awk", [`BEGIN { for (i = 0; i < ${tried}; i++) x += i }`]));
  return Math.max(1, Math.round((tried * ms) / took));
}

/** One verdict; anything but green ends the bench. */
async function judged({ dir, base, head }: Shop, { unsealed }: VerifyBench, knockOut: number): Promise<void> {
  let said = "";
  const hear = (text: string) => {
    said += text;
  };
  const terminal: Terminal = { env: process.env, out: () => {}, err: hear };
  const summary = join(dir, "..", "summary.md");
  await rm(summary, { force: true });
  const options = { repo: dir, base, head, policy: null, image: null, unsealed, knockOut, jobs: 2, json: false };
  const code = await verify({ ...options, sarif: null, summary }, terminal);
  const told = await readFile(summary, "utf8").catch(() => "");
  const isRight = code === 0 && (knockOut === 0 || told.includes(`${hunks} of ${hunks} hunks are held`));
  if (!isRight)
    throw new Fault(`The verdict is not the one it should be. ${said}${told}`, { kind: "engine", retry: "never" });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

interface Line extends Promised {
  readonly byHand: number;
  readonly ours: number;
  readonly ratio: number;
}

/** Medians of each side, and of the ratios of the rounds. */
function lineOf(promised: Promised, rounds: readonly Figures[], ours: (figures: Figures) => number): Line {
  return {
    ...promised,
    byHand: median(rounds.map(({ byHand }) => byHand)),
    ours: median(rounds.map(ours)),
    ratio: median(rounds.map((one) => ours(one) / one.byHand)),
  };
}

function sentence(line: Line): string {
  const [ours, byHand] = [line.ours, line.byHand].map((ms) => `${(ms / 1000).toFixed(1)} s`);
  return `${line.what}: ${ours}, the suite by hand ${byHand}; ${line.ratio.toFixed(2)} x (${verdict(line, line.ratio)})\n`;
}
