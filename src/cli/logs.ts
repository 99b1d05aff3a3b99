// `loopgate logs`: what a run wrote, from what the App recorded of it; the App may be running meanwhile.
import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import { maskCredentials } from "../base/credentials.ts";
import { Fault } from "../base/fault.ts";
import { type RecordedEnd, type RecordedOrder, readRecorded } from "../runs/provenance.ts";
import { rooms } from "../runs/rooms.ts";
import { plain } from "../verify/plain.ts";
import { withEnvFile } from "./env-file.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage.ts";

export interface LogsOptions {
  /** A run's id as the thread names it, such as `12-k3f9-1`; null: list what is recorded. */
  readonly run: string | null;
  /** Null: the setting's. */
  readonly dataDir: string | null;
  readonly json: boolean;
}

/** What is told of one recorded run. */
interface Told {
  readonly run: string;
  readonly role: string | null;
  readonly loop: string | null;
  readonly attempt: number | null;
  /** Null: its end was not recorded, so that it may still run. */
  readonly status: string | null;
  readonly exitCode: number | null;
  readonly note: string | null;
}

/** 0 when there is such a run, or none was asked for. Throws `Fault` where it is not recorded, `UsageError` for what is no run's id. */
export async function showLogs({ run, dataDir, json }: LogsOptions, { env, out, err }: Terminal): Promise<number> {
  const file = withEnvFile(env);
  if (!file.ok) {
    err(`${file.message}\n`);
    return 1;
  }
  const dir = resolve(dataDir ?? file.env.LOOPGATE_DATA ?? "./.loopgate");
  if (run === null) return listRuns(dir, json, out);
  if (!isRunId(run)) throw new UsageError("<run> is the id of a run as the thread names it, such as 12-k3f9-1");
  const { told, output } = await readTold(dir, run);
  if (told === null) {
    const message = `No run ${run} is recorded below ${dir}. \`loopgate logs\` lists those that are.`;
    throw new Fault(message, { kind: "not_found", retry: "never" });
  }
  const log = output === null ? null : maskCredentials(plain(output));
  out(json ? `${JSON.stringify({ ...told, log }, null, 2)}\n` : asText(told, log));
  return 0;
}

/** The issue's number, the loop's id and the run's number: nothing by which a path could lead elsewhere. */
function isRunId(text: string): boolean {
  return /^\d+-[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*-\d+$/.test(text);
}

async function listRuns(dir: string, json: boolean, out: Terminal["out"]): Promise<number> {
  const names = (await readdir(rooms({ dataDir: dir }).provenance("")).catch(() => [])).filter(isRunId).sort();
  const all = (await Promise.all(names.map((name) => readTold(dir, name)))).flatMap(({ told }) => told ?? []);
  if (json) out(`${JSON.stringify(all, null, 2)}\n`);
  else if (all.length === 0) out(`No run is recorded below ${dir}.\n`);
  else out(all.map((told) => `${heading(told)}\n`).join(""));
  return 0;
}

async function readTold(dir: string, run: string): Promise<{ told: Told | null; output: string | null }> {
  const { order, end, output } = await readRecorded({ dataDir: dir }, run);
  if (order === null && end === null) return { told: null, output: null };
  const ordered = parsed<RecordedOrder>(order)?.order ?? null;
  const { status = null, exitCode = null, note = null } = parsed<RecordedEnd>(end) ?? {};
  const { role = null, attempt = null, loop } = ordered ?? {};
  return { told: { run, role, loop: loop?.id ?? null, attempt, status, exitCode, note }, output };
}

function parsed<Kind>(text: string | null): Kind | null {
  try {
    return text === null ? null : (JSON.parse(text) as Kind);
  } catch {
    return null; // it is damaged: what else there is of the run is still told
  }
}

function heading({ run, role, loop, attempt, status, exitCode, note }: Told): string {
  const what = role === null ? run : `${run}: the ${role} of attempt ${attempt} of loop ${loop}`;
  const code = exitCode === null ? "" : ` with exit code ${exitCode}`;
  const ended = status === null ? "not ended, as far as was recorded" : `${status.replace("_", " ")}${code}`;
  return `${what}; ${ended}${note ? `. ${plain(note)}` : ""}`;
}

function asText(told: Told, log: string | null): string {
  const said = log === null ? "(no output is recorded)" : log.trim() === "" ? "(it wrote nothing)" : log.trimEnd();
  return `${heading(told)}\n\n${said}\n`;
}
