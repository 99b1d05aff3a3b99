// Commit statuses, one by one and combined.
import { Hono } from "hono";
import { latestStatuses } from "../actions/statuses.ts";
import type { ForgeEnv } from "../caller.ts";
import { bodyOf, pageOf, textField } from "../http/answer.ts";
import type { CommitStatus } from "../model.ts";
import { combinedStatusShape, statusShape } from "../shapes/status.ts";
import type { World } from "../world.ts";
import { actorIn, commitIn, repositoryIn, restOfPath } from "./scope.ts";

const base = "/repos/:owner/:repo";

export function statuses(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  routes.post(`${base}/statuses/:sha`, async (c) => {
    const repository = repositoryIn({ world, c }, [["statuses"], "write"]);
    const body = await bodyOf(c);
    const status = await world.createStatus(actorIn({ world, c }), repository, {
      sha: c.req.param("sha"),
      state: textField(body, "state", "Status") as CommitStatus["state"],
      context: textField(body, "context", "Status"),
      description: textField(body, "description", "Status"),
      targetUrl: textField(body, "target_url", "Status"),
    });
    return c.json(statusShape(world, status), 201);
  });
  routes.get(`${base}/commits/:ref{.+}/statuses`, async (c) => {
    const repository = repositoryIn({ world, c }, [["statuses"], "read"]);
    const sha = await commitIn(repository, restOfPath(c, /\/commits\//, /\/statuses$/));
    const found = repository.statuses.filter((status) => status.sha === sha).toReversed();
    return c.json(pageOf(c, found).map((status) => statusShape(world, status)));
  });
  routes.get(`${base}/commits/:ref{.+}/status`, async (c) => {
    const repository = repositoryIn({ world, c }, [["statuses"], "read"]);
    const sha = await commitIn(repository, restOfPath(c, /\/commits\//, /\/status$/));
    return c.json(combinedStatusShape(world, repository, sha, latestStatuses(repository, sha)));
  });
  return routes;
}
