// Signing in to an App with GitHub: the page that asks the person, and the exchange of the code that the browser carries back.
import { type Context, Hono } from "hono";
import { html } from "hono/html";
import { refreshTokenSeconds, userTokenSeconds } from "../actions/authorizations.ts";
import type { App } from "../model.ts";
import { notFound } from "../refusal.ts";
import type { World } from "../world.ts";
import { formOf } from "./acting.ts";
import { type AppPages, leadTo } from "./app.ts";
import { errorPage, shell } from "./shell.ts";
import type { Html, View } from "./view.ts";
import { requireViewer } from "./viewer.ts";

/** Where a program, and no page of the forge, sends the code. */
export const exchangePath = "/login/oauth/access_token";

/** What the App's address asks for, once it was found in order. */
interface Asked {
  readonly app: App;
  readonly redirectUri: string;
  readonly state: string;
  readonly challenge: string | null;
}

/** GET and POST routes, under GitHub's own addresses. */
export function authorizePages({ world, view, answer }: AppPages): Hono {
  const routes = new Hono();
  routes.get("/login/oauth/authorize", async (context) => {
    const asked = askedIn(world, (name) => context.req.query(name) ?? "");
    if ("back" in asked) return context.redirect(asked.back, 302);
    const looking = view(context);
    const { viewer } = looking;
    if (viewer === null) return answer(context, errorPage(looking, 200, signIn));
    if (!world.mayAuthorize(viewer, asked.app)) throw notFound();
    if (world.hasAuthorized(viewer, asked.app)) return context.redirect(granted(world, looking, asked), 302);
    leadTo(context, asked.redirectUri);
    return answer(context, askPage(looking, asked));
  });
  routes.post("/login/oauth/authorize", async (context) => {
    const form = await formOf(context);
    const asked = askedIn(world, form);
    if ("back" in asked) return context.redirect(asked.back, 302);
    leadTo(context, asked.redirectUri);
    if (form("authorize") !== "1") return context.redirect(withError(asked, "access_denied", denied), 302);
    return context.redirect(granted(world, view(context), asked), 302);
  });
  routes.post(exchangePath, async (context) => {
    const given = await parametersOf(context);
    const exchanged = world.exchangeUserCode({
      clientId: given("client_id") ?? "",
      clientSecret: given("client_secret") ?? "",
      code: given("code") ?? "",
      redirectUri: given("redirect_uri"),
      verifier: given("code_verifier"),
    });
    const body =
      "error" in exchanged
        ? { error: exchanged.error, error_description: exchanged.description, error_uri: troubles }
        : {
            access_token: exchanged.token.value,
            expires_in: userTokenSeconds,
            refresh_token: exchanged.refreshToken,
            refresh_token_expires_in: refreshTokenSeconds,
            scope: "",
            token_type: "bearer",
          };
    // GitHub answers 200 to what it refuses as well, and as a form unless JSON is asked for.
    if ((context.req.header("accept") ?? "").includes("application/json")) return context.json(body);
    const text = new URLSearchParams();
    for (const [name, value] of Object.entries(body)) text.set(name, String(value));
    return context.body(text.toString(), 200, { "content-type": "application/x-www-form-urlencoded; charset=utf-8" });
  });
  return routes;
}

const troubles =
  "https://docs.github.com/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors";
const denied = "The user has denied your application access.";
const signIn = "Sign in first: choose who you are in the bar on top, and this page goes on from there.";

/** What is asked for, or where the browser goes back to with an error. Throws a 404 `Refusal` where there is no such App. */
function askedIn(world: World, given: (name: string) => string): Asked | { readonly back: string } {
  const app = world.apps.find(({ clientId }) => clientId === given("client_id"));
  const [first] = app?.callbackUrls ?? [];
  if (app === undefined || first === undefined) throw notFound();
  const wanted = given("redirect_uri") || first;
  const state = given("state");
  if (!app.callbackUrls.includes(wanted)) {
    const words = "The redirect_uri MUST match the registered callback URL for this application.";
    return { back: withError({ redirectUri: first, state }, "redirect_uri_mismatch", words) };
  }
  const challenge = given("code_challenge");
  if (challenge !== "" && given("code_challenge_method") !== "S256") {
    const words = "The code challenge method must be S256.";
    return { back: withError({ redirectUri: wanted, state }, "invalid_request", words) };
  }
  return { app, redirectUri: wanted, state, challenge: challenge === "" ? null : challenge };
}

function granted(world: World, looking: View, asked: Asked): string {
  const code = world.authorize(requireViewer(looking.viewer), asked.app, asked);
  return withParameters(asked, { code });
}

function withError(asked: Pick<Asked, "redirectUri" | "state">, error: string, words: string): string {
  return withParameters(asked, { error, error_description: words, error_uri: troubles });
}

function withParameters({ redirectUri, state }: Pick<Asked, "redirectUri" | "state">, more: Record<string, string>) {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(more)) url.searchParams.set(name, value);
  if (state !== "") url.searchParams.set("state", state);
  return url.href;
}

/** A form's fields or those of a JSON object; null for what is not there. */
async function parametersOf(context: Context): Promise<(name: string) => string | null> {
  const isJson = (context.req.header("content-type") ?? "").includes("json");
  const given: Record<string, unknown> = isJson
    ? ((await context.req.json().catch(() => ({}))) as Record<string, unknown>)
    : await context.req.parseBody();
  return (name) => {
    const value = given[name];
    return typeof value === "string" ? value : null;
  };
}

function askPage(view: View, { app, redirectUri, state, challenge }: Asked): Html {
  const pkce =
    challenge === null
      ? ""
      : html`<input type="hidden" name="code_challenge" value="${challenge}"><input type="hidden" name="code_challenge_method" value="S256">`;
  const main = html`<div class="box notice">
    <h1>Authorize ${app.name}</h1>
    <p>${app.name} by ${app.owner.login} would like to know which resources you can access, and to act on your behalf.</p>
    <form method="post" action="/login/oauth/authorize">
      <input type="hidden" name="client_id" value="${app.clientId}">
      <input type="hidden" name="redirect_uri" value="${redirectUri}">
      <input type="hidden" name="state" value="${state}">${pkce}
      <button name="authorize" value="1">Authorize ${app.name}</button>
      <button name="authorize" value="0">Cancel</button>
    </form>
  </div>`;
  return shell(view, { title: `Authorize ${app.name}`, main });
}
