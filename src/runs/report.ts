// What came of a run: waits for its end, closes its door, keeps that end, and tells it with what the run left.

import { readVersion } from "../agents/version.ts";
import { Fault } from "../base/fault.ts";
import type { Running, RunOutcome } from "../container/run.ts";
import type { PushedChange, RunOrder, RunReport } from "../engine/ports.ts";
import { defaultChangeLimits } from "../gateway/git/change.ts";
import { followChange } from "../gateway/git/judge.ts";
import { branchHead, findQuarantine, type Quarantine } from "../gateway/git/quarantine.ts";
import { addTrailers } from "../gateway/git/trailers.ts";
import { rulesOf } from "../loop/begin.ts";
import type { Trouble } from "../loop/cause.ts";
import type { Rules } from "../loop/state.ts";
import { inSize } from "../policy/bytes.ts";
import type { Did } from "../verify/trace/trace.ts";
import { attachedPictures } from "./attachments.ts";
import { lostWords } from "./beside.ts";
import type { Door } from "./door.ts";
import { type End, keepEnd } from "./end.ts";
import { type Kept, readAnswer, readKept, readVersionSaid } from "./files.ts";
import { isolationOf } from "./isolation.ts";
import { undeclaredIn } from "./packages.ts";
import { type ProvenanceParts, recordEnd } from "./provenance.ts";
import { closableIn, readPushed } from "./quarantine.ts";
import { rooms } from "./rooms.ts";
import { type Quiet, type SilenceWatchParts, watchRun } from "./silence.ts";

export interface ReportParts extends ProvenanceParts, SilenceWatchParts {}

/** What must be known of a run to attend it. */
export type Watched = Pick<RunOrder, "id" | "loop" | "role" | "startFrom">;

export interface Begun {
  readonly running: Running;
  readonly quarantine: Quarantine;
  readonly gateway: Door;
  /** How long an earlier process had heard nothing of it. */
  readonly quiet: Quiet | null;
  /** What the agent says it called. */
  readonly tools: () => readonly string[];
  /** What else it says that it did; null: it tells of nothing, or an earlier process heard it. */
  readonly did: () => Did | null;
}

/** Waits for the end, closes the door and keeps the end; nothing of the run goes. Never rejects. */
export async function attendToEnd(parts: ReportParts, order: Watched, begun: Begun): Promise<End> {
  const { running, gateway } = begun;
  const endWatch = watchRun(parts, order.id, rulesOf(order.loop), begun);
  const outcome = await running.done;
  await endWatch();
  const spent = await gateway.spent();
  const [outOfBudget, modelDown, handover] = [gateway.outOfBudget(), gateway.modelDown(), gateway.handover()];
  await gateway.close().catch((error) => parts.log.error({ run: order.id, err: error }, "a run's door did not close"));
  const kept = await readKept(parts, order.id);
  const { status, exitCode, log, readyMs } = outcome;
  const met = limitSaid(outcome, rulesOf(order.loop));
  const end: End = {
    version: 1,
    role: order.role,
    startFrom: kept?.startFrom ?? order.startFrom,
    status,
    exitCode,
    endedAt: parts.clock.now(),
    log: withoutLease(log, kept?.token ?? ""),
    note: outcome.note ?? met?.note ?? "",
    readyMs,
    ...spent,
    outOfBudget,
    modelDown,
    ...(handover === null ? {} : { handover }),
    trouble: troubleOf(outcome, gateway) ?? met?.trouble ?? null,
    tools: [...begun.tools()],
    ...didIn(order, begun),
    refused: [...gateway.refused()],
    ...toldIn(gateway),
    ...(await attachedIn(parts, order.id, gateway)),
    ...(gateway.refusals().length === 0 ? {} : { refusals: [...gateway.refusals()] }),
    ...(gateway.newPackages().length === 0 ? {} : { newPackages: [...gateway.newPackages()] }),
    ...(outcome.services === undefined ? {} : { lostServices: [...lostWords(outcome.services)] }),
    isolation: isolationOf(running.facts),
  };
  await keepEnd(parts, order.id, end).catch((error) =>
    parts.log.error(
      { run: order.id, err: error },
      "a run's end could not be kept; until it is stored, no restart knows it",
    ),
  );
  return end;
}

/** What an executor did on its way, as far as that is known here. */
function didIn({ role }: Watched, { did, gateway }: Begun): Pick<End, "did" | "fetched"> {
  const [told, fetched] = role === "executor" ? [did(), gateway.fetched()] : [null, null];
  return { ...(told === null ? {} : { did: told }), ...(fetched === null ? {} : { fetched }) };
}

/** What its tools were used for; nothing where it has none, or called none. */
function toldIn(gateway: Door): Pick<End, "told" | "toolCalls" | "permitsUsed" | "heard"> {
  const { told, calls, permitsUsed, words = [] } = gateway.toolsUsed() ?? { told: {}, calls: [] };
  const heard = words.flatMap(({ id, heard: by }) => (by === null ? [] : [{ id, by }]));
  return {
    ...(heard.length === 0 ? {} : { heard }),
    ...(permitsUsed === undefined ? {} : { permitsUsed }),
    ...(Object.keys(told).length === 0 ? {} : { told }),
    ...(calls.length === 0 ? {} : { toolCalls: calls }),
  };
}

