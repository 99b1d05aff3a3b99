// A thread for tests: it answers with its number, what it was given and its priority, and dies of some tasks.
import { getPriority } from "node:os";
import { threadId } from "node:worker_threads";
import { answerTasks } from "../../src/base/thread-tasks.ts";

export interface Task {
  readonly name: string;
  /** Absent: it is answered. */
  readonly dies?: "memory" | "a bug";
}

export interface Answer {
  readonly name: string;
  readonly thread: number;
  readonly priority: number;
}

answerTasks(({ name, dies }: Task): { answer: Answer } => {
  if (dies === "a bug") throw new Error("A bug of the test's.");
  const kept: unknown[] = [];
  while (dies === "memory") kept.push(Array.from({ length: 1_000 }, () => ({ name })));
  return { answer: { name, thread: threadId, priority: getPriority() } };
});
