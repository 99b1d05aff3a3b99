// Says what happens again and again once, and then how often: a run must not be able to fill the log by being refused.

export interface ToldOnce {
  /** Says it the first time that something of this kind happens; afterwards at each tenfold only, with how often so far. */
  tell(kind: string, say: (times: number) => void): void;
  /** Says of each kind how often it happened in all, where that was not said yet. */
  end(): void;
}

interface Told {
  times: number;
  said: number;
  say: (times: number) => void;
}

/** `kind` must be one of a few: it may hold nothing that whoever causes it can choose. */
export function toldOnce(): ToldOnce {
  const kinds = new Map<string, Told>();
  const isTenfold = (times: number) => /^10*$/.test(String(times));
  return {
    tell(kind, say) {
      const told = kinds.get(kind) ?? { times: 0, said: 0, say };
      kinds.set(kind, told);
      told.times += 1;
      told.say = say;
      if (!isTenfold(told.times)) return;
      told.said = told.times;
      say(told.times);
    },
    end() {
      for (const told of kinds.values()) if (told.times > told.said) told.say(told.times);
      kinds.clear();
    },
  };
}
