// A process that serves on a store that another one may lead: it leads where nobody does, and stands by until then.
import { setTimeout as sleep } from "node:timers/promises";
import { Fault, toFault } from "./base/fault.ts";
import { createReadiness } from "./cockpit/readiness.ts";
import { type Behind, createFigures, openHouse } from "./door.ts";
import { webhookPath } from "./github/deliveries/listener.ts";
import { openOrStandBy } from "./store/open-store.ts";
import type { StandbyStore } from "./store/postgres/standby.ts";
import { type AppOptions, lead, type RunningApp } from "./wire.ts";

export interface Served extends Pick<RunningApp, "url" | "webhookUrl" | "operatorUrl" | "lost" | "close"> {
  /** Null for as long as it stands by. */
  leads(): RunningApp | null;
  /** Resolves when it leads. */
  readonly leading: Promise<RunningApp>;
}

/** How often one that stands by looks whether anybody leads. */
const lookEveryMs = 1_000;

/**
 * Starts the App. Where another process holds a store in PostgreSQL, this one opens its doors, stores deliveries for that one, and leads
 * once it is gone; it is `lost` where that cannot be. Throws Fault when a part cannot start.
 */
export async function serveApp(options: AppOptions): Promise<Served> {
  const lost = Promise.withResolvers<Fault>();
  const opened = await openOrStandBy(options.settings, lost.resolve);
  if ("standsBy" in opened) return standBy(options, opened.standsBy, lost);
  const app = await lead(options, { store: opened.leads, lost: lost.promise });
  return { ...app, leads: () => app, leading: Promise.resolve(app) };
}

async function standBy(options: AppOptions, store: StandbyStore, lost: PromiseWithResolvers<Fault>): Promise<Served> {
  const { settings, log } = options;
  const leading = Promise.withResolvers<RunningApp>();
  const ending = new AbortController();
  let leader = await store.look().catch(() => null);
  let app: RunningApp | null = null;
  const figures = createFigures(settings);
  const house = await openHouse(
    options,
    figures,
    standingBy(options, store, () => leader?.holder ?? "another process"),
  ).catch(async (error) => {
    await store.close();
    throw error;
  });
  const { url, operatorUrl } = house;
  log.info({ leader: leader?.holder, url, webhooks: `${url}${webhookPath}`, operator: operatorUrl }, "stands by");

  /** Resolves when this process leads or is to end. Rejects where it can do neither. */
  async function watch(): Promise<void> {
    for (;;) {
      await sleep(lookEveryMs, undefined, { signal: ending.signal }).catch(() => {});
      if (ending.signal.aborted) return;
      const seen = await store.look().catch(unreadable);
      if (seen !== null && seen.holder !== leader?.holder) log.info({ leader: seen.holder }, "another one leads");
      leader = seen ?? leader;
      if (seen?.isGone === true && (await takeOver())) return;
    }
  }

  /** False where another one was there before, or the store is out of reach. */
  async function takeOver(): Promise<boolean> {
    const opened = await openOrStandBy(settings, lost.resolve).catch(unreadable);
    if (opened === null) return false;
    if ("standsBy" in opened) {
      await opened.standsBy.close();
      return false;
    }
    log.info({ before: leader?.holder, epoch: opened.leads.epoch }, "leads from now on");
    app = await lead(options, { store: opened.leads, lost: lost.promise, house });
    await store.close();
    leading.resolve(app);
    return true;
  }

  /** What a look says later than now is said then. */
  function unreadable(error: unknown): null {
    if (!(error instanceof Fault) || error.retry === "never") throw error;
    log.warn({ err: error }, "cannot see who leads; looking again soon");
    return null;
  }

  const watched = watch().catch((error) => lost.resolve(toFault(error, "Could not lead")));
  return {
    url,
    webhookUrl: `${url}${webhookPath}`,
    operatorUrl,
    lost: lost.promise,
    leads: () => app,
    leading: leading.promise,
    async close() {
      ending.abort();
      await watched;
      if (app !== null) return app.close();
      await house.close();
      await store.close();
    },
  };
}

/** What answers at the doors meanwhile: deliveries are stored for whoever leads, and people are told where to look. */
function standingBy({ settings }: AppOptions, store: StandbyStore, leader: () => string): Behind {
  const ready = createReadiness(
    {
      store: async () => {
        const { takesDeliveries } = await store.look();
        if (!takesDeliveries) throw new Error("of another version");
      },
    },
    () => performance.now(),
  );
  const pages = () =>
    new Response(
      `This Loopgate stands by: ${leader()} leads. Its pages are there; these will be here once this one leads.\n`,
      { status: 503, headers: { "content-type": "text/plain; charset=utf-8", "retry-after": "5" } },
    );
  return {
    async accept(delivery) {
      await store.keep(delivery);
      return true;
    },
    now: Date.now,
    health: () => "ok\nstands by\n",
    answered: () => {},
    operator:
      settings.operatorDoor === undefined
        ? null
        : {
            async readiness() {
              const { ready: isReady, lines } = await ready();
              return { ready: isReady, lines: [`stands by: ${leader()} leads`, ...lines] };
            },
            pages: { fetch: pages },
          },
  };
}
