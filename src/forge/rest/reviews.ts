// Reviews of a pull request and their comments.
import { Hono } from "hono";
import type { NewReview } from "../actions/reviews.ts";
import type { ForgeContext, ForgeEnv } from "../caller.ts";
import { bodyOf, numberIn, pageOf, textField } from "../http/answer.ts";
import type { Review } from "../model.ts";
import { notFound, Refusal } from "../refusal.ts";
import { reviewCommentShape, reviewShape } from "../shapes/review.ts";
import type { World } from "../world.ts";
import { actorIn, pullIn } from "./scope.ts";

const base = "/repos/:owner/:repo/pulls/:number";

export function reviews(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  routes.get(`${base}/reviews`, (c) => {
    const pull = pullIn({ world, c }, "read");
    return c.json(
      pageOf(
        c,
        pull.reviews.filter((review) => isVisible(c, review)),
      ).map((review) => reviewShape(world, review)),
    );
  });
  routes.post(`${base}/reviews`, async (c) => {
    const pull = pullIn({ world, c }, "write");
    const review = world.submitReview(actorIn({ world, c }), pull, newReviewIn(await bodyOf(c)));
    return c.json(reviewShape(world, review));
  });
  routes.get(`${base}/reviews/:review`, (c) => c.json(reviewShape(world, reviewIn(world, c, "read"))));
  routes.put(`${base}/reviews/:review/dismissals`, async (c) => {
    const review = reviewIn(world, c, "write");
    const message = textField(await bodyOf(c), "message", "PullRequestReview") ?? "";
    return c.json(reviewShape(world, world.dismissReview(actorIn({ world, c }), review, message)));
  });
  routes.get(`${base}/reviews/:review/comments`, (c) => {
    const review = reviewIn(world, c, "read");
    return c.json(
      pageOf(
        c,
        review.pull.reviewComments.filter((one) => one.review === review),
      ).map((one) => reviewCommentShape(world, one)),
    );
  });
  routes.get(`${base}/comments`, (c) =>
    c.json(pageOf(c, pullIn({ world, c }, "read").reviewComments).map((one) => reviewCommentShape(world, one))),
  );
  routes.post(`${base}/comments`, async (c) => {
    const pull = pullIn({ world, c }, "write");
    const body = await bodyOf(c);
    const comment = world.createReviewComment(actorIn({ world, c }), pull, {
      ...placeIn(body),
      commitId: textField(body, "commit_id", "PullRequestReviewComment"),
      ...(typeof body.in_reply_to === "number" ? { inReplyTo: body.in_reply_to } : {}),
    });
    return c.json(reviewCommentShape(world, comment), 201);
  });
  routes.post(`${base}/comments/:comment/replies`, async (c) => {
    const pull = pullIn({ world, c }, "write");
    const body = textField(await bodyOf(c), "body", "PullRequestReviewComment") ?? "";
    const reply = { body, path: "", inReplyTo: numberIn(c, "comment") };
    return c.json(reviewCommentShape(world, world.createReviewComment(actorIn({ world, c }), pull, reply)), 201);
  });
  return routes;
}

/** A pending review is seen by its author only. */
function isVisible(c: ForgeContext, review: Review): boolean {
  if (review.state !== "PENDING") return true;
  const { caller } = c.var;
  return (caller.kind === "person" || caller.kind === "installation") && caller.actor.user === review.user;
}

function reviewIn(world: World, c: ForgeContext, level: "read" | "write"): Review {
  const pull = pullIn({ world, c }, level);
  const review = pull.reviews.find((one) => one.id === numberIn(c, "review"));
  if (!review || !isVisible(c, review)) throw notFound();
  return review;
}

function newReviewIn(body: Record<string, unknown>): NewReview {
  const event = body.event as NewReview["event"] | undefined;
  if (event && !["APPROVE", "REQUEST_CHANGES", "COMMENT"].includes(event))
    throw new Refusal(422, "Unprocessable Entity", ["Variable $event was provided invalid value"]);
  const commitId = textField(body, "commit_id", "PullRequestReview");
  const list = Array.isArray(body.comments) ? body.comments.map((one) => placeIn(one as Record<string, unknown>)) : [];
  return {
    body: textField(body, "body", "PullRequestReview") ?? "",
    comments: list,
    ...(event ? { event } : {}),
    ...(commitId ? { commitId } : {}),
  };
}

function placeIn(body: Record<string, unknown>) {
  const line =
    typeof body.line === "number" ? body.line : typeof body.position === "number" ? body.position : undefined;
  return {
    body: textField(body, "body", "PullRequestReviewComment") ?? "",
    path: textField(body, "path", "PullRequestReviewComment") ?? "",
    ...(line === undefined ? {} : { line }),
    ...(body.side === "LEFT" ? { side: "LEFT" as const } : {}),
  };
}
