// The store as a value in memory: what was committed survives every crash, since a method is done wholly or not at all.
import { hash } from "node:crypto";
import type {
  AllPaused,
  Delivery,
  RunCost,
  StoredEffect,
  StoredEvent,
  StorePort,
  TraceEntry,
  Translated,
} from "../../src/engine/ports.ts";
import { type Day, type DayAnswer, type DayAsk, type DayUse, shareOf } from "../../src/loop/day.ts";
import { keepsFiles, untoldRuns } from "../../src/loop/end.ts";
import type { AlarmName, LoopEvent, RepositoryAlarm } from "../../src/loop/event.ts";
import { issueKeyOf } from "../../src/loop/issue-key.ts";
import type { Schedules } from "../../src/loop/schedule.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { keepCostsMs } from "../../src/store/run-costs.ts";
import type { Boundary } from "./boundary.ts";

interface EffectRow extends StoredEffect {
  readonly position: number;
  readonly done: boolean;
}

/** What is on the disk. */
export interface Disk {
  readonly deliveries: Map<string, Delivery>;
  readonly bodies: Map<string, string>; // body hash → GUID
  readonly loops: Map<string, LoopState>;
  readonly openEvents: Map<string, StoredEvent[]>;
  readonly dedupe: Map<string, { readonly seq: number; readonly at: number }>;
  readonly sources: Map<number, string>; // event → what it was deduplicated by
  readonly effects: Map<string, EffectRow>; // by key, those that are not done
  readonly alarms: Map<
    string,
    { readonly issueKey: string; readonly name: AlarmName | RepositoryAlarm; readonly at: number }
  >;
  readonly artifacts: Map<string, string>;
  readonly trace: TraceEntry[];
  readonly schedules: Map<number, Schedules>; // by repository
  readonly allPaused: Map<number, { readonly paused: AllPaused | null; readonly comment: number | null }>; // by repository
  readonly runCosts: Map<string, RunCost & { readonly short: boolean }>; // by run
  readonly kept: Map<string, string>;
  newestEvent: number; // handled ones too
  seq: number;
  position: number;
  epoch: number;
}

const rememberMs = 7 * 24 * 3_600_000;
const keepMs = 14 * 24 * 3_600_000;

export function emptyDisk(): Disk {
  return {
    deliveries: new Map(),
    bodies: new Map(),
    loops: new Map(),
    schedules: new Map(),
    allPaused: new Map(),
    runCosts: new Map(),
    kept: new Map(),
    openEvents: new Map(),
    dedupe: new Map(),
    sources: new Map(),
    effects: new Map(),
    alarms: new Map(),
    artifacts: new Map(),
    trace: [],
    newestEvent: 0,
    seq: 0,
    position: 0,
    epoch: 0,
  };
}

/** The disk is lost with all that is on it; numbers begin anew. */
export function wipe(disk: Disk): void {
  for (const part of [disk.deliveries, disk.bodies, disk.loops, disk.openEvents, disk.dedupe, disk.sources])
    part.clear();
  for (const part of [disk.effects, disk.alarms, disk.artifacts, disk.schedules, disk.allPaused]) part.clear();
  for (const part of [disk.runCosts, disk.kept]) part.clear();
  disk.trace.length = 0;
  disk.newestEvent = 0;
  disk.seq = 0;
  disk.position = 0;
  disk.epoch = 0;
}

/** Told of every commit, before and after it is on the disk. */
export interface Watch {
  onCommit(step: Committed): void;
  onEffectStarted(effect: StoredEffect): void;
  onAllPaused(paused: AllPaused | null, by: "command" | "record"): void;
  onEffectDone(effect: StoredEffect): void;
  onDayAsked(run: string, may: boolean): void;
}

export interface Committed {
  readonly issueKey: string;
  readonly event: LoopEvent;
  readonly source: string | null;
  readonly before: LoopState | null;
  readonly after: LoopState | null;
  readonly effects: readonly StoredEffect[];
  readonly dropped: readonly StoredEffect[];
  readonly now: number;
}

