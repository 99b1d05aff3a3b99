// The policy of an owner's repository `.github`, which stands in where a repository has none of its own.
import { z } from "zod";
import type { ClaimRead } from "../../engine/ports.ts";
import { type Connection, call, type Repository, unlessGone } from "../client/client.ts";

/** Where GitHub and its Apps look for what an owner's repositories have in common. https://docs.github.com/communities/setting-up-your-project-for-healthy-contributions/creating-a-default-community-health-file */
export const defaultsRepository = ".github";

/** A folder is answered with a list; of more than a megabyte there is no content. https://docs.github.com/rest/repos/contents#get-repository-content */
const Content = z.union([
  z.object({
    url: z.string(),
    type: z.string(),
    sha: z.string(),
    encoding: z.string().optional(),
    content: z.string().optional(),
  }),
  z.array(z.unknown()),
]);

/** Who may see a repository, from the most to the fewest. */
const visibilities = ["public", "internal", "private"];

const Seen = z.object({ visibility: z.string() });

/** The repository whose loops are held to it: whose it is now, and who may see it, as GitHub calls that. */
export interface HeldTo {
  readonly owner: string;
  readonly visibility: string;
}

/**
 * One request, and one more where there is a file and `visibility` is not private: of a file that fewer people may see than the repository
 * it stands in for, nothing is to be shown there. GitHub says 404 where the owner has no such repository or file, and where the repository is private and the App is not
 * installed there: then there is none. Of a
 * repository that was renamed or given to another account it answers with what that has: nobody's policy here. A file that cannot be read is said as the repository's own would be. Throws `Fault`.
 */
export async function readOwnersPolicy(
  connection: Connection,
  repository: Repository,
  { owner, visibility }: HeldTo,
): Promise<Pick<ClaimRead, "policy" | "policyFault">> {
  const of = `${owner}/${defaultsRepository}`;
  const attempted = `Could not read the policy of ${of}`;
  const asked = call(connection, repository, { attempted, shape: Content }, (client) =>
    client.request("GET /repos/{owner}/{repo}/contents/{path}", {
      owner,
      repo: defaultsRepository,
      path: ".github/loop.yml",
    }),
  );
  const found = await unlessGone(asked);
  if (found === null) return { policy: null, policyFault: null };
  const isHidden = await isSeenByFewer(connection, repository, { owner, visibility });
  const unread = (why: string) => ({ policy: null, policyFault: `\`.github/loop.yml\` of ${of} ${why}` });
  const at = placeOf(found);
  if (at !== null && at.toLowerCase() !== of.toLowerCase()) {
    const where = isHidden ? "another repository" : at;
    return unread(`is in ${where} now, to which GitHub still leads: it counts only in a repository called ${of}`);
  }
  if (Array.isArray(found) || found.type !== "file") return unread("is not a file");
  if (found.encoding !== "base64") return unread("is too large to be read whole");
  const text = textIn(Buffer.from(found.content ?? "", "base64"));
  if (text === null) return unread("is not text in UTF-8 (UTF-16, perhaps): save it as UTF-8");
  return { policy: { text, sha: found.sha, of, ...(isHidden ? { hidden: true as const } : {}) }, policyFault: null };
}

/** Whether somebody may see the repository and not the owner's defaults. What GitHub calls otherwise is as good as private. */
async function isSeenByFewer(
  connection: Connection,
  repository: Repository,
  { owner, visibility }: HeldTo,
): Promise<boolean> {
  const rank = (name: string) => {
    const at = visibilities.indexOf(name.toLowerCase());
    return at === -1 ? visibilities.length : at;
  };
  if (rank(visibility) >= rank("private")) return false;
  const attempted = `Could not read who may see ${owner}/${defaultsRepository}`;
  const asked = call(connection, repository, { attempted, shape: Seen }, (client) =>
    client.request("GET /repos/{owner}/{repo}", { owner, repo: defaultsRepository }),
  );
  const seen = await unlessGone(asked);
  return seen === null || rank(seen.visibility) > rank(visibility);
}

/** The repository that GitHub answers from, which its redirects may have led to; null: a folder, which is no policy anyway. */
function placeOf(found: z.infer<typeof Content>): string | null {
  if (Array.isArray(found)) return null;
  return /\/repos\/([^/]+\/[^/]+)\/contents\//.exec(found.url)?.[1] ?? found.url;
}

function textIn(bytes: Buffer): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
