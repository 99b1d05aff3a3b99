// Attends a running container to its end: deadline, disk, relay and stop requests, then the outcome.
import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import { type Bounds, causeOfExit, type Enforcement, enforce } from "../bounds.ts";
import { type EndCause, judgeEnding } from "../outcome.ts";
import type { ContainerFacts, Running, RunOutcome, ServiceEnd } from "../run.ts";
import type { Attachment } from "./attach.ts";
import { endedServices, type Standing } from "./beside.ts";
import { isGone } from "./errors.ts";
import { waitToStop } from "./wait.ts";

/** A container that runs, with all that is needed to see it through. */
export interface Attended extends Bounds {
  readonly id: string;
  readonly agent: Docker.Container;
  readonly relay: Docker.Container | null;
  readonly services: readonly Standing[];
  readonly attachment: Attachment;
  readonly facts: ContainerFacts;
  /** Epoch milliseconds by the engine's clock. */
  readonly startedAt: number;
  /** The container had ended when it was found. */
  readonly isOver?: boolean;
  /** Null when this process did not start it: output from before is lost then. */
  readonly readyMs: number | null;
}

/** How long an engine that stopped answering may take to come back before its runs count as lost. */
const ENGINE_PATIENCE_MS = 30_000;

/** The running form of a container. Its `done` resolves when none of its containers runs any more; all are still there. */
export function attend(attended: Attended): Running {
  const enforced = enforce(attended, (signal) => void kill(attended.agent, signal));
  let isOver = attended.isOver ?? false;
  if (!isOver) void relayEnd(attended.relay).then((over) => over && enforced.end({ kind: "relay" }, "SIGKILL"));
  const done = finish(attended, enforced).finally(() => {
    isOver = true;
  });
  return {
    isOver: () => isOver,
    id: attended.id,
    facts: attended.facts,
    done,
    outputBytes: () => attended.attachment.log.seen,
    endSilent: (note) => enforced.expire({ kind: "silence", note }),
    async stop(reason) {
      enforced.end({ kind: "stop", reason }, "SIGKILL");
      await done;
    },
  };
}

async function finish(attended: Attended, enforced: Enforcement): Promise<RunOutcome> {
  const { agent, relay, services, attachment, facts, readyMs } = attended;
  const exit = await waitForExit(agent);
  enforced.over();
  await attachment.ended(exit === null ? 0 : 2_000);
  if (exit === null) await kill(agent, "SIGKILL"); // nobody listens to it any more, wherever it is
  const fell = exit && !wentDown(exit) ? await endedServices(services) : []; // an engine that went down ended them all
  for (const one of services) {
    await kill(one.container, "SIGKILL");
    one.attachment.close();
  }
  if (relay) await kill(relay, "SIGKILL");
  const byItself: EndCause = exit && !wentDown(exit) ? await causeOfExit(exit.code, attended.disk) : { kind: "gone" };
  const ending = { exitCode: exit?.code ?? null, oomKilled: exit?.oomKilled ?? false };
  const judged = judgeEnding({
    ...ending,
    cause: enforced.cause ?? byItself,
    limits: { memoryBytes: facts.memoryBytes, fileSizeBytes: facts.ulimits.fsize ?? 0 },
  });
  return {
    ...judged,
    ...(judged.status === "failed" && judged.note === null && fell.length > 0 ? { note: fallenNote(fell) } : {}),
    ...ending,
    startedAt: attended.startedAt,
    endedAt: exit?.at ?? Date.now(),
    readyMs,
    log: attachment.log.text(),
    logTruncated: readyMs === null || attachment.log.truncated,
    facts,
    ...(fell.length === 0 ? {} : { services: fell }),
  };
}

/** What a run lacked that failed by itself. */
function fallenNote(fell: readonly ServiceEnd[]): string {
  const named = fell.map(({ name, exitCode }) => `${name}${exitCode === null ? "" : ` (exit code ${exitCode})`}`);
  return `While it ran, ${fell.length === 1 ? "a service" : "services"} ended: ${named.join(", ")}.`;
}

interface Exit {
  readonly code: number;
  readonly oomKilled: boolean;
  readonly at: number;
  /** Whether the engine was away for a while before. */
  readonly outage: boolean;
}

/** An engine that comes back ends what still runs, by SIGTERM, SIGKILL, or as 255 where it finds nothing to end. */
function wentDown({ outage, code, oomKilled }: Exit): boolean {
  return outage && !oomKilled && [137, 143, 255].includes(code);
}

/** The container's exit, or null when it or the engine went away for good. Outlives a restart of the engine. */
async function waitForExit(container: Docker.Container): Promise<Exit | null> {
  let silentSince = Number.POSITIVE_INFINITY;
  let outage = false;
  while (performance.now() - silentSince < ENGINE_PATIENCE_MS) {
    try {
      await waitToStop(container);
      const { State } = await container.inspect();
      silentSince = Number.POSITIVE_INFINITY;
      if (State.Running) continue;
      if (State.Status === "removing" || State.Dead) return null; // somebody else's doing
      return { code: State.ExitCode, oomKilled: State.OOMKilled, at: Date.parse(State.FinishedAt), outage };
    } catch (error) {
      if (isGone(error)) return null;
      outage = true;
      silentSince = Math.min(silentSince, performance.now());
      await delay(500);
    }
  }
  return null;
}

/** True once the relay has ended. Without a relay, or when that cannot be learnt, it says false in its own time. */
async function relayEnd(relay: Docker.Container | null): Promise<boolean> {
  if (!relay) return false;
  try {
    await waitToStop(relay);
    return true;
  } catch (error) {
    return isGone(error);
  }
}

/** Sends a signal; a container that is gone or not running has nothing to be told. */
async function kill(container: Docker.Container, signal: string): Promise<void> {
  await container.kill({ signal }).catch(() => {});
}
