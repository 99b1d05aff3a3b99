// The App's hook: its configuration, its deliveries, and sending one of them again.
import { Hono } from "hono";
import type { ForgeEnv } from "../caller.ts";
import { bodyOf, numberIn, pageOf } from "../http/answer.ts";
import type { App, Delivery } from "../model.ts";
import { notFound } from "../refusal.ts";
import { instant } from "../shapes/url.ts";
import type { Hooks } from "../webhooks.ts";
import { requireApp } from "./apps.ts";

export function deliveries(hooks: Hooks): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  const deliveryIn = (app: App, id: number) => {
    const found = hooks.deliveries.find((one) => one.id === id && one.app === app);
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
    const app = requireApp(c);
    const newestFirst = hooks.deliveries.filter((one) => one.app === app).toReversed();
    return c.json(
      pageOf(
        c,
        newestFirst.map((one) => deliveryShape(one)),
      ),
    );
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

function configShape(app: App) {
  return {
    content_type: "json",
    insecure_ssl: "0",
    url: app.webhook?.url ?? "",
    ...(app.webhook ? { secret: "********" } : {}),
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
