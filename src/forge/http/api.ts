// The API in front of the world: what every REST and GraphQL request passes through, in order.
import { Hono, type MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import { blockOf, type Caller, type ForgeContext, type ForgeEnv, keptOut, maySee } from "../caller.ts";
import { findRepository, fullName, movedFrom } from "../core.ts";
import { limitAnswer } from "../graphql/errors.ts";
import { Refusal } from "../refusal.ts";
import type { World } from "../world.ts";
import type { Activity } from "./activity.ts";
import { refusalBody } from "./answer.ts";
import { authenticate } from "./authenticate.ts";
import { etag } from "./etag.ts";
import { type Asked, type Faults, faultAnswer } from "./faults.ts";
import { createRateLimiter, type RateLimiter, rateHeaders } from "./rate.ts";
import { noteOf, type RequestEntry } from "./requests.ts";

export interface ApiParts {
  readonly world: World;
  readonly activity: Activity;
  readonly faults: Faults;
  readonly requests: RequestEntry[];
  readonly log: (message: string, fields: Record<string, unknown>) => void;
  /** Builds the routes; it gets the limiter because `/rate_limit` reads it. */
  readonly rest: (rates: RateLimiter) => Hono<ForgeEnv>;
  readonly graphql: (c: ForgeContext) => Response | Promise<Response>;
}

/** The API under `/` and `/api/v3`, with GraphQL under `/graphql` and `/api/graphql`. */
export function createApi(parts: ApiParts): Hono<ForgeEnv> {
  const api = new Hono<ForgeEnv>({ getPath: ({ url }) => byName(parts.world, new URL(url).pathname) });
  const rates = createRateLimiter(parts.world);
  api.use(
    record(parts),
    fail(parts.faults),
    admit(parts.world, rates),
    redirect(parts.world),
    close(parts.world),
    etag,
  );
  api.onError((error, c) => answerError(parts, error, c));
  api.notFound((c) => c.json(refusalBody(new Refusal(404, "Not Found")), 404));
  const routes = parts.rest(rates);
  api.route("/api/v3", routes);
  api.route("/", routes);
  for (const path of ["/graphql", "/api/graphql"]) api.post(path, (c) => parts.graphql(c));
  return api;
}

/** What is asked of a repository by its id is asked of it under its name: where redirects lead. */
function byName(world: World, path: string): string {
  const [, prefix = "", id, rest] = /^(\/api\/v3)?\/repositories\/(\d+)(\/.+)$/.exec(path) ?? [];
  const repository = world.repositories.get(Number(id));
  return repository === undefined ? path : `${prefix}/repos/${fullName(repository)}${rest}`;
}

/** A repository's old name: GitHub answers 301 to reads and 307 to everything else, which keeps method and body. */
function redirect(world: World): MiddlewareHandler<ForgeEnv> {
  return async (c, next) => {
    const [, owner = "", name = "", rest = ""] = /^\/repos\/([^/]+)\/([^/]+)(\/.*)?$/.exec(plainPath(c.req.path)) ?? [];
    const moved = movedFrom(world, owner, name);
    if (moved === undefined || !maySee(c.var.caller, moved)) return next();
    const url = `${world.origin}/api/v3/repositories/${moved.id}${rest}${new URL(c.req.url).search}`;
    c.header("location", url);
    return c.json({ message: "Moved Permanently", url }, c.req.method === "GET" ? 301 : 307);
  };
}

/**
 * A repository that GitHub's staff has closed answers nothing, to nobody who may see that it is there; one behind an IP allow list
 * answers nobody who is signed in. Tokens are minted all the same: GitHub is not known to refuse that.
 */
function close(world: World): MiddlewareHandler<ForgeEnv> {
  return async (c, next) => {
    const [, owner = "", name = ""] = /^\/repos\/([^/]+)\/([^/]+)(?:\/|$)/.exec(plainPath(c.req.path)) ?? [];
    const repository = findRepository(world, owner, name);
    const { caller } = c.var;
    const installed = caller.kind === "installation" ? caller.token.installation?.account : undefined;
    const account = repository?.owner ?? (isGraphql(c.req.path) ? undefined : installed);
    const refused = account && keptOut(caller, account);
    if (refused !== undefined) throw new Refusal(403, refused);
    const block = repository && maySee(c.var.caller, repository) ? blockOf(world, repository) : null;
    return block === null ? next() : c.json(block.body, block.status);
  };
}

const isGraphql = (path: string) => path === "/graphql" || path === "/api/graphql";

const plainPath = (path: string) => path.replace(/^\/api\/v3(?=\/|$)/, "") || "/";

function record(parts: ApiParts): MiddlewareHandler<ForgeEnv> {
  return async (c, next) => {
    const end = parts.activity.begin();
    const at = parts.world.now();
    try {
      await next();
    } finally {
      c.header("x-github-request-id", `FORGE:${parts.requests.length}`);
      c.header("date", new Date(parts.world.now()).toUTCString());
      c.header("x-github-media-type", "github.v3; format=json");
      const matched = routePath(c).replaceAll(/\{[^}]*\}/g, ""); // of what ran last: a middleware when nothing matched
      const route = matched.includes("*") ? "" : plainPath(matched);
      parts.requests.push({
        at,
        method: c.req.method,
        path: plainPath(c.req.path),
        route,
        ...countAs(c, route),
        caller: noteOf(c.var.caller),
        status: c.res.status,
      });
      end();
    }
  };
}

