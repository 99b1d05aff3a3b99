// Labels of a repository, and on an issue: add, set, remove.
import { Hono } from "hono";
import type { ForgeContext, ForgeEnv } from "../caller.ts";
import { bodyOf, pageOf, textField, textList } from "../http/answer.ts";
import type { Issue } from "../model.ts";
import { notFound, Refusal, unprocessable } from "../refusal.ts";
import { labelShape } from "../shapes/label.ts";
import type { World } from "../world.ts";
import { actorIn, issueIn, issuesOrPulls, repositoryIn } from "./scope.ts";

export function labels(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  const shapes = (issue: Issue) => issue.labels.map((label) => labelShape(world, issue.repository, label));
  const path = "/repos/:owner/:repo/issues/:number/labels";
  routes.get(path, (c) => c.json(pageOf(c, shapes(issueIn({ world, c }, "read")))));
  routes.post(path, async (c) => {
    const issue = issueIn({ world, c }, "write");
    world.addLabels(actorIn({ world, c }), issue, await namesIn(c));
    return c.json(shapes(issue));
  });
  routes.put(path, async (c) => {
    const issue = issueIn({ world, c }, "write");
    world.setLabels(actorIn({ world, c }), issue, await namesIn(c));
    return c.json(shapes(issue));
  });
  routes.delete(path, (c) => {
    world.setLabels(actorIn({ world, c }), issueIn({ world, c }, "write"), []);
    return c.body(null, 204);
  });
  routes.delete(`${path}/:name`, (c) => {
    const issue = issueIn({ world, c }, "write");
    if (!issue.labels.some((label) => label.name.toLowerCase() === c.req.param("name").toLowerCase()))
      throw new Refusal(404, "Label does not exist");
    world.removeLabel(actorIn({ world, c }), issue, c.req.param("name"));
    return c.json(shapes(issue));
  });
  return routes.route("/", repositoryLabels(world));
}

function repositoryLabels(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  routes.get("/repos/:owner/:repo/labels", (c) => {
    const repository = repositoryIn({ world, c }, issuesOrPulls("read"));
    return c.json(pageOf(c, repository.labels).map((label) => labelShape(world, repository, label)));
  });
  routes.post("/repos/:owner/:repo/labels", async (c) => {
    const repository = repositoryIn({ world, c }, issuesOrPulls("write"));
    const body = await bodyOf(c);
    const name = textField(body, "name", "Label");
    if (!name) throw unprocessable({ resource: "Label", code: "missing_field", field: "name" });
    if (repository.labels.some((label) => label.name.toLowerCase() === name.toLowerCase()))
      throw unprocessable({ resource: "Label", code: "already_exists", field: "name" });
    const color = textField(body, "color", "Label");
    if (color && !/^[0-9a-f]{6}$/i.test(color))
      throw unprocessable({ resource: "Label", code: "invalid", field: "color" });
    const label = world.createLabel(actorIn({ world, c }), repository, {
      name,
      description: textField(body, "description", "Label") ?? null,
      ...(color ? { color } : {}),
    });
    return c.json(labelShape(world, repository, label), 201);
  });
  routes.get("/repos/:owner/:repo/labels/:name", (c) => {
    const repository = repositoryIn({ world, c }, issuesOrPulls("read"));
    const label = repository.labels.find((one) => one.name.toLowerCase() === c.req.param("name").toLowerCase());
    if (!label) throw notFound();
    return c.json(labelShape(world, repository, label));
  });
  return routes;
}

/** The body is `{labels: [...]}` or just the list. */
async function namesIn(c: ForgeContext): Promise<string[]> {
  const body = await bodyOf(c);
  return textList(body, "labels") ?? textList(body, "list") ?? [];
}
