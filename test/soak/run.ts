// The command `npm run soak`: the real App under good and hostile load for a long time, and what it has left of that.
import { interruptible } from "../../src/cli/interrupt.ts";
import { givenOptions } from "../script-options.ts";
import { soak } from "./soak.ts";

const help = `npm run soak -- [options]

  --minutes N    how long the load lasts (default 60)
  --every S      seconds between two good loops (default 120: GitHub answers 5,000 requests an hour, and a loop makes about a hundred)
  --json         prints the result as JSON
  --help         prints this

A hostile run is always under way, and a hostile client every other half minute. Runs are plain processes.
Exit code: 0 when nothing was left and memory at the end is within 5 % of what it was after ten minutes (or after a third of
a shorter time), 1 otherwise, 2 for wrong options, 130 after Ctrl-C.
`;

const options = {
  minutes: { type: "string", default: "60" },
  every: { type: "string", default: "120" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

async function main(): Promise<number> {
  const given = givenOptions(options, help);
  if (typeof given === "number") return given;
  const [minutes, every] = [Number(given.minutes), Number(given.every)];
  if (!Number.isInteger(minutes) || minutes < 1 || !Number.isInteger(every) || every < 1) {
    process.stderr.write(`--minutes and --every take whole numbers from 1.\n\n${help}`);
    return 2;
  }
  const say = (text: string) => void process.stderr.write(`${text}\n`);
  return interruptible(async (signal) => {
    const result = await soak({ minutes, everySeconds: every, signal, say });
    if (given.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    else for (const line of result.lines) process.stdout.write(`${line}\n`);
    return result.problems.length === 0 ? 0 : 1;
  });
}

process.exitCode = await main();