function countAs(c: ForgeContext, route: string): Pick<RequestEntry, "kind" | "group"> {
  if (isGraphql(c.req.path)) return { kind: c.var.kind ?? "graphql", group: "graphql" };
  if (route === "/app/installations/:id/access_tokens") return { kind: "mint token", group: "token" };
  if (route === "/installation/token") return { kind: "revoke token", group: "token" };
  return { kind: `${c.req.method} ${route || plainPath(c.req.path)}`, group: "rest" };
}

function fail(faults: Faults): MiddlewareHandler<ForgeEnv> {
  return async (c, next) => {
    const fault = faults.take({ method: c.req.method, path: plainPath(c.req.path), ...(await operationOf(c)) });
    if (!fault) return next();
    if (fault.applyEffect) await next();
    const answer = faultAnswer(c, fault);
    c.res = undefined;
    c.res = answer;
  };
}

function admit(world: World, rates: RateLimiter): MiddlewareHandler<ForgeEnv> {
  return async (c, next) => {
    const caller = authenticate(world, c.req.header("authorization"));
    c.set("caller", caller);
    const graphql = isGraphql(c.req.path);
    const free = plainPath(c.req.path) === "/rate_limit";
    if (!free) requireAdmission(c, rates, caller, graphql);
    c.set("rate", rates.rateOf(caller));
    await next();
    if (c.res.status === 304) rates.refund(caller);
    setRate(c, rates, caller, graphql);
  };
}

function requireAdmission(c: ForgeContext, rates: RateLimiter, caller: Caller, graphql: boolean): void {
  try {
    rates.admit(caller, { method: c.req.method, graphql });
  } catch (error) {
    setRate(c, rates, caller, graphql);
    throw error;
  }
}

function setRate(c: ForgeContext, rates: RateLimiter, caller: Caller, graphql: boolean): void {
  if (caller.kind === "app") return;
  for (const [name, value] of Object.entries(rateHeaders(rates.rateOf(caller), graphql ? "graphql" : "core")))
    c.header(name, value);
}

function answerError(parts: ApiParts, error: Error, c: ForgeContext): Response {
  if (error instanceof Refusal) {
    for (const [name, value] of Object.entries(error.headers)) c.header(name, value);
    const limited = isGraphql(c.req.path) ? limitAnswer(error) : null;
    if (limited) return c.json(limited);
    return c.json(refusalBody(error), error.status as 400);
  }
  parts.log("the forge failed on a request", {
    method: c.req.method,
    path: c.req.path,
    error: error.stack ?? String(error),
  });
  return c.json({ message: "Server Error" }, 500);
}

/** `query ReadClaim` or `mutation MarkReady`, of a request to GraphQL, with its body; otherwise empty. */
async function operationOf(c: ForgeContext): Promise<Pick<Asked, "operation" | "body">> {
  if (c.req.method !== "POST" || !c.req.path.endsWith("/graphql")) return { operation: "", body: "" };
  const body = await c.req.text();
  const [, operation = ""] = /"(?:\\n|\s)*((?:query|mutation)\s+\w+)/.exec(body) ?? [];
  return { operation, body };
}
