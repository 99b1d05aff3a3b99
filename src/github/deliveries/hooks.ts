// Asks GitHub to send again the deliveries that did not reach us: it never does so by itself.
import { Fault } from "../../base/fault.ts";
import { type Connection, guarded } from "../client/client.ts";
import { type Logged, type LoggedPage, logPage } from "./log.ts";
import { handledEvents } from "./webhook.ts";

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
export function undelivered(newestFirst: readonly Logged[]): readonly Logged[] {
  const byGuid = new Map<string, Logged[]>();
  for (const one of newestFirst) byGuid.set(one.guid, [...(byGuid.get(one.guid) ?? []), one]);
  return [...byGuid.values()]
    .filter((tries) => tries.length < mostTries && !tries.some(arrived))
    .flatMap((tries) => tries.slice(0, 1))
    .filter(({ event }) => handledEvents.includes(event))
    .reverse();
}

function arrived({ statusCode }: Logged): boolean {
  return statusCode >= 200 && statusCode < 300;
}

async function recent(connection: Connection): Promise<readonly Logged[]> {
  const found: Logged[] = [];
  let next: string | null = null;
  for (let page = 0; page < pages; page++) {
    const read: LoggedPage = await logPage(connection, next);
    found.push(...read.newestFirst);
    next = read.next;
    if (next === null) break;
  }
  return found;
}
