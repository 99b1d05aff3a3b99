// One thing in two spellings: one that a guard must stop, and its plain neighbour that passes the same guard.

/** A kind of input, the guard in front of it, and attempts on the guard. */
export interface Kind {
  /** What is spelled. */
  readonly name: string;
  readonly attempts: readonly Attempt[];
}

interface Attempt {
  /** Begins with the number of the threat. */
  readonly title: string;
  /** Whether the attempt came through. */
  readonly attack: () => boolean | Promise<boolean>;
  /** Whether its neighbour comes through the same guard: one that stops everything shows nothing. */
  readonly control: () => boolean | Promise<boolean>;
}

/** One kind out of pairs of inputs; `takes` says whether the guard lets one through. */
export function kindOf<Input>(
  name: string,
  threat: string,
  takes: (input: Input) => boolean | Promise<boolean>,
  pairs: readonly (readonly [what: string, attack: Input, control: Input])[],
): Kind {
  const attempts = pairs.map(([what, attack, control]) => ({
    title: `${threat}: ${name}: ${what}`,
    attack: () => takes(attack),
    control: () => takes(control),
  }));
  return { name, attempts };
}