function newestEnded(disk: Disk, before: number, limit: number, repositories?: readonly number[]) {
  const ended = [...disk.loops]
    .filter(([, state]) => !isLive(state) && repositories?.includes(state.issue.repositoryId) !== false)
    .map(([issueKey, state]) => ({ issueKey, at: state.ending?.at ?? state.startedAt }))
    .filter(({ at }) => at < before)
    .sort((one, other) => other.at - one.at);
  const last = ended[limit - 1]?.at ?? Number.NEGATIVE_INFINITY;
  return ended.filter(({ at }, index) => index < limit || at === last);
}

/** The store of one life of the process, over the disk that outlives it. */
export function memoryStore(disk: Disk, boundary: Boundary, watch: Watch): StorePort {
  const read = <T>(name: string, act: () => T) => boundary.local(`store.${name}`, act, false);
  const write = <T>(name: string, act: () => T) => boundary.local(`store.${name}`, act, true);
  const lastTime = latest(disk);
  return {
    epoch: disk.epoch,
    lastTime,
    confirm: async () => {},
    acceptDelivery: (delivery) => write("acceptDelivery", () => acceptDelivery(disk, delivery)),
    knowsDelivery: (guid, at) => at - (disk.deliveries.get(guid)?.receivedAt ?? Number.NEGATIVE_INFINITY) <= rememberMs,
    kept: (name) => read("kept", () => disk.kept.get(name) ?? null),
    keep: (name, value) => write("keep", () => void disk.kept.set(name, value)),
    earlierDeliveries: () => read("earlierDeliveries", () => []),
    arrivals: null,
    addEvent: (issueKey, event, at, dedupe) => write("addEvent", () => addEvent(disk, issueKey, event, at, dedupe)),
    nextEvent: (issueKey) => read("nextEvent", () => disk.openEvents.get(issueKey)?.[0] ?? null),
    busyIssues: (now) =>
      read("busyIssues", () => {
        const withEvents = [...disk.openEvents].filter(([, events]) => events.length > 0).map(([key]) => key);
        const due = [...disk.effects.values()].filter((effect) => effect.notBefore <= now);
        return [...new Set([...withEvents, ...due.map((effect) => effect.issueKey)])].sort();
      }),
    newestEnded: (before, limit, repositories) =>
      read("newestEnded", () => newestEnded(disk, before, limit, repositories)),
    load: (issueKey) => read("load", () => disk.loops.get(issueKey) ?? null),
    allPaused: async (repositoryId) => disk.allPaused.get(repositoryId)?.paused ?? null,
    setAllPaused: (repositoryId, paused, comment) =>
      write("setAllPaused", () => {
        const before = disk.allPaused.get(repositoryId) ?? { paused: null, comment: null };
        if (comment !== null && before.comment !== null && comment < before.comment) return false;
        watch.onAllPaused(paused, "command");
        const still = paused === null ? null : (before.paused ?? paused);
        disk.allPaused.set(repositoryId, { paused: still, comment: comment ?? before.comment });
        return true;
      }),
    recallAllPaused: (repositoryId, paused) =>
      write("recallAllPaused", () => {
        if (disk.allPaused.has(repositoryId)) return;
        watch.onAllPaused(paused, "record");
        disk.allPaused.set(repositoryId, { paused, comment: null });
      }),
    schedules: (repositoryId) => read("schedules", () => disk.schedules.get(repositoryId) ?? null),
    setSchedules: (repositoryId, schedules) =>
      write("setSchedules", () => {
        if (schedules === null) disk.schedules.delete(repositoryId);
        else disk.schedules.set(repositoryId, schedules);
      }),
    askDay: (ask, keep) =>
      (keep ? write : read)("askDay", () => {
        const answer = askDay(disk, ask, keep);
        watch.onDayAsked(ask.run, answer.ok);
        return answer;
      }),
    setAside: (run) => read("setAside", () => disk.runCosts.get(run) ?? null),
    settleRun: (run, nano, at) => write("settleRun", () => settleRun(disk, run, nano, at)),
    recallRunCosts: (costs) =>
      write("recallRunCosts", () => {
        for (const cost of costs)
          if (!disk.runCosts.has(cost.run)) disk.runCosts.set(cost.run, { ...cost, short: false });
      }),
    dayUse: (of, day) => read("dayUse", () => useOf(disk, of, day)),
    commit: (step) => write("commit", () => commit(disk, step, watch)),
    pendingEffects: (issueKey) => read("pendingEffects", () => pendingOf(disk, issueKey)),
    effectStarted: (key) =>
      write("effectStarted", () => {
        const row = disk.effects.get(key);
        if (row !== undefined) watch.onEffectStarted(row);
        change(disk, key, (row) => ({ tries: row.tries + 1 }));
      }),
    effectDone: (key) =>
      write("effectDone", () => {
        const row = disk.effects.get(key);
        disk.effects.delete(key);
        if (row !== undefined) watch.onEffectDone(row);
      }),
    effectPostponed: (key, notBefore, forget) =>
      write("effectPostponed", () =>
        change(disk, key, (row) => ({ notBefore, tries: forget ? row.tries - 1 : row.tries })),
      ),
    nextDueTime: () =>
      read("nextDueTime", () => {
        const postponed = [...disk.effects.values()].filter((row) => row.notBefore > 0);
        const effects = postponed.map((row) => row.notBefore);
        const times = [...effects, ...[...disk.alarms.values()].map((one) => one.at)];
        return times.length === 0 ? null : Math.min(...times);
      }),
    setAlarm: (issueKey, name, at) =>
      write("setAlarm", () => void disk.alarms.set(`${issueKey} ${name}`, { issueKey, name, at })),
    clearAlarm: (issueKey, name) =>
      write("clearAlarm", () => {
        for (const [key, alarm] of disk.alarms) {
          if (alarm.issueKey === issueKey && (name === null || alarm.name === name)) disk.alarms.delete(key);
        }
      }),
    takeDueAlarms: (now) =>
      write("takeDueAlarms", () => {
        const due = [...disk.alarms].filter(([, alarm]) => alarm.at <= now).sort(([, a], [, b]) => a.at - b.at);
        for (const [key, { issueKey, name }] of due) {
          disk.alarms.delete(key);
          addEvent(disk, issueKey, { type: "alarm", name }, now);
        }
        return due.map(([, { issueKey, name }]) => ({ issueKey, name }));
      }),
    loops: (filter) =>
      read("loops", () =>
        [...disk.loops]
          .filter(([, state]) => filter === "all" || isLive(state))
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([issueKey, state]) => ({ issueKey, state })),
      ),
    liveLoops: () =>
      read("liveLoops", () =>
        [...disk.loops]
          .filter(([, state]) => isLive(state))
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([issueKey, { issue, pull }]) => ({
            issueKey,
            installationId: issue.installationId,
            repositoryId: issue.repositoryId,
            issue: Number(issueKey.split("#")[1]),
            pull: pull?.number ?? null,
          })),
      ),
    livePhases: () =>
      read("livePhases", () =>
        [...disk.loops]
          .filter(([, state]) => isLive(state))
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([issueKey, { phase, gateSince, queued, dayFull }]) => ({
            issueKey,
            phase,
            gateSince,
            waits: dayFull !== undefined ? ("day" as const) : queued === null ? null : ("slot" as const),
          })),
      ),
    loopIds: () =>
      read("loopIds", () =>
        [...disk.loops.values()]
          .map((state) => ({ id: state.id, keepsFiles: keepsFiles(state) }))
          .sort((a, b) => (a.id < b.id ? -1 : 1)),
      ),
    pastLoops: (repositoryId, limit) =>
      read("pastLoops", () =>
        [...disk.loops.values()]
          .filter((state) => state.issue.repositoryId === repositoryId && !isLive(state))
          .sort((a, b) => endOf(b) - endOf(a))
          .slice(0, limit),
      ),
    runningLoops: () =>
      read("runningLoops", () =>
        [...disk.loops]
          .filter(([, state]) => untoldRuns(state).length > 0)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([issueKey, state]) => ({ issueKey, state })),
      ),
    findIssue: (by) => read("findIssue", () => findIssue(disk, by)),
    putArtifact: (text) =>
      write("putArtifact", () => {
        const sha256 = hash("sha256", text);
        disk.artifacts.set(sha256, text);
        return sha256;
      }),
    getArtifact: (sha256) => read("getArtifact", () => disk.artifacts.get(sha256) ?? null),
    trace: (entry) => write("trace", () => void disk.trace.push(entry)),
    readTrace: (issueKey, limit) =>
      read("readTrace", () => disk.trace.filter((entry) => entry.issueKey === issueKey).slice(-limit)),
    setBack: (now, byMs) => write("setBack", () => setBack(disk, now, byMs)),
    prune: (now) => write("prune", () => prune(disk, now)),
    endedLoops: () => read("endedLoops", () => []), // the simulated months are too few for anything to be forgotten
    forgetLoop: () => write("forgetLoop", () => false),
    size: () => read("size", () => ({ bytes: 0, freeBytes: 0 })),
    close: () => read("close", () => {}),
  };
}

