// The forms of a pull request: review, merge, mark ready.
import { type Context, Hono } from "hono";
import type { NewReview } from "../actions/reviews.ts";
import type { Pull } from "../model.ts";
import { notFound, Refusal } from "../refusal.ts";
import type { World } from "../world.ts";
import { actorOf, type FindRepository, formOf, issueOf } from "./acting.ts";
import { pathOf } from "./view.ts";

/** POST routes on pull requests; each goes back to the conversation. */
export function reviewing(world: World, find: FindRepository): Hono {
  const routes = new Hono();
  const pullOf = (context: Context): Pull => {
    const { pull } = issueOf(find(context), context);
    if (!pull) throw notFound();
    return pull;
  };
  const back = (context: Context, pull: Pull, anchor = "") =>
    context.redirect(`${pathOf(pull.issue.repository)}/pull/${pull.issue.number}${anchor}`, 303);
  routes.post("/:owner/:repo/pull/:number/review", async (context) => {
    const [pull, form] = [pullOf(context), await formOf(context)];
    const wanted = { event: verdict(form("verdict")), body: form("body"), commitId: shownHead(form("head")) };
    const review = world.submitReview(actorOf(context, world), pull, wanted);
    return back(context, pull, `#pullrequestreview-${review.id}`);
  });
  routes.post("/:owner/:repo/pull/:number/merge", async (context) => {
    const [pull, form] = [pullOf(context), await formOf(context)];
    await world.mergePull(actorOf(context, world), pull, { sha: shownHead(form("head")) });
    return back(context, pull);
  });
  routes.post("/:owner/:repo/pull/:number/ready", (context) => {
    const pull = pullOf(context);
    world.markReady(actorOf(context, world), pull);
    return back(context, pull);
  });
  return routes;
}

function verdict(word: string): NonNullable<NewReview["event"]> {
  if (word === "APPROVE" || word === "REQUEST_CHANGES" || word === "COMMENT") return word;
  throw new Refusal(422, "A review approves, requests changes or comments.");
}

/** The commit the page showed: a review counts for that one, whatever was pushed meanwhile. */
function shownHead(sha: string): string {
  if (!/^[\da-f]{40}$/.test(sha)) throw new Refusal(422, "The form does not say which commit it was shown for.");
  return sha;
}
