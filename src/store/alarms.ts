// Alarms: one time for each name and issue; one that is due becomes an event in the same transaction.
import type { StorePort } from "../engine/ports.ts";
import type { AlarmName } from "../loop/event.ts";
import type { Sql } from "./sql.ts";

export function alarms(sql: Sql): Pick<StorePort, "setAlarm" | "clearAlarm" | "takeDueAlarms"> {
  return {
    async setAlarm(issueKey, name, at) {
      sql.run(
        "insert into alarm (issue_key, name, at) values (?, ?, ?) on conflict (issue_key, name) do update set at = excluded.at",
        issueKey,
        name,
        at,
      );
    },
    async clearAlarm(issueKey, name) {
      if (name === null) sql.run("delete from alarm where issue_key = ?", issueKey);
      else sql.run("delete from alarm where issue_key = ? and name = ?", issueKey, name);
    },
    async takeDueAlarms(now) {
      return sql.atomically(() => {
        const rows = sql.all("select * from alarm where at <= ? order by at", now);
        for (const row of rows) {
          const [key, name] = [String(row.issue_key), String(row.name)];
          sql.run("delete from alarm where issue_key = ? and name = ?", key, name);
          const event = JSON.stringify({ type: "alarm", name });
          sql.run("insert into event (issue_key, event, at) values (?, ?, ?)", key, event, now);
        }
        return rows.map((row) => ({ issueKey: String(row.issue_key), name: String(row.name) as AlarmName }));
      });
    },
  };
}