/**
 * As it would be read back from JSON, and frozen: what is on the disk is handed out as it is, and whoever changes it in place
 * finds out at once. What came from the disk is frozen already and stands for itself.
 */
function kept<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) return Object.freeze(value.map((part) => kept(part ?? null))) as T;
  const made: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const part = (value as Record<string, unknown>)[name];
    if (part !== undefined) made[name] = kept(part);
  }
  return Object.freeze(made) as T;
}

function askDay(disk: Disk, ask: DayAsk, keep: boolean): DayAnswer {
  const known = disk.runCosts.get(ask.run);
  if (known !== undefined) return { ok: true, nano: known.nano, short: known.short };
  const answer = shareOf(
    ask.wantNano,
    ask.days.map((day) => ({ ...day, use: useOf(disk, ask, day) })),
  );
  const { run, repositoryId, installationId, owner, at: beganAt } = ask;
  if (answer.ok && keep)
    disk.runCosts.set(run, { ...answer, run, repositoryId, installationId, owner, beganAt, endedAt: null });
  return answer;
}

/** In the simulated months no run is so long that it would not be counted any more. */
function useOf(
  disk: Disk,
  of: Pick<DayAsk, "repositoryId" | "installationId" | "owner">,
  { whose, from }: Pick<Day, "whose" | "from">,
): DayUse {
  const isOf = (cost: RunCost) =>
    whose === "repository"
      ? cost.repositoryId === of.repositoryId
      : cost.installationId === of.installationId || cost.owner.toLowerCase() === of.owner.toLowerCase();
  const all = [...disk.runCosts.values()].filter((cost) => isOf(cost) && (cost.endedAt ?? from) >= from);
  const sum = (isOpen: boolean) =>
    all.filter(({ endedAt }) => (endedAt === null) === isOpen).reduce((nano, cost) => nano + cost.nano, 0);
  const runs = all.filter(({ beganAt }) => beganAt >= from).length;
  return { settledNano: sum(false), reservedNano: sum(true), runs };
}

