// Checking the JSON web token by which a GitHub App proves itself.
import { createVerify } from "node:crypto";
import type { Core } from "../core.ts";
import type { App } from "../model.ts";
import { Refusal } from "../refusal.ts";

const undecodable = () => new Refusal(401, "A JSON web token could not be decoded");
const maxLifeSeconds = 600;
const leewaySeconds = 60;

/**
 * The App whose key signed the token. Throws GitHub's 401 `Refusal` for a bad signature, an expired token, one that
 * lives longer than ten minutes, or one issued in the future. The clock is the machine's, not the world's, because
 * the client that signs has no other.
 */
export function verifyJwt(core: Core, jwt: string, nowSeconds: number): App {
  const [header, payload, signature] = jwt.split(".");
  if (!header || !payload || !signature) throw undecodable();
  if (parse(header).alg !== "RS256") throw undecodable();
  const claims = parse(payload);
  const app = core.apps.find((one) => String(one.id) === String(claims.iss) || one.clientId === claims.iss);
  if (!app) throw new Refusal(401, "Integration not found");
  if (!createVerify("RSA-SHA256").update(`${header}.${payload}`).verify(app.publicKey, signature, "base64url"))
    throw undecodable();
  requireFresh(claims, nowSeconds);
  return app;
}

function requireFresh(claims: Record<string, unknown>, now: number): void {
  const { iat, exp } = claims;
  if (typeof exp !== "number" || exp <= now)
    throw new Refusal(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  if (exp > now + maxLifeSeconds) throw new Refusal(401, "'Expiration time' claim ('exp') is too far in the future");
  if (typeof iat !== "number" || iat > now + leewaySeconds)
    throw new Refusal(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
}

function parse(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Not JSON: the same answer as for any other malformed token.
  }
  throw undecodable();
}
