// Works off a list, so many of it at a time.

/** Each is begun in order, as soon as one of those before it is done. Rejects with the first that rejects; those under way go on. */
export async function sideBySide<T>(all: readonly T[], most: number, work: (one: T) => Promise<void>): Promise<void> {
  const waiting = [...all];
  const go = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: Math.min(most, all.length) }, go));
}
