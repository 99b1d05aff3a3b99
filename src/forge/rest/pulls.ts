// Pull requests: list, open, read, edit, their commits and files, reviewers asked, and merging.
import { Hono } from "hono";
import type { ForgeContext, ForgeEnv } from "../caller.ts";
import { pullsOf } from "../core.ts";
import { log } from "../git/commits.ts";
import { changedFiles } from "../git/history.ts";
import { bodyOf, pageOf, textField, textList } from "../http/answer.ts";
import type { Pull } from "../model.ts";
import { commitShape, fileShape } from "../shapes/commit.ts";
import { pullShape } from "../shapes/pull.ts";
import { repoUrl } from "../shapes/url.ts";
import { userShape } from "../shapes/user.ts";
import type { World } from "../world.ts";
import { actorIn, commitIn, pullIn, repositoryIn } from "./scope.ts";

const base = "/repos/:owner/:repo/pulls";

export function pulls(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  routes.get(base, (c) => {
    const repository = repositoryIn({ world, c }, [["pull_requests"], "read"]);
    const found = pullsOf(repository).filter((pull) => isWanted(c, pull));
    const ordered = c.req.query("direction") === "asc" ? found : found.toReversed();
    return c.json(pageOf(c, ordered).map((pull) => pullShape(world, pull, { simple: true })));
  });
  routes.post(base, async (c) => {
    const repository = repositoryIn({ world, c }, [["pull_requests"], "write"]);
    const body = await bodyOf(c);
    const pull = await world.createPull(actorIn({ world, c }), repository, {
      title: textField(body, "title", "PullRequest") ?? "",
      body: textField(body, "body", "PullRequest") ?? null,
      head: textField(body, "head", "PullRequest") ?? "",
      base: textField(body, "base", "PullRequest") ?? "",
      draft: body.draft === true,
    });
    return c.json(pullShape(world, pull), 201);
  });
  routes.get(`${base}/:number`, (c) => {
    const pull = pullIn({ world, c }, "read");
    const answer = pullShape(world, pull);
    world.findMergeability(pull);
    return c.json(answer);
  });
  routes.patch(`${base}/:number`, async (c) => {
    const pull = pullIn({ world, c }, "write");
    const body = await bodyOf(c);
    const text = { title: textField(body, "title", "PullRequest"), base: textField(body, "base", "PullRequest") };
    const state = body.state === "open" || body.state === "closed" ? { state: body.state as "open" | "closed" } : {};
    const edit = {
      ...text,
      ...state,
      ...("body" in body ? { body: textField(body, "body", "PullRequest") ?? null } : {}),
    };
    return c.json(pullShape(world, await world.updatePull(actorIn({ world, c }), pull, edit)));
  });
  return routes.route("/", content(world)).route("/", reviewers(world)).route("/", merging(world));
}

function content(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  routes.get(`${base}/:number/commits`, async (c) => {
    const pull = pullIn({ world, c }, "read");
    const commits = await log(pull.base.repository.gitDir, ["--reverse", `${pull.base.sha}..${pull.head.sha}`]);
    return c.json(pageOf(c, commits.slice(0, 250)).map((commit) => commitShape(world, pull.base.repository, commit)));
  });
  routes.get(`${base}/:number/files`, async (c) => {
    const pull = pullIn({ world, c }, "read");
    const files = await changedFiles(pull.base.repository.gitDir, pull.base.sha, pull.head.sha);
    return c.json(
      pageOf(c, files.slice(0, 3_000)).map((file) => fileShape(world, pull.base.repository, file, pull.head.sha)),
    );
  });
  routes.get("/repos/:owner/:repo/commits/:sha/pulls", async (c) => {
    const repository = repositoryIn({ world, c }, [["pull_requests"], "read"]);
    const sha = await commitIn(repository, c.req.param("sha"));
    const found = pullsOf(repository).filter((pull) => pull.head.sha === sha || pull.mergeCommitSha === sha);
    return c.json(pageOf(c, found).map((pull) => pullShape(world, pull, { simple: true })));
  });
  return routes;
}

function reviewers(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  const path = `${base}/:number/requested_reviewers`;
  routes.get(path, (c) =>
    c.json({ users: pullIn({ world, c }, "read").requestedReviewers.map((user) => userShape(world, user)), teams: [] }),
  );
  routes.post(path, async (c) => {
    const pull = pullIn({ world, c }, "write");
    world.requestReviewers(actorIn({ world, c }), pull, textList(await bodyOf(c), "reviewers") ?? []);
    return c.json(pullShape(world, pull, { simple: true }), 201);
  });
  routes.delete(path, async (c) => {
    const pull = pullIn({ world, c }, "write");
    world.removeRequestedReviewers(actorIn({ world, c }), pull, textList(await bodyOf(c), "reviewers") ?? []);
    return c.json(pullShape(world, pull, { simple: true }));
  });
  return routes;
}

function merging(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  const path = `${base}/:number/merge`;
  routes.put(`${base}/:number/update-branch`, async (c) => {
    const pull = pullIn({ world, c }, "write");
    repositoryIn({ world, c }, [["contents"], "write"]);
    await world.updateBranchLater(
      actorIn({ world, c }),
      pull,
      textField(await bodyOf(c), "expected_head_sha", "PullRequest"),
    );
    const url = repoUrl(world, pull.base.repository, `/pulls/${pull.issue.number}`);
    return c.json({ message: "Updating pull request branch.", url }, 202);
  });
  routes.get(path, (c) => c.body(null, pullIn({ world, c }, "read").merged ? 204 : 404));
  routes.put(path, async (c) => {
    const pull = pullIn({ world, c }, "read");
    repositoryIn({ world, c }, [["contents"], "write"]);
    const body = await bodyOf(c);
    const method = textField(body, "merge_method", "PullRequest") as "merge" | "squash" | "rebase" | undefined;
    const [sha, title, message] = ["sha", "commit_title", "commit_message"].map((name) =>
      textField(body, name, "PullRequest"),
    );
    const merged = await world.mergePull(actorIn({ world, c }), pull, {
      method: method ?? "merge",
      sha,
      title,
      message,
    });
    return c.json({ sha: merged, merged: true, message: "Pull Request successfully merged" });
  });
  return routes;
}

function isWanted(c: ForgeContext, pull: Pull): boolean {
  const { state = "open", head, base: into } = c.req.query();
  if (state !== "all" && pull.issue.state !== state) return false;
  if (into && pull.base.ref !== into) return false;
  // A head without an owner is ignored, as on GitHub.
  return !head?.includes(":") || head === `${pull.head.repository.owner.login}:${pull.head.ref}`;
}
