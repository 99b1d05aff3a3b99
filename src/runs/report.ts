// What came of a run: waits for its end, closes its door, reads what it left and clears it away.

import { readVersion } from "../agents/version.ts";
import type { Running, RunOutcome } from "../container/run.ts";
import type { PushedChange, RunOrder, RunReport } from "../engine/ports.ts";
import { branchHead, type Quarantine } from "../gateway/git/quarantine.ts";
import { rulesOf } from "../loop/begin.ts";
import type { Door } from "./door.ts";
import { readAnswer, readKept, readVersionSaid, removeFiles } from "./files.ts";
import { type ProvenanceParts, recordEnd } from "./provenance.ts";
import { readChange } from "./quarantine.ts";
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
}

/** Waits for the end, closes the door, then reads what came out. Never rejects. */
export async function report(
  parts: ReportParts,
  running: Map<string, Running>,
  order: Watched,
  begun: Begun,
): Promise<RunReport> {
  const endWatch = watchRun(parts, order.id, rulesOf(order.loop), begun);
  const outcome = await begun.running.done;
  await endWatch();
  let heard: Heard | null = null;
  try {
    heard = await heardOf(begun);
    await begun.gateway.close();
    const token = (await readKept(parts, order.id))?.token ?? "";
    const result = await readAnswer(parts, order.id);
    const agentVersion = readVersion((await readVersionSaid(parts, order.id)) ?? "");
    const pushed = order.role === "executor" ? await readPushed(parts, begun.quarantine, order) : null;
    await removeFiles(parts, order.id);
    const refused = pushed === null ? begun.gateway.refused() : [];
    const note =
      refused.length === 0 || outcome.status === "silent"
        ? (outcome.note ?? "")
        : `Its push was refused: ${refused.join("; ")}.`;
    const ended = ending(outcome, parts.clock.now());
    const report: RunReport = {
      ...ended,
      log: withoutLease(ended.log, token),
      note,
      result: withoutLease(result, token),
      pushed,
      ...heard,
      agentVersion,
    };
    await recordEnd(parts, { run: order.id, quarantine: begun.quarantine, report });
    return report;
  } catch (error) {
    parts.log.error({ run: order.id, err: error }, "a run's results could not be read");
    const why = error instanceof Error ? error.message : String(error);
    return {
      ...ending(outcome, parts.clock.now()),
      status: "lost",
      note: `Its results could not be read: ${why}`,
      result: null,
      pushed: null,
      ...heard, // what it spent is spent, whatever became of its work
    };
  } finally {
    running.delete(order.id);
  }
}

type Heard = Pick<RunReport, "spentNano" | "tokens" | "outOfBudget" | "modelDown" | "tools">;

/** What its door and its output told of it. */
async function heardOf({ gateway, tools }: Begun): Promise<Heard> {
  const [outOfBudget, modelDown] = [gateway.outOfBudget(), gateway.modelDown()];
  return { ...(await gateway.spent()), outOfBudget, modelDown, tools: tools() };
}

/** What an agent wrote goes to the thread: the lease it holds, dead as it is by then, does not. */
function withoutLease<Text extends string | null>(text: Text, token: string): Text {
  return (token === "" ? text : (text?.replaceAll(token, "[lease]") ?? text)) as Text;
}

function ending(outcome: RunOutcome, endedAt: number): Omit<RunReport, "result" | "pushed"> {
  const { status, exitCode, log, note, readyMs } = outcome;
  return { status, exitCode, endedAt, log, note: note ?? "", readyMs };
}

async function readPushed(parts: ReportParts, quarantine: Quarantine, order: Watched): Promise<PushedChange | null> {
  const head = await branchHead(quarantine);
  const kept = await readKept(parts, order.id);
  const from = kept?.startFrom ?? order.startFrom;
  if (head === null || head === from) return null;
  return readChange(quarantine, from, head, parts.identity.email);
}
