// One run from order to report: quarantine, workspace, gateway and container are made in that order and go in the other.

import { rm } from "node:fs/promises";
import { agentOf } from "../agents/agents.ts";
import { assert } from "../base/assert.ts";
import type { ContainerFacts, Running, Runtime } from "../container/run.ts";
import type { Clock, RunOrder, RunsPort, StartedRun } from "../engine/ports.ts";
import { publish } from "../gateway/git/publish.ts";
import { branchHead, type Quarantine, removeQuarantine } from "../gateway/git/quarantine.ts";
import { newLeaseToken } from "../gateway/lease.ts";
import { branchOf } from "../loop/begin.ts";
import type { Isolation } from "../loop/state.ts";
import { type Door, type DoorParts, openDoor } from "./door.ts";
import { halfMadeQuarantines, makeFolders, prepareFiles, readKept, removeFiles } from "./files.ts";
import { listenTo } from "./heard.ts";
import { type AccessParts, type Origin, withAccess } from "./origin.ts";
import { forgetRecords, recordStart, type StartedFrom } from "./provenance.ts";
import { fetchLoopBranch, type QuarantineParts, quarantineOf, readChange } from "./quarantine.ts";
import { type Begun, report, type Watched } from "./report.ts";
import { type RequestParts, requestOf } from "./request.ts";
import { roleOf } from "./role.ts";
import { rooms } from "./rooms.ts";
import { readQuiet, type SilenceWatchParts } from "./silence.ts";
import { spentAtMost } from "./spending.ts";

export interface RunParts extends AccessParts, DoorParts, QuarantineParts, RequestParts, SilenceWatchParts {
  readonly origin: Origin;
  readonly clock: Clock;
  readonly runtime: Runtime;
  /** How long what runs were made of is kept, in milliseconds. Absent: for ever. */
  readonly recordsMs?: number;
}

/** Makes runs out of a runtime, the gateways and the agents. */
export function createRuns(parts: RunParts): RunsPort {
  const running = new Map<string, Running>();
  const ordered = new Set<string>(); // of this process: never swept, whatever a sweep that began earlier was told
  const halfMade = halfMadeQuarantines(parts);
  const attend = (order: Watched, begun: Begun) => report(parts, running, order, begun);

  return {
    async start(order) {
      ordered.add(order.id);
      const begun = await begin(parts, order);
      running.set(order.id, begun.running);
      const provenance = await recordStart(parts, { order, ...begun });
      return { ...startedOf(begun.running), provenance, startedAt: parts.clock.now(), done: attend(order, begun) };
    },
    async adopt(loop, run) {
      const found = await parts.runtime.find(run);
      const kept = found === null ? null : await readKept(parts, run);
      if (found !== null && kept === null) await found.stop("its lease is gone, so nothing it does can be received");
      if (found === null || kept === null) return null;
      const quarantine = await quarantineOf(parts, loop, run);
      const order = { id: run, loop, role: kept.role, startFrom: kept.startFrom };
      const gateway = await openDoorFor(parts, order, kept.token, quarantine);
      running.set(run, found);
      return {
        ...startedOf(found),
        startedAt: parts.clock.now(),
        done: attend(order, {
          running: found,
          quarantine,
          gateway,
          quiet: await readQuiet(parts, run),
          tools: () => [],
        }),
      };
    },
    prune: async (now) => (parts.recordsMs === undefined ? [] : forgetRecords(parts, now - parts.recordsMs)),
    spentBy: (loop, run) => spentAtMost(parts, loop, run),
    async stop(run, why) {
      await running.get(run)?.stop(why);
    },
    async readChange(loop, run, head) {
      const quarantine = await quarantineOf(parts, loop, run);
      await fetchLoopBranch(parts, loop, quarantine);
      return readChange(quarantine, quarantine.base.sha, head, null);
    },
    async publish(loop, run, head, expected) {
      const quarantine = await quarantineOf(parts, loop, run);
      return withAccess(parts, loop, "write", ({ url, token }) =>
        publish({ gitDir: quarantine.gitDir, head, url, token, branch: branchOf(loop), expected }),
      );
    },
    async release(loop) {
      const ids = loop.attempts.flatMap((attempt) => attempt.runs).map((run) => run.id);
      for (const id of ids) {
        await running.get(id)?.stop("its loop is over");
        await removeFiles(parts, id);
        await removeQuarantine(rooms(parts).quarantines, id);
      }
    },
    async sweep(liveLoops, runningRuns) {
      for (const folder of halfMade.splice(0)) await rm(folder, { recursive: true, force: true });
      const isWanted = (run: string) => runningRuns === undefined || runningRuns.includes(run);
      return parts.runtime.sweep(
        (label) => ordered.has(label.id) || (liveLoops.includes(label.loop) && isWanted(label.id)),
      );
    },
  };
}

async function begin(parts: RunParts, order: RunOrder): Promise<Begun & Omit<StartedFrom, "order">> {
  const { loop } = order;
  const quarantine = await quarantineOf(parts, loop, order.id);
  // A reviewer's quarantine was filled when the change was read for its brief; an executor begins at the newest commit.
  const isFilled = order.role === "reviewer" && (await branchHead(quarantine)) !== null;
  if (!isFilled) await fetchLoopBranch(parts, loop, quarantine);
  const known = await readKept(parts, order.id);
  const token = known?.token ?? newLeaseToken();
  const request = requestOf(parts, order, quarantine, token);
  if (known === null) {
    await makeFolders(parts, order.id);
    // The relay gets ready while the workspace is filled; what goes wrong there, `start` meets again and says.
    const ahead = parts.runtime.prepare(request).catch(() => {});
    await prepareFiles(parts, order, quarantine, token);
    await ahead;
  }
  const gateway = await openDoorFor(parts, order, token, quarantine);
  try {
    assert(gateway.socketPath === request.gatewaySocket, "the gateway listens where the relay was told");
    const { agent, command } = roleOf(order);
    const hearing = listenTo(agentOf(agent, command).events());
    const running = await parts.runtime.start(request, hearing.hear);
    const startFrom = (await readKept(parts, order.id))?.startFrom ?? order.startFrom;
    const quiet = await readQuiet(parts, order.id);
    return { running, quarantine, gateway, quiet, tools: hearing.tools, startFrom, request, token };
  } catch (error) {
    await gateway.close();
    throw error;
  }
}

function openDoorFor(parts: RunParts, order: Watched, token: string, quarantine: Quarantine): Promise<Door> {
  return openDoor(parts, {
    run: order.id,
    loop: order.loop,
    token,
    mayPush: order.role === "executor",
    quarantine,
    socketDir: rooms(parts).socket(order.id),
  });
}

function startedOf(running: Running): Pick<StartedRun, "isolation"> {
  return { isolation: isolationOf(running.facts) };
}

function isolationOf(facts: ContainerFacts): Isolation {
  return {
    runtime: facts.runtime,
    network: facts.network,
    capabilities: [...facts.capabilitiesAdded],
    readOnlyRoot: facts.readonlyRoot,
    user: facts.user,
    ...(facts.missing.length > 0 ? { missing: [...facts.missing] } : {}),
    ...(facts.unseen.length > 0 ? { unseen: [...facts.unseen] } : {}),
  };
}
