// `/user/installations`: what an App that acts for a person learns of where it is installed, and what the person has there.
import { Hono } from "hono";
import type { ForgeContext, ForgeEnv } from "../caller.ts";
import { accessOf } from "../core.ts";
import { numberIn, pageOf } from "../http/answer.ts";
import type { Installation, Repository, User } from "../model.ts";
import { notFound, Refusal } from "../refusal.ts";
import { installationShape } from "../shapes/installation.ts";
import { fullRepositoryShape, repositoryShape } from "../shapes/repository.ts";
import type { World } from "../world.ts";

export function userInstallations(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  routes.get("/user/installations", (c) => {
    const list = reached(world, c).map((one) => installationShape(world, one));
    return c.json({ total_count: list.length, installations: pageOf(c, list) });
  });
  routes.get("/user/installations/:id/repositories", (c) => {
    const found = reached(world, c).find(({ id }) => id === numberIn(c, "id"));
    if (found === undefined) throw notFound();
    if (found.suspendedAt !== null) throw new Refusal(403, "This installation has been suspended");
    const { user } = personIn(c);
    const list = explicit(world, found, user).map((one) => ({
      ...repositoryShape(world, one),
      permissions: fullRepositoryShape(world, one, accessOf(user, one)).permissions,
    }));
    return c.json({ total_count: list.length, repositories: pageOf(c, list) });
  });
  return routes;
}

function personIn(c: ForgeContext): { readonly user: User; readonly via: readonly Installation[] } {
  const { caller } = c.var;
  if (caller.kind !== "person" || caller.via === undefined)
    throw new Refusal(
      403,
      "You must authenticate with an access token authorized to a GitHub App in order to list installations",
    );
  return { user: caller.actor.user, via: caller.via };
}

/** Those of the person's own account, and those with a repository that the person was given access to. */
function reached(world: World, c: ForgeContext): Installation[] {
  const { user, via } = personIn(c);
  return via.filter((one) => one.account === user || explicit(world, one, user).length > 0);
}

/** That everybody may read a public repository is no permission of this person's. */
function explicit(world: World, { repositoryIds }: Installation, user: User): Repository[] {
  return [...repositoryIds]
    .flatMap((id) => world.repositories.get(id) ?? [])
    .filter(({ owner, collaborators }) => owner === user || (collaborators.get(user) ?? "none") !== "none");
}
