// Reads who pushed to a pull request's branch, and what its commits say of their authors.
import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import type { CommitFact, PushedFacts, PushFact, Unread } from "../../verify/facts.ts";
import { requireSameRepository, Time } from "../client/answers.ts";
import { type Connection, call, query, type Repository, unlessGone } from "../client/client.ts";

/** So many pages of a hundred are read; a longer list is told to be unread, and nothing is made of it. */
const pages = 30;
const perPage = 100;

const text = `
query ReadCommits($owner: String!, $name: String!, $pull: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    databaseId
    pullRequest(number: $pull) {
      commits(first: ${perPage}, after: $after) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes {
          commit {
            oid
            parents(first: 100) { nodes { oid } }
            authors(first: 100) { totalCount nodes { user { databaseId } } }
            committer { user { databaseId } }
          }
        }
      }
    }
  }
}`;

const GitActor = z.object({ user: z.object({ databaseId: z.number().int().nullable() }).nullable() });

const Commit = z.object({
  oid: z.string(),
  parents: z.object({ nodes: z.array(z.object({ oid: z.string() })) }),
  authors: z.object({ totalCount: z.number().int(), nodes: z.array(GitActor) }),
  committer: GitActor.nullable(),
});

const Commits = z.object({
  totalCount: z.number().int(),
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  nodes: z.array(z.object({ commit: Commit })),
});

const Answer = z.object({
  repository: z.object({ databaseId: z.number(), pullRequest: z.object({ commits: Commits }).nullable() }),
});

const Activities = z.array(
  z.object({
    after: z.string(),
    timestamp: Time,
    activity_type: z.string(),
    actor: z.object({ id: z.number().int(), login: z.string(), type: z.string() }).nullable(),
  }),
);

/**
 * One request for each hundred pushes and one for each hundred commits. The activity is GitHub's own account of each move of
 * a branch: https://docs.github.com/rest/repos/repos#list-repository-activities. Of a GitHub that keeps none there is no
 * push, so everybody's is unknown. Throws `Fault`.
 */
export async function readPushes(
  connection: Connection,
  repository: Repository,
  { pull, branch, until }: { readonly pull: number; readonly branch: string; readonly until: number | null },
): Promise<PushedFacts> {
  const listed = await readCommits(connection, repository, pull);
  const moved = await readActivity(connection, repository, { branch, until: until ?? Number.POSITIVE_INFINITY });
  return { pushes: moved.pushes.toReversed(), commits: listed.commits, unread: listed.unread ?? moved.unread };
}

async function readCommits(
  connection: Connection,
  repository: Repository,
  pull: number,
): Promise<{ commits: CommitFact[]; unread: Unread | null }> {
  const { owner, name } = repository;
  const attempted = `Could not read the commits of ${owner}/${name}#${pull}`;
  const commits: CommitFact[] = [];
  let isCut = false;
  let after: string | null = null;
  for (let page = 0; page < pages; page++) {
    const question = { attempted, shape: Answer, text, variables: { owner, name, pull, after } };
    const answer: z.infer<typeof Answer> = await query(connection, repository, question);
    requireSameRepository(repository, answer.repository.databaseId, attempted);
    const found = answer.repository.pullRequest?.commits;
    if (found === undefined)
      throw new Fault(`${attempted}: it is not there. It may work later.`, { kind: "not_found", retry: "later" });
    commits.push(...found.nodes.map(({ commit }) => commitFact(commit)));
    isCut ||= found.nodes.some(({ commit }) => commit.authors.totalCount > commit.authors.nodes.length);
    after = found.pageInfo.endCursor;
    // GitHub lists no more than its own most of them, and says here how many there are.
    if (!found.pageInfo.hasNextPage)
      return { commits, unread: unreadOf(commits, isCut || found.totalCount > commits.length) };
  }
  return { commits, unread: unreadOf(commits, true) };
}

function unreadOf(commits: readonly CommitFact[], isCut: boolean): Unread | null {
  return isCut ? { what: "commits", read: commits.length } : null;
}

function commitFact({ oid, parents, authors, committer }: z.infer<typeof Commit>): CommitFact {
  const people = [...authors.nodes, committer].flatMap((actor) => actor?.user?.databaseId ?? []);
  return { sha: oid, parents: parents.nodes.map((parent) => parent.oid), people: [...new Set(people)] };
}

/** Newest first. Of the second in which it ends everything is read: a push too many asks for an approval more at worst. */
async function readActivity(
  connection: Connection,
  repository: Repository,
  { branch, until }: { readonly branch: string; readonly until: number },
): Promise<{ pushes: PushFact[]; unread: Unread | null }> {
  const { owner, name: repo } = repository;
  const attempted = `Could not read who pushed to ${branch} of ${owner}/${repo}`;
  const pushes: PushFact[] = [];
  let url: string | null =
    `/repos/${owner}/${repo}/activity?ref=${encodeURIComponent(`refs/heads/${branch}`)}&per_page=${perPage}`;
  for (let page = 0; page < pages && url !== null; page++) {
    const at: string = url;
    let next: string | null = null;
    const listed: z.infer<typeof Activities> | null = await unlessGone(
      call(connection, repository, { attempted, shape: Activities }, async (client) => {
        const answer = await client.request({ method: "GET", url: at });
        next = nextPage(answer.headers.link);
        return answer;
      }),
    );
    const moves = (listed ?? []).filter(
      ({ activity_type: type, timestamp }) => type !== "branch_deletion" && timestamp <= until,
    );
    pushes.push(...moves.map((move) => pushFact(move, connection.self.slug)));
    url = next;
  }
  return { pushes, unread: url === null ? null : { what: "pushes", read: pushes.length } };
}

/** A bot's login ends in `[bot]`, which no person's can. */
function pushFact({ after, actor }: z.infer<typeof Activities>[number], slug: string): PushFact {
  if (actor === null) return { after, by: null, ours: false };
  const bot = actor.type !== "User";
  const ours = actor.type === "Bot" && actor.login.toLowerCase() === `${slug}[bot]`.toLowerCase();
  return { after, by: { id: actor.id, login: actor.login, bot }, ours };
}

function nextPage(link: unknown): string | null {
  return /<([^>]+)>;\s*rel="next"/.exec(String(link ?? ""))?.[1] ?? null;
}
