// Known bugs of the gate, planted one at a time: who may approve, what still counts, and what a merge goes by.
import type { ReviewFact } from "../../src/verify/facts.ts";
import { people } from "./model.ts";
import type { Mutate, SimParts } from "./simulate.ts";

type GitHub = SimParts["github"];

const github = (change: (port: GitHub) => Partial<GitHub>): Mutate => {
  return (parts) => ({ ...parts, github: { ...parts.github, ...change(parts.github) } });
};

/** The pull request with its reviews told otherwise. */
const rereviewed = (change: (review: ReviewFact) => ReviewFact | null) =>
  github((port) => ({
    readPull: async (repository, pull) => {
      const facts = await port.readPull(repository, pull);
      return { ...facts, reviews: facts.reviews.flatMap((review) => change(review) ?? []) };
    },
  }));

export const gateMutants: Readonly<Record<string, Mutate>> = {
  "whoever pushed may approve": github((port) => ({
    readPushes: async (repository, of) => {
      const told = await port.readPushes(repository, of);
      return {
        ...told,
        pushes: told.pushes.map((push) => ({ ...push, ours: true })),
        commits: told.commits.map((commit) => ({ ...commit, people: [] })),
      };
    },
  })),
  "an author is who the commit names, not who pushed it": github((port) => ({
    readPushes: async (repository, of) => {
      const told = await port.readPushes(repository, of);
      return { ...told, pushes: told.pushes.map((push) => ({ ...push, ours: true })) };
    },
  })),
  "people are known by their logins": rereviewed((review) => {
    const isRenamed = !Object.values(people).some(({ login }) => login === review.author.login);
    return isRenamed ? { ...review, author: { ...review.author, id: 700_000 + review.author.login.length } } : review;
  }),
  "an approval outlives its dismissal": rereviewed((review) =>
    review.state === "dismissed" ? { ...review, state: "approved" } : review,
  ),
  "a request for changes is not looked at": rereviewed((review) =>
    review.state === "changes_requested" ? null : review,
  ),
  "a merge goes by what was read before": github((port) => {
    const known = new Map<number, Awaited<ReturnType<GitHub["readPull"]>>>();
    return {
      readPull: async (repository, pull) => {
        const facts = known.get(pull) ?? (await port.readPull(repository, pull));
        known.set(pull, facts);
        return facts;
      },
    };
  }),
};
