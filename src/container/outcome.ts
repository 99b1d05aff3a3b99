// Turns how a run ended into its outcome's status and note.
import type { DiskBound, DiskExcess } from "./disk.ts";
import { type LimitMet, NEVER_STARTED, NOT_HANDED_IN, type RunStatus } from "./run.ts";

/** A shell's word for a program that SIGXFSZ ended: 128 and 25, on x64 and arm64 alike. */
const FILE_TOO_LARGE = 153;

/** What ended a run first. `exit` is the agent's own doing, everything else is ours or the world's. */
export type EndCause =
  | { readonly kind: "exit" }
  | { readonly kind: "deadline"; readonly deadlineMs: number }
  | { readonly kind: "silence"; readonly note: string }
  | { readonly kind: "stop"; readonly reason: string }
  | { readonly kind: "disk"; readonly bound: Omit<DiskBound, "path">; readonly excess: DiskExcess }
  | { readonly kind: "host_disk" }
  | { readonly kind: "relay" }
  | { readonly kind: "gone" };

export interface Ending {
  readonly cause: EndCause;
  readonly exitCode: number | null;
  readonly oomKilled: boolean;
  /** What it was held to, in bytes; 0: nothing. */
  readonly limits: { readonly memoryBytes: number; readonly fileSizeBytes: number };
}

/** What an ending comes to. `limit` is what it met, where that ended it. */
interface Judged {
  readonly status: RunStatus;
  readonly note: string | null;
  readonly limit: LimitMet | null;
}

/** The status and, where the status does not say it all, one sentence on why. */
export function judgeEnding({ cause, exitCode, oomKilled, limits }: Ending): Judged {
  const limit = null;
  switch (cause.kind) {
    case "deadline":
      return {
        status: "timed_out",
        note: `It reached its deadline of ${Math.round(cause.deadlineMs / 1000)} s.`,
        limit,
      };
    case "silence":
      return { status: "silent", note: cause.note, limit };
    case "stop":
      return { status: "stopped", note: cause.reason, limit };
    case "disk":
      return { status: "failed", note: diskNote(cause.bound, cause.excess), limit: diskLimit(cause) };
    case "host_disk":
      return { status: "lost", note: "This host's disk was nearly full, so the run was ended.", limit };
    case "relay":
      return { status: "lost", note: "The relay to the gateway ended, and the run with it.", limit };
    case "gone":
      return { status: "lost", note: "The container or its engine went away.", limit };
    case "exit":
      return judgeExit(exitCode, oomKilled, limits);
  }
}

/** Bytes of the workspace are what policy gives a run; everything else is the same for every run. */
function diskLimit({ bound, excess }: Extract<EndCause, { kind: "disk" }>): LimitMet {
  return bound.name === "/workspace" && excess === "bytes" ? "disk" : "files";
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

function judgeExit(exitCode: number | null, oomKilled: boolean, limits: Ending["limits"]): Judged {
  const limit = null;
  if (exitCode === null) return { status: "lost", note: "It ended without an exit code.", limit };
  if (exitCode === NEVER_STARTED) return { status: "lost", note: "The agent was not started.", limit };
  if (exitCode === NOT_HANDED_IN)
    return { status: "lost", note: "Its work could not be collected: the gateway was unreachable.", limit };
  const met = limitMet(exitCode, oomKilled);
  return { status: exitCode === 0 ? "finished" : "failed", note: met && limitNote(met, limits), limit: met };
}

/** Which of its limits ended the agent, where the way it ended tells. */
function limitMet(exitCode: number, oomKilled: boolean): "memory" | "file_size" | null {
  if (oomKilled) return "memory";
  return exitCode === FILE_TOO_LARGE ? "file_size" : null;
}

function limitNote(met: "memory" | "file_size", { memoryBytes, fileSizeBytes }: Ending["limits"]): string {
  if (met === "memory")
    return memoryBytes > 0 ? `It ran out of memory; a run may use ${inMiB(memoryBytes)}.` : "It ran out of memory.";
  const most = fileSizeBytes > 0 ? `; a file may have ${inMiB(fileSizeBytes)}` : "";
  return `It was ended for a file over the size limit${most}.`;
}

function inMiB(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MiB`;
}
