// People who let an App act for them: the code that a browser carries back, its one exchange, and the tokens that it gives.
import { createHash, randomBytes } from "node:crypto";
import type { Core } from "../core.ts";
import type { Actor, App, Token, User } from "../model.ts";
import { Refusal } from "../refusal.ts";

export interface AuthorizationRequest {
  readonly redirectUri: string;
  /** SHA-256 of the verifier that the exchange has to bring, in base64url; null: none was announced. */
  readonly challenge: string | null;
}

export interface ExchangeRequest {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly code: string;
  readonly redirectUri: string | null;
  readonly verifier: string | null;
}

/** What an exchange gives, or why it gives nothing, in GitHub's words. */
export type Exchanged =
  | { readonly token: Token; readonly refreshToken: string }
  | { readonly error: string; readonly description: string };

export interface AuthorizationActions {
  /** Whether the App may ask this person at all: a private one asks its owner, or the members of the organisation that owns it. */
  mayAuthorize(user: User, app: App): boolean;
  hasAuthorized(user: User, app: App): boolean;
  /** The person lets the App act for them; gives the code that is good for ten minutes, and once. */
  authorize(user: User, app: App, request: AuthorizationRequest): string;
  exchangeUserCode(request: ExchangeRequest): Exchanged;
  /** The person takes it back: every token is worth nothing, and the App is told. */
  revokeAuthorization(user: User, app: App): void;
}

const codeLastsMs = 600_000;
/** https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens */
export const userTokenSeconds = 28_800;
export const refreshTokenSeconds = 15_897_600;

interface Code extends AuthorizationRequest {
  readonly app: App;
  readonly user: User;
  readonly at: number;
}

export function authorizationActions(core: Core): AuthorizationActions {
  const codes = new Map<string, Code>();
  const authorized = new Map<App, Set<User>>();
  const mayAuthorize = (user: User, app: App) => app.isPublic || user === app.owner || app.owner.members.has(user);
  return {
    mayAuthorize,
    hasAuthorized: (user, app) => authorized.get(app)?.has(user) === true,
    authorize: (user, app, request) => {
      if (!mayAuthorize(user, app)) throw new Refusal(404, "Not Found");
      authorized.set(app, (authorized.get(app) ?? new Set()).add(user));
      const code = randomBytes(10).toString("hex");
      codes.set(code, { ...request, app, user, at: core.now() });
      return code;
    },
    exchangeUserCode: ({ clientId, clientSecret, code, redirectUri, verifier }) => {
      const app = core.apps.find((one) => one.clientId === clientId);
      if (app === undefined || app.clientSecret === null || app.clientSecret !== clientSecret) return wrongClient;
      const found = codes.get(code);
      codes.delete(code);
      if (found === undefined || found.app !== app || core.now() - found.at >= codeLastsMs) return wrongCode;
      if (redirectUri !== null && redirectUri !== found.redirectUri) return wrongRedirect;
      if (found.challenge !== null && challengeOf(verifier ?? "") !== found.challenge) return wrongCode;
      if (authorized.get(app)?.has(found.user) !== true || found.user.deleted) return wrongCode;
      return { token: userToken(core, found.user, app), refreshToken: `ghr_${secret()}` };
    },
    revokeAuthorization: (user, app) => {
      if (authorized.get(app)?.delete(user) !== true) return;
      for (const { actor, token } of [...core.tokens.values()].map((one) => ({ actor: one.actor, token: one })))
        if (actor.user === user && actor.via === app) token.revoked = true;
      const body = {};
      const actor: Actor = { user, app: null };
      core.emit({ event: "github_app_authorization", action: "revoked", actor, repository: null, onlyApp: app, body });
    },
  };
}

const wrongClient = {
  error: "incorrect_client_credentials",
  description: "The client_id and/or client_secret passed are incorrect.",
} as const;
const wrongCode = {
  error: "bad_verification_code",
  description: "The code passed is incorrect or expired.",
} as const;
const wrongRedirect = {
  error: "redirect_uri_mismatch",
  description: "The redirect_uri MUST match the registered callback URL for this application.",
} as const;

const challengeOf = (verifier: string) => createHash("sha256").update(verifier).digest("base64url");

function userToken(core: Core, user: User, app: App): Token {
  const token: Token = {
    value: `ghu_${secret()}`,
    actor: { user, app: null, via: app },
    installation: null,
    permissions: {},
    repositoryIds: null,
    expiresAt: core.now() + userTokenSeconds * 1_000,
    revoked: false,
  };
  core.tokens.set(token.value, token);
  return token;
}

function secret(): string {
  return randomBytes(27).toString("base64url").replaceAll(/[-_]/g, "x");
}
