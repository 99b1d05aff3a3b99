// Work for one thread of its own, piece by piece: those who ask take turns, and what the thread dies of is lost alone.
import type { Worker } from "node:worker_threads";
import { startThread, type ThreadBounds } from "./thread.ts";

export interface ThreadQueueRequest {
  /** Its program, which calls `answerTasks`. */
  readonly file: URL;
  readonly bounds: ThreadBounds;
  readonly workerData?: unknown;
}

export interface ThreadQueue<Task, Answer> {
  /**
   * The thread's answer, or null where it ended over this task: it took more memory than it may. `whose` says who asks, and `give` is what
   * is handed over when the task's turn comes, rather than copied. Never rejects.
   */
  ask(task: Task, whose: unknown, give?: readonly ArrayBufferLike[]): Promise<Answer | null>;
  /** Ends the thread; whatever waits is answered with null. */
  close(): Promise<void>;
}

interface Waiting<Task, Answer> {
  readonly task: Task;
  readonly give: readonly ArrayBufferLike[];
  readonly answer: (answer: Answer | null) => void;
}

/** After so long without a task the thread goes, and its memory with it. */
const idleMs = 30_000;

/**
 * The thread is started when there is something to do, and again after it ended over a task. It has one task at a time: the others wait
 * here, where nothing that the thread dies of reaches them. It does not keep the process while it has none.
 */
export function threadQueue<Task, Answer>(request: ThreadQueueRequest): ThreadQueue<Task, Answer> {
  type One = Waiting<Task, Answer>;
  const lines = new Map<unknown, One[]>(); // whoever had a turn goes to the end
  let current: One | null = null;
  let worker: Worker | null = null;
  let idle: NodeJS.Timeout | undefined;

  function settle(answer: Answer | null): void {
    const done = current;
    current = null;
    done?.answer(answer);
    next();
  }

  function started(): Worker {
    const thread = startThread(request.file, request.bounds, request.workerData);
    thread.on("message", (answer: Answer) => {
      if (worker === thread) settle(answer);
    });
    thread.on("error", () => {}); // said by what "exit" tells
    thread.once("exit", () => {
      if (worker !== thread) return;
      worker = null;
      settle(null);
    });
    return thread;
  }

  function next(): void {
    clearTimeout(idle);
    const one = current === null ? takeTurn(lines) : null;
    if (one !== null) {
      current = one;
      worker ??= started();
      worker.ref();
      worker.postMessage(one.task, [...one.give] as ArrayBuffer[]);
    } else if (current === null) {
      worker?.unref();
      idle = setTimeout(() => void end(), idleMs).unref();
    }
  }

  async function end(): Promise<void> {
    const ending = worker;
    worker = null;
    await ending?.terminate();
  }

  return {
    ask: (task, whose, give = []) =>
      new Promise((answer) => {
        const line = lines.get(whose) ?? [];
        line.push({ task, give, answer });
        lines.set(whose, line);
        next();
      }),
    async close() {
      clearTimeout(idle);
      const left = [...(current === null ? [] : [current]), ...[...lines.values()].flat()];
      current = null;
      lines.clear();
      for (const one of left) one.answer(null);
      await end();
    },
  };
}

/** The first task of whoever is first in line; they go to the end of it. */
function takeTurn<One>(lines: Map<unknown, One[]>): One | null {
  const [first] = lines;
  if (first === undefined) return null;
  const [whose, line] = first;
  const one = line.shift() ?? null;
  lines.delete(whose);
  if (line.length > 0) lines.set(whose, line);
  return one;
}
