// Carries a delivery to the Probot handler that stores it: Probot itself passes on only a payload.
import { assert } from "../../base/assert.ts";
import type { Origin, Translated } from "./translated.ts";

/** A delivery as it is stored: what it means, not what it said. */
export interface Arrival {
  readonly guid: string;
  readonly bodySha256: string;
  readonly receivedAt: number;
  readonly translated: Translated;
  readonly origin: Origin;
}

type Outcome = "untouched" | "stored" | "duplicate";

/** Probot hands the very object on that `receive` was given, so the object finds what belongs to it. */
const arrivals = new WeakMap<object, () => Promise<void>>();

/** Announces a delivery by its payload; `outcome` says afterwards whether a handler stored it. */
export function arriving(payload: object, delivery: Arrival, accept: (delivery: Arrival) => Promise<boolean>) {
  let outcome: Outcome = "untouched";
  arrivals.set(payload, async () => {
    outcome = (await accept(delivery)) ? "stored" : "duplicate";
  });
  return { outcome: (): Outcome => outcome };
}

/** Stores the delivery that this payload came with; rejects when it could not be stored. */
export async function storeArrival(payload: object): Promise<void> {
  const store = arrivals.get(payload);
  assert(store, "a payload reached the App without having been received");
  await store();
}
