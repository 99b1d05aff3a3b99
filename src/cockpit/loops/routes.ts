// The pages about loops: for the operator all of them, for a person those of the repositories that they reach at GitHub.
import { type Context, Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { maskCredentials } from "../../base/credentials.ts";
import { Fault } from "../../base/fault.ts";
import type { StorePort } from "../../engine/ports.ts";
import { issueKeyOf, repositoryIn } from "../../loop/issue-key.ts";
import { picturesIn } from "../../report/pictures.ts";
import { actingRoutes } from "../acting/routes.ts";
import { type Health, healthPage } from "../health/page.ts";
import type { Live } from "../live.ts";
import { createBook } from "../outcomes/book.ts";
import { type Grouping, groupings } from "../outcomes/digest.ts";
import { outcomesPage } from "../outcomes/page.ts";
import { asset, guard } from "../page/guard.ts";
import { sorryPage } from "../page/shell.ts";
import { type Doorway, peopleRoutes, type VisitorEnv } from "../people/routes.ts";
import { maySee, type Visitor } from "../people/visitor.ts";
import { createFollowers, follow } from "./follow.ts";
import { type Listed, listPage, type View, views } from "./list.ts";
import { loopPage } from "./loop.ts";
import { createRows } from "./rows.ts";
import { runsOf } from "./words.ts";

export interface LoopPages extends Doorway {
  readonly store: Pick<StorePort, "load" | "readTrace" | "getArtifact" | "newestEnded">;
  readonly live: Live;
  readonly slots: () => Listed["slots"];
  /** What the operator reads of the App itself. */
  readonly health: () => Promise<Omit<Health, "visitor">>;
  /** Has all looked at again that `loopgate doctor` looks at. */
  readonly examineAgain: () => Promise<void>;
  /** Where people read GitHub; no slash at the end. */
  readonly github: string;
  /** How browsers know these pages behind a TLS proxy; absent: there is none. */
  readonly publicOrigin?: string;
  readonly onError: (error: unknown) => void;
}

const perPage = 50;
const traceShown = 200;
export function loopRoutes(parts: LoopPages): Hono<VisitorEnv> {
  const { store, live, slots, github, publicOrigin, now, onError } = parts;
  const routes = new Hono<VisitorEnv>();
  const followers = createFollowers();
  const rows = createRows(store, live, onError);
  routes.use(guard(publicOrigin));
  routes.get("/-/style.css", asset(new URL("../page/style.css", import.meta.url)));
  routes.get("/-/loop.js", asset(new URL("loop.js", import.meta.url)));
  routes.route("/", peopleRoutes(parts));
  routes.get("/", async (context) => context.html(listPage(await listed(context))));
  // A loop that a visitor may not see is answered as one that is not there.
  routes.use("/loops/:repository{\\d{1,15}}/*", async (context, next) => {
    const isTheirs = await maySee(context.get("visitor"), Number(context.req.param("repository")));
    return isTheirs ? next() : sorry(context, 404, gone);
  });
  routes.get("/loops/:repository{\\d{1,15}}/:issue{\\d{1,9}}", async (context) => {
    const issueKey = keyIn(context);
    const state = await store.load(issueKey);
    if (state === null) return sorry(context, 404, gone);
    const trace = (await store.readTrace(issueKey, traceShown)).toReversed();
    return context.html(loopPage({ issueKey, state, trace, github, now: now(), visitor: context.get("visitor") }));
  });
  routes.get("/loops/:repository{\\d{1,15}}/:issue{\\d{1,9}}/texts/:sha{[0-9a-f]{64}}", async (context) => {
    const state = await store.load(keyIn(context));
    const sha = context.req.param("sha");
    // A text is shown with the loop that it belongs to only.
    const isIts = state !== null && runsOf(state).some((run) => run.logSha256 === sha || run.briefSha256 === sha);
    const text = isIts ? await store.getArtifact(sha) : null;
    return text === null ? sorry(context, 404, gone) : context.text(maskCredentials(text));
  });
  routes.get("/loops/:repository{\\d{1,15}}/:issue{\\d{1,9}}/pictures/:id{[0-9a-f]{64}}", async (context) => {
    const state = await store.load(keyIn(context));
    const id = context.req.param("id");
    const isIts = state?.attempts.some((attempt) => picturesIn(attempt).some((one) => one.id === id)) ?? false;
    const text = isIts ? await store.getArtifact(id) : null;
    if (text === null) return sorry(context, 404, gone);
    return context.body(Uint8Array.from(Buffer.from(text, "base64")), 200, { "content-type": "image/png" });
  });
  routes.get("/loops/:repository{\\d{1,15}}/:issue{\\d{1,9}}/events", (context) => {
    if (context.req.method === "HEAD") return context.body(null, 200); // nobody would read the stream, so it would not end
    const visitor = context.get("visitor");
    const leave = followers.enter(visitor.formKey);
    if (leave === null) return sorry(context, 503, "Too many browsers follow loops now.");
    const issueKey = keyIn(context);
    const seesIt = () => maySee(visitor, repositoryIn(issueKey)).catch(() => false);
    return streamSSE(context, (stream) => follow(stream, { live, issueKey, maySee: seesIt }).finally(leave));
  });
  routes.route("/", actingRoutes(parts));
  const book = createBook(store);
  routes.get("/outcomes", async (context) => {
    const visitor = context.get("visitor");
    const reach = await visitor.reach();
    const asked = context.req.query("by") as Grouping;
    const by = groupings.includes(asked) ? asked : "repository";
    const read = await book.read(reach === "all" ? undefined : [...reach]);
    return context.html(outcomesPage({ ...read, by, now: now(), visitor }));
  });
  routes.use("/health", async (context, next) =>
    context.get("visitor").isOperator ? next() : sorry(context, 404, gone),
  );
  routes.get("/health", async (context) =>
    context.html(healthPage({ ...(await parts.health()), visitor: context.get("visitor") })),
  );
  routes.post("/health", async (context) => {
    await parts.examineAgain();
    return context.redirect("/health", 303);
  });
  routes.notFound((context) => sorry(context, 404, gone));
  routes.onError((error, context) => {
    onError(error);
    if (error instanceof Fault && error.kind === "invalid") return sorry(context, 500, error.message);
    if (error instanceof Fault) return sorry(context, 503, `${error.message} Nothing is shown meanwhile.`);
    return sorry(context, 500, "That could not be shown. The log says why.");
  });

  async function listed(context: Context<VisitorEnv>): Promise<Listed> {
    const asked = context.req.query("show") as View;
    const view = views.includes(asked) ? asked : "people";
    const visitor = context.get("visitor");
    const reach = await visitor.reach();
    const standing = (one: Exclude<View, "ended">) =>
      reach === "all" ? live.keys(one) : live.keys(one).filter((key) => reach.has(repositoryIn(key)));
    const [people, work, queue] = [standing("people"), standing("work"), standing("queue")];
    const counts = { people: people.length, work: work.length, queue: queue.length, ended: null };
    const after = context.req.query("after") ?? "";
    const { keys, next } =
      view === "ended" ? await ended(after, reach) : pageOf({ people, work, queue }[view], view, after);
    const loops = [];
    for (const issueKey of keys) {
      const row = await rows.read(issueKey);
      if (row !== null) loops.push(row);
    }
    // How busy the machine is says something of everybody's loops.
    return { view, counts, loops, next, slots: reach === "all" ? slots() : null, visitor };
  }

  function pageOf(all: readonly string[], view: View, after: string) {
    const from = /^\d{1,6}$/.test(after) ? Number(after) : 0;
    const keys = all.slice(from, from + perPage);
    return { keys, next: from + perPage < all.length ? `/?show=${view}&after=${from + perPage}` : null };
  }

  async function ended(after: string, reach: Awaited<ReturnType<Visitor["reach"]>>) {
    const before = /^\d{1,15}$/.test(after) ? Number(after) : Number.MAX_SAFE_INTEGER;
    const found = await store.newestEnded(before, perPage, reach === "all" ? undefined : [...reach]);
    const last = found.at(-1);
    const next = found.length < perPage || last === undefined ? null : `/?show=ended&after=${last.at}`;
    return { keys: found.map(({ issueKey }) => issueKey), next };
  }

  return routes;
}

const gone = "There is nothing at this address, or what was here is forgotten.";

function keyIn(context: Context): string {
  return issueKeyOf(Number(context.req.param("repository")), Number(context.req.param("issue")));
}

function sorry(context: Context, status: 404 | 500 | 503, words: string): Response | Promise<Response> {
  return context.html(sorryPage(status === 404 ? "Nothing here" : "Not this way", words), status);
}
