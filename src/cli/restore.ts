// `loopgate restore`: rebuilds the store from the issue threads alone, and says what came back and what is gone.
import type { Reconciled } from "../engine/look/reconcile.ts";
import { pinoLogger } from "../log.ts";
import { recordFaults } from "../report/wording/endings.ts";
import { readSettings } from "../settings.ts";
import { restoreLoops } from "../wire.ts";
import { withEnvFile } from "./env-file.ts";
import type { Terminal } from "./terminal.ts";

/** What no thread holds, whatever comes back. */
const gone =
  "Lost, because no thread holds them: traces, logs and briefs of earlier runs, and unpublished commits that were waiting for approval.";

/** 0 when every repository could be read, 1 when one could not, or the settings do not stand. Throws Fault. */
export async function restore(json: boolean, { env, out, err }: Terminal): Promise<number> {
  const file = withEnvFile(env);
  const read = file.ok ? readSettings(file.env) : file;
  if (!read.ok) {
    err(`${read.message}\n`);
    return 1;
  }
  const { settings } = read;
  const quiet = settings.logLevel === "info" ? "warn" : settings.logLevel;
  const done = await restoreLoops({ settings, log: pinoLogger({ level: quiet }) });
  out(json ? `${JSON.stringify({ ...done, gone }, null, 2)}\n` : describe(done));
  return done.failed.length === 0 ? 0 : 1;
}

function describe({ repositories, issues, failed }: Reconciled): string {
  const back = issues.filter(({ outcome }) => outcome.kind === "restored").length;
  const lines = [
    `Looked at ${counted(repositories, "repository", "repositories")}; ${counted(back, "loop", "loops")} restored.`,
    ...issues.map(({ issue, outcome }) => `  ${issue}: ${said(outcome)}`),
    ...failed.map(({ name, why }) => `  ${name}: not read. ${why}`),
    gone,
    "Start Loopgate now: running loops continue by themselves. Loops that have ended come back when someone gives them a command.",
  ];
  return `${lines.join("\n")}\n`;
}

function said(outcome: Reconciled["issues"][number]["outcome"]): string {
  switch (outcome.kind) {
    case "restored":
      return `restored; its record says ${outcome.phase}, after ${counted(outcome.attempts, "attempt", "attempts")}${outcomeOnly(outcome.gone)}`;
    case "fresh":
      return "labelled, with no record in its thread: a new loop begins";
    case "tampered":
      return `stops as state_tampered: ${recordFaults[outcome.why]}`;
    case "newer":
      return `rests: its record has version ${outcome.version}, which needs a newer Loopgate`;
    case "nothing":
      return "nothing to restore";
  }
}

function outcomeOnly(gone: readonly number[]): string {
  return gone.length === 0
    ? ""
    : `; of ${gone.length === 1 ? "attempt" : "attempts"} ${gone.join(", ")} only the outcome is left`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
