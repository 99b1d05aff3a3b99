// A pull request of one commit that adds one file.
import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import type { FileProposal, Proposed } from "../../engine/ports.ts";
import { type Connection, call, type Repository } from "../client/client.ts";
import { openPull } from "./pulls.ts";
import { publishSigned } from "./signed.ts";

const Tree = z.object({ sha: z.string() });

/**
 * The commit is made by GitHub, which signs it, and the branch is there only once it is whole. Done again after a try whose end is unknown, it goes on
 * from where that came to. `declined`: the branch is somebody else's, or GitHub signs no commit of ours. Throws `Fault`.
 */
export async function proposeFile(
  connection: Connection,
  repository: Repository,
  { branch, base, path, text, message, title, body }: FileProposal,
  retrying: boolean,
): Promise<Proposed> {
  const { owner, name: repo } = repository;
  const attempted = `Could not write ${path} for ${owner}/${repo}`;
  const tree = await call(connection, repository, { attempted, shape: Tree }, (client) =>
    client.request("POST /repos/{owner}/{repo}/git/trees", {
      owner,
      repo,
      base_tree: base.tree,
      tree: [{ path, mode: "100644", type: "blob", content: text }],
    }),
  );
  const commit = { sha: "", tree: tree.sha, parents: [base.sha], message };
  const outcome = await publishSigned(connection, repository, { branch, expected: null, commits: [commit] });
  if (outcome.status === "moved") return { declined: `there is a branch ${branch} that is not ours` };
  if (outcome.status === "refused") return { declined: outcome.message };
  try {
    const wanted = { head: branch, base: base.branch, title, body, draft: false };
    return { pull: (await openPull(connection, repository, wanted, retrying)).number };
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== "refused") throw error;
    return { declined: error.message };
  }
}
