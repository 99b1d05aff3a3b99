// The thread that reads large payloads: while it does, the App answers everybody else.
import { workerData } from "node:worker_threads";
import { gathered } from "../../base/blocks.ts";
import { answerTasks } from "../../base/thread-tasks.ts";
import { newLoopId } from "./loop-id.ts";
import { readPayload } from "./read-payload.ts";
import type { Self } from "./translated.ts";

export interface LargePayload {
  readonly event: string;
  readonly pieces: readonly Uint8Array[];
}

const self = { ...(workerData as Omit<Self, "newLoopId">), newLoopId };

answerTasks(({ event, pieces }: LargePayload) => ({ answer: readPayload(event, gathered(pieces), self) }));
