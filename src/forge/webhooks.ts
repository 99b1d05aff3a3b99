// Webhooks: from the world's events to deliveries, their log, and the faults that deliveries meet.
import { departure, record, type SendOptions, send } from "./delivery.ts";
import type { Activity } from "./http/activity.ts";
import type { Delivery } from "./model.ts";
import { address, type Pending } from "./payload.ts";

export interface Hooks {
  /** Every delivery sent, in the order they were answered: GitHub's log of three days is in `rest/deliveries.ts`. */
  readonly deliveries: readonly Delivery[];
  /** Sends a delivery again, under the GUID it had. */
  redeliver(delivery: Delivery): void;
  /** Deliveries wait from now on, until they are released. */
  hold(): void;
  /** Sends what waits, in the order it came or as `order` arranges it. */
  release(order?: (waiting: readonly Pending[]) => readonly Pending[]): void;
  /** The next deliveries never leave; they count as failed to connect. */
  dropNext(count: number): void;
  /** From now on those that the test picks out never leave, as if the connection had failed; `null`: all leave again. */
  dropWhere(isLost: ((pending: Pending) => boolean) | null): void;
  /** The next deliveries are sent twice, under the same GUID. */
  duplicateNext(count: number): void;
  /** Those held back now. */
  waiting(): readonly Pending[];
  /** Cuts off what is being sent, and sends nothing more. */
  close(): void;
}

export interface HookOptions extends SendOptions {
  readonly activity: Activity;
}

export function createHooks(options: HookOptions): Hooks {
  const { core, activity } = options;
  const closed = new AbortController();
  const deliveries: Delivery[] = [];
  const held: Pending[] = [];
  const faults = { hold: false, drop: 0, duplicate: 0 };
  let isLost: ((pending: Pending) => boolean) | null = null;
  const depart = (pending: Pending) => {
    if (closed.signal.aborted) return;
    if (faults.hold) return void held.push(pending);
    if (faults.drop > 0 || isLost?.(pending)) {
      faults.drop = Math.max(0, faults.drop - 1);
      const answer = { code: 0, status: "failed to connect to host", headers: {}, body: "" };
      deliveries.push(record({ ...departure(core), pending, durationMs: 0, answer }));
      return;
    }
    const times = faults.duplicate > 0 ? 2 : 1;
    if (times === 2) faults.duplicate -= 1;
    // Started in order, not awaited: GitHub promises no order of arrival either.
    for (let n = 0; n < times; n++)
      void activity.during(send(options, pending, closed.signal).then((delivery) => deliveries.push(delivery)));
  };
  core.listen((event) => {
    for (const app of core.apps) {
      const pending = address(core, app, event);
      if (pending) depart(pending);
    }
  });
  return {
    deliveries,
    hold: () => {
      faults.hold = true;
    },
    release: (order = (waiting) => waiting) => {
      faults.hold = false;
      for (const pending of order(held.splice(0))) depart(pending);
    },
    dropNext: (count) => {
      faults.drop += count;
    },
    dropWhere: (test) => {
      isLost = test;
    },
    duplicateNext: (count) => {
      faults.duplicate += count;
    },
    waiting: () => held,
    close: () => closed.abort(),
    redeliver: (delivery) => depart({ ...delivery, body: delivery.request.body, redelivery: true }),
  };
}
