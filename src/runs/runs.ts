// Runs from order to end: quarantine, workspace, gateway and container are made in that order, and go once the end is stored.

import { rm } from "node:fs/promises";
import { agentOf } from "../agents/agents.ts";
import { assert } from "../base/assert.ts";
import { ImageFault, type Running, type Runtime, ServiceFault } from "../container/run.ts";
import type { Clock, RunOrder, RunsPort, StartedRun } from "../engine/ports.ts";
import { putPictures } from "../gateway/git/picture-branch.ts";
import { publish } from "../gateway/git/publish.ts";
import { branchHead, changeBase, type Quarantine, removeQuarantine } from "../gateway/git/quarantine.ts";
import { stage, stagingRef, unstage } from "../gateway/git/staging.ts";
import { newLeaseToken } from "../gateway/lease.ts";
import { createModelShared } from "../gateway/model/session.ts";
import { commandWish } from "../gateway/tools/hooks.ts";
import type { Elsewhere } from "../gateway/tools/upstream/elsewhere.ts";
import { branchOf, rulesOf } from "../loop/begin.ts";
import { plansOnly } from "../loop/plan.ts";
import type { LoopState, Provenance } from "../loop/state.ts";
import { judgeLine } from "../policy/command-lines.ts";
import { type CheckAsking, createCheckAsking } from "./asked-checks.ts";
import { lackingService } from "./beside.ts";
import { type StartedCheck, toldOf } from "./check-end.ts";
import type { CheckParts } from "./check-room.ts";
import { createChecks } from "./checks.ts";
import { diskUse, forgetObjects } from "./disk-use.ts";
import { type Door, type DoorParts, openDoor } from "./door.ts";
import { readEnd } from "./end.ts";
import {
  halfMadeQuarantines,
  makeFolders,
  prepareFiles,
  readKept,
  removeFiles,
  removeOrphans,
  repositoriesOfRuns,
  wasReady,
} from "./files.ts";
import { listenTo } from "./heard.ts";
import { lackingImage } from "./image.ts";
import { isolationOf, unseenIsolation } from "./isolation.ts";
import { begunSince, leftRuns } from "./left.ts";
import { type AccessParts, type Origin, withAccess } from "./origin.ts";
import { comparePictures } from "./pictures.ts";
import { plantedChange } from "./plant.ts";
import { forgetRecords, recordedSpending, recordStart, type StartedFrom } from "./provenance.ts";
import {
  changeStart,
  fetchLoopBranch,
  type QuarantineParts,
  quarantineOf,
  readChange,
  readHeld,
} from "./quarantine.ts";
import { mayFetch } from "./registry-variables.ts";
import { attendToEnd, type Begun, tell, type Watched } from "./report.ts";
import { over, type RequestParts, requestOf } from "./request.ts";
import { hasTools, roleOf } from "./role.ts";
import { rooms } from "./rooms.ts";
import { createSetUps, type ReadySetUp, type SetUpParts } from "./set-up.ts";
import { readQuiet, type SilenceWatchParts } from "./silence.ts";
import { socketsFolder } from "./sockets.ts";
import { spentAtMost } from "./spending.ts";
import { createToolServers, type ToolServers } from "./tool-servers.ts";

export interface RunParts
  extends AccessParts,
    CheckParts,
    DoorParts,
    QuarantineParts,
    RequestParts,
    SetUpParts,
    SilenceWatchParts {
  readonly origin: Origin;
  readonly clock: Clock;
  readonly runtime: Runtime;
  /** How long what runs were made of is kept, in milliseconds. Absent: for ever. */
  readonly recordsMs?: number;
  /** What the operator lets tool servers elsewhere be. Absent: none is called. */
  readonly elsewhere?: Elsewhere;
}

/** What runs are made with. */
interface Making {
  readonly parts: RunParts;
  readonly asking: CheckAsking;
  readonly servers: ToolServers;
}

