// Git's objects as GraphQL shows them: refs, commits, files, and who is named in a commit.
import { type ForgeSignature, type findUser, webFlow } from "../core.ts";
import type { Commit, Signed } from "../git/commits.ts";
import { listTree, type TreeEntry } from "../git/history.ts";
import { userOf } from "../shapes/commit.ts";
import { repoWeb } from "../shapes/url.ts";
import { connection } from "./connection.ts";
import { rollupOf, suitesOf } from "./fields-checks.ts";
import { rulesOf, updateRuleOf } from "./fields-rules.ts";
import { type BlobIn, type CommitIn, commitSource, objectSource, type RefIn, type TreeIn } from "./git-source.ts";
import { need } from "./reach.ts";
import { actorSource, dateTime, type Fields, fieldsOf, type Source, source } from "./source.ts";

/** GitHub gives the text of a file up to this size. */
const mostText = 512_000;

export const gitFields: Readonly<Record<string, Fields>> = {
  Ref: fieldsOf<RefIn>({
    id: ({ repository, name }) => `REF_${Buffer.from(`${repository.id}:${name}`).toString("base64url")}`,
    name: ({ name }) => name.slice(prefixOf(name).length),
    prefix: ({ name }) => prefixOf(name),
    repository: ({ repository }) => source("Repository", repository),
    target: (ref) => commitSource(ref.repository, ref.sha),
    rules: ({ repository, name }, args, _reading, field) =>
      rulesOf(repository, name.slice(prefixOf(name).length), args, field),
    refUpdateRule: ({ repository, name }) => updateRuleOf(repository, name.slice(prefixOf(name).length)),
  }),
  Commit: fieldsOf<CommitIn>({
    id: ({ commit }) => `C_${commit.sha}`,
    oid: ({ commit }) => commit.sha,
    abbreviatedOid: ({ commit }) => commit.sha.slice(0, 7),
    url: ({ repository, commit }, _args, { world }) => repoWeb(world, repository, `/commit/${commit.sha}`),
    repository: ({ repository }) => source("Repository", repository),
    tree: ({ repository, commit }) => source("Tree", { repository, oid: commit.tree }),
    message: ({ commit }) => commit.message,
    messageHeadline: ({ commit }) => commit.message.split("\n", 1)[0],
    committedDate: ({ commit }) => commit.committer.date,
    authoredDate: ({ commit }) => commit.author.date,
    author: ({ commit }) => source("GitActor", commit.author),
    committer: ({ commit }) => source("GitActor", commit.committer),
    authors: ({ commit }, args, _reading, field) =>
      connection(
        "GitActorConnection",
        field,
        args,
        authorsOf(commit).map((signed) => ({ key: signed.email, node: source("GitActor", signed) })),
      ),
    signature: ({ commit }, _args, { world }) => {
      const signed = world.signatures.get(commit.sha);
      return signed ? source("GpgSignature", signed) : null;
    },
    parents: async ({ repository, commit }, args, _reading, field) => {
      const nodes = await Promise.all(commit.parents.map((sha) => commitSource(repository, sha)));
      return connection(
        "CommitConnection",
        field,
        args,
        nodes.map((node) => ({ key: node.value.commit.sha, node })),
      );
    },
    statusCheckRollup: ({ repository, commit }, _args, _reading, _field, selects) =>
      rollupOf(repository, commit.sha, selects("contexts")),
    checkSuites: ({ repository, commit }, args, reading, field) => {
      need(repository, reading, ["checks"]);
      return suitesOf(repository, commit.sha, args, field);
    },
  }),
  GpgSignature: fieldsOf<ForgeSignature>({
    isValid: () => true,
    state: () => "VALID",
    wasSignedByGitHub: () => true,
    email: () => webFlow.email,
    signer: () => source("User", webFlow),
    signature: ({ signature }) => signature,
    payload: ({ payload }) => payload,
    verifiedAt: ({ at }) => dateTime(at),
  }),
  Tree: fieldsOf<TreeIn>({
    oid: ({ oid }) => oid,
    abbreviatedOid: ({ oid }) => oid.slice(0, 7),
    entries: async ({ repository, oid }) => {
      const found = (await listTree(repository.gitDir, oid, "")) ?? [];
      return found.map((entry) => source("TreeEntry", { ...entry, repository }));
    },
  }),
  TreeEntry: fieldsOf<TreeEntry & Pick<TreeIn, "repository">>({
    name: ({ path }) => path,
    oid: ({ sha }) => sha,
    type: ({ type }) => type,
    mode: ({ mode }) => Number.parseInt(mode, 8),
    // A submodule's commit is another repository's.
    object: ({ repository, type, sha }) => (type === "commit" ? null : objectSource(repository, { oid: sha })),
  }),
  Blob: fieldsOf<BlobIn>({
    id: ({ oid }) => `B_${oid}`,
    oid: ({ oid }) => oid,
    abbreviatedOid: ({ oid }) => oid.slice(0, 7),
    byteSize: ({ bytes }) => bytes.length,
    isBinary: ({ bytes }) => bytes.includes(0),
    isTruncated: ({ bytes }) => bytes.length > mostText,
    text: ({ bytes }) => (bytes.includes(0) ? null : bytes.subarray(0, mostText).toString("utf8")),
  }),
  GitActor: fieldsOf<Signed>({
    name: (signed) => signed.name,
    email: (signed) => signed.email,
    date: (signed) => signed.date,
    user: (signed, _args, { world }) => personOnly(userOf(world, signed) ?? null),
  }),
};

/** `GitActor.user` is of type User, which a bot is not. */
function personOnly(user: ReturnType<typeof findUser> | null): Source | null {
  return user?.type === "User" ? actorSource(user) : null;
}

/** The author, then everyone in a Co-authored-by trailer. */
function authorsOf(commit: Commit): readonly Signed[] {
  const others = [...commit.message.matchAll(/^co-authored-by:\s*(.+?)\s*<([^<>\s]+)>\s*$/gim)];
  return [commit.author, ...others.map(([, name = "", email = ""]) => ({ name, email, date: commit.author.date }))];
}

const prefixOf = (ref: string) => /^refs\/[^/]+\//.exec(ref)?.[0] ?? "refs/";
