// What a pull request of anybody makes of the policy file, read in one query.
import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import type { ProposedPolicy } from "../../engine/ports.ts";
import type { IssueRef } from "../../loop/state.ts";
import { isNearName, policyPath } from "../../policy/near-name.ts";
import { requireSameRepository } from "../client/answers.ts";
import { type Connection, query } from "../client/client.ts";
import { PolicyFile, unreadFault } from "./claim.ts";
import { defaultsRepository, readOwnersPolicy } from "./owners-policy.ts";

const blob = "__typename oid ... on Blob { text isTruncated }";

/** GitHub lists a change's files by the base that both have in common, at most a hundred at a time. */
const text = `
query ProposedPolicy($owner: String!, $name: String!, $number: Int!, $head: String!, $before: String!, $after: String!) {
  repository(owner: $owner, name: $name) {
    databaseId owner { login } visibility
    defaultBranchRef { name }
    commit: object(expression: $head) { oid }
    before: object(expression: $before) { ${blob} }
    after: object(expression: $after) { ${blob} }
    pullRequest(number: $number) {
      state headRefOid baseRefName changedFiles
      files(first: 100) { nodes { path changeType } }
    }
  }
}`;

const Answer = z.object({
  repository: z.object({
    databaseId: z.number(),
    owner: z.object({ login: z.string() }),
    visibility: z.string(),
    defaultBranchRef: z.object({ name: z.string() }).nullable(),
    commit: z.object({ oid: z.string() }).nullable(),
    before: PolicyFile.nullable(),
    after: PolicyFile.nullable(),
    pullRequest: z.object({
      state: z.string(),
      headRefOid: z.string(),
      baseRefName: z.string(),
      changedFiles: z.number(),
      files: z.object({ nodes: z.array(z.object({ path: z.string(), changeType: z.string() })) }).nullable(),
    }),
  }),
});
type Read = z.infer<typeof Answer>["repository"];

/**
 * Null: it changes no policy, is closed, or is at another commit by now, of which another event tells. One request, and one or two more for the owner's policy where the
 * repository has none of its own before or after. Of more than a hundred files those that GitHub lists first are looked through for
 * near names. Throws `Fault`.
 */
export async function readProposedPolicy(
  connection: Connection,
  pull: IssueRef,
  { head, base }: { readonly head: string; readonly base: string },
): Promise<ProposedPolicy | null> {
  const { owner, name, number } = pull;
  const attempted = `Could not read what ${owner}/${name}#${number} makes of the policy`;
  const [before, after] = [`refs/heads/${base}:${policyPath}`, `${head}:${policyPath}`];
  const variables = { owner, name, number, head, before, after };
  const { repository } = await query(connection, pull, { attempted, shape: Answer, text, variables });
  requireSameRepository(pull, repository.databaseId, attempted);
  const { state, headRefOid, baseRefName } = repository.pullRequest;
  if (state !== "OPEN" || headRefOid !== head || baseRefName !== base) return null;
  if (repository.commit === null)
    throw new Fault(`${attempted}: GitHub does not show the commit yet.`, { kind: "not_found", retry: "later" });
  const near = nearNames(repository);
  if (near.length === 0 && !isChanged(repository)) return null;
  const owners =
    repository.before === null || repository.after === null ? await ownersOf(connection, pull, repository) : null;
  return {
    base,
    isDefault: repository.defaultBranchRef?.name === base,
    isThere: repository.after !== null,
    owners: owners === null ? null : repository.before === null ? "before" : "after",
    near,
    before: fileOf(repository.before) ?? owners,
    after: fileOf(repository.after) ?? owners,
  };
}

/** Where the branch went on beside the pull request, both differ though only one of them was changed. */
function isChanged({ before, after, pullRequest: { files, changedFiles } }: Read): boolean {
  if (before?.oid === after?.oid) return false;
  const nodes = files?.nodes ?? [];
  const isGone = after === null; // a file that was renamed is listed by its new name alone
  return (
    nodes.length < changedFiles ||
    nodes.some(({ path, changeType }) => path === policyPath || (isGone && changeType === "RENAMED"))
  );
}

function nearNames({ pullRequest: { files } }: Read): string[] {
  const there = (files?.nodes ?? []).filter(({ changeType }) => changeType !== "DELETED");
  return there.filter(({ path }) => isNearName(path)).map(({ path }) => path);
}

function fileOf(file: Read["before"]): ProposedPolicy["before"] {
  if (file === null) return null;
  const fault = unreadFault(file);
  return fault === null ? { text: file.text ?? "" } : { fault };
}

async function ownersOf(
  connection: Connection,
  pull: IssueRef,
  { owner, visibility }: Read,
): Promise<ProposedPolicy["before"]> {
  if (pull.name === defaultsRepository) return null;
  const { policy, policyFault } = await readOwnersPolicy(connection, pull, { owner: owner.login, visibility });
  if (policyFault !== null) return { fault: policyFault };
  if (policy === null) return null;
  return policy.hidden === true ? { hidden: true } : { text: policy.text };
}
