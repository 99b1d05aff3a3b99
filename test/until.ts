// Waiting in a test for what another process, or the App beside it, does in its own time.

/** Resolves when it holds; the test's own time limit is the only other end. The processor is left to what is waited for. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}
