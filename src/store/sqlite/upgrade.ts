// Brings a store of an earlier version up to date, in place and in one transaction.
import type { DatabaseSync } from "node:sqlite";
import { ofLoopIds, ofLoopsAndWork, ofPastLoops } from "../indexes.ts";
import { type Fingerprint, fingerprintOf, pack } from "../remembered.ts";
import {
  allPausedTable,
  artifactUses,
  commentOfPause,
  earlierDeliveries,
  keptTable,
  remembered,
  runCostTable,
  scheduleTable,
} from "./schema.ts";

/** By the version they start from: what makes the next one of it. */
const steps: ReadonlyMap<number, (db: DatabaseSync) => void> = new Map([
  [1, (db) => db.exec("create table opening (epoch integer not null) strict; insert into opening (epoch) values (0);")],
  [2, toVersion3],
  [3, toVersion4],
  [4, (db) => db.exec(allPausedTable)],
  [5, (db) => db.exec(ofPastLoops)],
  [6, (db) => db.exec(commentOfPause)],
  [7, (db) => db.exec(scheduleTable)],
  [8, (db) => db.exec(runCostTable)],
  [9, (db) => db.exec(keptTable)],
]);

/** True once the store has version `to`; false, with nothing changed, where no way leads there. To be called within a transaction. */
export function upgrade(db: DatabaseSync, from: number, to: number): boolean {
  if (from === to) return true;
  const step = from < to ? steps.get(from) : undefined;
  if (step === undefined) return false;
  step(db);
  return upgrade(db, from + 1, to);
}

/** Deliveries are remembered by fingerprints, done effects go, and what ended loops leave can be found and removed. */
function toVersion3(db: DatabaseSync): void {
  db.exec(`${earlierDeliveries}${remembered}`);
  rememberDeliveries(db);
  db.exec(`
    insert into earlier_delivery select guid, event, body_sha256, body, received_at from delivery where how is null;
    drop table delivery;
    drop index loop_branch; drop index event_open; drop index effect_open; drop index trace_issue;
    alter table loop add column installation_id integer;
    alter table loop add column running integer not null default 0;
    alter table loop add column ended_at integer;
    update loop set
      installation_id = json_extract(state, '$.issue.installationId'),
      running = exists (
        select 1 from json_tree(loop.state) where key = 'status' and atom = 'running' and path like '$.attempts%.runs%'),
      ended_at = case when live = 0 then coalesce(json_extract(state, '$.ending.at'), json_extract(state, '$.startedAt')) end;
    delete from effect where done = 1;
    alter table effect drop column done;
    ${ourLabelsOnly}
    ${artifactUses}
    insert or ignore into artifact_use (sha256, loop, issue_key, at)
      select tree.atom, loop.loop, loop.issue_key, json_extract(loop.state, '$.startedAt')
      from loop, json_tree(loop.state) as tree
      where tree.type = 'text' and length(tree.atom) = 64 and exists (select 1 from artifact where sha256 = tree.atom);
    insert into artifact_use (sha256, loop, issue_key, at)
      select sha256, 'none', '', unixepoch() * 1000 from artifact
      where not exists (select 1 from artifact_use where artifact_use.sha256 = artifact.sha256);
    ${ofLoopsAndWork}`);
}

/** Which loops need what their runs left here is a column, so that no state is read for it. */
function toVersion4(db: DatabaseSync): void {
  db.exec(`
    alter table loop add column keeps_files integer not null default 0;
    update loop set keeps_files = 1 where running = 1 or case json_extract(state, '$.phase')
      when 'refused' then 0
      when 'settled' then coalesce(json_extract(state, '$.ending.resume'), '') <> 'none'
      else 1 end;
    ${ofLoopIds}`);
}

/**
 * An event about other people's labels means nothing any more, and a change that is still to be made names the labels that
 * come and go, where it named all that the issue was to have.
 */
const ourLabelsOnly = `
update event set handled = 1 where handled = 0 and json_extract(event, '$.type') = 'labels_changed';
update effect set effect = json_object(
  'type', 'set_labels',
  'add', json((select json_group_array(value) from json_each(effect.effect, '$.labels') where value like 'loop:%')),
  'remove', json((
    select json_group_array(value) from json_each(json_array(
      'loop:running', 'loop:needs-human', 'loop:done', 'loop:stopped',
      (select json_extract(state, '$.label') from loop where loop.issue_key = effect.issue_key)))
    where value is not null and value not in (select value from json_each(effect.effect, '$.labels'))))
) where type = 'set_labels';
`;

/** So many deliveries are packed into one row. */
const inRow = 10_000;

function rememberDeliveries(db: DatabaseSync): void {
  const insert = db.prepare("insert into remembered (at, keys, packed) values (?, ?, 1)");
  let row: Fingerprint[] = [];
  const write = () => {
    if (row.length > 0) insert.run(row.at(-1)?.at ?? 0, pack(row));
    row = [];
  };
  const all = db.prepare("select guid, body_sha256, received_at from delivery order by received_at");
  for (const { guid, body_sha256, received_at } of all.iterate()) {
    const named = { guid: String(guid), bodySha256: String(body_sha256), receivedAt: Number(received_at) };
    row.push(fingerprintOf(named));
    if (row.length === inRow) write();
  }
  write();
}
