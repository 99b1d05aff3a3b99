// From an Authorization header to a caller.
import { type Caller, liveToken } from "../caller.ts";
import type { Core } from "../core.ts";
import { Refusal } from "../refusal.ts";
import { verifyJwt } from "./jwt.ts";

/** Who sends this header. Throws a 401 `Refusal` for a secret that is unknown, expired or revoked. */
export function authenticate(core: Core, header: string | undefined): Caller {
  if (!header) return { kind: "anonymous" };
  const secret = secretIn(header);
  if (secret.split(".").length === 3 && secret.startsWith("ey")) {
    return { kind: "app", app: verifyJwt(core, secret, Math.floor(Date.now() / 1_000)) };
  }
  const token = liveToken(core, secret);
  if (!token) throw new Refusal(401, "Bad credentials");
  if (token.installation) return { kind: "installation", actor: token.actor, token };
  const { via } = token.actor;
  if (via === undefined) return { kind: "person", actor: token.actor, token };
  const installations = core.installations.filter(({ app }) => app === via);
  return { kind: "person", actor: token.actor, token, via: installations };
}

function secretIn(header: string): string {
  const [scheme = "", value = ""] = header.trim().split(/\s+/, 2);
  if (/^(bearer|token)$/i.test(scheme)) return value;
  if (!/^basic$/i.test(scheme)) throw new Refusal(401, "Bad credentials");
  const [user = "", password = ""] = Buffer.from(value, "base64").toString().split(":", 2);
  // Git sends the token as the password of any user, or as the user without a password.
  return password === "" || password === "x-oauth-basic" ? user : password;
}