/** What its agent attached; what cannot be read is left out, and said in the log. */
async function attachedIn(parts: ReportParts, run: string, gateway: Door): Promise<Pick<End, "attached" | "pictures">> {
  const attached = gateway.toolsUsed()?.attached ?? [];
  if (attached.length === 0) return {};
  const pictures = await attachedPictures(parts, run, attached).catch((error) => {
    parts.log.error({ run, err: error }, "pictures that an agent attached could not be read");
    return [];
  });
  return { attached: attached.filter(({ id }) => pictures.some((one) => one.id === id)), pictures };
}

/** What kept the run from its work: what the gateway saw before what the container's end looks like. */
function troubleOf({ limit, exitCode }: RunOutcome, gateway: Door): Trouble | null {
  if (gateway.holdsSecret()) return "secret";
  if (gateway.keyRefused()) return "key_refused";
  if (limit !== null) return limit;
  if (gateway.refused().length > 0) return "push_refused";
  if (exitCode === 127) return "command_missing";
  return exitCode === 126 ? "command_unusable" : null;
}

/** How the entry script and the programs inside say that a limit was met which ends no run by itself. */
const saidOf = [
  ["processes", /^loopgate: the limit on processes was reached$|\b[Cc]annot fork\b|fork: (?:retry: )?Resource temp/m],
  ["tmp", /No space left on device|\bENOSPC\b/],
] as const;

/** Which limit a run that failed says it met, in a sentence; null where it says nothing of the kind. Its word is all there is. */
function limitSaid({ status, log }: RunOutcome, { environment }: Rules): { trouble: Trouble; note: string } | null {
  const [trouble] = (status === "failed" && saidOf.find(([, words]) => words.test(log))) || [];
  if (trouble === undefined) return null;
  const may = trouble === "processes" ? environment?.processes : environment && inSize(environment.tmpBytes);
  const most = may === undefined ? "" : trouble === "processes" ? `; a run may have ${may}` : `, which may hold ${may}`;
  const what = trouble === "processes" ? "It ran out of processes" : "It ran out of space, most likely in /tmp";
  return { trouble, note: `${what}${most}.` };
}

/** A run that has ended, told with what it left: its answer, and its commits judged. Told again, it is the same. Never rejects. */
export async function tell(parts: ReportParts, run: string, end: End): Promise<RunReport> {
  const { version, role, startFrom, refused, isolation, fetched, ...seen } = end;
  try {
    const quarantine = await findQuarantine(rooms(parts).quarantines, run);
    if (quarantine === null)
      throw new Fault("The quarantine of its commits is gone.", { kind: "not_found", retry: "never" });
    const kept = await readKept(parts, run);
    const pushed = role === "executor" ? await pushedIn(parts, quarantine, startFrom, kept) : null;
    const token = kept?.token ?? "";
    const undeclared = await undeclaredIn(quarantine, pushed?.head ?? startFrom, fetched ?? null);
    const isRefused = refused.length > 0 && end.status !== "silent" && (pushed === null || end.trouble === "secret");
    const report: RunReport = {
      ...seen,
      note: isRefused ? `Its push was refused: ${refused.join("; ")}.` : end.note,
      trouble: pushed === null || end.trouble === "secret" ? end.trouble : null,
      result: withoutLease(await readAnswer(parts, run), token),
      pushed,
      ...(undeclared.length === 0 ? {} : { undeclared }),
      agentVersion: readVersion((await readVersionSaid(parts, run)) ?? ""),
    };
    await recordEnd(parts, { run, quarantine, report });
    return report;
  } catch (error) {
    parts.log.error({ run, err: error }, "a run's results could not be read");
    const why = error instanceof Error ? error.message : String(error);
    // What it spent is spent, whatever became of its work.
    return { ...seen, status: "lost", note: `Its results could not be read: ${why}`, result: null, pushed: null };
  }
}

/** What an agent wrote goes to the thread: the lease it holds, dead as it is by then, does not. */
function withoutLease<Text extends string | null>(text: Text, token: string): Text {
  return (token === "" ? text : (text?.replaceAll(token, "[lease]") ?? text)) as Text;
}

/** What was pushed since the run began, and of all the loop's commits together how much they change. */
async function pushedIn(
  parts: ReportParts,
  quarantine: Quarantine,
  from: string,
  kept: Kept | null,
): Promise<PushedChange | null> {
  const pushed = await branchHead(quarantine);
  if (pushed === null || pushed === from) return null;
  // Judged as it was on arrival, and is remembered: the trailers are ours, and change no file.
  const change = await readPushed(quarantine, from, pushed, {
    author: { email: parts.identity.email, ...closableIn(quarantine) },
    placeholders: kept?.placeholders ?? [],
  });
  const trailers = kept?.trailers;
  if (trailers === undefined) return change;
  const { gitDir } = quarantine;
  const most = defaultChangeLimits.commits;
  const made = await addTrailers({ gitDir, from, head: pushed, trailers, most });
  followChange(gitDir, quarantine.base.sha, pushed, made);
  return { ...change, head: made.get(pushed) ?? pushed };
}
