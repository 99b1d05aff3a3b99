// Deliveries that processes which stand by have stored for whoever leads: written by many, taken in by one.
import type { ArrivalsPort, Delivery, StoredArrival } from "../../engine/ports.ts";
import { all, run, type Steps } from "../steps.ts";
import { connectionTo } from "./connection.ts";
import { type Parts, postgresDriver } from "./driver.ts";
import { useSchema } from "./hold.ts";
import { storeVersion } from "./schema.ts";

/** By it the server tells who leads that more is there. */
const channel = "loopgate_arrival";
const mostAtOnce = 256;

/** They are read over a connection of their own, on which the server tells of more; what is done with is fenced as all that is written. */
export function arrivalsIn(address: string, fenced: Omit<Parts, "reader">): ArrivalsPort & { close(): Promise<void> } {
  let wake = () => {};
  const hears = connectionTo(address, {
    called: "loopgate hears of deliveries",
    ready: async (client) => {
      await useSchema(client);
      client.on("notification", () => wake());
      await client.query(`listen ${channel}`);
    },
  });
  const driver = postgresDriver({ ...fenced, reader: hears });
  return {
    onMore(told) {
      wake = told;
    },
    after: (position) => driver.read(() => beyond(position)),
    done: async (positions) => void (await driver.write(() => forget(positions))),
    close: hears.close,
  };
}

function* beyond(position: number): Steps<readonly StoredArrival[]> {
  const text = "select position, delivery from arrival where position > ? order by position limit ?";
  const rows = yield* all(text, position, mostAtOnce);
  return rows.map((row) => ({
    position: Number(row.position),
    delivery: JSON.parse(String(row.delivery)) as Delivery,
  }));
}

/** Each by its own position: one that another process began to store earlier may be there only now. */
function forget(positions: readonly number[]): Steps<number> {
  const these = "select value::bigint from json_array_elements_text(?::json)";
  return run(`delete from arrival where position in (${these})`, JSON.stringify(positions));
}

/**
 * Stores them in their order; to be called within a transaction, at whose end whoever leads is told. Where the store is of another
 * version by now, none is stored, and false is what comes.
 */
export function* arrive(deliveries: readonly Delivery[]): Steps<boolean> {
  const texts = JSON.stringify(deliveries.map((one) => JSON.stringify(one)));
  const stored = yield* run(
    `insert into arrival (delivery) select value from json_array_elements_text(?::json) with ordinality
       where (select version from opening) = ? order by ordinality`,
    texts,
    storeVersion,
  );
  if (stored > 0) yield* all(`notify ${channel}`);
  return stored === deliveries.length;
}
