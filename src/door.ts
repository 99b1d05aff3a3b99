// The App's two doors, GitHub's and the operator's: open for as long as the process lives, whoever stands behind them meanwhile.
import app from "./app.ts";
import type { Handler } from "./base/caught.ts";
import { openOperatorDoor, type Pages } from "./cockpit/door.ts";
import { createMetrics, type Metrics } from "./cockpit/metrics.ts";
import type { Readiness } from "./cockpit/readiness.ts";
import type { Engine } from "./engine/engine.ts";
import type { Delivery, Log } from "./engine/ports.ts";
import {
  createDoorPaces,
  type DeliveryLog,
  type DeliveryOptions,
  deliveryHandler,
} from "./github/deliveries/deliveries.ts";
import { startListener, webhookPath } from "./github/deliveries/listener.ts";
import { newLoopId } from "./github/deliveries/loop-id.ts";
import { startProbot } from "./github/deliveries/probot.ts";
import { payloadReader } from "./github/deliveries/reading.ts";
import { createTally } from "./github/deliveries/tally.ts";
import { pinoLogger } from "./log.ts";
import { editorSchema } from "./policy/editor-schema.ts";
import type { Settings } from "./settings.ts";

/** What answers at the doors: a process that leads, or one that stands by. */
export interface Behind {
  /** Stores the delivery for good before it resolves; false when it was stored before. */
  readonly accept: (delivery: Delivery) => Promise<boolean>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** What `/healthz` answers; its first line is `ok`. */
  readonly health: () => string;
  readonly answered: (outcome: DeliveryLog["outcome"], reason: string) => void;
  /** Null: the operator has no door. */
  readonly operator: {
    readonly readiness: () => Promise<Readiness>;
    readonly pages: Pages;
  } | null;
}

/** What is counted for the operator for as long as the process lives. */
export interface Figures {
  /** Null: nobody can read them. */
  readonly metrics: Metrics | null;
  /** From now on this process leads. */
  lead(engine: Engine, now: () => number): void;
}

export interface House {
  readonly url: string;
  readonly operatorUrl: string | null;
  /** How a delivery is taken that did not arrive at the door. */
  readonly deliveries: DeliveryOptions;
  readonly figures: Figures;
  /** From now on this is behind the doors; what is under way is answered by what was there before. */
  become(behind: Behind): void;
  /** Takes no more requests, and resolves when those under way are answered. */
  close(): Promise<void>;
}

interface Doors {
  readonly settings: Settings;
  readonly log: Log;
}

export const doorFailed = "the operator's door could not answer";

export function createFigures({ operatorDoor }: Settings): Figures {
  let leading: { readonly engine: Engine; readonly now: () => number } | null = null;
  const metrics =
    operatorDoor === undefined
      ? null
      : createMetrics({
          now: () => leading?.now() ?? Date.now(),
          slots: () => leading?.engine.slots() ?? { taken: 0, of: 0, waiting: 0 },
          disk: () => leading?.engine.disk() ?? null,
          leads: () => leading !== null,
        });
  return {
    metrics,
    lead(engine, now) {
      leading = { engine, now };
    },
  };
}

/** Opens both. Throws Fault when one cannot listen; neither is open then. */
export async function openHouse(doors: Doors, figures: Figures, first: Behind): Promise<House> {
  let behind = first;
  const current = () => behind;
  const operator = await openForOperator(doors, figures, current);
  const door = await openForGitHub(doors, figures, current).catch(async (error) => {
    await operator?.close();
    throw error;
  });
  return {
    url: door.url,
    operatorUrl: operator?.url ?? null,
    deliveries: door.deliveries,
    figures,
    become(next) {
      behind = next;
    },
    async close() {
      await operator?.close();
      await door.close();
    },
  };
}

async function openForOperator({ settings, log }: Doors, { metrics }: Figures, current: () => Behind) {
  const { operatorDoor } = settings;
  const operator = () => current().operator;
  if (operatorDoor === undefined || metrics === null) return null;
  return openOperatorDoor({
    ...operatorDoor,
    registry: metrics.registry,
    readiness: async () => (await operator()?.readiness()) ?? { ready: false, lines: [] },
    pages: { fetch: (request: Request) => operator()?.pages.fetch(request) ?? new Response(null, { status: 503 }) },
    onError: (error) => log.error({ err: error }, doorFailed),
  });
}

async function openForGitHub({ settings, log }: Doors, { metrics }: Figures, current: () => Behind) {
  const { id: appId, slug, privateKey } = settings.app;
  const probot = await startProbot(app, {
    appId,
    privateKey,
    secret: settings.webhookSecrets[0],
    log: pinoLogger({ level: "warn" }),
  });
  const reader = payloadReader({ appId, slug, triggerLabels: [settings.label], newLoopId });
  const tally = createTally((entry) => log.info({ ...entry }, "delivery"));
  const paces = createDoorPaces();
  const deliveries: DeliveryOptions = {
    probot,
    secrets: settings.webhookSecrets,
    reader,
    accept: (delivery) => current().accept(delivery),
    now: () => current().now(),
    log: (entry) => {
      tally.count(entry);
      current().answered(entry.outcome, entry.reason);
    },
    paces,
  };
  const listener = await startListener({
    ...settings.listen,
    webhookPath,
    deliveries: timed(deliveryHandler(deliveries), metrics),
    refused: paces.refused,
    health: () => current().health(),
    documents: {
      "/loop.schema.json": { type: "application/schema+json", text: JSON.stringify(editorSchema()) },
    },
    onError: (error) => log.error({ err: error }, "a request could not be answered"),
  });
  return {
    url: listener.url,
    deliveries,
    async close() {
      await listener.close();
      tally.close();
      await reader.close();
    },
  };
}

function timed(handle: Handler, metrics: Metrics | null): Handler {
  if (metrics === null) return handle;
  return (request, response) => {
    const began = performance.now();
    response.once("finish", () => metrics.answered(response.statusCode, performance.now() - began));
    return handle(request, response);
  };
}
