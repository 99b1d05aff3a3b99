// Coming in and going out: by the operator's ticket, or by signing in with GitHub. What comes after is for visitors only.
import { createHash } from "node:crypto";
import { type Context, Hono, type Next } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { html } from "hono/html";
import { Fault } from "../../base/fault.ts";
import type { SignIn } from "../../github/sign-in.ts";
import type { PageEnv } from "../page/guard.ts";
import { type Html, shell, sorryPage } from "../page/shell.ts";
import { isSame, type Signer } from "../signed.ts";
import type { Admission } from "../ticket.ts";
import { createSessions, type Person } from "./sessions.ts";
import type { Visitor } from "./visitor.ts";

export interface Doorway {
  readonly admission: Admission;
  readonly signer: Signer;
  /** Null: nobody can sign in, and the operator's ticket is the only way in. */
  readonly signIn: SignIn | null;
  readonly now: () => number; // epoch milliseconds
}

export type VisitorEnv = { readonly Variables: PageEnv["Variables"] & { visitor: Visitor } };

/** Where GitHub sends the browser back to: it has to be among the App's callback addresses there, to the letter. */
export const signedInPath = "/signed-in";

const operatorCookie = "loopgate_operator";
const personCookie = "loopgate_person";
const begunCookie = "loopgate_sign_in";
const begunLastsMs = 10 * 60_000;
/** So many exchanges of a code may be under way: each asks GitHub something for whoever comes along. */
const mostExchanges = 8;

/** GET routes that let somebody in, and the form that lets them out; then whoever is nobody is stopped, but for `open` paths. */
export function peopleRoutes({ admission, signer, signIn, now }: Doorway): Hono<VisitorEnv> {
  const routes = new Hono<VisitorEnv>();
  const sessions = signIn === null ? null : createSessions(signer, signIn);
  const used = new Map<string, number>(); // sign-ins that came back, each until it would have ended anyway
  let exchanging = 0;

  /** In the order in which they came back, up to the first that still counts: strangers may send many, and none is looked at twice. */
  function forget(at: number): void {
    for (const [state, end] of used) {
      if (end > at) return;
      used.delete(state);
    }
  }

  routes.get("/begin", (context) => {
    if (context.req.method === "HEAD") return context.body(null, 200);
    const admitted = admission.admit(context.req.query("ticket") ?? "", now());
    if (admitted === null) return sorry(context, 403, badTicket);
    keep(context, operatorCookie, admitted.session, admitted.maxAgeSeconds);
    return context.redirect("/", 303);
  });

  if (signIn !== null && sessions !== null) {
    routes.get("/sign-in", (context) => {
      if (context.req.method === "HEAD") return context.body(null, 200);
      const state = signer.make("b", begunLastsMs, now());
      keep(context, begunCookie, `${state}~${ownPath(context.req.query("to"))}`, begunLastsMs / 1_000);
      const challenge = createHash("sha256").update(signer.derive("verifier", state)).digest("base64url");
      return context.redirect(signIn.addressFor({ redirectUrl: redirectUrl(context), state, challenge }), 303);
    });
    routes.get(signedInPath, async (context) => {
      if (context.req.method === "HEAD") return context.body(null, 200);
      const [state = "", to = "/"] = kept(context, begunCookie).split("~");
      drop(context, begunCookie);
      const until = signer.until("b", state, now());
      if (until === null || used.has(state) || !isSame(context.req.query("state") ?? "", state))
        return sorry(context, 403, strayAnswer);
      const code = context.req.query("code") ?? "";
      if (!/^[\w-]{8,200}$/.test(code)) return sorry(context, 403, notSignedIn(context.req.query("error") ?? ""));
      if (exchanging >= mostExchanges) return sorry(context, 503, "Too many people sign in just now. Try again.");
      forget(now());
      used.set(state, until);
      exchanging += 1;
      try {
        const verifier = signer.derive("verifier", state);
        const signedIn = await signIn.exchange({ code, redirectUrl: redirectUrl(context), verifier });
        const { session, maxAgeSeconds } = sessions.begin(signedIn, now());
        keep(context, personCookie, session, maxAgeSeconds);
        return context.redirect(ownPath(to), 303);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        return sorry(context, error.kind === "refused" ? 403 : 503, `${error.message} Nobody was signed in.`);
      } finally {
        exchanging -= 1;
      }
    });
  }

  routes.use(visitors);
  routes.post("/sign-out", (context) => {
    const { person } = context.get("visitor");
    if (person !== null) sessions?.end(person.session);
    for (const name of [personCookie, operatorCookie]) drop(context, name);
    return context.html(signedOut(signIn !== null));
  });
  return routes;

  async function visitors(context: Context<VisitorEnv>, next: Next) {
    const at = now();
    const operator = kept(context, operatorCookie);
    const isOperator = admission.isAdmitted(operator, at);
    const person = sessions?.find(kept(context, personCookie), at) ?? null;
    if (!isOperator && person === null) return askIn(context);
    const formKey = signer.derive("form", person?.session ?? operator);
    context.set("visitor", { isOperator, person, formKey, reach: reachOf(operator, person) });
    if (context.req.method === "POST" && !(await hasFormKey(context, formKey))) return sorry(context, 403, strayForm);
    await next();
    const isOver = person !== null && sessions?.find(person.session, now()) === null;
    if (isOver && context.error instanceof Fault) context.res = await askIn(context);
    return;
  }

  /** An operator who signed in as well sees all of it still, for as long as the operator's session lasts. */
  function reachOf(operator: string, person: Person | null): Visitor["reach"] {
    if (admission.isAdmitted(operator, now()))
      return async () => (admission.isAdmitted(operator, now()) ? "all" : new Set());
    return async () => (person === null || sessions === null ? new Set() : sessions.reach(person, now()));
  }

  function askIn(context: Context): Response | Promise<Response> {
    if (signIn === null) return sorry(context, 403, noTicket);
    const { pathname, search } = new URL(context.req.url);
    return context.html(signInPage(ownPath(context.req.method === "GET" ? pathname + search : "/")), 403);
  }
}

