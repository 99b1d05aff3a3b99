// The policy of an owner's repository `.github`, which stands in where a repository has none of its own.
import { z } from "zod";
import type { ClaimRead } from "../../engine/ports.ts";
import type { IssueRef } from "../../loop/state.ts";
import { type Connection, call, unlessGone } from "../client/client.ts";

/** Where GitHub and its Apps look for what an owner's repositories have in common. https://docs.github.com/communities/setting-up-your-project-for-healthy-contributions/creating-a-default-community-health-file */
export const defaultsRepository = ".github";

/** A folder is answered with a list; of more than a megabyte there is no content. https://docs.github.com/rest/repos/contents#get-repository-content */
const Content = z.union([
  z.object({ type: z.string(), sha: z.string(), encoding: z.string().optional(), content: z.string().optional() }),
  z.array(z.unknown()),
]);

/**
 * One request. GitHub says 404 where the owner has no such repository or file, and where the repository is private and the App is not
 * installed there: then there is none. A file that cannot be read is said as the repository's own would be. Throws `Fault`.
 */
export async function readOwnersPolicy(
  connection: Connection,
  issue: IssueRef,
): Promise<Pick<ClaimRead, "policy" | "policyFault">> {
  const of = `${issue.owner}/${defaultsRepository}`;
  const attempted = `Could not read the policy of ${of}`;
  const asked = call(connection, issue, { attempted, shape: Content }, (client) =>
    client.request("GET /repos/{owner}/{repo}/contents/{path}", {
      owner: issue.owner,
      repo: defaultsRepository,
      path: ".github/loop.yml",
    }),
  );
  const found = await unlessGone(asked);
  if (found === null) return { policy: null, policyFault: null };
  const unread = (why: string) => ({ policy: null, policyFault: `\`.github/loop.yml\` of ${of} ${why}` });
  if (Array.isArray(found) || found.type !== "file") return unread("is not a file");
  if (found.encoding !== "base64") return unread("is too large to be read whole");
  const text = textIn(Buffer.from(found.content ?? "", "base64"));
  return text === null
    ? unread("is not text in UTF-8 (UTF-16, perhaps): save it as UTF-8")
    : { policy: { text, sha: found.sha, of }, policyFault: null };
}

function textIn(bytes: Buffer): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
