// A repository that the App was just let into: whether a policy can be proposed there, and what a first one depends on.
import { z } from "zod";
import type { NewRepository } from "../../engine/ports.ts";
import { draftFiles, workflowsFolder } from "../../policy/draft.ts";
import { requireSameRepository } from "../client/answers.ts";
import { type Connection, query, type Repository } from "../client/client.ts";
import { PolicyAsked, policyFields, policyIn } from "./claim.ts";
import { FilesAsked, filesRead, filesText } from "./files.ts";
import { defaultsRepository, readOwnersPolicy } from "./owners-policy.ts";
import { Actor, actorFields, isOurs, personOfActor } from "./people.ts";

const names = "... on Tree { entries { name type } }";

const text = `
query ReadNewRepository($owner: String!, $name: String!, $branch: String!) {
  repository(owner: $owner, name: $name) {
    databaseId name owner { login } url visibility isArchived isFork
    defaultBranchRef { name target { oid ... on Commit { tree { oid } } } }
    ${policyFields}
    root: object(expression: "HEAD:") { ${names} }
    workflows: object(expression: "HEAD:${workflowsFolder}") { ${names} }
    ${filesText(draftFiles.map((path) => JSON.stringify(`HEAD:${path}`)))}
    pullRequests(headRefName: $branch, last: 100) { nodes { author { ${actorFields} } } }
  }
}`;

const Tree = z.object({ entries: z.array(z.object({ name: z.string(), type: z.string() })).optional() }).nullable();

const Answer = z.object({
  repository: FilesAsked.extend({
    ...PolicyAsked.shape,
    databaseId: z.number(),
    name: z.string(),
    owner: z.object({ login: z.string() }),
    url: z.string(),
    visibility: z.string(),
    isArchived: z.boolean(),
    isFork: z.boolean(),
    defaultBranchRef: z
      .object({
        name: z.string(),
        target: z.object({ oid: z.string(), tree: z.object({ oid: z.string() }).optional() }),
      })
      .nullable(),
    root: Tree,
    workflows: Tree,
    pullRequests: z.object({ nodes: z.array(z.object({ author: Actor })) }),
  }),
});
type Read = z.infer<typeof Answer>["repository"];

/**
 * Everything of one moment in one request; one or two more where the repository has no policy and its owner may have one. `branch`: a
 * pull request of ours from it, in whatever state, was the proposal. Throws `Fault`.
 */
export async function readNewRepository(
  connection: Connection,
  repository: Repository,
  branch: string,
): Promise<NewRepository> {
  const { owner, name } = repository;
  const attempted = `Could not read what ${owner}/${name} has`;
  const read = (
    await query(connection, repository, { attempted, shape: Answer, text, variables: { owner, name, branch } })
  ).repository;
  requireSameRepository(repository, read.databaseId, attempted);
  const { defaultBranchRef: ref } = read;
  const tree = ref?.target.tree?.oid;
  const now = { ...repository, owner: read.owner.login, name: read.name };
  return {
    repository: now,
    url: read.url,
    base: ref === null || tree === undefined ? null : { branch: ref.name, sha: ref.target.oid, tree },
    not: here(connection, read) ?? (await ofOwner(connection, now, read.visibility)),
    paths: [...namesIn(read.root), ...namesIn(read.workflows).map((one) => `${workflowsFolder}/${one}`)],
    files: filesRead(draftFiles, read),
  };
}

function here(connection: Connection, read: Read): string | null {
  if (read.isArchived) return "it is archived";
  if (read.isFork) return "it is a fork";
  if (read.defaultBranchRef === null) return "it has no commit yet";
  const { policy, policyFault } = policyIn(read);
  if (policy !== null || policyFault !== null) return "it has a policy";
  const isProposed = read.pullRequests.nodes.some(({ author }) => isOurs(connection, personOfActor(author)));
  return isProposed ? "one was proposed before" : null;
}

/** What counts for all of an account's repositories is not to be written into each of them. */
async function ofOwner(connection: Connection, repository: Repository, visibility: string): Promise<string | null> {
  if (repository.name === defaultsRepository) return "what it holds would count for all repositories of its owner";
  const { policy, policyFault } = await readOwnersPolicy(connection, repository, {
    owner: repository.owner,
    visibility,
  });
  return policy === null && policyFault === null ? null : "its owner has one for all repositories";
}

function namesIn(tree: z.infer<typeof Tree>): readonly string[] {
  return (tree?.entries ?? []).filter(({ type }) => type === "blob").map(({ name }) => name);
}
