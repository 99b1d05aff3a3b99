// The thread that reads large requests: while it does, the App answers everybody else.
import { gathered } from "../../base/blocks.ts";
import { answerTasks } from "../../base/thread-tasks.ts";
import { type Asking, readyOf } from "./ready.ts";

export interface ReadingTask {
  readonly pieces: readonly Uint8Array[];
  readonly asking: Asking;
}

answerTasks(({ pieces, asking }: ReadingTask) => {
  const ready = readyOf(gathered(pieces), asking);
  return { answer: ready, give: typeof ready === "string" ? [] : [ready.bulk.buffer] };
});
