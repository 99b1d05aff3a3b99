// The thread that reads pictures, or compares two, and ends.
import { parentPort, workerData } from "node:worker_threads";
import { standBack } from "../base/thread-tasks.ts";
import { compare, type Difference, type Picture, readPicture, type Unread } from "../verify/pictures/png.ts";

export type PictureTask =
  | { readonly read: readonly Uint8Array[] }
  | { readonly before: Uint8Array; readonly after: Uint8Array };

export type PicturesRead = readonly (Picture | Unread)[];

function answerTo(task: PictureTask): PicturesRead | Difference | null {
  return "read" in task ? task.read.map(readPicture) : compare(task.before, task.after);
}

standBack();
parentPort?.postMessage(answerTo(workerData));
