// A failed assertion is a bug of ours: the loop is paused, never guessed on.

/** Our own mistake, as opposed to a `Fault` of the world. */
export class Bug extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Bug";
  }
}

/** Marks a place that the types say cannot be reached. Throws `Bug`. */
export function unreachable(value: never): never {
  throw new Bug(`unreachable: ${JSON.stringify(value)}`);
}

/** Throws `Bug` with the message when the condition does not hold. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Bug(message);
}
