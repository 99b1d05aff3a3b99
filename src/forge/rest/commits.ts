// Commits, and the comparison of two.
import { Hono } from "hono";
import type { ForgeContext, ForgeEnv } from "../caller.ts";
import { countCommits, mergeBase } from "../git/ancestry.ts";
import { log } from "../git/commits.ts";
import { changedFiles, commitFiles } from "../git/history.ts";
import { knowCommit } from "../git/known.ts";
import { resolveCommit } from "../git/read.ts";
import { bodyOf, pageOf, textField } from "../http/answer.ts";
import { notFound } from "../refusal.ts";
import { commitShape, fileShape } from "../shapes/commit.ts";
import { repoUrl, repoWeb } from "../shapes/url.ts";
import type { World } from "../world.ts";
import { actorIn, commitIn, repositoryIn, restOfPath } from "./scope.ts";

const base = "/repos/:owner/:repo";

export function commits(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  routes.get(`${base}/commits`, async (c) => {
    const repository = repositoryIn({ world, c }, [["contents"], "read"]);
    const start = await commitIn(repository, c.req.query("sha") ?? repository.defaultBranch);
    const path = c.req.query("path");
    const list = await log(repository.gitDir, ["--max-count=1000", start, ...(path ? ["--", path] : [])]);
    return c.json(pageOf(c, list).map((commit) => commitShape(world, repository, commit)));
  });
  routes.get(`${base}/commits/:ref{.+}`, async (c) => {
    const repository = repositoryIn({ world, c }, [["contents"], "read"]);
    const ref = restOfPath(c, /\/commits\//);
    const commit = await knowCommit(repository, await commitIn(repository, ref));
    if (c.req.header("accept")?.includes("sha")) return c.text(commit.sha);
    const files = await commitFiles(repository.gitDir, commit);
    const [additions, deletions] = [sum(files, "additions"), sum(files, "deletions")];
    const stats = { total: additions + deletions, additions, deletions };
    return c.json({
      ...commitShape(world, repository, commit),
      stats,
      files: files.map((file) => fileShape(world, repository, file, commit.sha)),
    });
  });
  routes.post(`${base}/merges`, async (c) => {
    const repository = repositoryIn({ world, c }, [["contents"], "write"]);
    const body = await bodyOf(c);
    const [branch = "", head = "", message] = ["base", "head", "commit_message"].map((name) =>
      textField(body, name, "Merge"),
    );
    const sha = await world.mergeBranch(actorIn({ world, c }), repository, branch, head, message);
    if (sha === null) return c.body(null, 204);
    return c.json(commitShape(world, repository, await knowCommit(repository, sha)), 201);
  });
  routes.get(`${base}/compare/:range{.+}`, (c) => compare(world, c));
  return routes;
}

async function compare(world: World, c: ForgeContext): Promise<Response> {
  const repository = repositoryIn({ world, c }, [["contents"], "read"]);
  const [from = "", to = ""] = restOfPath(c, /\/compare\//)
    .split("...")
    .map((side) => side.split(":").at(-1) ?? "");
  const [one, other] = await Promise.all([
    resolveCommit(repository.gitDir, from),
    resolveCommit(repository.gitDir, to),
  ]);
  const common = one && other && (await mergeBase(repository.gitDir, one, other));
  if (!one || !other || !common) throw notFound();
  const [ahead, behind, files] = await Promise.all([
    log(repository.gitDir, ["--reverse", `${one}..${other}`]),
    countCommits(repository.gitDir, other, one),
    changedFiles(repository.gitDir, one, other),
  ]);
  const [baseCommit, mergeBaseCommit] = await Promise.all([
    knowCommit(repository, one),
    knowCommit(repository, common),
  ]);
  const html = repoWeb(world, repository, `/compare/${one}...${other}`);
  return c.json({
    url: repoUrl(world, repository, `/compare/${from}...${to}`),
    html_url: html,
    permalink_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: commitShape(world, repository, baseCommit),
    merge_base_commit: commitShape(world, repository, mergeBaseCommit),
    status: statusOf(ahead.length, behind),
    ahead_by: ahead.length,
    behind_by: behind,
    total_commits: ahead.length,
    commits: pageOf(c, ahead).map((commit) => commitShape(world, repository, commit)),
    files: files.slice(0, 300).map((file) => fileShape(world, repository, file, other)),
  });
}

function statusOf(ahead: number, behind: number): "identical" | "ahead" | "behind" | "diverged" {
  if (ahead === 0) return behind === 0 ? "identical" : "behind";
  return behind === 0 ? "ahead" : "diverged";
}

function sum(files: readonly { additions: number; deletions: number }[], field: "additions" | "deletions"): number {
  return files.reduce((total, file) => total + file[field], 0);
}
