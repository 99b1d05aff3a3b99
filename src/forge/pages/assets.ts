// The stylesheet, the script and the icon: everything the pages load comes from here.
import { readFileSync } from "node:fs";
import { Hono } from "hono";

const read = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");

const mark =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#1f6f54"/><path fill="#fff" d="M3 5h2.5v2.5A3 3 0 0 1 3 5zm2.5 0h7.5c0 1.7-1.300 2.800-3 3v1.500l1.500 2h-5.5l1.500-2V8L5.5 7.5z"/></svg>';

/** Routes for `/-/style.css`, `/-/live.js` and `/-/icon.svg`. */
export function assets(): Hono {
  const routes = new Hono();
  const serve = (path: string, type: string, content: string) =>
    routes.get(path, (context) => context.body(content, 200, { "content-type": type, "cache-control": "no-cache" }));
  serve("/-/style.css", "text/css; charset=utf-8", read("style.css"));
  serve("/-/live.js", "text/javascript; charset=utf-8", read("live.js"));
  serve("/-/icon.svg", "image/svg+xml", mark);
  return routes;
}
