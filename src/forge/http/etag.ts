// Conditional requests: a weak ETag on every answered GET, and 304 when the client has that answer already.
import { createHash } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import type { ForgeEnv } from "../caller.ts";

export const etag: MiddlewareHandler<ForgeEnv> = async (c, next) => {
  await next();
  if (c.req.method !== "GET" || c.res.status !== 200 || !c.res.headers.get("content-type")?.includes("json")) return;
  const body = await c.res.clone().text();
  const tag = `W/"${createHash("sha256").update(body).digest("hex")}"`;
  const known = c.req
    .header("if-none-match")
    ?.split(",")
    .map((one) => one.trim().replace(/^W\//, ""));
  const headers = new Headers(c.res.headers);
  headers.set("etag", tag);
  headers.set("cache-control", "private, max-age=60, s-maxage=60");
  const isKnown = known?.includes(tag.slice(2));
  if (isKnown) for (const name of ["content-type", "content-length"]) headers.delete(name);
  c.res = undefined;
  c.res = new Response(isKnown ? null : body, { status: isKnown ? 304 : 200, headers });
};