function settleRun(disk: Disk, run: string, nano: number, at: number): boolean {
  const known = disk.runCosts.get(run);
  if (known === undefined) return false;
  const { endedAt } = known;
  const dearer = endedAt === null ? nano : Math.max(known.nano, nano);
  disk.runCosts.set(run, { ...known, nano: dearer, endedAt: endedAt ?? at });
  return known.short;
}

function setBack(disk: Disk, now: number, byMs: number): void {
  disk.newestEvent = Math.min(disk.newestEvent, now);
  for (const [key, events] of disk.openEvents) {
    disk.openEvents.set(
      key,
      events.map((stored) => ({ ...stored, at: Math.min(stored.at, now) })),
    );
  }
  for (const [guid, one] of disk.deliveries) {
    if (one.receivedAt > now) disk.deliveries.set(guid, { ...one, receivedAt: now });
  }
  for (const [run, cost] of disk.runCosts) {
    const endedAt = cost.endedAt === null ? null : Math.min(cost.endedAt, now);
    disk.runCosts.set(run, { ...cost, beganAt: Math.min(cost.beganAt, now), endedAt });
  }
  for (const [key, row] of disk.effects) {
    if (row.notBefore > now) disk.effects.set(key, { ...row, notBefore: Math.max(now, row.notBefore - byMs) });
  }
}

