// The thread that reads large payloads: while it does, the App answers everybody else.
import { parentPort, workerData } from "node:worker_threads";
import { newLoopId } from "./loop-id.ts";
import { readPayload } from "./read-payload.ts";
import type { Self } from "./translated.ts";

const self = { ...(workerData as Omit<Self, "newLoopId">), newLoopId };

parentPort?.on("message", ({ id, event, bytes }: { id: number; event: string; bytes: Uint8Array }) => {
  parentPort?.postMessage({ id, read: readPayload(event, bytes, self) });
});
