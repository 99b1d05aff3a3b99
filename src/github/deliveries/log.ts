// GitHub's own log of the App's webhooks: each delivery as it left, whether it arrived or not, for three days.
import { z } from "zod";
import { Time } from "../client/answers.ts";
import { type Connection, guarded, understood } from "../client/client.ts";

const Deliveries = z.array(
  z.object({
    id: z.number().int(),
    guid: z.string(),
    delivered_at: Time,
    status_code: z.number().int(),
    event: z.string(),
  }),
);
const FullDelivery = z.object({ request: z.object({ payload: z.unknown() }) });

/** An entry: a delivery that is sent again has another, with the GUID it had. */
export interface Logged {
  readonly id: number;
  readonly guid: string;
  /** When it left, as GitHub's clock has it; epoch milliseconds, to the second. */
  readonly at: number;
  /** What the other side answered; 0 where nobody did. */
  readonly statusCode: number;
  readonly event: string;
}

export interface LoggedPage {
  readonly newestFirst: readonly Logged[];
  /** When GitHub answered, by its clock. */
  readonly answeredAt: number;
  /** The cursor of the page of older ones; null: there are none. */
  readonly next: string | null;
}

type Asking = Pick<Connection, "clients" | "now">;

/** One page of at most a hundred, from a cursor on; the first where it is null. Throws Fault. */
export async function logPage(asking: Asking, cursor: string | null): Promise<LoggedPage> {
  const attempted = "Could not list the App's webhook deliveries";
  const { data, headers } = await guarded(asking, attempted, () =>
    asking.clients
      .forApp()
      .request("GET /app/hook/deliveries", { per_page: 100, ...(cursor === null ? {} : { cursor }) }),
  );
  const listed = understood({ attempted, shape: Deliveries }, data);
  const [, older] = /<([^>]+)>;\s*rel="next"/.exec(String(headers.link ?? "")) ?? [];
  return {
    newestFirst: listed.map(({ delivered_at: at, status_code: statusCode, ...rest }) => ({ ...rest, at, statusCode })),
    answeredAt: Date.parse(String(headers.date)) || asking.now(),
    next: older === undefined ? null : new URL(older, "https://api.github.com").searchParams.get("cursor"),
  };
}

/** What the delivery said, as JSON in memory of its own: its text may be written otherwise than the one that was signed. Throws Fault. */
export async function loggedPayload(
  asking: Asking,
  { id, guid }: Pick<Logged, "id" | "guid">,
): Promise<Uint8Array<ArrayBuffer>> {
  const attempted = `Could not read the webhook delivery ${guid}`;
  const { data } = await guarded(asking, attempted, () =>
    asking.clients.forApp().request("GET /app/hook/deliveries/{delivery_id}", { delivery_id: id }),
  );
  const { request } = understood({ attempted, shape: FullDelivery }, data);
  return new TextEncoder().encode(JSON.stringify(request.payload ?? null));
}
