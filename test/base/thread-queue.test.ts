// Work for one thread: whoever asks takes turns, and a task of which the thread dies takes no other with it.
import { getPriority } from "node:os";
import { expect, onTestFinished, test } from "vitest";
import { threadQueue } from "../../src/base/thread-queue.ts";
import type { Answer, Task } from "./tasks.ts";

function aQueue() {
  const file = new URL("./tasks.ts", import.meta.url);
  const queue = threadQueue<Task, Answer>({ file, bounds: { oldMegabytes: 24, youngMegabytes: 2 } });
  onTestFinished(() => queue.close());
  return queue;
}

test.each(["memory", "a bug"] as const)(
  "T8: a task that the thread dies of %s is lost alone: those that wait are answered by the next",
  async (dies) => {
    const queue = aQueue();
    const first = queue.ask({ name: "first" }, "good");
    const deadly = [queue.ask({ name: "deadly", dies }, "hostile"), queue.ask({ name: "deadly too", dies }, "hostile")];
    const waiting = ["good", "hostile", "third"].map((whose) => queue.ask({ name: whose }, whose));
    expect(await Promise.all(deadly)).toEqual([null, null]);
    const names = (await Promise.all([first, ...waiting])).map((one) => one?.name);
    expect(names).toEqual(["first", "good", "hostile", "third"]);
  },
  60_000,
);

test("T26: whoever asks for much waits for the others' turns", async () => {
  const queue = aQueue();
  const order: string[] = [];
  const ask = (name: string, whose: string) =>
    queue.ask({ name }, whose).then((answer) => order.push(answer?.name ?? "lost"));
  const asked = [1, 2, 3, 4].map((n) => ask(`much ${n}`, "much"));
  await Promise.all([...asked, ask("little 1", "little"), ask("other 1", "other"), ask("little 2", "little")]);
  expect(order).toEqual(["much 1", "much 2", "little 1", "other 1", "much 3", "little 2", "much 4"]);
}, 60_000);

test.runIf(process.platform === "linux")(
  "the thread stands back behind the one that answers, which keeps its own priority",
  async () => {
    const before = getPriority();
    const answer = await aQueue().ask({ name: "one" }, "whoever");
    expect(answer?.priority).toBe(Math.max(before, 5));
    expect(getPriority()).toBe(before);
  },
  60_000,
);

test("one thread answers them all while it lives, and closing it leaves nobody waiting", async () => {
  const queue = aQueue();
  const threads = await Promise.all([1, 2, 3].map(async (n) => (await queue.ask({ name: `${n}` }, n))?.thread));
  expect(new Set(threads).size).toBe(1);
  const left = [queue.ask({ name: "read" }, "one"), queue.ask({ name: "waits" }, "two")];
  await queue.close();
  expect(await Promise.all(left)).toEqual([null, null]);
  expect((await queue.ask({ name: "later" }, "one"))?.name).toBe("later");
}, 60_000);
