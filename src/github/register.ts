// An App that is being made: its credentials for GitHub's one-time code, then who has installed it and what its webhook brings.
import { Octokit } from "@octokit/rest";
import { z } from "zod";
import { Fault } from "../base/fault.ts";
import { tooEarly } from "../base/too-early.ts";
import { type Client, understood } from "./client/client.ts";
import { githubClients } from "./client/octokit.ts";
import { faultOf } from "./fault.ts";

const Registered = z.object({
  id: z.number().int().positive(),
  slug: z.string(),
  name: z.string(),
  html_url: z.string(),
  owner: z.object({ login: z.string() }),
  pem: z.string(),
  client_id: z.string(),
  client_secret: z.string(),
  /** Null where the App was registered without a webhook. */
  webhook_secret: z.string().nullable(),
});

/** What GitHub gives for the code, and never shows again. */
export type Registered = z.infer<typeof Registered>;

const attempted = "Could not exchange GitHub's code for the new App's key";
const timeoutMs = 20_000;

/** The code is good for an hour, and once. Throws Fault; `not_found` where GitHub does not know it any more. */
export async function exchangeCode(apiUrl: string, code: string): Promise<Registered> {
  const octokit = new Octokit({
    baseUrl: apiUrl,
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    request: { signal: AbortSignal.timeout(timeoutMs) },
  });
  try {
    const { data } = await octokit.request("POST /app-manifests/{code}/conversions", { code });
    return understood({ attempted, shape: Registered }, data);
  } catch (error) {
    throw faultOf(error, attempted, Date.now());
  }
}

const nothing = () => {};

export interface SeenDelivery {
  readonly id: number;
  readonly event: string;
  readonly action: string | null;
  readonly at: string; // as GitHub writes it, in ISO 8601
  /** GitHub's words for how it went, such as `OK` or `failed to connect to host`. */
  readonly status: string;
  readonly arrived: boolean;
}

export interface NewApp {
  /** Whose repositories it is installed on, by login. */
  installations(): Promise<readonly string[]>;
  /** The webhooks that GitHub has sent, newest first, a few of them. */
  deliveries(): Promise<readonly SeenDelivery[]>;
  sendAgain(deliveryId: number): Promise<void>;
}

const Installations = z.array(z.object({ account: z.object({ login: z.string() }).nullable() }));
const Deliveries = z.array(
  z.object({
    id: z.number(),
    event: z.string(),
    action: z.string().nullable(),
    delivered_at: z.string(),
    status: z.string(),
    status_code: z.number(),
  }),
);

/** What GitHub says of the App, asked with its own key; each call throws Fault where it cannot. */
export function newApp({ id, pem }: Pick<Registered, "id" | "pem">, apiUrl: string): NewApp {
  const client = githubClients({ appId: id, privateKey: pem, baseUrl: apiUrl, throttle: false, timeoutMs }).forApp();
  return {
    async installations() {
      const found = await ask(client, "Could not ask who has installed the App", Installations, "/app/installations");
      return found.map(({ account }) => account?.login ?? "(unknown)");
    },
    async deliveries() {
      const path = "/app/hook/deliveries?per_page=10";
      const found = await ask(client, "Could not ask which webhooks were sent", Deliveries, path);
      return found.map(({ id, event, action, delivered_at: at, status, status_code: code }) => {
        return { id, event, action, at, status, arrived: (code >= 200 && code < 300) || code === tooEarly };
      });
    },
    async sendAgain(deliveryId) {
      const path = "POST /app/hook/deliveries/{delivery_id}/attempts";
      await guarded("Could not have the webhook sent again", () => client.request(path, { delivery_id: deliveryId }));
    },
  };
}

async function ask<Shape extends z.ZodType>(client: Client, what: string, shape: Shape, url: string) {
  const { data } = await guarded(what, () => client.request({ method: "GET", url }));
  return understood({ attempted: what, shape }, data);
}

async function guarded<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof Fault ? error : faultOf(error, what, Date.now());
  }
}
