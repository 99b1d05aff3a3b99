// Files and folders of a repository at a ref, and changing one file.
import { Hono } from "hono";
import type { ForgeContext, ForgeEnv } from "../caller.ts";
import { readCommit } from "../git/commits.ts";
import { listTree, readBlob, type TreeEntry } from "../git/history.ts";
import { resolveBranch, resolveCommit } from "../git/read.ts";
import { writeSigned } from "../git/signed.ts";
import { replaceFile, signatureOf } from "../git/store.ts";
import { bodyOf, textField } from "../http/answer.ts";
import type { Repository } from "../model.ts";
import { notFound, Refusal, unprocessable } from "../refusal.ts";
import { gitCommitShape } from "../shapes/commit.ts";
import { repoUrl, repoWeb } from "../shapes/url.ts";
import type { World } from "../world.ts";
import { actorIn, repositoryIn, restOfPath } from "./scope.ts";
import { requireNoWorkflow } from "./workflows.ts";

const path = "/repos/:owner/:repo/contents";

export function contents(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  for (const one of [path, `${path}/:path{.*}`]) routes.get(one, (c) => readContents(world, c));
  routes.put(`${path}/:path{.+}`, (c) => changeFile(world, c, "put"));
  routes.delete(`${path}/:path{.+}`, (c) => changeFile(world, c, "delete"));
  return routes;
}

async function readContents(world: World, c: ForgeContext): Promise<Response> {
  const repository = repositoryIn({ world, c }, [["contents"], "read"]);
  const wanted = pathIn(c);
  const ref = c.req.query("ref") || repository.defaultBranch;
  const sha = await resolveCommit(repository.gitDir, ref);
  if (!sha) throw new Refusal(404, `No commit found for the ref ${ref}`);
  const entry = wanted ? (await listTree(repository.gitDir, sha, wanted))?.[0] : { type: "tree" as const, path: "" };
  if (!entry) throw notFound();
  if (entry.type === "tree") return folder(world, c, repository, { sha, ref, path: wanted });
  const file = entry as TreeEntry;
  if (c.req.header("accept")?.includes("raw"))
    return c.body(new Uint8Array((await readBlob(repository.gitDir, file.sha)) ?? []), 200, {
      "content-type": "application/vnd.github.raw+json; charset=utf-8",
    });
  return c.json(await fileContents(world, repository, file, ref));
}

async function folder(
  world: World,
  c: ForgeContext,
  repository: Repository,
  at: { sha: string; ref: string; path: string },
): Promise<Response> {
  const entries = (await listTree(repository.gitDir, at.sha, at.path ? `${at.path}/` : "")) ?? [];
  return c.json(entries.map((entry) => entryShape(world, repository, entry, at.ref)));
}

async function fileContents(world: World, repository: Repository, entry: TreeEntry, ref: string) {
  const shape = entryShape(world, repository, entry, ref);
  const blob = (await readBlob(repository.gitDir, entry.sha)) ?? Buffer.alloc(0);
  if (entry.mode === "120000") return { ...shape, type: "symlink", target: blob.toString() };
  // Over a megabyte GitHub gives no content here, only the raw form has it.
  if (entry.size > 1_048_576) return { ...shape, content: "", encoding: "none" };
  return { ...shape, content: blob.toString("base64").replaceAll(/.{60}/g, "$&\n"), encoding: "base64" };
}

function entryShape(world: World, repository: Repository, entry: TreeEntry, ref: string) {
  const url = repoUrl(world, repository, `/contents/${encodeURI(entry.path)}?ref=${encodeURIComponent(ref)}`);
  const isFile = entry.type === "blob";
  const html = repoWeb(world, repository, `/${isFile ? "blob" : "tree"}/${ref}/${encodeURI(entry.path)}`);
  const gitUrl = repoUrl(world, repository, `/git/${isFile ? "blobs" : "trees"}/${entry.sha}`);
  const type = { blob: "file", tree: "dir", commit: "submodule" }[entry.type];
  return {
    name: entry.path.split("/").at(-1) ?? "",
    path: entry.path,
    sha: entry.sha,
    size: entry.size,
    url,
    html_url: html,
    git_url: gitUrl,
    download_url: isFile ? repoWeb(world, repository, `/raw/${ref}/${encodeURI(entry.path)}`) : null,
    type,
    _links: { self: url, git: gitUrl, html },
  };
}

async function changeFile(world: World, c: ForgeContext, verb: "put" | "delete"): Promise<Response> {
  const repository = repositoryIn({ world, c }, [["contents"], "write"]);
  const actor = actorIn({ world, c });
  const file = pathIn(c);
  const body = await bodyOf(c);
  requireNoWorkflow(c, [file]);
  const branch = textField(body, "branch", "Content") ?? repository.defaultBranch;
  const before = await resolveBranch(repository.gitDir, branch);
  if (!before) throw new Refusal(404, `Branch ${branch} not found`);
  const known = (await listTree(repository.gitDir, before, file))?.[0];
  requireSeen(file, known?.sha, textField(body, "sha", "Content"), verb);
  const bytes = verb === "put" ? Buffer.from(textField(body, "content", "Content") ?? "", "base64") : null;
  const tree = await replaceFile(repository.gitDir, before, file, bytes);
  const author = signatureOf(actor.user, world.now());
  const sha = await writeSigned(world, repository.gitDir, {
    tree,
    parents: [before],
    message: textField(body, "message", "Content") ?? `Update ${file}`,
    author,
  });
  await world.updateRef(actor, repository, `refs/heads/${branch}`, sha);
  const commit = await readCommit(repository.gitDir, sha);
  const now = verb === "put" ? (await listTree(repository.gitDir, sha, file))?.[0] : undefined;
  const answer = {
    content: now ? entryShape(world, repository, now, branch) : null,
    commit: commit && gitCommitShape(world, repository, commit),
  };
  return c.json(answer, verb === "put" && !known ? 201 : 200);
}

/** A file that exists may only be changed by who names the version they saw. */
function requireSeen(file: string, known: string | undefined, seen: string | undefined, verb: "put" | "delete"): void {
  if (!known && verb === "delete") throw notFound();
  if (!known) return;
  if (!seen)
    throw unprocessable({
      resource: "Content",
      code: "missing_field",
      field: "sha",
      message: `"sha" wasn't supplied.`,
    });
  if (seen !== known) throw new Refusal(409, `${file} does not match ${seen}`);
}

function pathIn(c: ForgeContext): string {
  return restOfPath(c, /\/contents\/?/).replace(/\/+$/, "");
}
