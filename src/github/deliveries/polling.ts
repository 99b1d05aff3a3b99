// Hearing of GitHub without an address that it could reach: its log of the App's webhooks is read again and again.
//
// The log has each delivery at the place where it left, once it was given up or answered, so that a slow one appears below what
// was read before. So each look goes back a little further than the last one came, and what is known by its GUID is passed over:
// the store remembers those, and nothing else has to be right for a delivery to count once. How far the last look came is noted
// in the store too, for the next life. What the log does not have any more is found by the look at the repositories themselves.
import { Fault } from "../../base/fault.ts";
import { createPace } from "../../base/pace.ts";
import type { Clock, Log, StorePort } from "../../engine/ports.ts";
import type { DeliveryLog, Told } from "./deliveries.ts";
import type { Logged, LoggedPage } from "./log.ts";
import { handledEvents } from "./webhook.ts";

export interface PollingParts {
  /** One page of GitHub's log, from a cursor on, newest first; throws Fault. */
  readonly page: (cursor: string | null) => Promise<LoggedPage>;
  /** What a delivery said, as JSON; throws Fault. */
  readonly payload: (one: Logged) => Promise<Told["bytes"]>;
  readonly take: (told: Told) => Promise<DeliveryLog["outcome"]>;
  readonly store: Pick<StorePort, "knowsDelivery" | "kept" | "keep">;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of each look that succeeded or failed. */
  readonly onLook?: (outcome: "done" | "failed") => void;
  /** Told of each delivery, how long after it had left it was taken in. */
  readonly onTaken?: (lagMs: number) => void;
}

export interface Polling {
  /** Looks now, or waits for the look that is under way; resolves when what the log had is taken in. Never rejects. */
  look(): Promise<void>;
  /** Takes nothing more; what was begun is stored first. */
  stop(): Promise<void>;
}

/** From the end of one look to the next: 240 requests an hour while nothing happens. */
export const everyMs = 15_000;
/** Payloads, each a request: so many at once, and then one a second, below GitHub's 5,000 requests an hour. */
const payloads = { burst: 200, perSecond: 1, mostMs: 60_000 };
/** So much further back than the last look came: GitHub waits 10 s for an answer, and its log is not at once up to date. */
const overlapMs = 120_000;
/** How far back the very first look goes. */
const firstMs = 3_600_000;
/** What GitHub keeps of its log; an Enterprise Server keeps it for longer. */
const keptMs = 3 * 24 * 3_600_000;
/** So many pages of a hundred at most; older ones are left to the look at the repositories. */
const mostPages = 100;
const longestBackOffMs = 300_000;
/** A delivery that is listed and cannot be read so often keeps the others back no longer. */
const mostTries = 5;
/** How far the last look came is noted at most so often where it found nothing. */
const noteEveryMs = 60_000;

const noteName = "webhooks read until";

