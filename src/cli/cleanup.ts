// What a command made and takes away again, last made first, whatever happened in between.
import type { Terminal } from "./terminal.ts";

/** Undoes what was registered, in reverse; one failure does not keep the others from being undone. */
export interface Cleanup {
  add(what: string, undo: () => Promise<unknown>): void;
  /** Resolves to a sentence for each thing that could not be undone. */
  run(): Promise<readonly string[]>;
}

export function createCleanup(): Cleanup {
  const undos: { what: string; undo: () => Promise<unknown> }[] = [];
  return {
    add: (what, undo) => void undos.push({ what, undo }),
    async run() {
      const left: string[] = [];
      for (const { what, undo } of undos.splice(0).reverse()) {
        await undo().catch((error) => left.push(`Could not clean up ${what}: ${(error as Error).message}`));
      }
      return left;
    },
  };
}

/** Does the work and then undoes what it registered, however it ended; what could not be undone is said on standard error. */
export async function withCleanup<Result>(
  { err }: Pick<Terminal, "err">,
  work: (cleanup: Cleanup) => Promise<Result>,
): Promise<Result> {
  const cleanup = createCleanup();
  try {
    return await work(cleanup);
  } finally {
    for (const left of await cleanup.run()) err(`${left}\n`);
  }
}
