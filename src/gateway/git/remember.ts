// Answers that never change, remembered: what is asked again is not worked out again, and a question under way is asked once.

/**
 * Wraps `work` so that it runs once for each key; the `most` keys asked for last are kept. What fails is forgotten. Only for
 * work whose answer depends on nothing but its key, such as what two commits, named by their ids, differ in.
 */
export function remembered<Request, Answer>(
  most: number,
  keyOf: (request: Request) => string,
  work: (request: Request) => Promise<Answer>,
): (request: Request) => Promise<Answer> {
  const known = new Map<string, Promise<Answer>>();
  return (request) => {
    const key = keyOf(request);
    const answer = known.get(key) ?? work(request);
    known.delete(key);
    known.set(key, answer); // a Map keeps the order of setting: the first key is the one that was not asked for longest
    if (known.size > most) known.delete(known.keys().next().value as string);
    answer.catch(() => known.get(key) === answer && known.delete(key));
    return answer;
  };
}