/** Makes runs out of a runtime, the gateways and the agents. */
export function createRuns(given: RunParts): RunsPort {
  const parts: RunParts = { shared: createModelShared(), ...given };
  socketsFolder(parts.dataDir); // whether runs can be reached at all is known from the start
  const running = new Map<string, Pick<Running, "stop">>();
  const doors = new Map<string, Door>();
  const attended = new Map<string, StartedRun>(); // each has one door and one end, however often it is asked for
  const ordered = new Set<string>(); // of this process: never swept, whatever a sweep that began earlier was told
  const halfMade = halfMadeQuarantines(parts);
  const setUps = createSetUps(parts);
  const checks = createChecks(parts, setUps);
  const asking = createCheckAsking(parts, setUps);
  const servers = createToolServers(parts);
  const making = { parts, asking, servers };

  function attend(order: Watched, begun: Begun, provenance?: Provenance): StartedRun {
    running.set(order.id, begun.running);
    const done = attendToEnd(parts, order, begun).then(async (end) => {
      const report = await tell(parts, order.id, end);
      running.delete(order.id);
      attended.delete(order.id);
      doors.delete(order.id);
      return report;
    });
    const isolation = isolationOf(begun.running.facts);
    const { words } = begun.gateway;
    doors.set(order.id, begun.gateway);
    const started = {
      isolation,
      startedAt: parts.clock.now(),
      done,
      ...(words === null ? {} : { onHeard: words.onHeard }),
      ...(provenance === undefined ? {} : { provenance }),
    };
    attended.set(order.id, started);
    return started;
  }

  function attendCheck(id: string, { isolation, running: check, done }: StartedCheck): StartedRun {
    if (check !== null) running.set(id, check);
    const told = done.then((end) => {
      running.delete(id);
      attended.delete(id);
      return toldOf(end);
    });
    const started = { isolation, startedAt: parts.clock.now(), done: told };
    attended.set(id, started);
    return started;
  }

  /** The run as its kept end has it; null where it has none. */
  async function ended(run: string): Promise<StartedRun | null> {
    const end = await readEnd(parts, run);
    if (end === null) return null;
    const told = end.role === "check" ? Promise.resolve(toldOf(end)) : tell(parts, run, end);
    return { isolation: end.isolation, startedAt: parts.clock.now(), done: told };
  }

  async function takeUp(loop: LoopState, run: string, found: Running): Promise<StartedRun | null> {
    const kept = await readKept(parts, run);
    const check = kept?.role === "check" ? await checks.takeUp(loop, run, found) : null;
    if (check !== null) return attendCheck(run, check);
    if (kept === null || kept.role === "check") {
      parts.log.warn(
        { loop: loop.id, run },
        "the lease of a run cannot be read, so nothing it does can be received; it is ended",
      );
      await found.stop("its lease cannot be read, so nothing it does can be received");
      return null;
    }
    const quarantine = await quarantineOf(parts, loop, run);
    const order = { id: run, loop, role: kept.role, startFrom: kept.startFrom };
    const gateway = await openDoorFor(making, order, kept.token, quarantine);
    const unheard = { tools: () => [], did: () => null };
    return attend(order, { running: found, quarantine, gateway, quiet: await readQuiet(parts, run), ...unheard });
  }

  return {
    async start(order) {
      ordered.add(order.id);
      const known = attended.get(order.id) ?? (await ended(order.id));
      if (known !== null) return known;
      if (order.role === "check") return attendCheck(order.id, await checks.start(order));
      const isMade = (await readKept(parts, order.id)) !== null;
      if (!isMade && (await wasReady(parts, order.id))) return unreadable(parts, order);
      const quarantine = await filledQuarantine(parts, order);
      try {
        const setUp = isMade ? null : await setUps.make(order, quarantine);
        if (setUp !== null && "failed" in setUp) return setUp.failed;
        const begun = await begin(making, order, quarantine, setUp);
        return attend(order, begun, await recordStart(parts, { order, ...begun }));
      } catch (error) {
        if (error instanceof ServiceFault) return lackingService(parts, error);
        if (error instanceof ImageFault) return lackingImage(parts, error);
        throw error;
      }
    },
    async adopt(loop, run) {
      const known = attended.get(run);
      if (known !== undefined) return known;
      const found = await parts.runtime.find(run);
      if (found !== null && !found.isOver()) return takeUp(loop, run, found);
      return (await ended(run)) ?? (found === null ? null : takeUp(loop, run, found));
    },
    prune: async (now) => (parts.recordsMs === undefined ? [] : forgetRecords(parts, now - parts.recordsMs)),
    async forgetRecords(ids) {
      for (const id of ids) await rm(rooms(parts).provenance(id), { recursive: true, force: true });
    },
    forgetObjects: (used) => forgetObjects(parts, used, parts.clock.now()),
    diskUse: () => diskUse(parts),
    spentBy: async (loop, run) => (await recordedSpending(parts, run)) ?? spentAtMost(parts, loop, run),
    begunSince: (record) => begunSince(parts, record),
    left: (issue) => leftRuns(parts, issue),
    async stop(run, why) {
      const found = running.get(run) ?? (await parts.runtime.find(run));
      await found?.stop(why);
    },
    async tell(loop, run) {
      await doors.get(run)?.words?.hear(loop);
    },
    async forget(run, commits) {
      await parts.runtime.forget(run);
      await removeFiles(parts, run);
      if (commits) await removeQuarantine(rooms(parts).quarantines, run);
      ordered.delete(run);
    },
    async readChange(loop, run, head) {
      const quarantine = await quarantineOf(parts, loop, run);
      await fetchLoopBranch(parts, loop, quarantine);
      return readChange(quarantine, await changeStart(parts, loop, quarantine, head), head);
    },
    async plant(loop, run, head) {
      const quarantine = await quarantineOf(parts, loop, run);
      await fetchLoopBranch(parts, loop, quarantine);
      return plantedChange(quarantine, await changeStart(parts, loop, quarantine, head), head);
    },
    readHeld: (run, head) => readHeld(parts, run, head),
    async publish(loop, run, head, expected) {
      const quarantine = await quarantineOf(parts, loop, run);
      return withAccess(parts, loop, "write", ({ url, token }) =>
        publish({ gitDir: quarantine.gitDir, head, url, token, branch: branchOf(loop), expected }),
      );
    },
    async stage(loop, run, head, expected) {
      const quarantine = await quarantineOf(parts, loop, run);
      const known = [quarantine.base.sha, await changeBase(quarantine, head), ...(expected === null ? [] : [expected])];
      return withAccess(parts, loop, "write", ({ url, token }) =>
        stage({ gitDir: quarantine.gitDir, url, token, ref: stagingRef(loop.id) }, head, known),
      );
    },
    async unstage(loop, run) {
      const { gitDir } = await quarantineOf(parts, loop, run);
      await withAccess(parts, loop, "write", ({ url, token }) =>
        unstage({ gitDir, url, token, ref: stagingRef(loop.id) }),
      );
    },
    comparePictures,
    async putPictures(loop, pictures) {
      const kept = pictures.map(({ path, base64 }) => ({ path, bytes: Buffer.from(base64, "base64") }));
      const since = parts.recordsMs === undefined ? 0 : parts.clock.now() - parts.recordsMs;
      return withAccess(parts, loop, "write", ({ url, token }) =>
        putPictures({
          ...{ root: rooms(parts).quarantines, url, token, identity: parts.identity, pictures: kept },
          since: new Date(since).toISOString().slice(0, 10),
        }),
      );
    },
    async release(loop) {
      const ids = loop.attempts.flatMap((attempt) => attempt.runs).map((run) => run.id);
      for (const id of ids) {
        await running.get(id)?.stop("its loop is over");
        await parts.runtime.forget(id);
        await removeFiles(parts, id);
        await removeQuarantine(rooms(parts).quarantines, id);
      }
    },
    async sweep({ loops, running, isOver }) {
      for (const folder of halfMade.splice(0)) await rm(folder, { recursive: true, force: true });
      await setUps.clear();
      const owners = await repositoriesOfRuns(parts); // before any quarantine goes
      const owner = (run: string) => owners.get(run) ?? null;
      await removeOrphans(parts, (run, loop) => ordered.has(run) || !isOver(loop, owner(run)));
      const isWanted = (id: string, loop: string) =>
        setUps.isMaking(id) ||
        checks.isRunning(id) ||
        asking.isRunning(id) ||
        servers.isRunning(id) ||
        (loops.has(loop) ? running.has(id) : !isOver(loop, owner(id)));
      return parts.runtime.sweep(({ id, loop }) => ordered.has(id) || isWanted(id, loop));
    },
  };
}

