// Times that a wrong clock stamped, moved once it is set right.
import type { StorePort } from "../engine/ports.ts";
import { type Driver, run, type Steps } from "./steps.ts";

/** What is said to have happened happened by now; what was postponed by that clock is due by as much earlier. */
export function setBack(driver: Driver): Pick<StorePort, "setBack"> {
  return { setBack: (now, byMs) => driver.atomically(() => moveTimes(now, byMs)) };
}

function* moveTimes(now: number, byMs: number): Steps<void> {
  for (const table of ["event", "trace", "remembered"]) {
    yield* run(`update ${table} set at = ? where at > ?`, now, now);
  }
  yield* run("update run_cost set began_at = ? where counts_until > ? and began_at > ?", now, now, now);
  yield* run("update run_cost set counts_until = ? where counts_until > ? and open = 0", now, now);
  yield* run(
    `update effect set not_before = case when not_before - ? > ? then not_before - ? else ? end where not_before > ?`,
    ...[byMs, now, byMs, now, now],
  );
}
