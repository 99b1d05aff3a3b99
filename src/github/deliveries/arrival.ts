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

/**
 * What Probot is given as the payload of a delivery: its address only, and how it is stored. Probot hands this very object on to
 * the handler.
 */
export class ArrivingPayload {
  readonly installation: { readonly id: number | null };
  readonly repository: { readonly id: number | null };
  readonly #delivery: Arrival;
  readonly #accept: (delivery: Arrival) => Promise<boolean>;
  #outcome: Outcome = "untouched";

  constructor(delivery: Arrival, accept: (delivery: Arrival) => Promise<boolean>) {
    this.installation = { id: delivery.origin.installationId };
    this.repository = { id: delivery.origin.repositoryId };
    this.#delivery = delivery;
    this.#accept = accept;
  }

  /** Whether a handler stored it. */
  get outcome(): Outcome {
    return this.#outcome;
  }

  async store(): Promise<void> {
    this.#outcome = (await this.#accept(this.#delivery)) ? "stored" : "duplicate";
  }
}

/** Stores the delivery that this payload came with; rejects when it could not be stored. */
export function storeArrival(payload: object): Promise<void> {
  assert(payload instanceof ArrivingPayload, "a payload reached the App without having been received");
  return payload.store();
}
