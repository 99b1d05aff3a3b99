// The thread that reads the reports of one command, tells each as it is read, and ends.
import { parentPort, workerData } from "node:worker_threads";
import { standBack } from "../base/thread-tasks.ts";
import { readEach } from "./left-reports.ts";

if (parentPort !== null) {
  standBack();
  for await (const report of readEach(workerData)) parentPort.postMessage(report);
}
