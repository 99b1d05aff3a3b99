// What every answer and every request of the operator's pages has to pass: a strict policy for browsers, and forms of our own.
import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { hostname } from "node:os";
import type { Context, MiddlewareHandler } from "hono";

export interface PageEnv {
  readonly Variables: {
    /** Under which scheme, name and port the browser knows these pages. */
    origin: string;
    /** The origin that a form of the page may lead to beside this server. */
    formTarget?: string;
  };
}

/**
 * Sets the headers that keep a page to what is ours, and refuses whatever changes something and was not sent from one of our
 * pages. `publicOrigin`: how browsers know these pages behind a TLS proxy.
 */
export function guard(publicOrigin?: string): MiddlewareHandler<PageEnv> {
  return async (context, next) => {
    const { origin, host } = new URL(context.req.url);
    const isPublic = publicOrigin !== undefined && new URL(publicOrigin).host === host;
    context.set("origin", isPublic ? publicOrigin : origin);
    const reads = context.req.method === "GET" || context.req.method === "HEAD";
    if (!reads && !isOwn(context)) return sealed(context.text("This was not sent from a page of ours.\n", 403), "");
    await next();
    context.res = sealed(context.res, context.get("formTarget") ?? "");
    return;
  };
}

/** Browsers set these two themselves, and no page of another site can; a request with neither is refused. */
function isOwn(context: Context<PageEnv>): boolean {
  const [site, origin] = [context.req.header("sec-fetch-site"), context.req.header("origin")];
  if (site !== undefined && site !== "same-origin") return false;
  return origin === undefined ? site === "same-origin" : origin === context.get("origin");
}

function sealed(response: Response, target: string): Response {
  const { headers } = response;
  headers.set(
    "content-security-policy",
    `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action ${["'self'", target].join(" ").trim()}; base-uri 'none'; frame-ancestors 'none'`,
  );
  headers.set("x-content-type-options", "nosniff");
  // Without any referrer browsers send forms of our own pages under the origin `null`.
  headers.set("referrer-policy", "same-origin");
  headers.set("cross-origin-opener-policy", "same-origin");
  headers.set("cross-origin-resource-policy", "same-origin");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  return response;
}

/** A form of ours sends no more. */
const mostBytes = 65_536;

/** Why pages answer no such request, under these names; null: they do. */
export function unfitFor(
  names: readonly string[],
  request: IncomingMessage,
): readonly [status: number, words: string] | null {
  if (!isUnder(names, request)) return [421, "The pages are answered under their own names only, such as 127.0.0.1."];
  if (!URL.canParse(request.url ?? "", "http://localhost")) return [400, "That is not an address."];
  const isLong = Number(request.headers["content-length"] ?? 0) > mostBytes;
  if (isLong || request.headers["transfer-encoding"] !== undefined)
    return [413, "That is more than a form of ours sends."];
  return null;
}

/** Answers with a file that lies beside, as what it is; it changes with the App's version only. */
export function asset(file: URL): (context: Context) => Response {
  const type = file.pathname.endsWith(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8";
  const text = readFileSync(file, "utf8");
  return (context) => context.body(text, 200, { "content-type": type, "cache-control": "no-cache" });
}

/**
 * Whether a request came under one of these names, in its Host header as in its target: a page of another site that has its
 * own name lead to this machine comes under that name, and a browser would let it read every answer.
 */
export function isUnder(names: readonly string[], request: Asked): boolean {
  return isUnderAny((name) => names.includes(name), request);
}

function isUnderAny(isFit: (name: string) => boolean, { headers: { host = "" }, url = "/" }: Asked): boolean {
  const [, authority = host] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url) ?? [];
  return [host, authority].every((one) => {
    const name = /^([^:]*|\[[0-9a-f:]*\])(?::\d{1,5})?$/i.exec(one)?.[1] ?? "";
    return name !== "" && isFit(name);
  });
}

/**
 * Whether figures may be asked for by this request's names. `isOwnAlone`: the door is at this machine's loopback. Elsewhere a scraper comes by an
 * address, by this machine's name, or by one that has no dot, such as a container's: the names of other sites in a browser have one.
 */
export function mayAskForFigures(isOwnAlone: boolean, request: Asked): boolean {
  if (isUnder(thisMachine, request)) return true;
  if (isOwnAlone) return false;
  return isUnderAny(
    (name) => isIP(name.replace(/^\[|\]$/g, "")) !== 0 || !name.includes(".") || name === hostname(),
    request,
  );
}

type Asked = Pick<IncomingMessage, "headers" | "url">;

/** The names of this machine to itself. */
export const thisMachine = ["127.0.0.1", "localhost", "[::1]"];
