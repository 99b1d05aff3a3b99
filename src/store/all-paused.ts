// The repositories whose loops are all paused.
import type { AllPaused, StorePort } from "../engine/ports.ts";
import { type Driver, one, run, type Steps } from "./steps.ts";

export function allPaused(driver: Driver): Pick<StorePort, "allPaused" | "setAllPaused"> {
  return {
    allPaused: (repositoryId) => driver.read(() => readPaused(repositoryId)),
    setAllPaused: (repositoryId, paused) => driver.write(() => setPaused(repositoryId, paused)),
  };
}

function* readPaused(repositoryId: number): Steps<AllPaused | null> {
  const row = yield* one("select paused_by, since from all_paused where repository_id = ?", repositoryId);
  return row === undefined ? null : { by: String(row.paused_by), since: Number(row.since) };
}

function* setPaused(repositoryId: number, paused: AllPaused | null): Steps<void> {
  if (paused === null) yield* run("delete from all_paused where repository_id = ?", repositoryId);
  else
    yield* run(
      "insert into all_paused (repository_id, paused_by, since) values (?, ?, ?) on conflict do nothing",
      repositoryId,
      paused.by,
      paused.since,
    );
}
