// The forge's web pages: what a person reads and does on GitHub, for the demo and for looking over a loop's shoulder.
import { createHash, randomBytes } from "node:crypto";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { Fault } from "../../base/fault.ts";
import { findRepository, findUser, requirePull } from "../core.ts";
import { resolveBranch } from "../git/read.ts";
import type { Repository } from "../model.ts";
import { notFound, Refusal } from "../refusal.ts";
import type { World } from "../world.ts";
import { acting, issueOf } from "./acting.ts";
import { appPages, formTarget, takesManifests } from "./app.ts";
import { assets } from "./assets.ts";
import { authorizePages, exchangePath } from "./authorize.ts";
import { runPage } from "./checks.ts";
import { commitPage } from "./commit.ts";
import { issuePage, listPage, newIssuePage } from "./issue.ts";
import { bytesOf, findPlace, isText } from "./place.ts";
import { type PullTab, pullPage } from "./pull.ts";
import { accountPage, emptyPage, filePage, folderPage, homePage, maySee } from "./repository.ts";
import { reviewing } from "./reviewing.ts";
import { errorPage } from "./shell.ts";
import { type Html, pathOf, type View } from "./view.ts";
import { requireSameOrigin, viewerOf } from "./viewer.ts";

/** All pages and forms, to be mounted at `/` after the API's routes. */
export function pages(world: World): Hono {
  const app = new Hono();
  const find = (context: Context) => visibleRepository(world, context);
  app.use(guard);
  app.route("/", assets());
  app.route("/", acting(world, find));
  app.route("/", reviewing(world, find));
  const parts = { world, answer, view: (context: Context) => viewOf(context, world) };
  app.route("/", appPages(parts));
  app.route("/", authorizePages(parts));
  readThreads(app, world, find);
  readCode(app, world, find);
  app.get("*", () => {
    throw notFound();
  });
  app.onError((error, context) => {
    const told = failure(error);
    return answer(context, errorPage(viewOf(context, world), told.status, told.words), told.status);
  });
  return app;
}

function readThreads(app: Hono, world: World, find: (context: Context) => Repository): void {
  const view = (context: Context) => viewOf(context, world);
  app.get("/", (context) => answer(context, homePage(view(context))));
  for (const kind of ["issues", "pulls"] as const) {
    app.get(`/:owner/:repo/${kind}`, (context) =>
      answer(
        context,
        listPage(view(context), find(context), kind, context.req.query("state") === "closed" ? "closed" : "open"),
      ),
    );
  }
  app.get("/:owner/:repo/issues/new", (context) => answer(context, newIssuePage(view(context), find(context))));
  app.get("/:owner/:repo/issues/:number", async (context) => {
    const issue = issueOf(find(context), context);
    return issue.pull
      ? context.redirect(`${pathOf(issue.repository)}/pull/${issue.number}`)
      : answer(context, issuePage(view(context), issue));
  });
  for (const tab of ["conversation", "commits", "checks", "files"] satisfies PullTab[]) {
    app.get(`/:owner/:repo/pull/:number${tab === "conversation" ? "" : `/${tab}`}`, async (context) =>
      answer(context, pullPage(view(context), requirePull(find(context), Number(context.req.param("number"))), tab)),
    );
  }
  app.get("/:owner/:repo/runs/:id", (context) => {
    const run = find(context).runs.find((one) => one.id === Number(context.req.param("id")));
    if (!run) throw notFound();
    return answer(context, runPage(view(context), run));
  });
}

function readCode(app: Hono, world: World, find: (context: Context) => Repository): void {
  const view = (context: Context) => viewOf(context, world);
  const placeAfter = (context: Context) => {
    const repository = find(context);
    return findPlace(repository, context.req.path.split("/").slice(4).map(decoded).join("/"));
  };
  app.get("/:owner/:repo/commit/:sha", (context) =>
    answer(context, commitPage(view(context), find(context), context.req.param("sha"))),
  );
  app.get("/:owner/:repo/tree/*", async (context) =>
    answer(context, folderPage(view(context), await placeAfter(context))),
  );
  app.get("/:owner/:repo/blob/*", async (context) => {
    if (context.req.query("raw") === "true") return context.redirect(context.req.path.replace("/blob/", "/raw/"), 302);
    return answer(context, filePage(view(context), await placeAfter(context)));
  });
  app.get("/:owner/:repo/raw/*", async (context) => {
    const place = await placeAfter(context);
    const bytes = await bytesOf(place);
    return context.body(new Uint8Array(bytes), 200, { "content-type": rawType(place.path, bytes) });
  });
  app.get("/:owner/:repo", async (context) => {
    const repository = find(context);
    const sha = await resolveBranch(repository.gitDir, repository.defaultBranch);
    if (!sha) return answer(context, emptyPage(view(context), repository));
    return answer(context, folderPage(view(context), { repository, ref: repository.defaultBranch, sha, path: "" }));
  });
  app.get("/:owner", (context) => {
    const wanted = context.req.param("owner");
    const user = findUser(world, wanted) ?? findUser(world, `${wanted}[bot]`);
    if (!user) throw notFound();
    return answer(context, accountPage(view(context), user));
  });
}

