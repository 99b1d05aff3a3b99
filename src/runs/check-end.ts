// How a run of an own check ended, as the end of any run is kept and told.
import type { Running, RunOutcome } from "../container/run.ts";
import type { RunOrder, RunReport } from "../engine/ports.ts";
import type { Trouble } from "../loop/cause.ts";
import { type CheckSeen, type Isolation, type KnockOutSeen, noTokens } from "../loop/state.ts";
import type { KeptPicture } from "../verify/pictures/left.ts";
import type { CheckParts } from "./check-room.ts";
import { type End, keepEnd } from "./end.ts";

/** A check that runs, or that was over before anything ran. */
export interface StartedCheck {
  readonly isolation: Isolation;
  readonly running: Pick<Running, "stop"> | null;
  /** Never rejects. */
  readonly done: Promise<End>;
}

export type Attended = Pick<RunOrder, "id" | "loop" | "startFrom">;

interface CheckEnded {
  readonly isolation: Isolation;
  readonly outcome: Pick<RunOutcome, "status" | "exitCode" | "note" | "limit" | "readyMs">;
  readonly log: string;
  readonly seen: CheckSeen | null;
  readonly knockOut?: KnockOutSeen;
  /** Those that `seen` names; absent: it names none. */
  readonly pictures?: readonly KeptPicture[];
  /** What its set-up was refused until a person is asked; absent: nothing. */
  readonly newPackages?: readonly string[];
}

export function endOf({ clock }: CheckParts, { startFrom }: Attended, ended: CheckEnded): End {
  const { status, exitCode, note, limit, readyMs } = ended.outcome;
  return {
    version: 1,
    role: "check",
    startFrom,
    status,
    exitCode,
    endedAt: clock.now(),
    log: ended.log,
    note: note ?? "",
    readyMs,
    spentNano: 0,
    tokens: noTokens,
    outOfBudget: false,
    modelDown: false,
    trouble: limit,
    tools: [],
    refused: [],
    isolation: ended.isolation,
    check: ended.seen,
    ...(ended.newPackages === undefined || ended.newPackages.length === 0
      ? {}
      : { newPackages: [...ended.newPackages] }),
    ...(ended.knockOut === undefined ? {} : { knockOut: ended.knockOut }),
    ...(ended.pictures === undefined ? {} : { pictures: [...ended.pictures] }),
  };
}

export async function keptEnd(parts: CheckParts, { id }: Attended, end: End): Promise<End> {
  await keepEnd(parts, id, end).catch((error) =>
    parts.log.error({ run: id, err: error }, "a check's end could not be kept; a restart runs it again"),
  );
  return end;
}

/** What is told of a check that has ended. */
export function toldOf({ version, role, startFrom, refused, isolation, check, trouble, ...seen }: End): RunReport {
  const told: Trouble | null = trouble;
  return { ...seen, trouble: told, result: null, pushed: null, check: check ?? null };
}
