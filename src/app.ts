// The Probot App: every delivery of a handled event is stored, and nothing else happens before the answer.
import type { Probot } from "probot";
import { storeArrival } from "./github/deliveries/arrival.ts";
import { handledEvents } from "./github/deliveries/webhook.ts";

/** Work on a delivery begins later, from the store: see engine/. A handler that fails makes the answer a 503. */
export default function app(probot: Probot): void {
  probot.on(handledEvents as Parameters<Probot["on"]>[0], (context) => storeArrival(context.payload));
}
