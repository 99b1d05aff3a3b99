// Asks GitHub to send again the deliveries that did not reach us: it never does so by itself.
import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import { type Connection, guarded, understood } from "../client/client.ts";
import { handledEvents } from "./webhook.ts";

const Deliveries = z.array(
  z.object({ id: z.number().int(), guid: z.string(), status_code: z.number().int(), event: z.string() }),
);
type Listed = z.infer<typeof Deliveries>[number];

/** So many pages of a hundred are looked through, newest first; GitHub keeps deliveries for three days. */
const pages = 3;
/** A delivery that was declined so often is not asked for again: it fails for a reason that repeating does not mend. */
const mostTries = 5;

/**
 * One request for the list, and one for each delivery that no try has brought; one that GitHub will not send again, since its
 * installation is gone or it is too old, keeps none of the others back. Resolves to how many are sent again. Throws Fault.
 */
export async function redeliverFailed(connection: Connection): Promise<number> {
  let asked = 0;
  for (const { id, guid } of undelivered(await recent(connection))) {
    try {
      await guarded(connection, `Could not ask for the delivery ${guid} again`, () =>
        connection.clients.forApp().request("POST /app/hook/deliveries/{delivery_id}/attempts", { delivery_id: id }),
      );
      asked += 1;
    } catch (error) {
      if (!(error instanceof Fault) || isOfAll(error)) throw error;
    }
  }
  return asked;
}

/** The next one would fare no better. */
function isOfAll({ kind }: Fault): boolean {
  return kind === "unavailable" || kind === "rate_limited";
}

/** Oldest first, so that what comes again comes in its own order. */
export function undelivered(newestFirst: readonly Listed[]): readonly Listed[] {
  const byGuid = new Map<string, Listed[]>();
  for (const one of newestFirst) byGuid.set(one.guid, [...(byGuid.get(one.guid) ?? []), one]);
  return [...byGuid.values()]
    .filter((tries) => tries.length < mostTries && !tries.some(arrived))
    .flatMap((tries) => tries.slice(0, 1))
    .filter(({ event }) => handledEvents.includes(event))
    .reverse();
}

function arrived({ status_code }: Listed): boolean {
  return status_code >= 200 && status_code < 300;
}

async function recent(connection: Connection): Promise<readonly Listed[]> {
  const attempted = "Could not list the App's webhook deliveries";
  const found: Listed[] = [];
  let url = "/app/hook/deliveries?per_page=100";
  for (let page = 0; page < pages; page++) {
    const { data, headers } = await guarded(connection, attempted, () =>
      connection.clients.forApp().request({ method: "GET", url }),
    );
    found.push(...understood({ attempted, shape: Deliveries }, data));
    const [, next] = /<([^>]+)>;\s*rel="next"/.exec(String(headers.link ?? "")) ?? [];
    if (next === undefined) break;
    url = next;
  }
  return found;
}
