// All REST routes of the forge, without the prefix under which they are mounted.
import { Hono } from "hono";
import type { ForgeEnv } from "../caller.ts";
import type { RateLimiter } from "../http/rate.ts";
import type { Hooks } from "../webhooks.ts";
import type { World } from "../world.ts";
import { activity } from "./activity.ts";
import { apps, installation } from "./apps.ts";
import { checks } from "./checks.ts";
import { comments } from "./comments.ts";
import { commits } from "./commits.ts";
import { contents } from "./contents.ts";
import { deliveries } from "./deliveries.ts";
import { environments } from "./environments.ts";
import { gitDatabase } from "./git.ts";
import { issues } from "./issues.ts";
import { labels } from "./labels.ts";
import { pulls } from "./pulls.ts";
import { repositories } from "./repositories.ts";
import { reviews } from "./reviews.ts";
import { statuses } from "./statuses.ts";
import { userInstallations } from "./user-installations.ts";
import { users } from "./users.ts";
import { workflowRuns } from "./workflow-runs.ts";

/** Routes are tried in this order: names that may hold slashes come after what could be one of their endings. */
export function restRoutes(parts: { world: World; hooks: Hooks; rates: RateLimiter }): Hono<ForgeEnv> {
  const { world, hooks, rates } = parts;
  const routes = new Hono<ForgeEnv>();
  const resources = [
    apps(world),
    installation(world),
    deliveries(world, hooks),
    userInstallations(world),
    users(world, rates),
    activity(world),
    comments(world),
    labels(world),
    issues(world),
    reviews(world),
    pulls(world),
    checks(world),
    workflowRuns(world),
    environments(world),
    statuses(world),
    contents(world),
    gitDatabase(world),
    commits(world),
    repositories(world),
  ];
  for (const resource of resources) routes.route("/", resource);
  return routes;
}
