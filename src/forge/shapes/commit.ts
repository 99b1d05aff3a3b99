// Commits and changed files as GitHub shows them.
import { assert } from "../../base/assert.ts";
import { type Core, webFlow } from "../core.ts";
import type { Commit, Signed } from "../git/commits.ts";
import type { ChangedFile } from "../git/history.ts";
import type { Repository, User } from "../model.ts";
import { instant, repoUrl, repoWeb } from "./url.ts";
import { userShape } from "./user.ts";

/** A commit is verified when the forge itself signed it: it knows no other keys. */
function verification(core: Core, sha: string) {
  const signed = core.signatures.get(sha);
  if (!signed) return { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null };
  const { signature, payload, at } = signed;
  return { verified: true, reason: "valid", signature, payload, verified_at: instant(at) };
}

/** The short form that check suites carry. The commit must be known to the repository. */
export function headCommitShape(repository: Repository, sha: string) {
  const commit = repository.commits.get(sha);
  assert(commit, `commit ${sha} is known before anything reports on it`);
  const person = ({ name, email }: Signed) => ({ name, email });
  return {
    id: commit.sha,
    tree_id: commit.tree,
    message: commit.message,
    timestamp: commit.committer.date,
    author: person(commit.author),
    committer: person(commit.committer),
  };
}

/** A commit as lists and webhooks have it. */
export function commitShape(core: Core, repository: Repository, commit: Commit) {
  const url = repoUrl(core, repository, `/commits/${commit.sha}`);
  const [author, committer] = [commit.author, commit.committer].map((signed) => userOf(core, signed));
  return {
    sha: commit.sha,
    node_id: `C_${commit.sha}`,
    commit: {
      author: { ...commit.author },
      committer: { ...commit.committer },
      message: commit.message,
      tree: { sha: commit.tree, url: repoUrl(core, repository, `/git/trees/${commit.tree}`) },
      url: repoUrl(core, repository, `/git/commits/${commit.sha}`),
      comment_count: 0,
      verification: verification(core, commit.sha),
    },
    url,
    html_url: repoWeb(core, repository, `/commit/${commit.sha}`),
    comments_url: `${url}/comments`,
    author: author ? userShape(core, author) : null,
    committer: committer ? userShape(core, committer) : null,
    parents: commit.parents.map((sha) => ({
      sha,
      url: repoUrl(core, repository, `/commits/${sha}`),
      html_url: repoWeb(core, repository, `/commit/${sha}`),
    })),
  };
}

/** A commit object of the git database. */
export function gitCommitShape(core: Core, repository: Repository, commit: Commit) {
  return {
    sha: commit.sha,
    node_id: `C_${commit.sha}`,
    url: repoUrl(core, repository, `/git/commits/${commit.sha}`),
    html_url: repoWeb(core, repository, `/commit/${commit.sha}`),
    author: { ...commit.author },
    committer: { ...commit.committer },
    tree: { sha: commit.tree, url: repoUrl(core, repository, `/git/trees/${commit.tree}`) },
    message: commit.message,
    parents: commit.parents.map((sha) => ({
      sha,
      url: repoUrl(core, repository, `/git/commits/${sha}`),
      html_url: repoWeb(core, repository, `/commit/${sha}`),
    })),
    verification: verification(core, commit.sha),
  };
}

export function fileShape(core: Core, repository: Repository, file: ChangedFile, ref: string) {
  const path = encodeURI(file.path);
  return {
    sha: file.blob,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: repoWeb(core, repository, `/blob/${ref}/${path}`),
    raw_url: repoWeb(core, repository, `/raw/${ref}/${path}`),
    contents_url: repoUrl(core, repository, `/contents/${path}?ref=${ref}`),
    ...(file.patch === undefined ? {} : { patch: file.patch }),
    ...(file.previousPath === null ? {} : { previous_filename: file.previousPath }),
  };
}

/**
 * The account whose commit address this is, if any. The number in a no-reply address names the account, so that the
 * address outlives a rename; an address that nobody has registered belongs to no account.
 */
export function userOf(core: Core, signed: Signed): User | undefined {
  if (signed.email === webFlow.email) return webFlow;
  const id = /^(\d+)\+.+@users\.noreply\./.exec(signed.email)?.[1];
  return id ? [...core.users.values()].find((user) => user.id === Number(id)) : undefined;
}
