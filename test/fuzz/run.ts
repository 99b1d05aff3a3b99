// The fuzz as a command: `npm run fuzz -- --inputs 100000 --seed 1`. Ends with 1 where a door gave way.
import { parseArgs } from "node:util";
import { openDoors } from "./doors.ts";
import { chanceFrom } from "./inputs.ts";
import { throwAt } from "./throw.ts";

const help = `Throws raw requests at the App's door, the forge's pages and a run's gateways.

  --inputs <count>  for all of them together (default 100000)
  --seed <number>   what chance begins from (default 1)
  --json            answer in JSON
`;
const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(help);
  process.exit(0);
}
const unhandled: unknown[] = [];
process.on("unhandledRejection", (error) => unhandled.push(error));
const { doors, errors, close } = await openDoors();
const results = [];
for (const [index, door] of doors.entries()) {
  const chance = chanceFrom(Number(values.seed) + index);
  const share = Math.ceil(Number(values.inputs) / doors.length);
  results.push(
    await throwAt(door, share, chance, (done) => process.stderr.write(`${door.name}: ${done} of ${share}\n`)),
  );
}
await close();
const failed =
  results.some(({ wrong, isAlive }) => wrong.length > 0 || !isAlive) || errors.length + unhandled.length > 0;
if (values.json)
  process.stdout.write(
    `${JSON.stringify({ results, errors: errors.map(String), unhandled: unhandled.map(String) }, null, 2)}\n`,
  );
else {
  for (const { name, inputs, statuses, wrong, isAlive } of results) {
    process.stdout.write(
      `${name}: ${inputs} inputs, ${isAlive ? "alive" : "DEAD"}, ${wrong.length} wrong answers, ${JSON.stringify(statuses)}\n`,
    );
    for (const { status, input } of wrong.slice(0, 5)) process.stdout.write(`  ${status}: ${JSON.stringify(input)}\n`);
  }
  for (const error of [...errors, ...unhandled].slice(0, 10))
    process.stdout.write(`thrown: ${error instanceof Error ? error.stack : error}\n`);
}
process.exit(failed ? 1 : 0);
