// Lists in which the same thing may stand several times.

/** How often each stands there. */
export function countOf<T>(items: Iterable<T>): Map<T, number> {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

/** Those of the first that the second has not, each as often as it stands there. */
export function without<T>(these: readonly T[], those: readonly T[], keyOf: (one: T) => unknown = (one) => one): T[] {
  const left = countOf(those.map(keyOf));
  return these.filter((one) => {
    const key = keyOf(one);
    const count = left.get(key) ?? 0;
    left.set(key, count - 1);
    return count <= 0;
  });
}

/** How much more often each stands in the second than in the first; below 0: less often. */
export function shiftBetween<T>(before: Iterable<T>, after: Iterable<T>): (one: T) => number {
  const [was, is] = [countOf(before), countOf(after)];
  return (one) => (is.get(one) ?? 0) - (was.get(one) ?? 0);
}

/** Words and numbers, each for itself: `v1.2 of_shop` is v, 1.2, of_shop. */
export function partsIn(text: string): readonly string[] {
  return text.match(/[\p{L}_]+|\d[\d.]*/gu) ?? [];
}
