// `/app` and `/installation`: what an App sees of itself, and the tokens it mints.
import { Hono } from "hono";
import type { ForgeContext, ForgeEnv } from "../caller.ts";
import { findRepository, findUser } from "../core.ts";
import { bodyOf, numberIn, pageOf } from "../http/answer.ts";
import type { App, Installation, Permissions } from "../model.ts";
import { notFound, Refusal } from "../refusal.ts";
import { appShape } from "../shapes/app.ts";
import { installationShape, selectionOf, tokenShape } from "../shapes/installation.ts";
import { repositoryShape } from "../shapes/repository.ts";
import type { World } from "../world.ts";

export function apps(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  const mine = (app: App) => world.installations.filter((one) => one.app === app);
  routes.get("/app", (c) =>
    c.json({ ...appShape(world, requireApp(c)), installations_count: mine(requireApp(c)).length }),
  );
  routes.get("/apps/:slug", (c) => {
    const app = world.apps.find((one) => one.slug === c.req.param("slug"));
    if (!app) throw notFound();
    return c.json(appShape(world, app));
  });
  routes.post("/app-manifests/:code/conversions", (c) => {
    const { app, privateKey, clientSecret, webhookSecret } = world.convertManifest(c.req.param("code"));
    const secrets = { client_secret: clientSecret, webhook_secret: webhookSecret, pem: privateKey };
    return c.json({ ...appShape(world, app), ...secrets }, 201);
  });
  routes.get("/app/installations", (c) =>
    c.json(
      pageOf(
        c,
        mine(requireApp(c)).map((one) => installationShape(world, one)),
      ),
    ),
  );
  routes.get("/app/installations/:id", (c) => c.json(installationShape(world, installationIn(world, c))));
  routes.post("/app/installations/:id/access_tokens", async (c) => {
    const installation = installationIn(world, c);
    const body = await bodyOf(c);
    const token = world.mintToken(installation, {
      ...(Array.isArray(body.repository_ids) ? { repositoryIds: body.repository_ids.map(Number) } : {}),
      ...(Array.isArray(body.repositories) ? { repositories: body.repositories.map(String) } : {}),
      ...(body.permissions ? { permissions: body.permissions as Permissions } : {}),
    });
    return c.json(tokenShape(world, token), 201);
  });
  routes.get("/repos/:owner/:repo/installation", (c) => {
    const repository = findRepository(world, c.req.param("owner"), c.req.param("repo"));
    const found = mine(requireApp(c)).find((one) => repository && one.repositoryIds.has(repository.id));
    if (!found) throw notFound();
    return c.json(installationShape(world, found));
  });
  for (const kind of ["users", "orgs"])
    routes.get(`/${kind}/:login/installation`, (c) => c.json(installationShape(world, accountInstallation(world, c))));
  return routes;
}

/** What an installation token can do with itself. */
export function installation(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  routes.get("/installation/repositories", (c) => {
    const { token, installation: own } = requireInstallation(c);
    const covered = [...own.repositoryIds].filter((id) => token.repositoryIds === null || token.repositoryIds.has(id));
    const list = covered.flatMap((id) => world.repositories.get(id) ?? []).map((one) => repositoryShape(world, one));
    return c.json({ total_count: list.length, repository_selection: selectionOf(own), repositories: pageOf(c, list) });
  });
  routes.delete("/installation/token", (c) => {
    world.revokeToken(requireInstallation(c).token);
    return c.body(null, 204);
  });
  return routes;
}

/** The App that signed the request; any other credential is refused as GitHub refuses it. */
export function requireApp(c: ForgeContext): App {
  const { caller } = c.var;
  if (caller.kind !== "app") throw new Refusal(401, "A JSON web token could not be decoded");
  return caller.app;
}

function requireInstallation(c: ForgeContext) {
  const { caller } = c.var;
  if (caller.kind !== "installation" || !caller.token.installation)
    throw new Refusal(
      403,
      "You must authenticate with an installation access token in order to list repositories for an installation.",
    );
  return { token: caller.token, installation: caller.token.installation };
}

function installationIn(world: World, c: ForgeContext): Installation {
  const app = requireApp(c);
  const found = world.installations.find((one) => one.id === numberIn(c, "id") && one.app === app);
  if (!found) throw notFound();
  return found;
}

function accountInstallation(world: World, c: ForgeContext): Installation {
  const app = requireApp(c);
  const account = findUser(world, c.req.param("login") ?? "");
  const found = world.installations.find((one) => one.app === app && one.account === account);
  if (!found) throw notFound();
  return found;
}
