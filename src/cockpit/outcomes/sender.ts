// Sends the week's message on Monday mornings: once, whoever leads then, and again later where it was not taken.
import { Fault } from "../../base/fault.ts";
import type { Clock, Log, StorePort } from "../../engine/ports.ts";
import { dayIn, newestWithin, nextAfter } from "../../policy/cron.ts";
import type { Live } from "../live.ts";
import { headline, issueName } from "../loops/words.ts";
import { createBook } from "./book.ts";
import { type Waiting, weeklyText } from "./weekly.ts";

export interface SenderParts {
  /** Takes `{"text": …}` as Slack's incoming webhooks do. Whoever knows it can write there: it is in no message and no log. */
  readonly url: string;
  readonly timeZone: string;
  readonly store: Pick<StorePort, "kept" | "keep" | "newestEnded" | "load">;
  readonly live: Pick<Live, "keys">;
  /** Where people read GitHub; no slash at the end. */
  readonly github: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Sender {
  /** Sends nothing more; waits for what is under way. */
  stop(): Promise<void>;
}

const noteName = "weekly message sent for";
const retryMs = 3_600_000;
const answerMs = 15_000;

/** Begins to wait for the next Monday at nine; the first message is of the week that ends then. */
export function startSender(parts: SenderParts): Sender {
  const { clock, log, store } = parts;
  const when = { cron: "0 9 * * 1", time_zone: parts.timeZone };
  const book = createBook(store);
  const stopping = new AbortController();
  let cancel = () => {};
  let running = Promise.resolve();

  function waitUntil(at: number): void {
    const onTime = () => {
      running = look();
    };
    if (!stopping.signal.aborted) cancel = clock.at(at, onTime);
  }

  /** When it is due next, in epoch milliseconds; sends what is due. Throws Fault. */
  async function sendDue(): Promise<number> {
    const now = clock.now();
    const note = await store.kept(noteName);
    if (note === null) await store.keep(noteName, String(now));
    const sent = Number(note ?? now);
    const due = newestWithin(when, sent, now);
    if (due !== null) {
      const text = await textOf(due);
      if (text !== null) await post(parts.url, text, stopping.signal);
      await store.keep(noteName, String(due));
      log.info({ sent: text !== null }, text === null ? "nothing to say of this week" : "the week's message was taken");
    }
    return nextAfter(when, now) ?? now + retryMs;
  }

  async function look(): Promise<void> {
    try {
      waitUntil(await sendDue());
    } catch (error) {
      if (stopping.signal.aborted) return;
      log.warn({ err: error }, "the week's message could not be sent; trying again in an hour");
      waitUntil(clock.now() + retryMs);
    }
  }

  async function textOf(until: number): Promise<string | null> {
    const from = newestWithin(when, until - 8 * 24 * 3_600_000, until - 1) ?? until - 7 * 24 * 3_600_000;
    const waiting: Waiting[] = [];
    for (const issueKey of parts.live.keys("people")) {
      const state = await store.load(issueKey).catch(() => null); // one that cannot be read is told of on its page
      if (state === null) continue;
      const { owner, name, number } = state.issue;
      const url = `${parts.github}/${owner}/${name}/issues/${number}`;
      const since = state.ending?.at ?? state.gateSince ?? state.startedAt;
      waiting.push({ name: issueName(state), url, headline: headline(state), since });
    }
    waiting.sort((one, other) => one.since - other.since);
    return weeklyText({ read: await book.read(), from, until, day: dayIn(parts.timeZone, until), waiting });
  }

  running = look();
  return {
    async stop() {
      stopping.abort();
      cancel();
      await running;
    },
  };
}

/** Throws Fault `unavailable` when it was not taken. The address is never part of what it says. */
async function post(url: string, text: string, signal: AbortSignal): Promise<void> {
  const problem = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ text }),
    redirect: "error",
    signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
  }).then(
    async (answer) => {
      await answer.body?.cancel();
      return answer.ok ? null : `it answered ${answer.status}`;
    },
    () => "it could not be reached",
  );
  if (problem !== null)
    throw new Fault(`Could not send the week's message to the address in LOOPGATE_WEEKLY_URL: ${problem}.`, {
      kind: "unavailable",
      retry: "later",
    });
}
