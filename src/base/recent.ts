// Answers that depend on a text alone, kept for when the same text comes again.

/** Wraps `work` so that it is done once for a text, as long as that is among the `most` that came last. What throws is not kept. */
export function recent<Answer>(most: number, work: (text: string) => Answer): (text: string) => Answer {
  const known = new Map<string, Answer>();
  return (text) => {
    const isKnown = known.has(text);
    const answer = isKnown ? (known.get(text) as Answer) : work(text);
    if (isKnown) known.delete(text);
    known.set(text, answer); // a Map keeps the order of setting: the first key is the one that did not come for longest
    if (known.size > most) known.delete(known.keys().next().value as string);
    return answer;
  };
}
