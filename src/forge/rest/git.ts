// The git database over REST: refs, commits, trees and blobs.
import { Hono } from "hono";
import type { ForgeContext, ForgeEnv } from "../caller.ts";
import { readCommit } from "../git/commits.ts";
import { listTree, readBlob } from "../git/history.ts";
import { listRefs } from "../git/refs.ts";
import { writeSigned } from "../git/signed.ts";
import { changeTree, signatureOf, type TreeChange, writeBlob, writeCommit } from "../git/store.ts";
import { bodyOf, textField, textList } from "../http/answer.ts";
import type { Repository } from "../model.ts";
import { notFound, Refusal } from "../refusal.ts";
import { gitCommitShape } from "../shapes/commit.ts";
import { repoUrl } from "../shapes/url.ts";
import type { World } from "../world.ts";
import { actorIn, repositoryIn, restOfPath } from "./scope.ts";
import { requireNoWorkflow } from "./workflows.ts";

const base = "/repos/:owner/:repo/git";

export function gitDatabase(world: World): Hono<ForgeEnv> {
  return new Hono<ForgeEnv>().route("/", refs(world)).route("/", objects(world)).route("/", writing(world));
}

function refs(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  routes.get(`${base}/ref/:ref{.+}`, async (c) => {
    const repository = repositoryIn({ world, c }, [["contents"], "read"]);
    const ref = `refs/${restOfPath(c, /\/git\/ref\//)}`;
    const sha = (await listRefs(repository.gitDir)).get(ref);
    if (!sha) throw notFound();
    return c.json(refShape(world, repository, ref, sha));
  });
  routes.get(`${base}/matching-refs/:ref{.*}`, async (c) => {
    const repository = repositoryIn({ world, c }, [["contents"], "read"]);
    const prefix = `refs/${restOfPath(c, /\/git\/matching-refs\//)}`;
    const found = [...(await listRefs(repository.gitDir))].filter(([ref]) => ref.startsWith(prefix));
    return c.json(found.map(([ref, sha]) => refShape(world, repository, ref, sha)));
  });
  routes.post(`${base}/refs`, async (c) => {
    const repository = repositoryIn({ world, c }, [["contents"], "write"]);
    const body = await bodyOf(c);
    const [ref = "", sha = ""] = [textField(body, "ref", "Reference"), textField(body, "sha", "Reference")];
    await world.createRef(actorIn({ world, c }), repository, ref, sha);
    return c.json(refShape(world, repository, ref, sha), 201);
  });
  routes.patch(`${base}/refs/:ref{.+}`, async (c) => {
    const repository = repositoryIn({ world, c }, [["contents"], "write"]);
    const body = await bodyOf(c);
    const [ref, sha] = [`refs/${restOfPath(c, /\/git\/refs\//)}`, textField(body, "sha", "Reference") ?? ""];
    await world.updateRef(actorIn({ world, c }), repository, ref, sha, body.force === true);
    return c.json(refShape(world, repository, ref, sha));
  });
  routes.delete(`${base}/refs/:ref{.+}`, async (c) => {
    const repository = repositoryIn({ world, c }, [["contents"], "write"]);
    await world.deleteRef(actorIn({ world, c }), repository, `refs/${restOfPath(c, /\/git\/refs\//)}`);
    return c.body(null, 204);
  });
  return routes;
}

function refShape(world: World, repository: Repository, ref: string, sha: string) {
  const nodeId = `REF_${Buffer.from(`${repository.id}:${ref}`).toString("base64url")}`;
  const object = { sha, type: "commit", url: repoUrl(world, repository, `/git/commits/${sha}`) };
  return { ref, node_id: nodeId, url: repoUrl(world, repository, `/git/${ref}`), object };
}

function objects(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  routes.get(`${base}/commits/:sha`, async (c) => {
    const repository = repositoryIn({ world, c }, [["contents"], "read"]);
    const commit = isSha(c.req.param("sha"))
      ? await readCommit(repository.gitDir, c.req.param("sha")).catch(() => undefined)
      : undefined;
    if (!commit) throw notFound();
    return c.json(gitCommitShape(world, repository, commit));
  });
  routes.get(`${base}/trees/:sha`, async (c) => {
    const repository = repositoryIn({ world, c }, [["contents"], "read"]);
    const sha = c.req.param("sha");
    const entries = await listTree(repository.gitDir, sha, "", c.req.query("recursive") !== undefined);
    if (!entries) throw notFound();
    return c.json(treeShape(world, repository, sha, entries));
  });
  routes.get(`${base}/blobs/:sha`, async (c) => {
    const repository = repositoryIn({ world, c }, [["contents"], "read"]);
    const sha = c.req.param("sha");
    const bytes = isSha(sha) ? await readBlob(repository.gitDir, sha) : undefined;
    if (!bytes) throw notFound();
    return c.json({
      sha,
      node_id: `B_${sha}`,
      url: repoUrl(world, repository, `/git/blobs/${sha}`),
      size: bytes.length,
      content: bytes.toString("base64"),
      encoding: "base64",
    });
  });
  return routes;
}

