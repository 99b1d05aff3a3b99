// The tables of the local store, as this version has them.

/** Raised with every change of the tables; an older store is brought up to date, a newer one is refused, never guessed at. */
export const storeVersion = 6;

/** Deliveries that an earlier version stored and did not come to handle; nothing is added to it. */
export const earlierDeliveries = `
create table earlier_delivery (
  guid text primary key, event text not null, body_sha256 text not null, body text not null, received_at integer not null
) strict;
create index earlier_delivery_received on earlier_delivery (received_at);
`;

/** `keys` holds the fingerprints of all deliveries that were stored together, the newest of them at \`at\`. */
export const remembered = `
create table remembered (
  position integer primary key, at integer not null, keys blob not null, packed integer not null default 0
) strict;
create index remembered_at on remembered (at);
create index remembered_loose on remembered (position) where packed = 0;
`;

/** Of a loop's texts, which loop they belong to: one goes with the last loop that uses it. */
export const artifactUses = `
create table artifact_use (
  sha256 text not null, loop text not null, issue_key text not null, at integer not null, primary key (sha256, loop)
) strict, without rowid;
create index artifact_use_at on artifact_use (at);
`;

/** Every statement finds its rows by one of these, and none reads a table that grows from end to end. */
export const indexes = `
create index loop_branch on loop (repository_id, branch);
create index loop_pull on loop (repository_id, pull);
create index loop_head on loop (repository_id, head);
create index loop_installation on loop (installation_id);
create index loop_live on loop (issue_key) where live = 1;
create index loop_running on loop (issue_key) where running = 1;
create index loop_ended on loop (ended_at) where ended_at is not null;
create index event_open on event (issue_key, seq) where handled = 0;
create index event_at on event (at);
create index effect_issue on effect (issue_key, position);
create index effect_due on effect (not_before);
create index alarm_at on alarm (at);
create index trace_issue on trace (issue_key, id);
create index trace_at on trace (at);
`;

/** Of all loops, which need what their runs left here: read without the loops. */
export const loopIds = `
create index loop_ids on loop (loop, keeps_files);
`;

/** The ended loops of a repository, by the time of their end. */
export const pastLoops = `
create index loop_past on loop (repository_id, ended_at) where ended_at is not null;
`;

/** Repositories whose loops a person paused all together. */
export const allPausedTable = `
create table all_paused (repository_id integer primary key, paused_by text not null, since integer not null) strict;
`;

export const tables = `
create table opening (epoch integer not null) strict;
insert into opening (epoch) values (0);
${earlierDeliveries}${remembered}
create table loop (
  issue_key text primary key, repository_id integer not null, loop text not null, live integer not null,
  branch text, pull integer, head text, state text not null,
  installation_id integer, running integer not null default 0, ended_at integer, keeps_files integer not null default 0
) strict;
create table event (
  seq integer primary key autoincrement, issue_key text not null, event text not null, at integer not null,
  dedupe text unique, handled integer not null default 0
) strict;
create table effect (
  position integer primary key autoincrement, key text not null unique, issue_key text not null, loop text not null,
  type text not null, effect text not null, tries integer not null default 0, not_before integer not null default 0
) strict;
create table alarm (
  issue_key text not null, name text not null, at integer not null, primary key (issue_key, name)
) strict;
create table artifact (sha256 text primary key, text text not null) strict;
${artifactUses}
create table trace (
  id integer primary key autoincrement, issue_key text not null, loop text not null, at integer not null,
  kind text not null, detail text not null
) strict;
${indexes}${loopIds}${pastLoops}${allPausedTable}`;
