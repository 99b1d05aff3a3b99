// The tables of the store in PostgreSQL, all in a schema of their own.

/** Raised with every change of the tables. */
export const storeVersion = 1;

export const schemaName = "loopgate";

/**
 * Texts are compared byte by byte, as SQLite compares them: the order of keys must not depend on the database's language. States, events
 * and effects are JSON as it was written: `jsonb` would put keys in another order and refuse the character U+0000.
 */
const text = 'text collate "C"';

/** Every statement finds its rows by one of these, and none reads a table that grows from end to end. */
const indexes = `
create index loop_branch on loop (repository_id, branch);
create index loop_pull on loop (repository_id, pull);
create index loop_head on loop (repository_id, head);
create index loop_installation on loop (installation_id);
create index loop_live on loop (issue_key) where live = 1;
create index loop_running on loop (issue_key) where running = 1;
create index loop_ended on loop (ended_at) where ended_at is not null;
create index loop_past on loop (repository_id, ended_at) where ended_at is not null;
create index loop_ids on loop (loop, keeps_files);
create index event_open on event (issue_key, seq) where handled = 0;
create index event_at on event (at);
create index effect_issue on effect (issue_key, position);
create index effect_due on effect (not_before);
create index alarm_at on alarm (at);
create index artifact_use_at on artifact_use (at);
create index trace_issue on trace (issue_key, id);
create index trace_at on trace (at);
create index remembered_at on remembered (at);
create index remembered_loose on remembered (position) where packed = 0;
`;

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
create table all_paused (repository_id bigint primary key, paused_by text not null, since bigint not null);
${indexes}`;
