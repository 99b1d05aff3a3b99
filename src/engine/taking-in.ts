// Takes in what processes that stand by have answered for this one, which leads.
import type { ArrivalsPort, Clock, Delivery, Log } from "./ports.ts";

export interface TakingIn {
  /** Takes in all that is there, and from now on whatever comes. Never rejects. */
  begin(): Promise<void>;
  /** After what is under way. */
  stop(): Promise<void>;
}

interface Parts {
  readonly clock: Clock;
  readonly log: Log;
  readonly arrivals: ArrivalsPort;
  /** Stores it as a delivery that came here; the same one more than once counts once. */
  readonly accept: (delivery: Delivery) => Promise<unknown>;
  /** They could not be read: whoever answers deliveries could not store any either. */
  readonly missed: () => void;
}

/** Whether more came is asked so often, whoever told or did not tell. */
const everyMs = 2_000;

/**
 * Each is accepted before it goes: where this process ends in between, the next one accepts it again, which is known and comes to nothing.
 */
export function createTakingIn({ clock, log, arrivals, accept, missed }: Parts): TakingIn {
  let stopping = false;
  let isAsked = false;
  let under: Promise<void> | null = null;
  let cancel = () => {};

  /** Who is told of more while a pass is under way makes another one. */
  function wake(): void {
    isAsked = true;
    if (stopping || under !== null) return;
    under = passes().finally(() => {
      under = null;
      if (isAsked) wake();
    });
  }

  async function passes(): Promise<void> {
    while (isAsked && !stopping) {
      isAsked = false;
      await pass().catch((error) => {
        log.error({ err: error }, "deliveries that other processes stored could not be read");
        missed();
      });
    }
    cancel();
    if (!stopping) cancel = clock.at(clock.now() + everyMs, wake);
  }

  async function pass(): Promise<void> {
    let last = 0;
    while (!stopping) {
      const some = await arrivals.after(last);
      if (some.length === 0) return;
      last = some.at(-1)?.position ?? last;
      const came = await Promise.allSettled(some.map(({ delivery }) => accept(delivery)));
      const done = some.filter((_, index) => came[index]?.status === "fulfilled").map(({ position }) => position);
      for (const one of came) {
        if (one.status === "rejected")
          log.error(
            { err: one.reason },
            "a delivery that another process stored could not be accepted; trying again soon",
          );
      }
      if (done.length > 0) await arrivals.done(done);
    }
  }

  return {
    async begin() {
      arrivals.onMore(wake);
      wake();
      await under;
    },
    async stop() {
      stopping = true;
      cancel();
      await under;
    },
  };
}
