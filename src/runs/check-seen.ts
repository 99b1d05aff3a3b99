// What a container that ran an own check showed, read from what it left.
import { join } from "node:path";
import type { RunOutcome } from "../container/run.ts";
import type { RunReport } from "../engine/ports.ts";
import type { CheckSeen, OwnCheck } from "../loop/state.ts";
import type { CheckRun } from "../verify/checked.ts";
import { seenOf } from "../verify/own-check.ts";
import { judgeReports } from "../verify/reports/judge.ts";
import { readCheckRun } from "./check-files.ts";

export interface Reading {
  readonly run: CheckRun;
  readonly seen: CheckSeen | null;
}

/** What it left in the room at `dir`, read as `loopgate verify` reads it. A run that was lost or called off says nothing of the commit. */
export async function readSeen(check: OwnCheck, outcome: RunOutcome, dir: string): Promise<Reading> {
  const { status, limit } = outcome;
  const run = await readCheckRun(outcome, check, join(dir, "workspace"));
  const { state } = run;
  if (state === "lost" || status === "lost" || status === "stopped") return { run, seen: null };
  const lateMs = status === "timed_out" ? check.ms : null;
  return { run, seen: seenOf(check.name, { ...run, state }, { limit, lateMs }) };
}

/** Its set-up failed: where the base's does not, that is the change's doing, and told as what the check showed. */
export function notSetUpSeen({ name }: OwnCheck, { log, note }: Pick<RunReport, "log" | "note">): CheckSeen {
  return seenOf(name, { ...nothingRan(log), note, state: "red" }, { limit: "set_up", lateMs: null });
}

/** The image that it needs could not be had: nothing was tried, so nothing is shown. */
export function noImageSeen({ name }: OwnCheck, { log, note }: Pick<RunReport, "log" | "note">): CheckSeen {
  return seenOf(name, { ...nothingRan(log), note, state: "no_evidence" }, { limit: null, lateMs: null });
}

export function nothingRan(log: string): CheckRun {
  const reading = { ...judgeReports([], { exitCode: 0, exitCodeOnly: true }), state: "red", reasons: [] } as const;
  return { state: "red", reading, note: null, log, logCut: false, milliseconds: 0 };
}
