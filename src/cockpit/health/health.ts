// Gathers what the health page shows; what costs more than a look into memory is asked seldom.
import { appVersion } from "../../base/app-version.ts";
import type { Live } from "../live.ts";
import { addressOf } from "../loops/list.ts";
import type { Readiness } from "../readiness.ts";
import type { Examined, ExaminedPart, Health } from "./page.ts";
import type { Seen } from "./seen.ts";

export interface HealthSources extends Pick<Health, "versions"> {
  readonly readiness: () => Promise<Readiness>;
  /** Null: nothing examines this App. Never rejects. */
  readonly examine: (() => Promise<readonly ExaminedPart[]>) | null;
  readonly seen: Pick<Seen, "report">;
  readonly live: Pick<Live, "oldestGate">;
  readonly disk: () => Health["disk"];
  readonly slots: () => Health["slots"];
  readonly now: () => number; // epoch milliseconds
}

/** An examination asks GitHub and the engine, and starts a short container: so long its answer holds. */
const examinedLastsMs = 10 * 60_000;
/** Whoever presses the button again and again has it done no oftener. */
const againAfterMs = 10_000;

export function createHealth(sources: HealthSources) {
  const { examine, now } = sources;
  const versions = { Loopgate: appVersion(), Node: process.version, ...sources.versions };
  let last: { readonly at: number; readonly answer: Promise<Examined> } | null = null;

  async function examined(lastsMs: number): Promise<Examined | null> {
    if (examine === null) return null;
    if (last === null || now() - last.at >= lastsMs)
      last = { at: now(), answer: examine().then((parts) => ({ at: now(), parts })) };
    return last.answer;
  }

  return {
    async read(): Promise<Omit<Health, "visitor">> {
      const oldest = sources.live.oldestGate();
      const [readiness, found] = await Promise.all([sources.readiness(), examined(examinedLastsMs)]);
      return {
        readiness,
        examined: found,
        seen: sources.seen.report(),
        disk: sources.disk(),
        slots: sources.slots(),
        versions,
        oldestGate: oldest === null ? null : { address: addressOf(oldest.issueKey), since: oldest.since },
        now: now(),
      };
    },
    async examineAgain(): Promise<void> {
      await examined(againAfterMs);
    },
  };
}
