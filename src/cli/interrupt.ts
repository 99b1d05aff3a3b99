// Ctrl-C as a signal that work can be ended by, once; the second one ends the process.

/** The exit code of a command that Ctrl-C ended: 128 and the signal's number, as shells have it. */
export const INTERRUPTED = 130;

/**
 * Does the work under a signal that the first Ctrl-C or SIGTERM aborts; the second ends the process at once. Resolves to
 * the work's own code, or to `INTERRUPTED` where the work gave up for the signal. Throws what the work throws otherwise.
 */
export async function interruptible(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const controller = new AbortController();
  const listener = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort(new Error("interrupted"));
  };
  process.on("SIGINT", listener).on("SIGTERM", listener);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (controller.signal.aborted) return INTERRUPTED;
    throw error;
  } finally {
    process.off("SIGINT", listener).off("SIGTERM", listener);
  }
}
