// What a run asked its gateways for and was refused, to be told beside what it did.
import { maskCredentials } from "../base/credentials.ts";
import { plain } from "../verify/plain.ts";

/** So many things are named, and so many are told apart at all: a run may ask for as many as it likes. */
const [mostNamed, mostKnown, longest] = [12, 500, 100];

export interface Refusals {
  /**
   * `host`: it may not be reached; `package`: policy does not let it be fetched; `push`: a rule of what may be pushed; `tool`: there is
   * none of this name; `command`: policy does not let it be run, or a person has to say yes first.
   */
  hear(what: "host" | "package" | "push" | "tool" | "command", name: string): void;
  /** `host evil.example:443 ×3`, most often first; at most 12. Names are the run's own words, masked and cut. */
  told(): readonly string[];
}

export function tallyRefusals(): Refusals {
  const counts = new Map<string, number>();
  return {
    hear(what, name) {
      const key = `${what} ${maskCredentials(plain(name)).replace(/\s+/g, " ").slice(0, longest).toWellFormed()}`;
      if (counts.has(key) || counts.size < mostKnown) counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    told() {
      const often = [...counts].sort(([, one], [, other]) => other - one).slice(0, mostNamed);
      return often.map(([key, times]) => (times === 1 ? key : `${key} ×${times}`));
    },
  };
}
