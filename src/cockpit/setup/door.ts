// The page that makes an App, at an address of this machine, for the one browser that brought the token from the terminal.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { caught, refuse, refuseTunnels } from "../../base/caught.ts";
import { keepFew } from "../../base/keep-few.ts";
import { type Listening, listen } from "../../base/listen.ts";
import type { AppManifest } from "../../github/start.ts";
import { asset, guard, type PageEnv, thisMachine, unfitFor } from "../page/guard.ts";
import { sorryPage } from "../page/shell.ts";
import type { Flow } from "./flow.ts";
import { finishedPage, setupPage, stageTag } from "./pages.ts";

export interface SetupDoor {
  readonly host: string;
  readonly port: number; // 0: a free one
  readonly token: string;
  readonly flow: Flow;
  readonly manifest: AppManifest;
  readonly envFile: string;
  /** Called once, when the operator has finished and has been told so. */
  readonly onFinished: () => void;
  readonly onError: (error: unknown) => void;
}

const limits = { headersTimeout: 5_000, requestTimeout: 30_000, keepAliveTimeout: 5_000, maxHeaderSize: 16_384 };
const mostConnections = 64;
const cookieName = "loopgate_setup";

/** Opens the page. Throws Fault when it cannot listen. */
export async function openSetupDoor(door: SetupDoor): Promise<Listening> {
  const routes = setupRoutes(door);
  const web = getRequestListener(routes.fetch, { overrideGlobalObjects: false });
  const server = createServer(
    limits,
    caught((request, response) => {
      const unfit = unfitFor(thisMachine, request);
      return unfit === null ? web(request, response) : refuse(request, response, ...unfit);
    }, door.onError),
  );
  keepFew(server, mostConnections);
  refuseTunnels(server);
  return listen(server, door);
}

/** The routes behind the door. */
function setupRoutes({ token, flow, manifest, envFile, onFinished, onError }: SetupDoor): Hono<PageEnv> {
  const routes = new Hono<PageEnv>();
  const session = randomBytes(32).toString("base64url");
  let isTaken = false;
  let isFinished = false;
  const mayEnter = (context: Context) => isSame(getCookie(context, cookieName) ?? "", session) && isTaken;

  routes.use(guard());
  routes.get("/-/style.css", asset(new URL("../page/style.css", import.meta.url)));
  routes.get("/-/follow.js", asset(new URL("follow.js", import.meta.url)));
  routes.get("/begin", (context) => {
    if (context.req.method === "HEAD") return context.body(null, 200);
    if (mayEnter(context)) return context.redirect("/", 303);
    if (!isSame(context.req.query("token") ?? "", token)) return sorry(context, 403, wrongToken);
    if (isTaken) return sorry(context, 403, usedToken);
    isTaken = true;
    setCookie(context, cookieName, session, { path: "/", httpOnly: true, sameSite: "Lax" });
    return context.redirect("/", 303);
  });
  routes.use(async (context, next) => {
    if (!mayEnter(context)) return sorry(context, 403, noSession);
    if (isFinished) return sorry(context, 410, "This page is closed for good.");
    return next();
  });
  routes.get("/", async (context) => {
    await flow.look();
    const posting = flow.posting(`${new URL(context.req.url).origin}/created`);
    if (posting !== null) context.set("formTarget", new URL(posting.url).origin);
    return context.html(setupPage({ stage: flow.stage(), manifest, envFile, posting }));
  });
  routes.get("/stage", async (context) => {
    await flow.look();
    return context.text(stageTag(flow.stage()));
  });
  routes.get("/created", async (context) => {
    await flow.returned(context.req.query("state") ?? "", codeIn(context));
    return context.redirect("/", 303);
  });
  routes.post("/answers", async (context) => {
    const form = await context.req.parseBody();
    const text = (name: string) => (typeof form[name] === "string" ? form[name].slice(0, 500) : "");
    flow.answer({
      github: text("github"),
      organization: text("organization"),
      publicUrl: text("publicUrl"),
      name: text("name"),
      pagesUrl: text("pagesUrl"),
    });
    return context.redirect("/", 303);
  });
  const acts: Readonly<Record<string, () => void | Promise<void>>> = {
    "/change": flow.askAgain,
    "/retry": flow.retry,
    "/keep": flow.keep,
    "/again": flow.sendAgain,
  };
  for (const [path, act] of Object.entries(acts))
    routes.post(path, async (context) => {
      await act();
      return context.redirect("/", 303);
    });
  routes.post("/finish", (context) => {
    if (flow.stage().at !== "created") return context.redirect("/", 303);
    isFinished = true;
    onFinished();
    return context.html(finishedPage(envFile));
  });
  routes.notFound((context) => sorry(context, 404, "There is nothing at this address."));
  routes.onError((error, context) => {
    onError(error);
    return sorry(context, 500, "That could not be answered. The terminal says why.");
  });
  return routes;
}

const wrongToken = "This is not the address that the terminal shows. Open that one, whole.";
const usedToken =
  "The address from the terminal was opened before, in another browser, and is good for one. If that was not you, end the program and start it again.";
const noSession = "Open the address that the terminal shows. It is good for one browser.";

function sorry(context: Context, status: 403 | 404 | 410 | 500, words: string): Response | Promise<Response> {
  return context.html(sorryPage(status === 404 ? "Nothing here" : "Not this way", words), status);
}

/** As GitHub makes them; anything else is no code, and GitHub is not asked. */
function codeIn(context: Context): string {
  const code = context.req.query("code") ?? "";
  return /^[\w-]{8,200}$/.test(code) ? code : "";
}

/** In the same time whatever differs. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash("sha256").update(text).digest()) as [Buffer, Buffer];
  return timingSafeEqual(a, b);
}
