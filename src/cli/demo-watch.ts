// Hears the App's log while the demo runs: prints what the loop decides, and wakes whoever waits for a decision.
import type { Log } from "../engine/ports.ts";

export interface Watch {
  readonly log: Log;
  /** Resolves at the next decision about the loop. */
  changed(): Promise<void>;
  /** Nothing is printed any more: what follows is clearing up. */
  mute(): void;
}

type Fields = Readonly<Record<string, unknown>>;

export function createWatch(say: (line: string) => void): Watch {
  let muted = false;
  let waiting: (() => void)[] = [];
  const wake = () => {
    const woken = waiting;
    waiting = [];
    for (const resolve of woken) resolve();
  };
  const complain = (fields: Fields, text: string) => {
    const { err, reason } = fields as { err?: unknown; reason?: unknown };
    const detail = err instanceof Error ? err.message : (reason ?? "");
    if (!muted) say(`! ${text}${detail === "" ? "" : `: ${detail}`}`);
  };
  return {
    log: {
      info(fields, text) {
        if (text !== "decided") return;
        if (!muted) sayDecision(fields, say);
        wake();
      },
      warn: complain,
      error: complain,
    },
    changed: () => new Promise((resolve) => waiting.push(resolve)),
    mute: () => {
      muted = true;
    },
  };
}

/** Only decisions that move the loop: the rest is seen on GitHub anyway. */
function sayDecision({ before, after, note }: Fields, say: (line: string) => void): void {
  if (before !== after) say(`loop: ${before} → ${after} (${note})`);
}
