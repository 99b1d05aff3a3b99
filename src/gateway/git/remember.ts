// Answers that never change, remembered: what is asked again is not worked out again, and a question under way is asked once.

/** Answers a request; where one is answered already, `follow` has the answer to another told by it. */
export type Remembered<Request, Answer> = ((request: Request) => Promise<Answer>) & {
  follow(one: Request, other: Request, turn: (answer: Answer) => Answer): void;
};

/**
 * Wraps `work` so that it runs once for each key; the `most` keys asked for last are kept. What fails is forgotten. Only for
 * work whose answer depends on nothing but its key, such as what two commits, named by their ids, differ in.
 */
export function remembered<Request, Answer>(
  most: number,
  keyOf: (request: Request) => string,
  work: (request: Request) => Promise<Answer>,
): Remembered<Request, Answer> {
  const known = new Map<string, Promise<Answer>>();
  const keep = (key: string, answer: Promise<Answer>) => {
    known.delete(key);
    known.set(key, answer); // a Map keeps the order of setting: the first key is the one that was not asked for longest
    if (known.size > most) known.delete(known.keys().next().value as string);
    answer.catch(() => known.get(key) === answer && known.delete(key));
    return answer;
  };
  return Object.assign(
    (request: Request) => {
      const key = keyOf(request);
      return keep(key, known.get(key) ?? work(request));
    },
    {
      follow: (one: Request, other: Request, turn: (answer: Answer) => Answer) => {
        const answer = known.get(keyOf(one));
        if (answer !== undefined && !known.has(keyOf(other))) keep(keyOf(other), answer.then(turn));
      },
    },
  );
}
