// The branch that a loop begins from, where policy names another one than the default branch.
import { z } from "zod";
import type { BaseRead } from "../../engine/ports.ts";
import { requireSameRepository } from "../client/answers.ts";
import { type Connection, query, type Repository } from "../client/client.ts";
import { type Asked, asAllowed } from "./allowed.ts";
import { BaseChecks, baseChecks, baseChecksFragment } from "./base-checks.ts";
import { SignatureRules, signatureFields, takesSignedOnly } from "./rules.ts";

/** Of a branch: where it is, and what a loop has to know of it before its first attempt. */
export const baseFields = (rules: boolean) => `name ${rules ? signatureFields : ""} target { ...BaseChecks }`;

/** What `baseFields` asks for. */
export const BaseRef = SignatureRules.extend({ name: z.string(), target: BaseChecks });

/** No request where the branch has no more than a hundred checks. Throws `Fault`. */
export async function baseRead(
  connection: Connection,
  repository: Repository,
  ref: z.infer<typeof BaseRef>,
): Promise<BaseRead> {
  const onBase = await baseChecks(connection, repository, ref.target);
  return {
    base: { branch: ref.name, sha: ref.target.oid },
    ...(takesSignedOnly(ref) ? { signed: true } : {}),
    ...(onBase.length === 0 ? {} : { baseChecks: onBase }),
  };
}

const textOf = (asked: Asked) => `
query ReadBase($owner: String!, $name: String!, $branch: String!) {
  repository(owner: $owner, name: $name) {
    databaseId
    ref(qualifiedName: $branch) { ${baseFields(asked.rules)} }
  }
}
${baseChecksFragment(asked)}`;

const Answer = z.object({ repository: z.object({ databaseId: z.number(), ref: BaseRef.nullable() }) });

/** One request. Null: the repository has no such branch. Throws `Fault`. */
export async function readBase(
  connection: Connection,
  repository: Repository,
  branch: string,
): Promise<BaseRead | null> {
  const { owner, name } = repository;
  const attempted = `Could not read the branch ${branch} of ${owner}/${name}`;
  const variables = { owner, name, branch: `refs/heads/${branch}` };
  const answer = await asAllowed(connection, repository, (asked) =>
    query(connection, repository, { attempted, shape: Answer, text: textOf(asked), variables }),
  );
  requireSameRepository(repository, answer.repository.databaseId, attempted);
  return answer.repository.ref && baseRead(connection, repository, answer.repository.ref);
}
