// Who is looking: a person chosen in the bar on top and kept in a cookie; the forge is local and has no passwords.
import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { findUser } from "../core.ts";
import type { User } from "../model.ts";
import { Refusal } from "../refusal.ts";
import type { World } from "../world.ts";

const cookieName = "forge_person";

/** The people one can act as, by login; bots and organisations act through the API only. */
export function peopleOf(world: World): User[] {
  const people = [...world.users.values()].filter((user) => user.type === "User");
  return people.sort((one, other) => one.login.localeCompare(other.login));
}

/** The chosen person, or null when none is chosen or the cookie names nobody. */
export function viewerOf(context: Context, world: World): User | null {
  const user = findUser(world, getCookie(context, cookieName) ?? "");
  return user?.type === "User" ? user : null;
}

/** Remembers the choice; an empty login means nobody. Throws a 422 `Refusal` for who is not a person here. */
export function choosePerson(context: Context, world: World, login: string): void {
  if (login !== "" && findUser(world, login)?.type !== "User") {
    throw new Refusal(422, `There is no person called ${login} here.`);
  }
  setCookie(context, cookieName, login, {
    path: "/",
    httpOnly: true,
    sameSite: "Strict",
    maxAge: login === "" ? 0 : 31_536_000,
  });
}

/** The viewer, or a 403 `Refusal` that says how to become one. */
export function requireViewer(viewer: User | null): User {
  if (!viewer) throw new Refusal(403, "Nobody is chosen. Choose who you are in the bar on top, then try again.");
  return viewer;
}

/**
 * Throws a 403 `Refusal` unless a form was sent from a page of this forge. Browsers set `Sec-Fetch-Site` and `Origin`
 * themselves and no page can forge them, so no token is needed; a request with neither is refused.
 */
export function requireSameOrigin(context: Context): void {
  const site = context.req.header("sec-fetch-site");
  const origin = context.req.header("origin");
  const isOurs = origin === undefined ? site === "same-origin" : origin === new URL(context.req.url).origin;
  if (!isOurs || (site !== undefined && site !== "same-origin")) {
    throw new Refusal(403, "This form was not sent from a page of this forge, so nothing was changed.");
  }
}

/** The path to go back to after a form: only one of our own, never another site. */
export function wayBack(wanted: string | undefined): string {
  return wanted !== undefined && /^\/(?![/\\])[^\s\\]*$/.test(wanted) ? wanted : "/";
}
