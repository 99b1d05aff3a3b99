// One writer per loop: work for one issue is done one piece at a time, in the order it was asked for.

/** Runs `turn(key)` for every poked key, never twice at once for the same key. */
export interface Mailbox {
  /** Asks for a turn; a poke during a turn leads to one more turn after it. */
  poke(key: string): void;
  /** Resolves when no turn runs and none is asked for. */
  idle(): Promise<void>;
  readonly busy: boolean;
}

/** `turn` must not throw; what it cannot handle it must settle itself. `onIdle` is told whenever the last turn is over. */
export function createMailbox(turn: (key: string) => Promise<void>, onIdle: () => void = () => {}): Mailbox {
  const running = new Map<string, { again: boolean }>();
  let waiters: (() => void)[] = [];

  async function work(key: string, slot: { again: boolean }): Promise<void> {
    do {
      slot.again = false;
      await turn(key);
    } while (slot.again);
    running.delete(key);
    if (running.size > 0) return;
    const woken = waiters;
    waiters = [];
    for (const wake of woken) wake();
    onIdle();
  }

  return {
    poke(key) {
      const slot = running.get(key);
      if (slot !== undefined) {
        slot.again = true;
        return;
      }
      const fresh = { again: false };
      running.set(key, fresh);
      void work(key, fresh);
    },
    idle() {
      if (running.size === 0) return Promise.resolve();
      return new Promise((resolve) => waiters.push(resolve));
    },
    get busy() {
      return running.size > 0;
    },
  };
}
