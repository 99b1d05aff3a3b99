// The silence limit of a run: signs of life are looked for from outside its container, and without any for too long it is ended.

import { z } from "zod";
import { parseJson } from "../base/parse-json.ts";
import type { Running } from "../container/run.ts";
import type { Clock } from "../engine/ports.ts";
import type { Rules } from "../loop/state.ts";
import { date, duration } from "../report/time.ts";
import type { Door, DoorParts } from "./door.ts";
import type { FileParts } from "./files.ts";
import { rooms } from "./rooms.ts";
import { readIfThere, writeWhole } from "./whole-file.ts";

/** What can be seen of a run from outside at one moment. */
export interface Signs {
  /** Grows with whatever is heard: bytes of output, requests at its gateway begun and ended. */
  readonly heard: number;
  /** A request or a tunnel is under way, such as a model call that has not been answered yet. */
  readonly isBusy: boolean;
  /** Until when a model provider asked the run to wait, since the epoch; null: none did. */
  readonly waitsUntil: number | null;
}

/**
 * How long nothing has been heard of a run, in milliseconds, and when it was last heard of, since the epoch; also until when
 * it was asked to wait, which no restart of the App may forget.
 */
const Quiet = z.object({
  ms: z.number().nonnegative(),
  heardAt: z.number(),
  waitsUntil: z.number().optional(),
});
export type Quiet = Readonly<z.infer<typeof Quiet>>;

export interface SilenceParts {
  readonly clock: Clock;
  readonly limitMs: number;
  /** What an earlier process had counted; null: the count begins now. */
  readonly quiet: Quiet | null;
  readonly signs: () => Signs;
  /** Keeps the count, so that no restart of the App forgets it. Must not reject. */
  readonly keep: (quiet: Quiet) => Promise<void>;
  /** Called once, with our sentence on it. */
  readonly onSilent: (note: string) => void;
}

const minute = 60_000;

/** Watches until the limit is reached or the watch is ended; what ends it resolves when nothing is being kept any more. */
export function watchSilence(parts: SilenceParts): () => Promise<void> {
  const { clock, limitMs, signs } = parts;
  const everyMs = lookEvery(limitMs);
  let quiet = parts.quiet ?? { ms: 0, heardAt: clock.now() };
  let seen = { at: clock.now(), heard: signs().heard };
  let keeping = Promise.resolve();
  const look = () => {
    const now = clock.now();
    const { heard, isBusy, waitsUntil } = signs();
    const before = quiet;
    const until = waitsUntil ?? before.waitsUntil;
    const isAlive = isBusy || heard !== seen.heard || (until !== undefined && until > seen.at);
    quiet = {
      ...afterLook(before, { now, passedMs: now - seen.at, everyMs, isAlive }),
      ...(until && { waitsUntil: until }),
    };
    seen = { at: now, heard };
    if (quiet.ms !== before.ms || quiet.waitsUntil !== before.waitsUntil) {
      const latest = quiet;
      keeping = keeping.then(() => parts.keep(latest));
    }
    if (quiet.ms >= limitMs) parts.onSilent(silenceNote(quiet));
    else cancel = clock.at(now + everyMs, look);
  };
  let cancel = clock.at(seen.at + everyMs, look);
  return () => {
    cancel();
    return keeping;
  };
}

/** Often enough to be right to a tenth of the limit, and at least once a minute. */
export function lookEvery(limitMs: number): number {
  return Math.min(minute, Math.ceil(limitMs / 10));
}

export interface Look {
  readonly now: number;
  readonly passedMs: number; // since the look before
  readonly everyMs: number;
  readonly isAlive: boolean;
}

/**
 * The count after one more look. A look that comes late by more than its own interval adds nothing: the App or the machine
 * stood still, or its clock was set, and what nobody could hear is not silence (F11, F14).
 */
export function afterLook(quiet: Quiet, { now, passedMs, everyMs, isAlive }: Look): Quiet {
  if (isAlive) return { ms: 0, heardAt: now };
  const isListening = passedMs >= 0 && passedMs <= 2 * everyMs;
  return isListening ? { ...quiet, ms: quiet.ms + passedMs } : quiet;
}

function silenceNote({ ms, heardAt }: Quiet): string {
  return `For ${duration(ms)} it wrote nothing, called no model, and neither fetched nor pushed; it was last heard of on ${date(heardAt)}.`;
}

export interface SilenceWatchParts extends Pick<FileParts, "dataDir">, Pick<DoorParts, "log"> {
  readonly clock: Clock;
}

interface Heard {
  readonly running: Running;
  readonly gateway: Door;
  /** How long an earlier process had heard nothing of it. */
  readonly quiet: Quiet | null;
}

/** A count that is absent or unreadable begins anew, the latter said in the log; the deadline holds all the same. */
export async function readQuiet(
  parts: Pick<FileParts, "dataDir"> & Pick<DoorParts, "log">,
  run: string,
): Promise<Quiet | null> {
  const text = await readIfThere(rooms(parts).quiet(run));
  if (text === null) return null;
  const read = Quiet.safeParse(parseJson(text));
  if (read.success) return read.data;
  parts.log.warn({ run }, "how long a run was silent cannot be read; the count begins anew");
  return null;
}

/** Ends the run when it is silent past the rules' limit; what ends the watch resolves when nothing is being kept any more. */
export function watchRun(
  parts: SilenceWatchParts,
  run: string,
  { silenceMs }: Pick<Rules, "silenceMs">,
  { running, gateway, quiet }: Heard,
): () => Promise<void> {
  const file = rooms(parts).quiet(run);
  return watchSilence({
    clock: parts.clock,
    limitMs: silenceMs,
    quiet,
    signs: () => {
      const { turns, open } = gateway.traffic();
      return { heard: running.outputBytes() + turns, isBusy: open > 0, waitsUntil: gateway.waitsUntil() };
    },
    keep: (count) =>
      writeWhole(file, JSON.stringify(count)).catch((error) =>
        parts.log.warn({ run, err: error }, "a run's silence could not be kept"),
      ),
    onSilent: (note) => running.endSilent(note),
  });
}
