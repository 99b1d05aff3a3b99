// The App's hook: its configuration, its deliveries, and sending one of them again.
import { Hono } from "hono";
import type { ForgeContext, ForgeEnv } from "../caller.ts";
import { bodyOf, numberIn } from "../http/answer.ts";
import type { App, Delivery } from "../model.ts";
import { notFound, Refusal } from "../refusal.ts";
import { instant } from "../shapes/url.ts";
import type { Hooks } from "../webhooks.ts";
import type { World } from "../world.ts";
import { requireApp } from "./apps.ts";

/** How long GitHub keeps a delivery, its payload included, and sends it again where asked. */
const keptMs = 3 * 86_400_000;

export function deliveries(world: World, hooks: Hooks): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  const logOf = (app: App) =>
    hooks.deliveries.filter((one) => one.app === app && world.now() - one.deliveredAt < keptMs);
  const deliveryIn = (app: App, id: number) => {
    const found = logOf(app).find((one) => one.id === id);
    if (!found) throw notFound();
    return found;
  };
  routes.get("/app/hook/config", (c) => c.json(configShape(requireApp(c))));
  routes.patch("/app/hook/config", async (c) => {
    const app = requireApp(c);
    const body = await bodyOf(c);
    const { url, secret } = { url: app.webhook?.url ?? "", secret: app.webhook?.secret ?? "", ...body } as {
      url: string;
      secret: string;
    };
    app.webhook = { url, secret };
    return c.json(configShape(app));
  });
  routes.get("/app/hook/deliveries", (c) => {
    const newestFirst = logOf(requireApp(c)).sort((one, other) => other.id - one.id);
    return c.json(cursorPage(c, newestFirst.filter(ofStatus(c.req.query("status")))).map(deliveryShape));
  });
  routes.get("/app/hook/deliveries/:id", (c) =>
    c.json(fullDeliveryShape(deliveryIn(requireApp(c), numberIn(c, "id")))),
  );
  routes.post("/app/hook/deliveries/:id/attempts", (c) => {
    hooks.redeliver(deliveryIn(requireApp(c), numberIn(c, "id")));
    return c.json({}, 202);
  });
  return routes;
}

function ofStatus(wanted: string | undefined): (delivery: Delivery) => boolean {
  const isSuccess = ({ statusCode }: Delivery) => statusCode >= 200 && statusCode < 400;
  if (wanted === undefined) return () => true;
  if (wanted !== "success" && wanted !== "failure") throw unprocessable("status");
  return (delivery) => isSuccess(delivery) === (wanted === "success");
}

/** Up to `per_page` (30, at most 100) from a cursor on. There are no numbers of pages here: `page` changes nothing. */
function cursorPage(c: ForgeContext, newestFirst: readonly Delivery[]): readonly Delivery[] {
  const size = Math.min(100, Math.max(1, Math.trunc(Number(c.req.query("per_page") ?? 30)) || 30));
  const cursor = c.req.query("cursor");
  const [, id] = /^v1_(\d+)$/.exec(cursor ?? "") ?? [];
  if (cursor !== undefined && id === undefined) throw unprocessable("cursor");
  // The delivery that it names may be gone by now: the page then begins with the next older one.
  const at = id === undefined ? 0 : newestFirst.findIndex((one) => one.id <= Number(id));
  const from = at === -1 ? newestFirst.length : at;
  const [before, next] = [newestFirst[Math.max(0, from - size)], newestFirst[from + size]];
  const links = [
    ...(next === undefined ? [] : [link(c, next, "next")]),
    ...(from === 0 || before === undefined ? [] : [link(c, before, "prev")]),
  ];
  if (links.length > 0) c.header("link", links.join(", "));
  return newestFirst.slice(from, from + size);
}

function link(c: ForgeContext, { id }: Delivery, rel: string): string {
  const url = new URL(c.req.url);
  url.searchParams.set("cursor", `v1_${id}`);
  return `<${url.href}>; rel="${rel}"`;
}

const unprocessable = (field: string) =>
  new Refusal(422, "Validation Failed", [{ resource: "HookDelivery", field, code: "invalid" }]);

function configShape(app: App) {
  return {
    content_type: app.webhook?.contentType ?? "json",
    insecure_ssl: "0",
    url: app.webhook?.url ?? "",
    ...(app.webhook?.secret ? { secret: "********" } : {}),
  };
}

function deliveryShape(delivery: Delivery) {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: instant(delivery.deliveredAt),
    redelivery: delivery.redelivery,
    duration: delivery.durationMs / 1_000,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installationId,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  };
}

function fullDeliveryShape(delivery: Delivery) {
  return {
    ...deliveryShape(delivery),
    url: delivery.url,
    request: { headers: delivery.request.headers, payload: JSON.parse(delivery.request.body) },
    response: { headers: delivery.response.headers, payload: delivery.response.body },
  };
}
