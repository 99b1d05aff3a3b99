// The pages of Apps: registering one from its manifest, and installing it on repositories of its owner.
import { type Context, Hono } from "hono";
import { html } from "hono/html";
import { type Manifest, readManifest } from "../actions/registration.ts";
import { findUser } from "../core.ts";
import type { App, Repository, User } from "../model.ts";
import { notFound, Refusal } from "../refusal.ts";
import type { World } from "../world.ts";
import { actorOf, formOf } from "./acting.ts";
import { errorPage, shell } from "./shell.ts";
import type { Html, View } from "./view.ts";
import { requireViewer, viewerOf } from "./viewer.ts";

/** The name under which the context has where a form's answer may lead beside the forge itself. */
export const formTarget = "form-target";

/** Where a page of anybody's may post a manifest, and nothing happens but that a person is asked. */
export const takesManifests = /^(?:\/organizations\/[^/]+)?\/settings\/apps\/new$/;

export interface AppPages {
  readonly world: World;
  readonly view: (context: Context) => View;
  readonly answer: (context: Context, page: Html, status?: number) => Promise<Response>;
}

/** GET and POST routes, under GitHub's own addresses. */
export function appPages({ world, view, answer }: AppPages): Hono {
  const routes = new Hono();
  const asked = async (context: Context, owner: string | null) => {
    const form = await formOf(context);
    const looking = view(context);
    const state = new URL(context.req.url).searchParams.get("state") ?? "";
    if (looking.viewer === null) return answer(context, errorPage(looking, 403, signIn), 403);
    const manifest = readManifest(form("manifest"));
    leadOn(context, manifest);
    const page = confirmPage(looking, {
      owner: owner ?? looking.viewer.login,
      manifest,
      text: form("manifest"),
      state,
    });
    return answer(context, page);
  };
  routes.post("/settings/apps/new", (context) => asked(context, null));
  routes.post("/organizations/:login/settings/apps/new", (context) => asked(context, context.req.param("login")));
  routes.post("/settings/apps", async (context) => {
    const [actor, form] = [actorOf(context, world), await formOf(context)];
    const manifest = { ...readManifest(form("manifest")), name: form("name").trim() };
    const owner = findUser(world, form("owner"));
    if (owner === undefined) throw notFound();
    try {
      const { app, code } = world.registerApp(actor, owner, manifest);
      return context.redirect(wayBackOf(manifest, code, form("state")) ?? `/apps/${app.slug}`, 302);
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 422) throw error;
      leadOn(context, manifest);
      const told = {
        owner: owner.login,
        manifest,
        text: form("manifest"),
        state: form("state"),
        problem: sayOf(error),
      };
      return answer(context, confirmPage(view(context), told), 422);
    }
  });
  routes.get("/apps/:slug", (context) => answer(context, appPage(view(context), appOf(world, context))));
  routes.get("/apps/:slug/installations/new", (context) =>
    answer(context, installPage(view(context), world, appOf(world, context))),
  );
  routes.post("/apps/:slug/installations", async (context) => {
    const [app, actor] = [appOf(world, context), actorOf(context, world)];
    const form = await context.req.parseBody({ all: true });
    const chosen = [form.repository ?? []].flat().map(Number);
    const mine = installable(world, app, actor.user).filter(({ id }) => chosen.includes(id));
    if (mine.length === 0) throw new Refusal(422, "You must select at least one repository.");
    const byOwner = Map.groupBy(mine, ({ owner }) => owner) as Map<User, [Repository, ...Repository[]]>;
    const installations = [...byOwner.values()].map((repositories) => world.install(actor, app, ...repositories));
    return context.redirect(app.setupUrl ?? `/settings/installations/${installations[0]?.id}`, 303);
  });
  routes.get("/settings/installations/:id", (context) => {
    const found = world.installations.find(({ id }) => String(id) === context.req.param("id"));
    if (found === undefined || view(context).viewer === null) throw notFound();
    const words = `${found.app.name} is installed on ${found.repositoryIds.size} of ${found.account.login}'s repositories.`;
    const main = html`<div class="box notice"><h1>${found.app.name}</h1><p>${words}</p></div>`;
    return answer(context, shell(view(context), { title: found.app.name, main }));
  });
  return routes;
}

/** Lets the answer to a form of this page lead to that address. */
export function leadTo(context: Context, url: string): void {
  context.set(formTarget, new URL(url).origin);
}

function leadOn(context: Context, { redirectUrl }: Manifest): void {
  if (redirectUrl !== null) leadTo(context, redirectUrl);
}

const signIn =
  "You have to sign in before an App can be registered, and what was posted is lost by that: choose who you are in the bar on top, go back, and send it again.";

function sayOf({ message, errors }: Refusal): string {
  const said = errors.filter((one) => typeof one === "string");
  return said.length === 0 ? message : said.join(" ");
}

/** With GitHub's parameters added; null where the manifest names no address to go back to. */
function wayBackOf({ redirectUrl }: Manifest, code: string, state: string): string | null {
  if (redirectUrl === null) return null;
  const url = new URL(redirectUrl);
  url.searchParams.set("code", code);
  if (state !== "") url.searchParams.set("state", state);
  return url.href;
}

interface Confirm {
  readonly owner: string;
  readonly manifest: Manifest;
  readonly text: string;
  readonly state: string;
  readonly problem?: string;
}

function confirmPage(view: View, { owner, manifest, text, state, problem }: Confirm): Html {
  const main = html`<div class="box notice">
    <h1>Create GitHub App for @${owner}</h1>
    ${problem === undefined ? "" : html`<p role="alert">${problem}</p>`}
    <form method="post" action="/settings/apps">
      <input type="hidden" name="manifest" value="${text}">
      <input type="hidden" name="state" value="${state}">
      <input type="hidden" name="owner" value="${owner}">
      <p><label for="app-name">GitHub App name</label> <input id="app-name" name="name" value="${manifest.name}"></p>
      <button>Create GitHub App for @${owner}</button>
    </form>
  </div>`;
  return shell(view, { title: "Create GitHub App", main });
}

function appPage(view: View, app: App): Html {
  const main = html`<div class="box notice"><h1>${app.name}</h1><p>${app.description}</p><p><a href="/apps/${app.slug}/installations/new">Install</a></p></div>`;
  return shell(view, { title: app.name, main });
}

function installPage(view: View, world: World, app: App): Html {
  const repositories = installable(world, app, requireViewer(view.viewer));
  const rows = repositories.map(
    ({ id, owner, name }) =>
      html`<p><label><input type="checkbox" name="repository" value="${id}"> ${owner.login}/${name}</label></p>`,
  );
  const main = html`<div class="box notice">
    <h1>Install ${app.name}</h1>
    <form method="post" action="/apps/${app.slug}/installations">${rows}<button>Install</button></form>
  </div>`;
  return shell(view, { title: `Install ${app.name}`, main });
}

/** What the person administers; a private App is for its owner's own repositories only. */
function installable(world: World, app: App, viewer: User): Repository[] {
  return [...world.repositories.values()].filter(
    ({ owner, collaborators }) =>
      (owns(viewer, owner) || collaborators.get(viewer) === "admin") && (app.isPublic || owner === app.owner),
  );
}

/** A private App's page is there for its owner only. */
function appOf(world: World, context: Context): App {
  const app = world.apps.find(({ slug }) => slug === context.req.param("slug"));
  const viewer = viewerOf(context, world);
  if (app === undefined || !(app.isPublic || owns(viewer, app.owner))) throw notFound();
  return app;
}

const owns = (viewer: User | null, account: User) =>
  viewer !== null && (account === viewer || account.members.has(viewer));