/** A run that was made ready and has lost its lease: it is ended as lost, at what it had spent. */
async function unreadable(parts: RunParts, { id, loop }: RunOrder): Promise<StartedRun> {
  parts.log.warn(
    { loop: loop.id, run: id },
    "the lease of a run cannot be read, so nothing it does can be received; it is ended",
  );
  const found = await parts.runtime.find(id);
  await found?.stop("its lease cannot be read, so nothing it does can be received");
  const startedAt = parts.clock.now();
  const report = {
    status: "lost",
    exitCode: null,
    endedAt: startedAt,
    log: "",
    note: "Its lease could not be read when Loopgate started again.",
    result: null,
    pushed: null,
    ...(await spentAtMost(parts, loop, id)),
  } as const;
  const isolation = found === null ? unseenIsolation(parts.runtime) : isolationOf(found.facts);
  return { startedAt, isolation, done: Promise.resolve(report) };
}

/** A reviewer's quarantine was filled when the change was read for its brief; an executor begins at the newest commit. */
async function filledQuarantine(parts: RunParts, order: RunOrder): Promise<Quarantine> {
  const quarantine = await quarantineOf(parts, order.loop, order.id);
  const isFilled = order.role === "reviewer" && (await branchHead(quarantine)) !== null;
  if (!isFilled) await fetchLoopBranch(parts, order.loop, quarantine);
  return quarantine;
}

