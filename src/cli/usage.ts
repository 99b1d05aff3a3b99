// A command line that makes no sense, as opposed to work that failed.
import { readFile } from "node:fs/promises";

/** Ends the program with code 2 and this message. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

/** The text of a file that the command line names. Throws UsageError where it cannot be read. */
export function readNamed(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`could not read ${path}: ${error.code ?? "unknown error"}`);
  });
}
