// What a thread does that is there to work through things for the App.
import { getPriority, setPriority } from "node:os";
import { parentPort } from "node:worker_threads";

/** Of nice: a thread at 5 gets a quarter of a processor that one at 0 wants as well, and all of one that nobody wants. */
const behind = 5;

/**
 * Lets the threads that answer people and GitHub go first. On Linux a thread has a priority of its own, by which 0 is the one that asks
 * (setpriority(2), "C library/kernel differences"); elsewhere it would be that of the whole App, and stays as it is.
 */
export function standBack(): void {
  if (process.platform === "linux" && getPriority() < behind) setPriority(behind);
}

/** Answers the tasks of a `threadQueue`; `give` is handed over with the answer, rather than copied. */
export function answerTasks<Task, Answer>(
  work: (task: Task) => { readonly answer: Answer; readonly give?: readonly ArrayBuffer[] },
): void {
  standBack();
  parentPort?.on("message", (task: Task) => {
    const { answer, give = [] } = work(task);
    parentPort?.postMessage(answer, [...give]);
  });
}