type Origin = { readonly Variables: Pick<PageEnv["Variables"], "origin"> };

const redirectUrl = (context: Context<VisitorEnv>) => `${context.get("origin")}${signedInPath}`;

/** Under https a cookie's name says that no other site, and no site below or above this one, can have set it. */
const isSecure = (context: Context<Origin>) => context.get("origin").startsWith("https://");

function keep(context: Context, name: string, value: string, maxAge: number): void {
  const secure = isSecure(context);
  const prefix = secure ? { prefix: "host" as const, secure } : {};
  setCookie(context, name, value, { path: "/", httpOnly: true, sameSite: "Lax", maxAge, ...prefix });
}

function kept(context: Context, name: string): string {
  return (isSecure(context) ? getCookie(context, name, "host") : getCookie(context, name)) ?? "";
}

function drop(context: Context, name: string): void {
  keep(context, name, "", 0);
}

/** A path of these pages to go on to, whoever wrote it; never another site. */
function ownPath(wanted = "/"): string {
  return /^\/(?:loops\/[\d/]{1,30}|\?show=[a-z]{1,10}|health|outcomes)?$/.test(wanted) ? wanted : "/";
}

async function hasFormKey(context: Context, formKey: string): Promise<boolean> {
  const { key } = await context.req.parseBody();
  return typeof key === "string" && isSame(key, formKey);
}

function signInPage(to: string): Html {
  return shell({
    title: "Sign in",
    narrow: true,
    main: html`<section class="card"><h1>Sign in to see loops</h1>
      <p>You see the loops of those repositories that you have access to at GitHub.</p>
      <p><a class="button" href="/sign-in?to=${encodeURIComponent(to)}">Sign in with GitHub</a></p>
      <p class="quiet">Whoever runs this App sees all of them, with the address that <code>npm run loopgate -- cockpit</code> prints on its machine.</p></section>`,
  });
}

function signedOut(canSignIn: boolean): Html {
  const again = canSignIn ? html`<p><a class="button" href="/sign-in">Sign in with GitHub</a></p>` : "";
  return shell({
    title: "Signed out",
    narrow: true,
    main: html`<section class="card"><h1>Signed out</h1><p>This browser sees nothing here any more.</p>${again}</section>`,
  });
}

function notSignedIn(error: string): string {
  if (error === "access_denied") return "You did not let the App know who you are, so nobody was signed in.";
  if (error === "redirect_uri_mismatch")
    return "GitHub does not send anybody back to this address, so nobody was signed in. Whoever runs this App adds it, with /signed-in behind it, to the callback URLs of the App's settings at GitHub.";
  return "GitHub signed nobody in. Begin again.";
}

const badTicket =
  "This address was used before, is older than five minutes, was made before the App last started, or is not whole. Ask for another with: npm run loopgate -- cockpit";
const noTicket =
  "These pages are for whoever runs this App. On its machine, ask for an address with: npm run loopgate -- cockpit";
const strayAnswer = "This answer of GitHub's belongs to no sign-in that this browser began, so nobody was signed in.";
const strayForm = "This form is not from a page that you were shown here, so nothing was done. Load the page again.";

function sorry(context: Context, status: 403 | 503, words: string): Response | Promise<Response> {
  return context.html(sorryPage("Not this way", words), status);
}
