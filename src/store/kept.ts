// What the App notes for its next life, a text by its name.
import type { StorePort } from "../engine/ports.ts";
import { type Driver, one, run, type Steps } from "./steps.ts";

export function kept(driver: Driver): Pick<StorePort, "kept" | "keep"> {
  return {
    kept: (name) => driver.read(() => readKept(name)),
    keep: (name, value) => driver.write(() => keep(name, value)),
  };
}

function* readKept(name: string): Steps<string | null> {
  const row = yield* one("select value from kept where name = ?", name);
  return row === undefined ? null : String(row.value);
}

function* keep(name: string, value: string): Steps<void> {
  yield* run(
    "insert into kept (name, value) values (?, ?) on conflict (name) do update set value = excluded.value",
    ...[name, value],
  );
}
