// The repositories whose loops are all paused, or were.
import type { AllPaused, StorePort } from "../engine/ports.ts";
import { type Driver, one, run, type Steps } from "./steps.ts";

export function allPaused(driver: Driver): Pick<StorePort, "allPaused" | "setAllPaused" | "recallAllPaused"> {
  return {
    allPaused: (repositoryId) => driver.read(() => readPaused(repositoryId)),
    setAllPaused: (repositoryId, paused, comment) => driver.atomically(() => setPaused(repositoryId, paused, comment)),
    recallAllPaused: (repositoryId, paused) => driver.write(() => recallPaused(repositoryId, paused)),
  };
}

/** Nobody's login: they go on, and what was heeded last is remembered. */
const nobody = "";

function* readPaused(repositoryId: number): Steps<AllPaused | null> {
  const row = yield* one("select paused_by, since from all_paused where repository_id = ?", repositoryId);
  return row === undefined || row.paused_by === nobody ? null : { by: String(row.paused_by), since: Number(row.since) };
}

function* setPaused(repositoryId: number, paused: AllPaused | null, comment: number | null): Steps<boolean> {
  const row = yield* one("select comment from all_paused where repository_id = ?", repositoryId);
  const heeded = row?.comment == null ? null : Number(row.comment);
  if (comment !== null && heeded !== null && comment < heeded) return false;
  const before = yield* readPaused(repositoryId);
  const { by, since } = paused === null ? { by: nobody, since: 0 } : (before ?? paused);
  const place = comment ?? heeded;
  yield* run(
    `insert into all_paused (repository_id, paused_by, since, comment) values (?, ?, ?, ?)
      on conflict (repository_id) do update set paused_by = ?, since = ?, comment = ?`,
    ...[repositoryId, by, since, place, by, since, place],
  );
  return true;
}

function* recallPaused(repositoryId: number, { by, since }: AllPaused): Steps<void> {
  yield* run(
    "insert into all_paused (repository_id, paused_by, since) values (?, ?, ?) on conflict do nothing",
    ...[repositoryId, by, since],
  );
}
