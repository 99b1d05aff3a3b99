// A command line that makes no sense, as opposed to work that failed.

/** Ends the program with code 2 and this message. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}
