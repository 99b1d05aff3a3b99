// A repository's activity: every move of a branch, and who made it. Pages have cursors here, not numbers.
import { Hono } from "hono";
import type { ForgeContext, ForgeEnv } from "../caller.ts";
import type { BranchMove } from "../model.ts";
import { instant } from "../shapes/url.ts";
import { userShape } from "../shapes/user.ts";
import type { World } from "../world.ts";
import { repositoryIn } from "./scope.ts";

const dayMs = 86_400_000;
const periods: Readonly<Record<string, number>> = { day: 1, week: 7, month: 31, quarter: 92, year: 366 };

export function activity(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  routes.get("/repos/:owner/:repo/activity", (c) => {
    const { moves } = repositoryIn({ world, c }, [["contents"], "read"]);
    const wanted = moves.filter((move) => isWanted(c, move, world.now()));
    const ordered = c.req.query("direction") === "asc" ? wanted : wanted.toReversed();
    return c.json(cursorPage(c, ordered).map((move) => moveShape(world, move)));
  });
  return routes;
}

function isWanted(c: ForgeContext, move: BranchMove, now: number): boolean {
  const { ref, actor, time_period: period, activity_type: type } = c.req.query();
  const days = periods[period ?? ""];
  return (
    (!ref || move.ref === ref || move.ref === `refs/heads/${ref}`) &&
    (!actor || move.user.login.toLowerCase() === actor.toLowerCase()) &&
    (!type || move.type === type) &&
    (days === undefined || move.at > now - days * dayMs)
  );
}

/** Up to `per_page` (30, at most 100) after or before a cursor; the Link header names the cursors of the neighbours. */
function cursorPage(c: ForgeContext, list: readonly BranchMove[]): BranchMove[] {
  const { after, before } = c.req.query();
  const size = Math.min(100, Math.max(1, Math.trunc(Number(c.req.query("per_page") ?? 30)) || 30));
  const at = (cursor: string) => list.findIndex((move) => cursorOf(move) === cursor);
  const from = before ? Math.max(0, at(before) - size) : after ? at(after) + 1 : 0;
  const page = list.slice(from, before ? at(before) : from + size);
  const [first, last] = [page[0], page.at(-1)];
  const links = [
    ...(last && list.at(-1) !== last ? [link(c, "after", last, "next")] : []),
    ...(first && list[0] !== first ? [link(c, "before", first, "prev")] : []),
  ];
  if (links.length > 0) c.header("link", links.join(", "));
  return page;
}

function link(c: ForgeContext, side: "after" | "before", move: BranchMove, rel: string): string {
  const url = new URL(c.req.url);
  url.searchParams.delete(side === "after" ? "before" : "after");
  url.searchParams.set(side, cursorOf(move));
  return `<${url.href}>; rel="${rel}"`;
}

const cursorOf = (move: BranchMove) => Buffer.from(`move:${move.id}`).toString("base64url");

function moveShape(world: World, move: BranchMove) {
  return {
    id: move.id,
    node_id: `PSH_${Buffer.from(String(move.id)).toString("base64url")}`,
    before: move.before,
    after: move.after,
    ref: move.ref,
    timestamp: instant(move.at),
    activity_type: move.type,
    actor: move.user.deleted ? null : userShape(world, move.user),
  };
}
