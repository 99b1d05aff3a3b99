// The operator's pages about loops: for whoever brought a ticket, and to read only.
import { type Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { streamSSE } from "hono/streaming";
import { maskCredentials } from "../../base/credentials.ts";
import type { StorePort } from "../../engine/ports.ts";
import { issueKeyOf } from "../../loop/issue-key.ts";
import type { Live } from "../live.ts";
import { addAsset, guard, type PageEnv } from "../page/guard.ts";
import { sorryPage } from "../page/shell.ts";
import type { Admission } from "../ticket.ts";
import { type Listed, listPage, type View, views } from "./list.ts";
import { loopPage } from "./loop.ts";
import { runsOf } from "./words.ts";

export interface LoopPages {
  readonly store: Pick<StorePort, "load" | "readTrace" | "getArtifact" | "newestEnded">;
  readonly live: Live;
  readonly slots: () => Listed["slots"];
  readonly admission: Admission;
  /** Where people read GitHub; no slash at the end. */
  readonly github: string;
  readonly now: () => number; // epoch milliseconds
  readonly onError: (error: unknown) => void;
}

const cookieName = "loopgate_operator";
const perPage = 50;
const traceShown = 200;
/** So many browsers follow at a time; whoever comes after them reads the page without following. */
const mostFollowing = 100;
/** A comment on a stream that has nothing to say, so that what lies between does not take it for dead. */
const beatMs = 20_000;
const settleMs = 150;

export function loopRoutes({ store, live, slots, admission, github, now, onError }: LoopPages): Hono<PageEnv> {
  const routes = new Hono<PageEnv>();
  let following = 0;
  routes.use(guard);
  addAsset(routes, "/-/style.css", new URL("../page/style.css", import.meta.url));
  addAsset(routes, "/-/loop.js", new URL("loop.js", import.meta.url));
  routes.get("/begin", (context) => {
    if (context.req.method === "HEAD") return context.body(null, 200);
    const admitted = admission.admit(context.req.query("ticket") ?? "", now());
    if (admitted === null) return sorry(context, 403, badTicket);
    const { session, maxAgeSeconds } = admitted;
    setCookie(context, cookieName, session, { path: "/", httpOnly: true, sameSite: "Lax", maxAge: maxAgeSeconds });
    return context.redirect("/", 303);
  });
  routes.use(async (context, next) => {
    if (admission.isAdmitted(getCookie(context, cookieName) ?? "", now())) return next();
    return sorry(context, 403, noTicket);
  });
  routes.get("/", async (context) => context.html(listPage(await listed(context))));
  routes.get("/loops/:repository{\\d{1,15}}/:issue{\\d{1,9}}", async (context) => {
    const issueKey = keyIn(context);
    const state = await store.load(issueKey);
    if (state === null) return sorry(context, 404, gone);
    const trace = (await store.readTrace(issueKey, traceShown)).toReversed();
    return context.html(loopPage({ issueKey, state, trace, github, now: now() }));
  });
  routes.get("/loops/:repository{\\d{1,15}}/:issue{\\d{1,9}}/texts/:sha{[0-9a-f]{64}}", async (context) => {
    const state = await store.load(keyIn(context));
    const sha = context.req.param("sha");
    // A text is shown with the loop that it belongs to only.
    const isIts = state !== null && runsOf(state).some((run) => run.logSha256 === sha || run.briefSha256 === sha);
    const text = isIts ? await store.getArtifact(sha) : null;
    return text === null ? sorry(context, 404, gone) : context.text(maskCredentials(text));
  });
  routes.get("/loops/:repository{\\d{1,15}}/:issue{\\d{1,9}}/events", (context) => {
    if (following >= mostFollowing) return sorry(context, 503, "Too many browsers follow loops now.");
    following += 1;
    return streamSSE(context, async (stream) => {
      let wake = () => {};
      let news = 0;
      const stop = live.watch(keyIn(context), () => {
        news += 1;
        wake();
      });
      try {
        for (let told = 0; !stream.aborted && !stream.closed; ) {
          if (news > told) {
            // What was decided is in the trace a moment after it is told here; and of several the last one is enough.
            await stream.sleep(settleMs);
            told = news;
            await stream.writeSSE({ event: "decided", data: String(told) });
          } else {
            await new Promise<void>((done) => {
              const timer = setTimeout(done, beatMs);
              wake = () => {
                clearTimeout(timer);
                done();
              };
              stream.onAbort(wake);
            });
            if (news === told && !stream.aborted) await stream.write(": still here\n\n");
          }
        }
      } finally {
        stop();
        following -= 1;
      }
    });
  });
  routes.notFound((context) => sorry(context, 404, gone));
  routes.onError((error, context) => {
    onError(error);
    return sorry(context, 500, "That could not be shown. The log says why.");
  });

  async function listed(context: Context): Promise<Listed> {
    const asked = context.req.query("show") as View;
    const view = views.includes(asked) ? asked : "people";
    const counts = {
      people: live.keys("people").length,
      work: live.keys("work").length,
      queue: live.keys("queue").length,
      ended: null,
    };
    const after = context.req.query("after") ?? "";
    const { keys, next } = view === "ended" ? await ended(after) : standing(view, after);
    const loops = [];
    for (const issueKey of keys) {
      const state = await store.load(issueKey);
      if (state !== null) loops.push({ issueKey, state });
    }
    return { view, counts, loops, next, slots: slots() };
  }

  function standing(view: Exclude<View, "ended">, after: string) {
    const all = live.keys(view);
    const from = /^\d{1,6}$/.test(after) ? Number(after) : 0;
    const keys = all.slice(from, from + perPage);
    return { keys, next: from + perPage < all.length ? `/?show=${view}&after=${from + perPage}` : null };
  }

  async function ended(after: string) {
    const before = /^\d{1,15}$/.test(after) ? Number(after) : Number.MAX_SAFE_INTEGER;
    const found = await store.newestEnded(before, perPage);
    const last = found.at(-1);
    const next = found.length < perPage || last === undefined ? null : `/?show=ended&after=${last.at}`;
    return { keys: found.map(({ issueKey }) => issueKey), next };
  }

  return routes;
}

const badTicket =
  "This address was used before, is older than five minutes, or is not whole. Ask for another with: npm run loopgate -- cockpit";
const noTicket =
  "These pages are for whoever runs this App. On its machine, ask for an address with: npm run loopgate -- cockpit";
const gone = "There is nothing at this address, or what was here is forgotten.";

function keyIn(context: Context): string {
  return issueKeyOf(Number(context.req.param("repository")), Number(context.req.param("issue")));
}

function sorry(context: Context, status: 403 | 404 | 500 | 503, words: string): Response | Promise<Response> {
  return context.html(sorryPage(status === 404 ? "Nothing here" : "Not this way", words), status);
}
