// Alarms: one time for each name and issue; one that is due becomes an event in the same transaction.
import type { StorePort } from "../engine/ports.ts";
import type { AlarmName, RepositoryAlarm } from "../loop/event.ts";
import { all, type Driver, run, type Steps } from "./steps.ts";

type Named = AlarmName | RepositoryAlarm;

type Port = "setAlarm" | "clearAlarm" | "takeDueAlarms";

export function alarms(driver: Driver): Pick<StorePort, Port> {
  return {
    setAlarm: (issueKey, name, at) => driver.write(() => setAlarm(issueKey, name, at)),
    clearAlarm: (issueKey, name) => driver.write(() => clearAlarm(issueKey, name)),
    takeDueAlarms: (now) => driver.atomically(() => takeDueAlarms(now)),
  };
}

function* setAlarm(issueKey: string, name: Named, at: number): Steps<void> {
  yield* run(
    "insert into alarm (issue_key, name, at) values (?, ?, ?) on conflict (issue_key, name) do update set at = excluded.at",
    issueKey,
    name,
    at,
  );
}

function* clearAlarm(issueKey: string, name: Named | null): Steps<void> {
  if (name === null) yield* run("delete from alarm where issue_key = ?", issueKey);
  else yield* run("delete from alarm where issue_key = ? and name = ?", issueKey, name);
}

function* takeDueAlarms(now: number): Steps<{ issueKey: string; name: Named }[]> {
  const rows = yield* all("select * from alarm where at <= ? order by at", now);
  for (const row of rows) {
    const [key, name] = [String(row.issue_key), String(row.name)];
    yield* run("delete from alarm where issue_key = ? and name = ?", key, name);
    const event = JSON.stringify({ type: "alarm", name });
    yield* run("insert into event (issue_key, event, at) values (?, ?, ?)", key, event, now);
  }
  return rows.map((row) => ({ issueKey: String(row.issue_key), name: String(row.name) as Named }));
}
