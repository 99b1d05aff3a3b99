// Turns how a run ended into its outcome's status and note.
import type { DiskBound, DiskExcess } from "./disk.ts";
import { NEVER_STARTED, NOT_HANDED_IN, type RunStatus } from "./run.ts";

/** A shell's word for a program that SIGXFSZ ended: 128 and 25, on x64 and arm64 alike. */
const FILE_TOO_LARGE = 153;

/** What ended a run first. `exit` is the agent's own doing, everything else is ours or the world's. */
export type EndCause =
  | { readonly kind: "exit" }
  | { readonly kind: "deadline"; readonly deadlineMs: number }
  | { readonly kind: "silence"; readonly note: string }
  | { readonly kind: "stop"; readonly reason: string }
  | { readonly kind: "disk"; readonly bound: Omit<DiskBound, "path">; readonly excess: DiskExcess }
  | { readonly kind: "relay" }
  | { readonly kind: "gone" };

export interface Ending {
  readonly cause: EndCause;
  readonly exitCode: number | null;
  readonly oomKilled: boolean;
}

/** The status and, where the status does not say it all, one sentence on why. */
export function judgeEnding({ cause, exitCode, oomKilled }: Ending): { status: RunStatus; note: string | null } {
  switch (cause.kind) {
    case "deadline":
      return { status: "timed_out", note: `It reached its deadline of ${Math.round(cause.deadlineMs / 1000)} s.` };
    case "silence":
      return { status: "silent", note: cause.note };
    case "stop":
      return { status: "stopped", note: cause.reason };
    case "disk":
      return { status: "failed", note: diskNote(cause.bound, cause.excess) };
    case "relay":
      return { status: "lost", note: "The relay to the gateway ended, and the run with it." };
    case "gone":
      return { status: "lost", note: "The container or its engine went away." };
    case "exit":
      return judgeExit(exitCode, oomKilled);
  }
}

function diskNote({ name, limitBytes, limitFiles }: Omit<DiskBound, "path">, excess: DiskExcess): string {
  switch (excess) {
    case "bytes":
      return `It wrote more than ${limitBytes} bytes to ${name}.`;
    case "files":
      return `It made more than ${limitFiles} files in ${name}.`;
    case "hidden":
      return `It made folders in ${name} that cannot be measured.`;
  }
}

function judgeExit(exitCode: number | null, oomKilled: boolean): { status: RunStatus; note: string | null } {
  if (exitCode === null) return { status: "lost", note: "It ended without an exit code." };
  if (exitCode === NEVER_STARTED) return { status: "lost", note: "The agent was not started." };
  if (exitCode === NOT_HANDED_IN)
    return { status: "lost", note: "Its work could not be collected: the gateway was unreachable." };
  return { status: exitCode === 0 ? "finished" : "failed", note: limitNote(exitCode, oomKilled) };
}

/** Which of its limits ended the agent, where the way it ended tells. */
function limitNote(exitCode: number, oomKilled: boolean): string | null {
  if (oomKilled) return "It ran out of memory.";
  return exitCode === FILE_TOO_LARGE ? "It was ended for a file over the size limit." : null;
}
