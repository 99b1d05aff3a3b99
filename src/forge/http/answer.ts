// Reading request bodies, cutting lists into pages, and answering refusals in GitHub's words.
import type { ForgeContext } from "../caller.ts";
import { Refusal } from "../refusal.ts";

/** The request's JSON object; an empty body is an empty object. Throws a 400 `Refusal` for anything else. */
export async function bodyOf(c: ForgeContext): Promise<Record<string, unknown>> {
  const text = await c.req.text();
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null)
      return (Array.isArray(value) ? { list: value } : value) as Record<string, unknown>;
  } catch {
    // Falls through to the refusal.
  }
  throw new Refusal(400, "Problems parsing JSON");
}

/** The page of a list that the request asks for; sets the Link header when there is more than one. */
export function pageOf<T>(c: ForgeContext, list: readonly T[]): T[] {
  const size = Math.min(100, positive(c.req.query("per_page"), 30));
  const page = positive(c.req.query("page"), 1);
  const last = Math.max(1, Math.ceil(list.length / size));
  const links: string[] = [];
  const link = (number: number, rel: string) => links.push(`<${pageUrl(c, number)}>; rel="${rel}"`);
  if (page > 1) link(Math.min(page - 1, last), "prev");
  if (page < last) {
    link(page + 1, "next");
    link(last, "last");
  }
  if (page > 1) link(1, "first");
  if (links.length > 0) c.header("link", links.join(", "));
  return list.slice((page - 1) * size, page * size);
}

/** GitHub's JSON for a refusal. */
export function refusalBody(refusal: Refusal): Record<string, unknown> {
  const limited = refusal.message.includes("secondary rate limit")
    ? "/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"
    : "";
  return {
    message: refusal.message,
    ...(refusal.errors.length > 0 ? { errors: refusal.errors } : {}),
    documentation_url: `https://docs.github.com/rest${limited}`,
    status: String(refusal.status),
  };
}

/** The number in the path, or a 404 `Refusal` when it is none. */
export function numberIn(c: ForgeContext, name: string): number {
  const value = c.req.param(name) ?? "";
  if (!/^\d+$/.test(value)) throw new Refusal(404, "Not Found");
  return Number(value);
}

/** A field that must be a string when present. */
export function textField(body: Record<string, unknown>, name: string, resource: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string")
    throw new Refusal(422, "Validation Failed", [{ resource, field: name, code: "invalid" }]);
  return value;
}

/** A field that must be a list of strings when present. */
export function textList(body: Record<string, unknown>, name: string): string[] | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value))
    throw new Refusal(
      422,
      `Invalid request.\n\nFor '${name}', ${JSON.stringify(value).slice(0, 100)} is not an array.`,
    );
  return value.map((one) =>
    typeof one === "object" && one !== null && "name" in one ? String(one.name) : String(one),
  );
}

function positive(text: string | undefined, fallback: number): number {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : fallback;
}

function pageUrl(c: ForgeContext, page: number): string {
  const url = new URL(c.req.url);
  url.searchParams.set("page", String(page));
  return url.href;
}
