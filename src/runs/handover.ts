// An agent that failed for want of money is started once more in the same run, to hand over with the tenth that was kept for that.
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { handoverBrief } from "../brief/executor.ts";
import type { Clock, Log } from "../engine/ports.ts";
import type { ModelCall } from "../gateway/model/provider.ts";
import type { Handover } from "../loop/state.ts";
import { rooms } from "./rooms.ts";

/** How long the last tenth is open, in milliseconds. */
const openMs = 5 * 60_000;

export interface HandoverParts {
  readonly dataDir: string;
  readonly log: Log;
  readonly clock: Pick<Clock, "now" | "at">;
}

export interface HandoverRequest {
  readonly run: string;
  /** Whether the run's work ended with a call that was refused for want of money. */
  readonly isOutOfBudget: () => boolean;
  /** Opens and closes the last tenth. */
  readonly keepOpen: (isOpen: boolean) => void;
}

export interface HandingOver {
  /** Gets everything ready for it, once; false: there is nothing to hand over. */
  begin(): Promise<boolean>;
  hear(call: ModelCall): void;
  /** What came of it so far; null: it was not begun. */
  came(): Handover | null;
  /** Nothing happens any more. */
  end(): void;
}

/** The hand-over of one run, not begun. */
export function handingOver(parts: HandoverParts, { run, isOutOfBudget, keepOpen }: HandoverRequest): HandingOver {
  let begun = false;
  let answered = false;
  let cancel = () => {};
  return {
    async begin() {
      if (begun || !isOutOfBudget()) return false;
      begun = true; // whoever asks meanwhile is told no
      try {
        await replaceBrief(join(rooms(parts).run(run), "loop", "brief.md"), handoverBrief(openMs));
      } catch (err) {
        begun = false;
        parts.log.warn({ run, err }, "the brief for handing over could not be written, so the run ends without it");
        return false;
      }
      keepOpen(true);
      cancel = parts.clock.at(parts.clock.now() + openMs, () => keepOpen(false));
      parts.log.info({ run }, "the budget for work is used up; the agent is started once more to hand over");
      return true;
    },
    hear({ clientGone, share, outcome }) {
      if (begun && !clientGone && outcome === "complete" && share !== null) answered = true;
    },
    came() {
      if (!begun) return null;
      return answered && !isOutOfBudget() ? "done" : "cut";
    },
    end: () => cancel(),
  };
}

/** In the same file, since a container has that one mounted and no other. Rejects where anything but a file lies there. */
async function replaceBrief(path: string, brief: string): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) throw new Error(`${path} is no file`);
    await file.truncate();
    await file.writeFile(brief);
  } finally {
    await file.close();
  }
}
