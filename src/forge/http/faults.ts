// Faults that a test asks for: the next matching requests fail, with or without having had their effect.
import type { ForgeContext } from "../caller.ts";

/**
 * A route such as `POST /repos/:owner/:repo/issues/:number/comments`, an operation such as `graphql query ReadClaim`, a
 * pattern for `METHOD /path`, or a test of it.
 */
export type Matcher = string | RegExp | ((request: Asked) => boolean);

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly operation: string; // of GraphQL, `query ReadClaim`; empty for other requests
  readonly body: string; // of GraphQL, as it was sent: its variables say what is asked about; empty for other requests
}

export interface RequestFault {
  /** `cut` ends the connection without an answer. */
  readonly status: number | "cut";
  /** How many requests fail; default 1. */
  readonly times?: number;
  /** Whether the request does its work before it fails, so that the caller cannot know. Default false. */
  readonly applyEffect?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** In place of a body, for what is no JSON. */
  readonly text?: string;
}

export interface Faults {
  failNext(matcher: Matcher, fault: RequestFault): void;
  /** The fault for this request, counted as used. */
  take(asked: Asked): RequestFault | undefined;
}

export function createFaults(): Faults {
  const planned: { matches: (asked: Asked) => boolean; fault: RequestFault; left: number }[] = [];
  return {
    failNext: (matcher, fault) => void planned.push({ matches: compile(matcher), fault, left: fault.times ?? 1 }),
    take: (asked) => {
      const hit = planned.find((one) => one.left > 0 && one.matches(asked));
      if (!hit) return undefined;
      hit.left -= 1;
      return hit.fault;
    },
  };
}

/** The answer a fault gives; a cut connection ends before any. */
export function faultAnswer(c: ForgeContext, fault: RequestFault): Response {
  if (fault.status === "cut") {
    const { incoming } = c.env as { incoming?: { socket: { destroy(): void } } };
    incoming?.socket.destroy();
    return new Response(null, { status: 500 });
  }
  if (fault.text !== undefined)
    return new Response(fault.text, { status: fault.status, headers: { ...fault.headers } });
  const body = fault.body ?? { message: fault.status >= 500 ? "Server Error" : "Failed on request of a test" };
  return Response.json(body, { status: fault.status, headers: { ...fault.headers } });
}

function compile(matcher: Matcher): (asked: Asked) => boolean {
  if (typeof matcher === "function") return matcher;
  if (matcher instanceof RegExp) return ({ method, path }) => matcher.test(`${method} ${path}`);
  if (matcher.startsWith("graphql ")) return ({ operation }) => matcher === `graphql ${operation}`;
  const pattern = matcher.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(/:\w+/g, "[^/]+");
  const exact = new RegExp(`^${pattern}$`);
  return ({ method, path }) => exact.test(`${method} ${path}`);
}
