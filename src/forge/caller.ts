// Who sent a request, as the authentication found it, and what that caller may do.
import type { Context } from "hono";
import { type Core, hasAccess } from "./core.ts";
import type { Access, Actor, App, Installation, Permissions, Repository, Token, User } from "./model.ts";
import { notFound, Refusal } from "./refusal.ts";

export type Caller =
  | { kind: "anonymous" }
  /** A JSON web token signed with the App's key: only for `/app` routes. */
  | { kind: "app"; app: App }
  | { kind: "installation"; actor: Actor; token: Token }
  /** `via`: where an App acts for the person, its installations; they bound what it may do. */
  | { kind: "person"; actor: Actor; token: Token; via?: readonly Installation[] };

/** What a caller has used of its hour. */
export interface Rate {
  limit: number;
  used: number;
  /** Epoch milliseconds at which `used` starts again at nought. */
  resetAt: number;
}

/** What every forge handler finds in `c.var`. */
export interface ForgeVariables {
  caller: Caller;
  /** What the request log counts this request as, such as `GET /repos/:owner/:repo` or `graphql MarkReady`. */
  kind: string;
  /** What the caller has used of its hour. */
  rate: Rate;
}

export type ForgeEnv = { Variables: ForgeVariables };
export type ForgeContext = Context<ForgeEnv>;

/** The acting identity, or the `Refusal` for a caller who has none. */
export function requireActor(caller: Caller): Actor {
  if (caller.kind === "anonymous") throw new Refusal(401, "Requires authentication");
  if (caller.kind === "app") throw new Refusal(401, "A JSON web token could not be decoded"); // GitHub's words for a JWT outside /app
  return caller.actor;
}

export type PermissionName =
  | "metadata"
  | "contents"
  | "issues"
  | "pull_requests"
  | "checks"
  | "statuses"
  | "actions"
  | "administration"
  | "workflows";

/** Whether the caller can see that the repository exists. */
export function maySee(caller: Caller, repository: Repository): boolean {
  switch (caller.kind) {
    case "anonymous":
    case "app":
      return !repository.private;
    case "person":
      return (
        hasAccess(caller.actor.user, repository, "read") &&
        (!repository.private || heldFor(caller, repository) !== undefined)
      );
    case "installation":
      return tokenCovers(caller.token, repository);
  }
}

/** What an App that acts for a person may do there at most; a person who acts alone has no such bound. Undefined: nothing. */
function heldFor({ via }: Extract<Caller, { kind: "person" }>, { id }: Repository): Permissions | "all" | undefined {
  if (via === undefined) return "all";
  return via.find(({ repositoryIds, suspendedAt }) => suspendedAt === null && repositoryIds.has(id))?.permissions;
}

/** A public repository outside the installation stays invisible too: the forge is stricter than GitHub here, on purpose. */
function tokenCovers(token: Token, repository: Repository): boolean {
  if (!token.installation?.repositoryIds.has(repository.id)) return false;
  return token.repositoryIds === null || token.repositoryIds.has(repository.id);
}

/**
 * Throws the `Refusal` GitHub gives unless the caller may use one of the permissions at that level on the repository.
 * People are judged by `access` here and again by each action.
 */
export function requirePermission(
  caller: Caller,
  repository: Repository,
  anyOf: readonly PermissionName[],
  level: "read" | "write",
): void {
  if (caller.kind === "app") requireActor(caller);
  if (!maySee(caller, repository)) throw notFound();
  if (caller.kind === "installation") {
    const held = anyOf.some(
      (name) => covers(caller.token.permissions[name], level) || (name === "metadata" && level === "read"),
    );
    if (!held) throw new Refusal(403, "Resource not accessible by integration");
    return;
  }
  if (level === "write") requireActor(caller);
  if (caller.kind === "person") requireBoth(caller, repository, anyOf, level);
}

/** An App that acts for a person may do what both may: https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app */
function requireBoth(
  caller: Extract<Caller, { kind: "person" }>,
  repository: Repository,
  anyOf: readonly PermissionName[],
  level: "read" | "write",
): void {
  const held = heldFor(caller, repository);
  if (held === "all" || (level === "read" && !repository.private)) return;
  const isHeld = anyOf.some((name) => covers(held?.[name], level) || (name === "metadata" && level === "read"));
  if (!isHeld) throw new Refusal(403, "Resource not accessible by integration");
}

function covers(held: string | undefined, level: "read" | "write"): boolean {
  return held === "admin" || held === "write" || (held === "read" && level === "read");
}

/** The level of access at which a person may push, or an App holds `contents: write`. */
export function mayPush(caller: Caller, repository: Repository): boolean {
  if (caller.kind === "person") {
    const held = heldFor(caller, repository);
    if (held !== "all" && !covers(held?.contents, "write")) return false;
    return hasAccess(caller.actor.user, repository, "write" satisfies Access);
  }
  if (caller.kind !== "installation") return false;
  return tokenCovers(caller.token, repository) && covers(caller.token.permissions.contents, "write");
}

/**
 * Whom a token belongs to, if it is live now. Throws the `Refusal` for one whose installation is suspended, in the words of
 * https://github.com/octokit/octokit.rb/pull/1307 and of GitHub's answer since.
 */
export function liveToken(core: Core, value: string): Token | undefined {
  const token = core.tokens.get(value);
  if (!token || token.revoked) return undefined;
  if (token.expiresAt !== null && token.expiresAt <= core.now()) return undefined;
  const { installation } = token;
  if (installation === null) return token;
  if (!core.installations.includes(installation)) return undefined;
  if (installation.suspendedAt === null) return token;
  const since = new Date(installation.suspendedAt).toISOString();
  throw new Refusal(
    403,
    `Sorry. This installation owned by ${installation.account.login} suspended your access at ${since}.`,
  );
}

/**
 * What GitHub says where an account's IP allow list keeps out whoever is signed in; undefined: it does not. What is public stays so to
 * those who are not: https://github.com/aquasecurity/trivy/issues/10567
 */
export function keptOut(caller: Caller, owner: User): string | undefined {
  if (!owner.ipAllowList || caller.kind === "anonymous") return undefined;
  return `Although you appear to have the correct authorization credentials, the \`${owner.login}\` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.`;
}

/**
 * What GitHub answers on a repository that its staff has closed: 451 after a takedown notice, else 403, both with the block
 * beside the message. https://github.com/github/rest-api-description/issues/3314, https://github.com/caarlos0/fork-cleaner/issues/99
 */
export function blockOf(core: Core, { blocked }: Repository) {
  if (blocked === null) return null;
  const { reason, at } = blocked;
  const url = reason === "dmca" ? `${core.origin}/github/dmca` : `${core.origin}/tos`;
  return {
    status: reason === "dmca" ? 451 : 403,
    body: {
      message: "Repository access blocked",
      block: { reason, created_at: new Date(at).toISOString(), html_url: url },
    },
  } as const;
}