function writing(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  routes.post(`${base}/blobs`, async (c) => {
    const repository = repositoryIn({ world, c }, [["contents"], "write"]);
    const body = await bodyOf(c);
    const sha = await writeBlob(
      repository.gitDir,
      Buffer.from(String(body.content ?? ""), body.encoding === "base64" ? "base64" : "utf8"),
    );
    return c.json({ sha, url: repoUrl(world, repository, `/git/blobs/${sha}`) }, 201);
  });
  routes.post(`${base}/trees`, async (c) => {
    const repository = repositoryIn({ world, c }, [["contents"], "write"]);
    const body = await bodyOf(c);
    const changes = await changesIn(repository, body);
    requireNoWorkflow(
      c,
      changes.map((change) => change.path),
    );
    const sha = await changeTree(repository.gitDir, textField(body, "base_tree", "Tree") ?? null, changes);
    return c.json(treeShape(world, repository, sha, (await listTree(repository.gitDir, sha, "")) ?? []), 201);
  });
  routes.post(`${base}/commits`, async (c) => {
    const repository = repositoryIn({ world, c }, [["contents"], "write"]);
    const commit = await readCommit(repository.gitDir, await commitFrom(world, c, repository));
    return c.json(commit && gitCommitShape(world, repository, commit), 201);
  });
  return routes;
}

async function commitFrom(world: World, c: ForgeContext, repository: Repository): Promise<string> {
  const body = await bodyOf(c);
  const tree = textField(body, "tree", "Commit") ?? "";
  const parents = textList(body, "parents") ?? [];
  for (const sha of [tree, ...parents]) if (!isSha(sha)) throw new Refusal(422, "Tree SHA does not exist");
  const actor = actorIn({ world, c });
  const own = signatureOf(actor.user, world.now());
  const message = textField(body, "message", "Commit") ?? "";
  if (actor.app && !body.author && !body.committer && !body.signature)
    return writeSigned(world, repository.gitDir, { tree, parents, message, author: own });
  return writeCommit(repository.gitDir, {
    tree,
    parents,
    message,
    author: personIn(body.author, own),
    committer: personIn(body.committer ?? body.author, own), // GitHub's default for an absent committer
  });
}

function personIn(value: unknown, own: ReturnType<typeof signatureOf>): ReturnType<typeof signatureOf> {
  if (typeof value !== "object" || value === null) return own;
  const { name, email, date } = value as { name?: string; email?: string; date?: string };
  return { name: name ?? own.name, email: email ?? own.email, at: date ? Date.parse(date) : own.at };
}

async function changesIn(repository: Repository, body: Record<string, unknown>): Promise<TreeChange[]> {
  if (!Array.isArray(body.tree)) throw new Refusal(422, "Invalid tree info");
  return Promise.all(
    body.tree.map(async (entry: { path?: string; mode?: string; sha?: string | null; content?: string }) => {
      const { path, mode = "100644" } = entry;
      if (!path || path.includes("\0")) throw new Refusal(422, "tree.path must be a non-empty string");
      const sha =
        entry.content === undefined
          ? (entry.sha ?? null)
          : await writeBlob(repository.gitDir, Buffer.from(entry.content));
      return { path, mode, sha };
    }),
  );
}

function treeShape(
  world: World,
  repository: Repository,
  sha: string,
  entries: readonly { mode: string; type: string; sha: string; size: number; path: string }[],
) {
  const tree = entries.map((entry) => ({
    path: entry.path,
    mode: entry.mode,
    type: entry.type,
    sha: entry.sha,
    ...(entry.type === "blob" ? { size: entry.size } : {}),
    url: repoUrl(world, repository, `/git/${entry.type}s/${entry.sha}`),
  }));
  return { sha, url: repoUrl(world, repository, `/git/trees/${sha}`), tree, truncated: false };
}

const isSha = (text: string) => /^[0-9a-f]{40}$/.test(text);
