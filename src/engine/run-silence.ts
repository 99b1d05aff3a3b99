// The silence of one run on this host: counted from its output and its gateway, and kept beside its files across restarts.
import { readFile } from "node:fs/promises";
import type { Rules } from "../loop/state.ts";
import type { Door, DoorParts } from "./door.ts";
import type { Clock, Running } from "./ports.ts";
import { type FileParts, rooms } from "./run-files.ts";
import { type Quiet, watchSilence } from "./silence.ts";
import { writeWhole } from "./whole-file.ts";

export interface SilenceWatchParts extends Pick<FileParts, "dataDir">, Pick<DoorParts, "log"> {
  readonly clock: Clock;
}

interface Heard {
  readonly running: Running;
  readonly gateway: Door;
  /** How long an earlier process had heard nothing of it. */
  readonly quiet: Quiet | null;
}

/** A count that is absent or unreadable begins anew; the deadline holds all the same. */
export async function readQuiet(parts: Pick<FileParts, "dataDir">, run: string): Promise<Quiet | null> {
  const text = await readFile(rooms(parts).quiet(run), "utf8").catch(() => "");
  try {
    return JSON.parse(text) as Quiet;
  } catch {
    return null;
  }
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
      return { heard: running.outputBytes() + turns, isBusy: open > 0 };
    },
    keep: (count) =>
      writeWhole(file, JSON.stringify(count)).catch((error) =>
        parts.log.warn({ run, err: error }, "a run's silence could not be kept"),
      ),
    onSilent: (note) => running.endSilent(note),
  });
}
