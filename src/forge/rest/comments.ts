// Comments on issues and pull requests, and reactions to both.
import { Hono } from "hono";
import type { ForgeContext, ForgeEnv } from "../caller.ts";
import { bodyOf, numberIn, pageOf } from "../http/answer.ts";
import type { Comment, Issue, ReactionContent } from "../model.ts";
import { notFound, unprocessable } from "../refusal.ts";
import { commentShape } from "../shapes/comment.ts";
import { reactionShape } from "../shapes/reaction.ts";
import type { World } from "../world.ts";
import { isBefore } from "./issues.ts";
import { actorIn, issueIn, issuesOrPulls, metadata, repositoryIn, requireFor } from "./scope.ts";

export function comments(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  const onIssue = "/repos/:owner/:repo/issues/:number/comments";
  const one = "/repos/:owner/:repo/issues/comments/:id";
  routes.get("/repos/:owner/:repo/issues/comments", (c) => {
    const repository = repositoryIn({ world, c }, issuesOrPulls("read"));
    const all = [...repository.issues.values()].flatMap((issue) => issue.comments).toSorted((a, b) => a.id - b.id);
    return c.json(pageOf(c, inOrder(c, since(c, all))).map((comment) => commentShape(world, comment)));
  });
  routes.get(one, (c) => c.json(commentShape(world, commentIn(world, c, "read"))));
  routes.patch(one, async (c) => {
    const comment = commentIn(world, c, "write");
    return c.json(commentShape(world, world.editComment(actorIn({ world, c }), comment, await textIn(c))));
  });
  routes.delete(one, (c) => {
    world.deleteComment(actorIn({ world, c }), commentIn(world, c, "write"));
    return c.body(null, 204);
  });
  routes.get(onIssue, (c) =>
    c.json(pageOf(c, since(c, issueIn({ world, c }, "read").comments)).map((comment) => commentShape(world, comment))),
  );
  routes.post(onIssue, async (c) => {
    const issue = issueIn({ world, c }, "write");
    return c.json(commentShape(world, world.createComment(actorIn({ world, c }), issue, await textIn(c))), 201);
  });
  return routes.route("/", reactions(world));
}

function reactions(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  const subjects = [
    [
      "/repos/:owner/:repo/issues/:number/reactions",
      (c: ForgeContext, level: "read" | "write") => issueIn({ world, c }, level),
    ],
    [
      "/repos/:owner/:repo/issues/comments/:id/reactions",
      (c: ForgeContext, level: "read" | "write") => commentIn(world, c, level),
    ],
  ] as const;
  for (const [path, subjectIn] of subjects) {
    routes.get(path, (c) =>
      c.json(pageOf(c, (subjectIn(c, "read") as Issue | Comment).reactions).map((one) => reactionShape(world, one))),
    );
    routes.post(path, async (c) => {
      const subject = subjectIn(c, "write");
      const { content } = await bodyOf(c);
      const { reaction, created } = world.addReaction(actorIn({ world, c }), subject, content as ReactionContent);
      return c.json(reactionShape(world, reaction), created ? 201 : 200);
    });
    routes.delete(`${path}/:reaction`, (c) => {
      world.removeReaction(actorIn({ world, c }), subjectIn(c, "write"), numberIn(c, "reaction"));
      return c.body(null, 204);
    });
  }
  return routes;
}

function commentIn(world: World, c: ForgeContext, level: "read" | "write"): Comment {
  const repository = repositoryIn({ world, c }, metadata);
  const id = numberIn(c, "id");
  const found = [...repository.issues.values()].flatMap((issue) => issue.comments).find((comment) => comment.id === id);
  if (!found) throw notFound();
  requireFor({ world, c }, found.issue, level);
  return found;
}

async function textIn(c: ForgeContext): Promise<string> {
  const { body } = await bodyOf(c);
  if (typeof body !== "string") throw unprocessable({ resource: "IssueComment", code: "missing_field", field: "body" });
  return body;
}

function since(c: ForgeContext, list: readonly Comment[]): Comment[] {
  const from = c.req.query("since");
  return from ? list.filter((comment) => !isBefore(comment.updatedAt, from)) : [...list];
}

function inOrder(c: ForgeContext, list: Comment[]): Comment[] {
  const sorted =
    c.req.query("sort") === "updated" ? list.toSorted((one, other) => one.updatedAt - other.updatedAt) : list;
  return c.req.query("direction") === "desc" ? sorted.toReversed() : sorted;
}
