// GitHub's primary and secondary rate limits, counted for each installation or person.
import type { Caller, Rate } from "../caller.ts";
import type { Core } from "../core.ts";
import { Refusal } from "../refusal.ts";

export interface RateLimiter {
  /** Throws a 403 or 429 `Refusal` when the caller is over a limit; else counts the request. */
  admit(caller: Caller, request: { method: string; graphql: boolean }): void;
  /** A conditional request answered 304 costs nothing of the primary limit. */
  refund(caller: Caller): void;
  rateOf(caller: Caller): Rate;
}

const hourMs = 3_600_000;
const minuteMs = 60_000;
const anonymousPerHour = 60;

interface Account {
  rate: Rate;
  /** When each recent request came, and what it cost in points and content. */
  recent: { at: number; points: number; content: boolean }[];
}

export function createRateLimiter(core: Core): RateLimiter {
  const accounts = new Map<string, Account>();
  const accountOf = (caller: Caller): Account => {
    const key = keyOf(caller);
    const limit = caller.kind === "anonymous" ? anonymousPerHour : core.limits.primaryPerHour;
    const account = accounts.get(key) ?? { rate: { limit, used: 0, resetAt: core.now() + hourMs }, recent: [] };
    accounts.set(key, account);
    if (account.rate.resetAt <= core.now()) account.rate = { limit, used: 0, resetAt: core.now() + hourMs };
    return account;
  };
  return {
    rateOf: (caller) => accountOf(caller).rate,
    refund: (caller) => {
      accountOf(caller).rate.used -= 1;
    },
    admit: (caller, request) => {
      if (caller.kind === "app") return;
      const account = accountOf(caller);
      requirePrimary(account, caller);
      requireSecondary(core, account, request);
      account.rate.used += 1;
    },
  };
}

function keyOf(caller: Caller): string {
  switch (caller.kind) {
    case "anonymous":
      return "anonymous";
    case "app":
      return `app ${caller.app.id}`;
    case "person":
      return `user ${caller.actor.user.id}`;
    case "installation":
      return `installation ${caller.token.installation?.id}`;
  }
}

/** The headers GitHub puts on every answer. */
export function rateHeaders(rate: Rate, resource: string): Record<string, string> {
  return {
    "x-ratelimit-limit": String(rate.limit),
    "x-ratelimit-remaining": String(Math.max(0, rate.limit - rate.used)),
    "x-ratelimit-used": String(rate.used),
    "x-ratelimit-reset": String(Math.ceil(rate.resetAt / 1_000)),
    "x-ratelimit-resource": resource,
  };
}

function requirePrimary(account: Account, caller: Caller): void {
  if (account.rate.used < account.rate.limit) return;
  throw new Refusal(403, `API rate limit exceeded for ${keyOf(caller).replace(" ", " ID ")}.`);
}

function requireSecondary(core: Core, account: Account, request: { method: string; graphql: boolean }): void {
  const now = core.now();
  account.recent = account.recent.filter((one) => one.at > now - hourMs);
  const lastMinute = account.recent.filter((one) => one.at > now - minuteMs);
  const reads = request.method === "GET" || request.method === "HEAD";
  const points = reads || request.graphql ? 1 : 5;
  const content = !reads && !request.graphql;
  const spent = lastMinute.reduce((sum, one) => sum + one.points, 0);
  const written = (list: Account["recent"]) => list.filter((one) => one.content).length;
  if (spent + points > core.limits.pointsPerMinute) throw secondary(403, minuteMs);
  if (content && written(lastMinute) >= core.limits.contentPerMinute)
    throw secondary(403, untilOut(lastMinute, now, minuteMs));
  if (content && written(account.recent) >= core.limits.contentPerHour)
    throw secondary(429, untilOut(account.recent, now, hourMs));
  account.recent.push({ at: now, points, content });
}

/** How long until the oldest write leaves the window. */
function untilOut(list: Account["recent"], now: number, windowMs: number): number {
  const oldest = list.find((one) => one.content);
  return oldest ? oldest.at + windowMs - now : windowMs;
}

function secondary(status: 403 | 429, waitMs: number): Refusal {
  const words = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
  return new Refusal(status, words, [], { "retry-after": String(Math.max(1, Math.ceil(waitMs / 1_000))) });
}
