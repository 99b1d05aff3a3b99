// Doing something to a loop: asked for on one page, confirmed on it, and then done as the person by a comment at GitHub.
import { type Context, Hono } from "hono";
import { Fault } from "../../base/fault.ts";
import type { StorePort } from "../../engine/ports.ts";
import type { SignIn } from "../../github/sign-in.ts";
import { issueKeyOf } from "../../loop/issue-key.ts";
import { addressOf } from "../loops/list.ts";
import { sorryPage } from "../page/shell.ts";
import type { VisitorEnv } from "../people/routes.ts";
import type { Signer } from "../signed.ts";
import { type Act, acts, actsOn, commentFor, oneLine } from "./acts.ts";
import { askPage } from "./page.ts";

export interface Acting {
  readonly store: Pick<StorePort, "load">;
  readonly signer: Signer;
  readonly signIn: Pick<SignIn, "comment"> | null;
  readonly now: () => number; // epoch milliseconds
}

/** How long a form counts after its page was shown. */
const formLastsMs = 30 * 60_000;

/** To be mounted behind the check that the visitor may see the loop. */
export function actingRoutes({ store, signer, signIn, now }: Acting): Hono<VisitorEnv> {
  const routes = new Hono<VisitorEnv>();
  const used = new Map<string, number>(); // forms that were sent, each until it would not count any more
  const path = `/loops/:repository{\\d{1,15}}/:issue{\\d{1,9}}/do/:act{${acts.join("|")}}`;

  routes.on(["GET", "POST"], path, async (context) => {
    const visitor = context.get("visitor");
    const { person } = visitor;
    if (person === null || signIn === null) return sorry(context, 403, needsPerson);
    const issueKey = issueKeyOf(Number(context.req.param("repository")), Number(context.req.param("issue")));
    const act = context.req.param("act") as Act;
    const state = await store.load(issueKey);
    if (state === null) return sorry(context, 404, "There is no such loop, or it is forgotten.");
    if (!actsOn(state).includes(act))
      return sorry(context, 409, "The loop has moved on, and this cannot be done with it now.");
    const ask = (words: string, wrong: string | null, status: 200 | 422 | 502 = 200) => {
      const once = signer.make("f", formLastsMs, now());
      return context.html(askPage({ issueKey, state, act, login: person.login, words, once, wrong, visitor }), status);
    };
    if (context.req.method !== "POST") return ask("", null);
    const form = await context.req.parseBody();
    const [once, words] = [textIn(form.once), textIn(form.words)];
    if (act === "steer" && oneLine(words) === "") return ask("", "Write what the agent is to know.", 422);
    if (!isFirst(once)) return ask(words, "This form was sent before, or is too old. Nothing was done now.", 422);
    try {
      await signIn.comment(person.token, state.issue, commentFor(act, words));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return ask(words, `${error.message} Look at the thread before you try again.`, 502);
    }
    return context.redirect(addressOf(issueKey), 303);
  });

  /** Of a form that is ours and not too old, the first time. */
  function isFirst(once: string): boolean {
    const until = signer.until("f", once, now());
    for (const [one, end] of used) if (end <= now()) used.delete(one);
    if (until === null || used.has(once)) return false;
    used.set(once, until);
    return true;
  }

  return routes;
}

const needsPerson =
  "A ticket names nobody at GitHub, and what is done to a loop is done as somebody. Sign in with GitHub to do it, or comment in the thread.";

const textIn = (value: unknown) => (typeof value === "string" ? value : "");

function sorry(context: Context, status: 403 | 404 | 409, words: string): Response | Promise<Response> {
  return context.html(sorryPage(status === 404 ? "Nothing here" : "Not this way", words), status);
}