function latest(disk: Disk): number {
  const times = [...disk.deliveries.values()].map((one) => one.receivedAt);
  return Math.max(0, ...times, disk.newestEvent, disk.trace.at(-1)?.at ?? 0);
}

function isLive(state: LoopState): boolean {
  return state.phase !== "settled" && state.phase !== "refused";
}

function acceptDelivery(disk: Disk, delivery: Delivery): readonly string[] | null {
  for (const [guid, known] of disk.deliveries) {
    if (known.receivedAt >= delivery.receivedAt - rememberMs) break;
    disk.deliveries.delete(guid);
    disk.bodies.delete(known.bodySha256);
  }
  if (disk.deliveries.has(delivery.guid) || disk.bodies.has(delivery.bodySha256)) return null;
  disk.deliveries.set(delivery.guid, delivery);
  disk.bodies.set(delivery.bodySha256, delivery.guid);
  const { guid, receivedAt, translated } = delivery;
  if (translated.kind === "ignored") return [];
  const makesLoops = translated.events.some(({ type }) => type === "labelled" || type === "command");
  const isTold = (key: string) => makesLoops || disk.loops.has(key) || (disk.openEvents.get(key) ?? []).length > 0;
  const keys = concerned(disk, translated).filter(isTold);
  for (const key of keys) {
    translated.events.forEach((event, index) => {
      addEvent(disk, key, event, receivedAt, `${guid}/${key}/${index}`);
    });
  }
  return keys;
}

function concerned(disk: Disk, { repositoryId, route }: Extract<Translated, { kind: "event" }>): readonly string[] {
  const of = (isMeant: (issue: LoopState["issue"]) => boolean) =>
    [...disk.loops].filter(([, { issue }]) => isMeant(issue)).map(([key]) => key);
  if ("installation" in route) return of((issue) => issue.installationId === route.installation);
  if ("repositories" in route) return of((issue) => route.repositories.includes(issue.repositoryId));
  if (repositoryId === null) return [];
  if ("repository" in route) return of((issue) => issue.repositoryId === repositoryId);
  if ("issue" in route) return [issueKeyOf(repositoryId, route.issue)];
  const found = findIssue(disk, { repositoryId, ...route });
  if (found !== null) return [found];
  return "head" in route ? movingTo(disk, repositoryId, route.head) : [];
}

/** The loops that are yet to read that their branch has moved to this commit. */
function movingTo(disk: Disk, repositoryId: number, head: string): readonly string[] {
  const isMove = ({ event }: { readonly event: LoopEvent }) => event.type === "branch_moved" && event.head === head;
  const moving = [...disk.openEvents].filter(([key, open]) => key.startsWith(`${repositoryId}#`) && open.some(isMove));
  return moving.map(([key]) => key);
}

