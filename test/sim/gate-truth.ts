// How the gate of a pull request really stood at one moment, by GitHub's own reviews, pushes and permissions.
import { mayWrite } from "../../src/loop/begin.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { app, nameOf, type Pull, type Push } from "./model.ts";
import type { World } from "./world.ts";

/** Who approved this head with the right to, whether somebody who may asked for changes of it, and whether CI liked it. */
export interface GateTruth {
  readonly approvers: readonly string[];
  readonly changes: boolean;
  readonly green: boolean;
}

/** `at` is when reviews are looked at; a command counts if its comment stood then or stands now. */
export function gateTruth(world: World, state: LoopState, number: number, at: number): GateTruth {
  const pull = world.pulls.get(number)?.asOf(at) ?? null;
  if (pull === null) return { approvers: [], changes: false, green: false };
  const last = lastWords(pull);
  const may = (login: string) => mayWrite(world.permissions.asOf(at)?.[login] ?? "none");
  const byReview = last
    .filter((one) => one.state === "approved" && one.head === pull.head)
    .map((one) => one.author.login);
  const authors = authorsOf(world, pull);
  const approvers = [...new Set([...byReview, ...byCommand(world, state, pull, at)])].filter(
    (login) => may(login) && login !== nameOf(state.requester) && !authors.has(login),
  );
  const changes = last.some(
    (one) => one.state === "changes_requested" && one.head === pull.head && may(one.author.login),
  );
  return { approvers, changes, green: world.truth.wasGreenAt(pull.head, at) };
}

function lastWords(pull: Pull): Pull["reviews"] {
  const spoken = pull.reviews.filter((review) => review.state !== "commented");
  return [...new Map(spoken.map((review) => [review.author.id, review])).values()];
}

/** Whoever wrote `/loop approve` in a comment that the loop was told of while this was its commit. */
function byCommand(world: World, state: LoopState, { head }: Pull, at: number): string[] {
  const cell = world.issues.get(state.issue.number);
  const comments = [...(cell?.asOf(at)?.comments ?? []), ...(cell?.value.comments ?? [])];
  const told = state.approvals.filter((one) => one.head === head).map(({ comment }) => comment);
  return comments
    .filter(({ id, body }) => told.includes(id) && body.startsWith("/loop approve"))
    .map(({ author }) => author.login);
}

/** Whoever ever pushed to the branch before it was merged, but the App, and whom the commits in it name that came with such a push. */
export function authorsOf(world: World, { branch, head, mergedAt }: Pull): ReadonlySet<string> {
  const known = world.pushes.get(branch);
  const pushes = (mergedAt === null ? known?.value : known?.asOf(mergedAt)) ?? [];
  const foreign = pushes.filter(({ by }) => by.id !== app.id);
  const isFirst = (push: Push) => pushes.find(({ after }) => after === push.after) === push;
  const brought = foreign.filter((push) => isFirst(push) && world.descends(push.after, head));
  const named = brought.flatMap(({ after }) => world.commits.get(after)?.author ?? []);
  return new Set([...foreign.map(({ by }) => by.login), ...named]);
}
