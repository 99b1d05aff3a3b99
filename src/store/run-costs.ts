// What runs cost, so that no day's limit is passed: set aside before a run starts, and settled once it has ended.
import type { RunCost, StorePort } from "../engine/ports.ts";
import { type Day, type DayAnswer, type DayAsk, type DayUse, shareOf } from "../loop/day.ts";
import { type Driver, one, run, type Steps } from "./steps.ts";

type Of = Pick<DayAsk, "repositoryId" | "installationId" | "owner">;
type Port = "askDay" | "setAside" | "settleRun" | "recallRunCosts" | "dayUse";

export function runCosts(driver: Driver): Pick<StorePort, Port> {
  return {
    askDay: (ask, keep) => (keep ? driver.atomically(() => reserve(ask)) : driver.read(() => look(ask))),
    setAside: (id) => driver.read(() => readSetAside(id)),
    settleRun: (id, nano, at) => driver.atomically(() => settle(id, nano, at)),
    recallRunCosts: (costs) => driver.atomically(() => recall(costs)),
    dayUse: (of, day) => driver.read(() => useOf(of, day)),
  };
}

/** A run of which nobody told the end counts no longer than any may take, set-up and all. */
const longestRunMs = 24 * 3_600_000;

/** Rows of a day that is over are kept so long, since days begin at other times elsewhere. */
export const keepCostsMs = 4 * 24 * 3_600_000;

const insert = `insert into run_cost (run, repository_id, installation_id, owner, began_at, counts_until, open, nano, short)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (run) do nothing`;

function* look(ask: DayAsk): Steps<DayAnswer> {
  const known = yield* readSetAside(ask.run);
  if (known !== null) return { ok: true, ...known };
  const days: (Day & { readonly use: DayUse })[] = [];
  for (const day of ask.days) days.push({ ...day, use: yield* useOf(ask, day) });
  return shareOf(ask.wantNano, days);
}

/** Asked again for the same run, what was set aside stays. */
function* reserve(ask: DayAsk): Steps<DayAnswer> {
  const known = yield* readSetAside(ask.run);
  if (known !== null) return { ok: true, ...known };
  const answer = yield* look(ask);
  if (!answer.ok) return answer;
  const { run: id, repositoryId, installationId, owner, at } = ask;
  const values = [id, repositoryId, installationId, owner.toLowerCase(), at, at + longestRunMs, 1];
  yield* run(insert, ...values, answer.nano, answer.short ? 1 : 0);
  return answer;
}

/**
 * What began on the day, was under way on it, or ended on it: a run that goes on over midnight counts whole on both days, since nobody
 * knows what of it was spent on which.
 */
function* useOf(
  { repositoryId, installationId, owner }: Of,
  { whose, from }: Pick<Day, "whose" | "from">,
): Steps<DayUse> {
  const [meant, values] =
    whose === "repository"
      ? ["repository_id = ? and counts_until >= ?", [repositoryId, from]]
      : [
          "(installation_id = ? and counts_until >= ?) or (owner = ? and counts_until >= ?)",
          [installationId, from, owner.toLowerCase(), from],
        ];
  const row = yield* one(
    `select sum(case when open = 0 then nano else 0 end) as settled, sum(case when open = 1 then nano else 0 end) as reserved,
      sum(case when began_at >= ? then 1 else 0 end) as runs from run_cost where ${meant}`,
    ...[from, ...values],
  );
  const { settled, reserved, runs } = row ?? {};
  return { settledNano: Number(settled ?? 0), reservedNano: Number(reserved ?? 0), runs: Number(runs ?? 0) };
}

function* readSetAside(id: string): Steps<{ readonly nano: number; readonly short: boolean } | null> {
  const row = yield* one("select nano, short from run_cost where run = ?", id);
  return row === undefined ? null : { nano: Number(row.nano), short: Number(row.short) === 1 };
}

/** Of two ends that are told of one run the dearer one holds. False: the run had all that it wanted, or is not known. */
function* settle(id: string, nano: number, at: number): Steps<boolean> {
  yield* run(
    `update run_cost set nano = case when open = 0 and nano > ? then nano else ? end,
      counts_until = case when open = 0 then counts_until else ? end, open = 0 where run = ?`,
    ...[nano, nano, at, id],
  );
  return (yield* readSetAside(id))?.short ?? false;
}

/** Of runs that are known nothing is changed. */
function* recall(costs: readonly RunCost[]): Steps<void> {
  for (const { run: id, repositoryId, installationId, owner, beganAt, endedAt, nano } of costs) {
    const values = [id, repositoryId, installationId, owner.toLowerCase(), beganAt, endedAt ?? beganAt + longestRunMs];
    yield* run(insert, ...values, endedAt === null ? 1 : 0, nano, 0);
  }
}

/** Those that no day asks for any more. */
export function* forgetCosts(now: number): Steps<void> {
  yield* run("delete from run_cost where counts_until < ?", now - keepCostsMs);
}
