// The thread that reads large requests: while it does, the App answers everybody else.
import { parentPort } from "node:worker_threads";
import { type Asking, readyOf } from "./ready.ts";

parentPort?.on("message", ({ id, bytes, asking }: { id: number; bytes: Uint8Array; asking: Asking }) => {
  const ready = readyOf(bytes, asking);
  if (typeof ready === "string") return void parentPort?.postMessage({ id, ready });
  const bulk = new Uint8Array(ready.bulk); // of its own, so that it can be handed over rather than copied
  parentPort?.postMessage({ id, ready: { ...ready, bulk } }, [bulk.buffer]);
});