function addEvent(disk: Disk, issueKey: string, event: LoopEvent, at: number, dedupe?: string): void {
  if (dedupe !== undefined && disk.dedupe.has(dedupe)) return;
  disk.seq += 1;
  disk.newestEvent = Math.max(disk.newestEvent, at);
  if (dedupe !== undefined) {
    disk.dedupe.set(dedupe, { seq: disk.seq, at });
    disk.sources.set(disk.seq, dedupe);
  }
  const open = disk.openEvents.get(issueKey) ?? [];
  disk.openEvents.set(issueKey, [...open, { seq: disk.seq, issueKey, event: kept(event), at }]);
}

/** What is handled and old is forgotten; of the trace, which decides nothing, less is kept than on a real disk. */
function prune(disk: Disk, now: number): void {
  for (const [run, { endedAt }] of disk.runCosts)
    if (endedAt !== null && endedAt < now - keepCostsMs) disk.runCosts.delete(run);
  const open = new Set([...disk.openEvents.values()].flat().map(({ seq }) => seq));
  for (const [dedupe, { seq, at }] of disk.dedupe) {
    if (at >= now - keepMs || open.has(seq)) continue;
    disk.dedupe.delete(dedupe);
    disk.sources.delete(seq);
  }
  disk.trace.splice(0, Math.max(0, disk.trace.length - 200));
}

function change(disk: Disk, key: string, how: (row: EffectRow) => Partial<EffectRow>): void {
  const row = disk.effects.get(key);
  if (row !== undefined) disk.effects.set(key, { ...row, ...how(row) });
}

/** What was asked for on this issue and is not done, in the order of asking. */
function pendingOf(disk: Disk, issueKey: string): readonly StoredEffect[] {
  const rows = [...disk.effects.values()].filter((row) => row.issueKey === issueKey);
  return rows.sort((a, b) => a.position - b.position);
}

type Step = Parameters<StorePort["commit"]>[0];

function commit(disk: Disk, step: Step, watch: Watch): void {
  const { issueKey, seq, now } = step;
  const event = disk.openEvents.get(issueKey)?.find((one) => one.seq === seq);
  if (event === undefined) return;
  const before = disk.loops.get(issueKey) ?? null;
  const after = step.state === before ? before : kept(step.state);
  const dropped = [...disk.effects.values()].filter((row) => row.issueKey === issueKey && step.drop.includes(row.key));
  for (const row of dropped) disk.effects.delete(row.key);
  if (after !== null) disk.loops.set(issueKey, after);
  const loop = after?.id ?? "none";
  const stored = step.effects.map((effect, index): EffectRow => {
    disk.position += 1;
    const key = `${loop}/${seq}/${index}`;
    return {
      position: disk.position,
      done: false,
      key,
      issueKey,
      loop,
      effect: kept(effect),
      tries: 0,
      notBefore: 0,
    };
  });
  for (const row of stored) disk.effects.set(row.key, row);
  const open = disk.openEvents.get(issueKey)!.filter((one) => one.seq !== seq);
  if (open.length > 0) disk.openEvents.set(issueKey, open);
  else disk.openEvents.delete(issueKey);
  const source = disk.sources.get(seq) ?? null;
  watch.onCommit({ issueKey, event: event.event, source, before, after, effects: stored, dropped, now });
}

function findIssue(disk: Disk, by: Parameters<StorePort["findIssue"]>[0]): string | null {
  const found = [...disk.loops].filter(([, state]) => {
    const head = state.attempts.at(-1)?.head ?? state.head;
    if (state.issue.repositoryId !== by.repositoryId) return false;
    if (by.branch !== undefined && state.branch === by.branch) return true;
    if (by.pull !== undefined && state.pull?.number === by.pull) return true;
    return by.head !== undefined && head === by.head;
  });
  return (found.find(([, state]) => isLive(state)) ?? found[0])?.[0] ?? null;
}

function endOf({ ending, startedAt }: LoopState): number {
  return ending?.at ?? startedAt;
}
