// How each repository's schedules stand.
import type { StorePort } from "../engine/ports.ts";
import { Schedules } from "../loop/schedule.ts";
import { type Driver, one, run, type Steps } from "./steps.ts";

export function schedules(driver: Driver): Pick<StorePort, "schedules" | "setSchedules"> {
  return {
    schedules: (repositoryId) => driver.read(() => readSchedules(repositoryId)),
    setSchedules: (repositoryId, standing) => driver.write(() => setSchedules(repositoryId, standing)),
  };
}

/** What this version cannot read is as good as lost: GitHub's issues tell of it. */
function* readSchedules(repositoryId: number): Steps<Schedules | null> {
  const row = yield* one("select standing from schedule where repository_id = ?", repositoryId);
  if (row === undefined) return null;
  const read = Schedules.safeParse(JSON.parse(String(row.standing)));
  return read.success ? read.data : null;
}

function* setSchedules(repositoryId: number, standing: Schedules | null): Steps<void> {
  if (standing === null) yield* run("delete from schedule where repository_id = ?", repositoryId);
  else
    yield* run(
      "insert into schedule (repository_id, standing) values (?, ?) on conflict (repository_id) do update set standing = excluded.standing",
      repositoryId,
      JSON.stringify(standing),
    );
}
