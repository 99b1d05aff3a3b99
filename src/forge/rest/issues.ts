// Issues: list, open, read, edit, lock.
import { Hono } from "hono";
import type { ForgeContext, ForgeEnv } from "../caller.ts";
import { bodyOf, pageOf, textField, textList } from "../http/answer.ts";
import type { Issue } from "../model.ts";
import { fullIssueShape, issueShape } from "../shapes/issue.ts";
import type { World } from "../world.ts";
import { actorIn, issueIn, issuesOrPulls, repositoryIn } from "./scope.ts";

export function issues(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  routes.get("/repos/:owner/:repo/issues", (c) => {
    const repository = repositoryIn({ world, c }, issuesOrPulls("read"));
    const found = [...repository.issues.values()].filter((issue) => isWanted(c, issue));
    return c.json(pageOf(c, sorted(c, found)).map((issue) => issueShape(world, issue)));
  });
  routes.post("/repos/:owner/:repo/issues", async (c) => {
    const repository = repositoryIn({ world, c }, [["issues"], "write"]);
    const body = await bodyOf(c);
    const issue = world.openIssue(actorIn({ world, c }), repository, {
      title: textField(body, "title", "Issue") ?? "",
      body: textField(body, "body", "Issue") ?? null,
      labels: textList(body, "labels") ?? [],
      assignees: textList(body, "assignees") ?? [],
    });
    return c.json(fullIssueShape(world, issue), 201);
  });
  routes.get("/repos/:owner/:repo/issues/:number", (c) => c.json(fullIssueShape(world, issueIn({ world, c }, "read"))));
  routes.patch("/repos/:owner/:repo/issues/:number", async (c) => {
    const issue = issueIn({ world, c }, "write");
    const body = await bodyOf(c);
    const text = {
      title: textField(body, "title", "Issue"),
      labels: textList(body, "labels"),
      assignees: textList(body, "assignees"),
    };
    const edit = {
      ...text,
      ...("body" in body ? { body: textField(body, "body", "Issue") ?? null } : {}),
      ...stateIn(body),
    };
    return c.json(fullIssueShape(world, world.editIssue(actorIn({ world, c }), issue, edit)));
  });
  routes.put("/repos/:owner/:repo/issues/:number/lock", (c) => {
    world.lockIssue(actorIn({ world, c }), issueIn({ world, c }, "write"));
    return c.body(null, 204);
  });
  routes.delete("/repos/:owner/:repo/issues/:number/lock", (c) => {
    world.unlockIssue(actorIn({ world, c }), issueIn({ world, c }, "write"));
    return c.body(null, 204);
  });
  return routes;
}

function stateIn(body: Record<string, unknown>): { state?: "open" | "closed"; stateReason?: Issue["stateReason"] } {
  const state = body.state === "open" || body.state === "closed" ? { state: body.state as "open" | "closed" } : {};
  return {
    ...state,
    ...(typeof body.state_reason === "string" ? { stateReason: body.state_reason as Issue["stateReason"] } : {}),
  };
}

function isWanted(c: ForgeContext, issue: Issue): boolean {
  const { state = "open", labels, since, creator } = c.req.query();
  if (state !== "all" && issue.state !== state) return false;
  if (creator && issue.user.login.toLowerCase() !== creator.toLowerCase()) return false;
  if (since && isBefore(issue.updatedAt, since)) return false;
  const wanted = labels ? labels.split(",").map((name) => name.trim().toLowerCase()) : [];
  return wanted.every((name) => issue.labels.some((label) => label.name.toLowerCase() === name));
}

/** Whether something was last changed before an instant, at GitHub's resolution of a second. */
export function isBefore(at: number, since: string): boolean {
  return Math.floor(at / 1_000) < Math.floor(Date.parse(since) / 1_000);
}

function sorted(c: ForgeContext, found: Issue[]): Issue[] {
  const { sort = "created", direction = "desc" } = c.req.query();
  const keys: Record<string, (issue: Issue) => number> = {
    created: (issue) => issue.number,
    updated: (issue) => issue.updatedAt,
    comments: (issue) => issue.comments.length,
  };
  const key = keys[sort] ?? ((issue: Issue) => issue.number);
  return found.toSorted(
    (one, other) => (direction === "asc" ? 1 : -1) * (key(one) - key(other) || one.number - other.number),
  );
}
