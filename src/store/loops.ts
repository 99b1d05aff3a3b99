// The newest state of each issue's loop, found by issue, branch, pull request or commit.
import { Fault } from "../base/fault.ts";
import type { LoopAddress, StorePort } from "../engine/ports.ts";
import { isLive, keepsFiles, untoldRuns } from "../loop/end.ts";
import { LoopState, Phase } from "../loop/state.ts";
import { upgradeState } from "../loop/upgrade.ts";
import { findIssue } from "./concerned.ts";
import { all, type Driver, one, run, type Steps } from "./steps.ts";

/** How a database says what stands in a loop's state, where `loop.state` is JSON. */
export interface Dialect {
  readonly phaseOf: string;
  readonly gateSinceOf: string;
  readonly queuedOf: string;
  readonly dayFullOf: string;
}

type Port =
  | "load"
  | "loops"
  | "liveLoops"
  | "livePhases"
  | "loopIds"
  | "runningLoops"
  | "pastLoops"
  | "newestEnded"
  | "findIssue";

type StoredLoop = { readonly issueKey: string; readonly state: LoopState };

export function loops(driver: Driver, { phaseOf, gateSinceOf, queuedOf, dayFullOf }: Dialect): Pick<StorePort, Port> {
  return {
    newestEnded: (before, limit, repositories) =>
      driver.read(() =>
        repositories === undefined ? newestEnded(before, limit) : endedIn(repositories, before, limit),
      ),
    load: (issueKey) => driver.read(() => load(issueKey)),
    loops: (filter) => driver.read(() => storedLoops(filter === "live" ? "where live = 1" : "")),
    liveLoops: () => driver.read(liveLoops),
    livePhases: () =>
      driver.read(function* () {
        const rows = yield* all(
          `select issue_key, ${phaseOf} as phase, ${gateSinceOf} as since, ${queuedOf} as queued, ${dayFullOf} as day
             from loop where live = 1 order by issue_key`,
        );
        return rows.flatMap((row) => {
          const phase = Phase.safeParse(row.phase);
          const gateSince = row.since === null ? null : Number(row.since);
          const waits = row.day !== null ? "day" : row.queued !== null ? "slot" : null;
          return phase.success ? [{ issueKey: String(row.issue_key), phase: phase.data, gateSince, waits }] : [];
        });
      }),
    loopIds: () => driver.read(loopIds),
    runningLoops: () => driver.read(() => storedLoops("where running = 1")),
    pastLoops: (repositoryId, limit) => driver.read(() => pastLoops(repositoryId, limit)),
    findIssue: (by) => driver.read(() => findIssue(by)),
  };
}

function* load(issueKey: string): Steps<LoopState | null> {
  const row = yield* one("select state from loop where issue_key = ?", issueKey);
  return row === undefined ? null : stateIn(row.state, issueKey);
}

interface Ended {
  readonly at: number;
  readonly issueKey: string;
}

/** Each is asked about by itself, by its own index: so it costs what these repositories have, and not what all have. */
function* endedIn(repositories: readonly number[], before: number, limit: number): Steps<Ended[]> {
  const found: Ended[] = [];
  for (const repositoryId of repositories) found.push(...(yield* newestEnded(before, limit, repositoryId)));
  found.sort((one, other) => other.at - one.at);
  const last = found[limit - 1]?.at ?? 0;
  return found.filter(({ at }) => at >= last);
}

function* newestEnded(before: number, limit: number, repositoryId: number | null = null): Steps<Ended[]> {
  const among = repositoryId === null ? "" : "repository_id = ? and";
  const of = repositoryId === null ? [] : [repositoryId];
  const ended = `select issue_key, ended_at from loop where ${among} ended_at`;
  const rows = yield* all(`${ended} < ? order by ended_at desc limit ?`, ...of, before, limit);
  const last = rows.length < limit ? null : Number(rows.at(-1)?.ended_at);
  const together = last === null ? [] : yield* all(`${ended} = ?`, ...of, last);
  return [...rows.filter((row) => Number(row.ended_at) !== last), ...together].map((row) => ({
    at: Number(row.ended_at),
    issueKey: String(row.issue_key),
  }));
}

function* storedLoops(where: string): Steps<StoredLoop[]> {
  return (yield* all(`select issue_key, state from loop ${where} order by issue_key`)).map((row) => ({
    issueKey: String(row.issue_key),
    state: stateIn(row.state, String(row.issue_key)),
  }));
}

function* liveLoops(): Steps<LoopAddress[]> {
  const rows = yield* all(
    "select issue_key, installation_id, repository_id, pull from loop where live = 1 order by issue_key",
  );
  return rows.map((row) => ({
    issueKey: String(row.issue_key),
    installationId: Number(row.installation_id),
    repositoryId: Number(row.repository_id),
    issue: Number(String(row.issue_key).split("#")[1]),
    pull: row.pull === null ? null : Number(row.pull),
  }));
}

function* loopIds(): Steps<{ id: string; keepsFiles: boolean }[]> {
  const rows = yield* all("select loop, keeps_files from loop order by loop");
  return rows.map((row) => ({ id: String(row.loop), keepsFiles: row.keeps_files === 1 }));
}

function* pastLoops(repositoryId: number, limit: number): Steps<LoopState[]> {
  const rows = yield* all(
    "select issue_key, state from loop where repository_id = ? and ended_at is not null order by ended_at desc limit ?",
    repositoryId,
    limit,
  );
  return rows.map((row) => stateIn(row.state, String(row.issue_key)));
}

/** A loop that an earlier version stored gets what has been added to states since (F15). */
function stateIn(stored: unknown, issueKey: string): LoopState {
  const read = LoopState.safeParse(upgradeState(JSON.parse(String(stored))));
  if (read.success) return read.data;
  throw new Fault(
    `The stored state of the loop on ${issueKey} cannot be read by this version of Loopgate. Without its store it is restored from the thread.`,
    {
      kind: "invalid",
      retry: "never",
      cause: read.error,
    },
  );
}

/** To be called within a transaction. */
export function* saveLoop(issueKey: string, state: LoopState): Steps<void> {
  const live = isLive(state);
  yield* run(
    `insert into loop (issue_key, repository_id, loop, live, branch, pull, head, state, installation_id, running, ended_at, keeps_files)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (issue_key) do update set loop = excluded.loop, live = excluded.live, branch = excluded.branch,
       pull = excluded.pull, head = excluded.head, state = excluded.state, installation_id = excluded.installation_id,
       running = excluded.running, ended_at = excluded.ended_at, keeps_files = excluded.keeps_files`,
    issueKey,
    state.issue.repositoryId,
    state.id,
    live ? 1 : 0,
    state.branch,
    state.pull?.number ?? null,
    state.attempts.at(-1)?.head ?? state.head,
    JSON.stringify(state),
    state.issue.installationId,
    untoldRuns(state).length > 0 ? 1 : 0,
    live ? null : (state.ending?.at ?? state.startedAt),
    keepsFiles(state) ? 1 : 0,
  );
}
