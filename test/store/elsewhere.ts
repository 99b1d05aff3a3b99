// A store in a process of its own, to be stopped or killed there.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const module = JSON.stringify(join(import.meta.dirname, "../../src/store/postgres/postgres.ts"));

/** Opens the store and says `held`, or why not; then says what comes of each line, which is a body of an async function of `store`. */
const program = (address: string, heldMs: number) => `
  import { createInterface } from "node:readline";
  import { postgresStore } from ${module};
  const onLost = (fault) => console.log("lost: " + fault.message);
  const store = await postgresStore(${JSON.stringify(address)}, { onLost, heldMs: ${heldMs} }).catch((error) => console.log(error.message));
  if (store === undefined) process.exit(1);
  console.log("held " + store.epoch);
  for await (const line of createInterface({ input: process.stdin })) {
    const run = new Function("store", "return (async () => " + line + ")()");
    await run(store).then((came) => console.log("done " + JSON.stringify(came ?? null)), (error) => console.log("failed: " + error.message));
  }`;

export interface Elsewhere {
  readonly process: ChildProcess;
  /** The next line that it says. */
  said(): Promise<string>;
  /** What comes of an expression of \`store\`. */
  ask(expression: string): Promise<string>;
}

export function storeElsewhere(address: string, { heldMs = 30_000 } = {}): Elsewhere {
  const child = spawn(process.execPath, ["--no-warnings", "--input-type=module", "-e", program(address, heldMs)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const said = async () => String((await lines.next()).value);
  return {
    process: child,
    said,
    ask(expression) {
      child.stdin.write(`${expression.replaceAll("\n", " ")}\n`);
      return said();
    },
  };
}

export async function ended(one: Elsewhere): Promise<void> {
  if (one.process.exitCode === null && one.process.signalCode === null) await once(one.process, "exit");
}
