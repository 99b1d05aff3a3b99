// The tables of the store in PostgreSQL, all in a schema of their own.
import { allIndexes, ofRunCosts } from "../indexes.ts";

/** Raised with every change of the tables. */
export const storeVersion = 6;

export const schemaName = "loopgate";

/**
 * Texts are compared byte by byte, as SQLite compares them: the order of keys must not depend on the database's language. States, events
 * and effects are JSON as it was written: `jsonb` would put keys in another order and refuse the character U+0000.
 */
const text = 'text collate "C"';

const scheduleTable = `
create table schedule (repository_id bigint primary key, standing text not null);
`;

const runCostTable = `
create table run_cost (
  run ${text} primary key, repository_id bigint not null, installation_id bigint not null, owner ${text} not null,
  began_at bigint not null, counts_until bigint not null, open integer not null, nano bigint not null, short integer not null
);
`;

const keptTable = `
create table kept (name ${text} primary key, value text not null);
`;

/** What processes that stand by took in for whoever leads; SQLite has no such processes. */
const arrivalTable = `
create table arrival (position bigint generated always as identity primary key, delivery text not null);
`;

/** By the version they start from: what makes the next one of it. */
export const upgrades: ReadonlyMap<number, string> = new Map([
  [1, "alter table all_paused add column comment bigint"],
  [2, scheduleTable],
  [3, `${runCostTable}${ofRunCosts}`],
  [4, keptTable],
  [5, arrivalTable],
]);

export const tables = `
create table opening (
  epoch integer not null, version integer not null, holder text not null, renewed_at timestamptz not null, closed boolean not null
);
insert into opening values (0, ${storeVersion}, '', clock_timestamp(), true);
create table remembered (
  position bigint generated always as identity primary key, at bigint not null, keys bytea not null, packed integer not null default 0
);
create table loop (
  issue_key ${text} primary key, repository_id bigint not null, loop ${text} not null, live integer not null,
  branch ${text}, pull bigint, head ${text}, state text not null,
  installation_id bigint, running integer not null default 0, ended_at bigint, keeps_files integer not null default 0
);
create table event (
  seq bigint generated always as identity primary key, issue_key ${text} not null, event text not null, at bigint not null,
  dedupe ${text} unique, handled integer not null default 0
);
create table effect (
  position bigint generated always as identity primary key, key ${text} not null unique, issue_key ${text} not null,
  loop ${text} not null, type text not null, effect text not null, tries integer not null default 0,
  not_before bigint not null default 0
);
create table alarm (
  issue_key ${text} not null, name ${text} not null, at bigint not null, primary key (issue_key, name)
);
create table artifact (sha256 ${text} primary key, text bytea not null);
create table artifact_use (
  sha256 ${text} not null, loop ${text} not null, issue_key ${text} not null, at bigint not null, primary key (sha256, loop)
);
create table trace (
  id bigint generated always as identity primary key, issue_key ${text} not null, loop ${text} not null, at bigint not null,
  kind text not null, detail text not null
);
create table all_paused (repository_id bigint primary key, paused_by text not null, since bigint not null, comment bigint);
${scheduleTable}${runCostTable}${keptTable}${arrivalTable}${allIndexes}`;
