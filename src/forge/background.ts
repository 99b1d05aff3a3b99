// What GitHub does on its own time, behind the answers: begun by a change, done some time after it.
import type { Activity } from "./http/activity.ts";

export interface Background {
  /** Begins the work now, or once it is no longer held. Work that fails is left: whoever asks next begins it anew. */
  begin(work: () => Promise<unknown>): void;
  /** Has all work wait from now on, as on a busy day. */
  hold(): void;
  /** Begins what waits, in its order. */
  release(): void;
}

/** Work under way keeps the forge busy; work that is held does not. */
export function createBackground(activity: Activity): Background {
  let held: (() => Promise<unknown>)[] | null = null;
  const begin = (work: () => Promise<unknown>) => void activity.during(work().catch(() => {}));
  return {
    begin: (work) => (held ? void held.push(work) : begin(work)),
    hold: () => {
      held ??= [];
    },
    release: () => {
      const waiting = held ?? [];
      held = null;
      for (const work of waiting) begin(work);
    },
  };
}
