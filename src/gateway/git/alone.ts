// One at a time per name: work on the same folder waits for the work before it.

const last = new Map<string, Promise<unknown>>();

/** Runs `work` after all earlier work under the same name in this process has ended, well or badly. */
export async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  const before = last.get(name) ?? Promise.resolve();
  const mine = before.then(work, work);
  const quiet = mine.catch(() => undefined);
  last.set(name, quiet);
  try {
    return await mine;
  } finally {
    if (last.get(name) === quiet) last.delete(name);
  }
}
