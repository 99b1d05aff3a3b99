// GitHub Apps as GitHub shows them.
import type { Core } from "../core.ts";
import type { App } from "../model.ts";
import { instant, webUrl } from "./url.ts";
import { userShape } from "./user.ts";

export function appShape(core: Core, app: App) {
  return {
    id: app.id,
    client_id: app.clientId,
    slug: app.slug,
    node_id: app.nodeId,
    owner: userShape(core, app.owner),
    name: app.name,
    description: app.description,
    external_url: app.url || webUrl(core, `/apps/${app.slug}`),
    html_url: webUrl(core, `/apps/${app.slug}`),
    created_at: instant(app.createdAt),
    updated_at: instant(app.createdAt),
    permissions: app.permissions,
    events: app.events,
  };
}

/** The App through which something was made, or null for a person's own doing. */
export const viaShape = (core: Core, app: App | null) => (app ? appShape(core, app) : null);
