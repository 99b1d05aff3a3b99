// Reads the pull request as the gate sees it: head, reviews with what their authors may do now, authors, CI. One query.
import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import type { PullFacts, ReviewFact } from "../../verify/facts.ts";
import { BigId, requireSameRepository, Time } from "../client/answers.ts";
import { type Connection, query, type Repository } from "../client/client.ts";
import { Actor, actorFields, personOfActor } from "./people.ts";
import { CiCommit, ciFacts, ciFragment } from "./verdict.ts";

const text = `
query ReadPull($owner: String!, $name: String!, $pull: Int!) {
  repository(owner: $owner, name: $name) {
    databaseId
    pullRequest(number: $pull) {
      headRefOid state merged isDraft
      reviews(last: 100) {
        nodes {
          fullDatabaseId author { ${actorFields} } authorCanPushToRepository
          state commit { oid } submittedAt body
          comments(first: 50) { nodes { path line body } }
        }
      }
      commits(last: 100) {
        totalCount
        nodes { commit { authors(first: 10) { nodes { user { login } } } committer { user { login } } } }
      }
      tip: commits(last: 1) { nodes { commit { ...Ci } } }
    }
  }
}
${ciFragment}`;

const GitActor = z.object({ user: z.object({ login: z.string() }).nullable() });

const Review = z.object({
  fullDatabaseId: BigId,
  author: Actor,
  authorCanPushToRepository: z.boolean(),
  state: z.enum(["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"]),
  commit: z.object({ oid: z.string() }).nullable(),
  submittedAt: Time.nullable(),
  body: z.string(),
  comments: z.object({
    nodes: z.array(z.object({ path: z.string(), line: z.number().nullable(), body: z.string() })),
  }),
});

const Pull = z.object({
  headRefOid: z.string(),
  state: z.enum(["OPEN", "CLOSED", "MERGED"]),
  merged: z.boolean(),
  isDraft: z.boolean(),
  reviews: z.object({ nodes: z.array(Review) }).nullable(),
  commits: z.object({
    totalCount: z.number(),
    nodes: z.array(
      z.object({
        commit: z.object({ authors: z.object({ nodes: z.array(GitActor) }), committer: GitActor.nullable() }),
      }),
    ),
  }),
  tip: z.object({ nodes: z.array(z.object({ commit: CiCommit })) }),
});

const Answer = z.object({
  repository: z.object({ databaseId: z.number(), pullRequest: Pull.nullable() }),
});

/** One request. Throws `Fault`; more commits than one read returns are a fault, since an unknown author could approve. */
export async function readPull(connection: Connection, repository: Repository, pull: number): Promise<PullFacts> {
  const { owner, name } = repository;
  const attempted = `Could not read the pull request ${owner}/${name}#${pull}`;
  const answer = await query(connection, repository, {
    attempted,
    shape: Answer,
    text,
    variables: { owner, name, pull },
  });
  requireSameRepository(repository, answer.repository.databaseId, attempted);
  const found = answer.repository.pullRequest;
  const tip = found?.tip.nodes[0];
  if (!found || !tip)
    throw new Fault(`${attempted}: it is not there. It may work later.`, { kind: "not_found", retry: "later" });
  if (found.commits.totalCount > found.commits.nodes.length) throw tooManyCommits(attempted);
  return {
    head: found.headRefOid,
    open: found.state === "OPEN",
    merged: found.merged,
    draft: found.isDraft,
    reviews: (found.reviews?.nodes ?? []).map(reviewFact),
    authors: authorsOf(found),
    ci: ciFacts(tip.commit, found.headRefOid),
  };
}

function reviewFact(review: z.infer<typeof Review>): ReviewFact {
  return {
    id: review.fullDatabaseId,
    author: personOfActor(review.author),
    canPush: review.authorCanPushToRepository,
    state: review.state.toLowerCase() as ReviewFact["state"],
    head: review.commit?.oid ?? "",
    submittedAt: review.submittedAt ?? 0,
    body: review.body,
    comments: review.comments.nodes,
  };
}

function authorsOf(pull: z.infer<typeof Pull>): string[] {
  const actors = pull.commits.nodes.flatMap(({ commit }) => [...commit.authors.nodes, commit.committer]);
  return [...new Set(actors.flatMap((actor) => (actor?.user ? [actor.user.login] : [])))];
}

function tooManyCommits(attempted: string): Fault {
  return new Fault(
    `${attempted}: it has over 100 commits, so not all of their authors are known. It is not tried again by itself.`,
    {
      kind: "invalid",
      retry: "never",
    },
  );
}
