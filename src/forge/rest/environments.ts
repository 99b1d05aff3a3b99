// Environments of a repository, with what keeps a job from beginning in them.
import { Hono } from "hono";
import type { ForgeContext, ForgeEnv } from "../caller.ts";
import { nodeId } from "../core.ts";
import { pageOf } from "../http/answer.ts";
import type { Environment, Repository } from "../model.ts";
import { notFound } from "../refusal.ts";
import { instant, repoUrl, repoWeb } from "../shapes/url.ts";
import { userShape } from "../shapes/user.ts";
import type { World } from "../world.ts";
import { repositoryIn } from "./scope.ts";

const base = "/repos/:owner/:repo/environments";

export function environments(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  const asked = (c: ForgeContext) => repositoryIn({ world, c }, [["actions"], "read"]);
  routes.get(base, (c) => {
    const repository = asked(c);
    const all = pageOf(c, repository.environments).map((one) => environmentShape(world, repository, one));
    return c.json({ total_count: repository.environments.length, environments: all });
  });
  routes.get(`${base}/:name/deployment-branch-policies`, (c) => {
    const { environments: all } = asked(c);
    const name = decodeURIComponent(c.req.param("name") ?? "");
    const found = all.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (found === undefined) throw notFound();
    const patterns = typeof found.branches === "string" ? [] : found.branches;
    const policies = patterns.map((pattern, index) => {
      const id = found.id * 100 + index;
      return { id, node_id: nodeId("DBP", id), name: pattern, type: "branch" };
    });
    return c.json({ total_count: policies.length, branch_policies: pageOf(c, policies) });
  });
  return routes;
}

function environmentShape(world: World, repository: Repository, one: Environment): Record<string, unknown> {
  const path = `/environments/${encodeURIComponent(one.name)}`;
  const at = instant(one.createdAt);
  const rule = (type: string, index: number, more: object) => {
    const id = one.id * 10 + index;
    return { id, node_id: nodeId("GA", id), type, ...more };
  };
  const reviewers = one.reviewers.map((reviewer) => ({ type: "User", reviewer: userShape(world, reviewer) }));
  return {
    id: one.id,
    node_id: nodeId("EN", one.id),
    name: one.name,
    url: repoUrl(world, repository, path),
    html_url: repoWeb(
      world,
      repository,
      `/deployments/activity_log?environments_filter=${encodeURIComponent(one.name)}`,
    ),
    created_at: at,
    updated_at: at,
    protection_rules: [
      ...(one.waitMinutes > 0 ? [rule("wait_timer", 1, { wait_timer: one.waitMinutes })] : []),
      ...(reviewers.length > 0 ? [rule("required_reviewers", 2, { prevent_self_review: false, reviewers })] : []),
      ...(one.branches === "all" ? [] : [rule("branch_policy", 3, {})]),
    ],
    deployment_branch_policy:
      one.branches === "all"
        ? null
        : { protected_branches: one.branches === "protected", custom_branch_policies: one.branches !== "protected" },
  };
}