/** Begins to look at once. */
export function startPolling(parts: PollingParts): Polling {
  const { clock, log, store } = parts;
  const pace = createPace(payloads, clock.now);
  let stopped = false;
  let wake = () => {}; // ends a rest early
  const tries = new Map<number, number>(); // by the delivery's number in the log
  let noted: number | null | undefined; // undefined: not read yet; null: there is none
  let failures = 0;
  let running: Promise<void> | null = null;
  let cancel = () => {};

  /** Everything that left at or after `from`, oldest first, each GUID once. */
  async function listSince(mark: number | null) {
    const found: Logged[] = [];
    let page = await parts.page(null);
    const { answeredAt } = page;
    const from = mark === null ? answeredAt - firstMs : mark - overlapMs;
    for (let count = 1; ; count++) {
      found.push(...page.newestFirst.filter(({ at }) => at >= from));
      if (page.next === null || page.newestFirst.some(({ at }) => at < from)) break;
      if (count === mostPages) {
        log.warn(
          { listed: found.length },
          "GitHub's log has more webhooks than are read: what the oldest said is found by looking",
        );
        break;
      }
      page = await parts.page(page.next);
    }
    const byGuid = new Map(found.map((one) => [one.guid, one] as const)); // the oldest try of each: it comes last
    return { answeredAt, oldestFirst: [...byGuid.values()].sort((one, other) => one.id - other.id) };
  }

  const isWanted = ({ id, guid, event }: Logged) =>
    handledEvents.includes(event) && !store.knowsDelivery(guid, clock.now()) && (tries.get(id) ?? 0) < mostTries;

  /** False: it cannot be read, and is passed over from now on. */
  async function takeOne(one: Logged): Promise<boolean> {
    let bytes: Told["bytes"];
    try {
      bytes = await parts.payload(one);
    } catch (error) {
      if (!(error instanceof Fault) || error.kind === "rate_limited") throw error;
      const tried = (tries.get(one.id) ?? 0) + 1;
      tries.set(one.id, tried);
      if (tried < mostTries) throw error;
      log.warn(
        { delivery: one.guid, event: one.event, err: error },
        "a webhook in GitHub's log cannot be read: what it said is found by looking",
      );
      return false;
    }
    const outcome = await parts.take({ guid: one.guid, event: one.event, bytes });
    if (outcome === "failed")
      throw new Fault("Could not store a webhook that GitHub's log has. It is read again.", {
        kind: "engine",
        retry: "later",
      });
    return true;
  }

  async function note(at: number): Promise<void> {
    await store.keep(noteName, String(at));
    noted = at;
  }

  async function lookOnce(): Promise<void> {
    noted ??= readNote(await store.kept(noteName));
    const { answeredAt, oldestFirst } = await listSince(noted);
    const listedAt = clock.now();
    if (noted !== null && answeredAt - noted > keptMs)
      log.warn(
        { until: new Date(noted).toISOString() },
        "nothing was read for longer than GitHub keeps its log of webhooks: what they said is found by looking",
      );
    for (const id of tries.keys()) if (!oldestFirst.some((one) => one.id === id)) tries.delete(id);
    let taken = 0;
    for (const one of oldestFirst.filter(isWanted)) {
      if (stopped) return;
      if (!(await takeOne(one))) continue;
      taken += 1;
      parts.onTaken?.(Math.max(0, answeredAt + clock.now() - listedAt - one.at));
      await rest(pace.take(1));
    }
    if (taken > 0 || noted === null || answeredAt - noted >= noteEveryMs) await note(answeredAt);
  }

  async function rest(ms: number): Promise<void> {
    if (ms === 0 || stopped) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancelRest = clock.at(clock.now() + ms, resolve);
    wake = resolve;
    await promise;
    cancelRest();
  }

  /** Resolves to how long the next look can wait. */
  async function lookOrFail(): Promise<number> {
    try {
      await lookOnce();
      if (failures > 0) log.info({ failures }, "GitHub's log of webhooks can be read again");
      failures = 0;
      parts.onLook?.("done");
      return everyMs;
    } catch (error) {
      failures += 1;
      parts.onLook?.("failed");
      const retryAt = error instanceof Fault ? (error.retryAt ?? 0) : 0;
      const waitMs = Math.max(Math.min(everyMs * 2 ** failures, longestBackOffMs), retryAt - clock.now());
      log.warn(
        { err: error, failures, waitMs },
        "GitHub's log of webhooks could not be read: nothing is heard until it can",
      );
      return waitMs;
    }
  }

  function begin(): Promise<void> {
    cancel();
    running ??= lookOrFail().then((waitMs) => {
      running = null;
      if (!stopped) cancel = clock.at(clock.now() + waitMs, () => void begin());
    });
    return running;
  }

  log.info(
    { everyMs },
    "webhooks are read from GitHub's log of them: later than GitHub would send them, and without an address for it",
  );
  void begin();
  return {
    look: () => (stopped ? Promise.resolve() : begin()),
    async stop() {
      stopped = true;
      cancel();
      wake();
      await running;
    },
  };
}

/** What another version may have noted and this one cannot read is as good as nothing. */
function readNote(text: string | null): number | null {
  const at = Number(text ?? Number.NaN);
  return Number.isSafeInteger(at) ? at : null;
}
