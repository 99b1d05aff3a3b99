// The tokens by which installations and people act: narrowed, expiring, revocable.
import { randomBytes } from "node:crypto";
import type { Core } from "../core.ts";
import type { Installation, Permissions, Token, User } from "../model.ts";
import { Refusal } from "../refusal.ts";

export interface TokenRequest {
  readonly repositoryIds?: readonly number[];
  readonly repositories?: readonly string[];
  readonly permissions?: Permissions;
}

export interface TokenActions {
  /** A token of the installation that lives an hour; throws a 422 `Refusal` for more than the installation has. */
  mintToken(installation: Installation, request: TokenRequest): Token;
  /** A token of a person, without expiry, with all that the person may do. */
  personalToken(user: User): Token;
  revokeToken(token: Token): void;
}

const tokenLifeMs = 3_600_000;

export function tokenActions(core: Core): TokenActions {
  return {
    mintToken: (installation, request) => mintToken(core, installation, request),
    personalToken: (user) =>
      keep(core, {
        value: `ghp_${secret()}`,
        actor: { user, app: null },
        installation: null,
        permissions: {},
        repositoryIds: null,
        expiresAt: null,
        revoked: false,
      }),
    revokeToken: (token) => {
      token.revoked = true;
    },
  };
}

function mintToken(core: Core, installation: Installation, request: TokenRequest): Token {
  if (installation.suspendedAt !== null) throw new Refusal(403, "This installation has been suspended");
  const token: Token = {
    value: `ghs_${secret()}`,
    actor: { user: installation.app.bot, app: installation.app },
    installation,
    permissions: narrowed(installation, request.permissions),
    repositoryIds: chosenRepositories(core, installation, request),
    expiresAt: core.now() + tokenLifeMs,
    revoked: false,
  };
  return keep(core, token);
}

function narrowed(installation: Installation, wanted: Permissions | undefined): Permissions {
  if (!wanted) return installation.permissions;
  const ranks = ["read", "write", "admin"];
  for (const [name, level] of Object.entries(wanted)) {
    const held = installation.permissions[name];
    if (!held || !ranks.includes(level) || ranks.indexOf(level) > ranks.indexOf(held))
      throw new Refusal(422, "The permissions requested are not granted to this installation.");
  }
  return { metadata: "read", ...wanted };
}

function chosenRepositories(core: Core, installation: Installation, request: TokenRequest): Set<number> | null {
  if (!request.repositoryIds && !request.repositories) return null;
  const covered = [...installation.repositoryIds].flatMap((id) => core.repositories.get(id) ?? []);
  const byName = (request.repositories ?? []).map(
    (name) => covered.find((one) => one.name.toLowerCase() === name.toLowerCase())?.id,
  );
  const byId = (request.repositoryIds ?? []).map((id) => (installation.repositoryIds.has(id) ? id : undefined));
  const ids = [...byName, ...byId];
  if (ids.some((id) => id === undefined))
    throw new Refusal(
      422,
      "There is at least one repository that does not exist or is not accessible to the parent installation.",
    );
  return new Set(ids as number[]);
}

function secret(): string {
  return randomBytes(27).toString("base64url").replaceAll(/[-_]/g, "x");
}

function keep(core: Core, token: Token): Token {
  core.tokens.set(token.value, token);
  return token;
}