/** One part of an address as it was before encoding; throws a 404 `Refusal` when it never was encoded. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw notFound();
  }
}

/** Pictures as what they are, text as plain text, the rest as a download: never a page of its own. */
function rawType(path: string, bytes: Buffer): string {
  const picture = /\.(png|jpe?g|gif|webp)$/i.exec(path)?.[1]?.toLowerCase();
  if (picture) return `image/${picture.replace("jpg", "jpeg")}`;
  return isText(bytes) ? "text/plain; charset=utf-8" : "application/octet-stream";
}

function visibleRepository(world: World, context: Context): Repository {
  const repository = findRepository(world, context.req.param("owner") ?? "", context.req.param("repo") ?? "");
  if (!repository || !maySee(viewOf(context, world), repository)) throw notFound();
  return repository;
}

const nonceHeader = "x-page-nonce";

/** Every answer gets the strict policy; every form must come from one of our own pages. */
const guard: MiddlewareHandler = async (context, next) => {
  const nonce = randomBytes(16).toString("base64url");
  context.set(nonceHeader, nonce);
  const changes = context.req.method !== "GET" && context.req.method !== "HEAD";
  const isAnybodys = takesManifests.test(context.req.path) || context.req.path === exchangePath;
  if (changes && !isAnybodys) requireSameOrigin(context);
  await next();
  const { headers } = context.res;
  headers.set("content-security-policy", policy(nonce, context.get(formTarget) ?? ""));
  headers.set("x-content-type-options", "nosniff");
  headers.set("referrer-policy", "same-origin");
  headers.set("cross-origin-opener-policy", "same-origin");
};

/** Where a form's answer may send the browser, beside here: browsers hold redirects against `form-action` as well. */
const policy = (nonce: string, target: string) =>
  `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action ${["'self'", target].join(" ").trim()}; base-uri 'none'; frame-ancestors 'none'`;

function viewOf(context: Context, world: World): View {
  const referer = context.req.header("referer") ?? "";
  const here = context.req.method === "GET" || !URL.canParse(referer) ? context.req.url : referer;
  const { pathname, search } = new URL(here);
  const nonce = context.get(nonceHeader) ?? "";
  return { world, viewer: viewerOf(context, world), path: pathname + search, nonce, now: world.now() };
}

/** The page with a tag over what it says, so that a page that has not changed is not sent again. */
async function answer(context: Context, page: Html | Promise<Html>, status = 200): Promise<Response> {
  const text = String(await page);
  const lasting = text.replace(/(<time\b[^>]*>)[^<]*/g, "$1").replace(/ nonce="[^"]*"/g, "");
  const tag = `"${createHash("sha256").update(lasting).digest("base64url").slice(0, 27)}"`;
  if (status === 200 && context.req.header("if-none-match") === tag) return context.body(null, 304, { etag: tag });
  return context.body(text, status as 200, {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    etag: tag,
  });
}

/** What the reader is told; a bug of ours is not dressed up but thrown on. */
function failure(error: Error): { status: number; words: string } {
  if (error instanceof Fault) return { status: 500, words: error.message };
  if (!(error instanceof Refusal)) throw error;
  const missing = "There is nothing at this address, or it is private and the person you have chosen may not see it.";
  return { status: error.status, words: error.status === 404 ? missing : sentence(error) };
}

function sentence(refusal: Refusal): string {
  const details = refusal.errors.map((one) =>
    typeof one === "string" ? one : (one.message ?? `${one.field ?? one.resource}: ${one.code}`),
  );
  return [refusal.message, ...details].join(": ");
}
