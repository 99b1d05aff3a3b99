// Users, and what the caller's rate limit is.
import { Hono } from "hono";
import { type ForgeEnv, requireActor } from "../caller.ts";
import { findUser } from "../core.ts";
import type { RateLimiter } from "../http/rate.ts";
import { notFound } from "../refusal.ts";
import { fullUserShape } from "../shapes/user.ts";
import type { World } from "../world.ts";

export function users(world: World, rates: RateLimiter): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  routes.get("/users/:login", (c) => {
    const user = findUser(world, c.req.param("login"));
    if (!user) throw notFound();
    return c.json(fullUserShape(world, user));
  });
  routes.get("/user", (c) => c.json(fullUserShape(world, requireActor(c.var.caller).user)));
  routes.get("/user/:id", (c) => {
    const user = [...world.users.values()].find(({ id }) => id === Number(c.req.param("id")));
    if (!user) throw notFound();
    return c.json(fullUserShape(world, user));
  });
  routes.get("/rate_limit", (c) => {
    const { limit, used, resetAt } = rates.rateOf(c.var.caller);
    const rate = { limit, used, remaining: Math.max(0, limit - used), reset: Math.ceil(resetAt / 1_000) };
    return c.json({ resources: { core: rate, graphql: rate, search: rate }, rate });
  });
  return routes;
}
