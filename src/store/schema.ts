// The tables of the local store.

/** Raised with every change of the tables; a store of another version is refused, never guessed at. */
export const storeVersion = 2;

const opening = `
create table opening (epoch integer not null) strict;
insert into opening (epoch) values (0);
`;

/** By the version they start from: what brings an older store to this version. */
export const upgrades: ReadonlyMap<number, string> = new Map([[1, opening]]);

export const tables = `${opening}
create table delivery (
  guid text primary key, event text not null, body_sha256 text not null, body text,
  received_at integer not null, how text
) strict;
create index delivery_body on delivery (body_sha256);
create index delivery_open on delivery (received_at) where how is null;
create table loop (
  issue_key text primary key, repository_id integer not null, loop text not null, live integer not null,
  branch text, pull integer, head text, state text not null
) strict;
create index loop_branch on loop (repository_id, branch);
create table event (
  seq integer primary key autoincrement, issue_key text not null, event text not null, at integer not null,
  dedupe text unique, handled integer not null default 0
) strict;
create index event_open on event (issue_key, seq) where handled = 0;
create table effect (
  position integer primary key autoincrement, key text not null unique, issue_key text not null, loop text not null,
  type text not null, effect text not null, tries integer not null default 0, not_before integer not null default 0,
  done integer not null default 0
) strict;
create index effect_open on effect (issue_key, position) where done = 0;
create table alarm (
  issue_key text not null, name text not null, at integer not null, primary key (issue_key, name)
) strict;
create table artifact (sha256 text primary key, text text not null) strict;
create table trace (
  id integer primary key autoincrement, issue_key text not null, loop text not null, at integer not null,
  kind text not null, detail text not null
) strict;
create index trace_issue on trace (issue_key, id);
`;