async function begin(
  making: Making,
  order: RunOrder,
  quarantine: Quarantine,
  setUp: ReadySetUp | null,
): Promise<Begun & Omit<StartedFrom, "order">> {
  const { parts } = making;
  let kept = await readKept(parts, order.id);
  const token = kept?.token ?? newLeaseToken();
  const plain = requestOf(parts, order, quarantine, token);
  if (kept === null) {
    await makeFolders(parts, order.id);
    const expected = (await setUp?.beneath(plain.workspaceDir)) ?? null;
    // The relay gets ready while the workspace is filled; what goes wrong there, `start` meets again and says.
    const ahead = parts.runtime.prepare(over(plain, expected)).catch(() => {});
    kept = await prepareFiles(parts, order, quarantine, token, setUp?.fill ?? null);
    await ahead;
  }
  const { startFrom } = kept;
  const request = over(plain, kept.beneath ?? null);
  // Servers join the namespace that the relay owns. What goes wrong with it, `start` meets again and says.
  if (hasTools(order) && rulesOf(order.loop).toolServers !== undefined)
    await parts.runtime.prepare(request).catch(() => {});
  const gateway = await openDoorFor(making, order, token, quarantine);
  try {
    assert(gateway.socketPath === request.gatewaySocket, "the gateway listens where the relay was told");
    const { agent, command } = roleOf(order);
    const { events, takesPart } = agentOf(agent, command);
    const hearing = listenTo(events(), takesPart === null ? againstPolicy(order) : undefined);
    const running = await parts.runtime.start(request, hearing.hear);
    const quiet = await readQuiet(parts, order.id);
    return {
      running,
      quarantine,
      gateway,
      quiet,
      tools: hearing.tools,
      did: hearing.did,
      startFrom,
      request,
      token,
      setUp: setUp?.facts ?? null,
    };
  } catch (error) {
    await gateway.close();
    throw error;
  }
}

/** Whether policy would not have let this command be run, where nobody was asked before. */
function againstPolicy({ loop, role }: RunOrder): ((line: string) => boolean) | undefined {
  const { commands } = rulesOf(loop);
  if (commands === undefined || role !== "executor") return undefined;
  return (line) => judgeLine(commands, line).choice !== "allow" && !loop.permits.includes(commandWish(line));
}

async function openDoorFor(making: Making, order: Watched, token: string, quarantine: Quarantine): Promise<Door> {
  const { parts, asking, servers } = making;
  const asker = { loop: order.loop, run: order.id, quarantine };
  const tools = hasTools(order) ? { checks: asking.of(asker), servers: await servers.of(asker) } : null;
  const opening = openDoor(parts, {
    run: order.id,
    loop: order.loop,
    token,
    mayPush: order.role === "executor" && !plansOnly(order.loop, order.id),
    tools,
    quarantine,
    socketDir: rooms(parts).socket(order.id),
    mayFetch: mayFetch(rulesOf(order.loop), "agent"),
  });
  return opening.catch(async (error) => {
    await tools?.servers.end();
    throw error;
  });
}
