// The tables of the local store, as this version has them.
import { ofArtifactUses, ofLoopIds, ofLoopsAndWork, ofPastLoops, ofRemembered, ofRunCosts } from "../indexes.ts";

/** Raised with every change of the tables; an older store is brought up to date, a newer one is refused, never guessed at. */
export const storeVersion = 10;

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
${ofRemembered}`;

/** Of a loop's texts, which loop they belong to: one goes with the last loop that uses it. */
export const artifactUses = `
create table artifact_use (
  sha256 text not null, loop text not null, issue_key text not null, at integer not null, primary key (sha256, loop)
) strict, without rowid;
${ofArtifactUses}`;

/** Repositories whose loops a person paused all together; `paused_by` is empty where one had them go on. */
export const allPausedTable = `
create table all_paused (repository_id integer primary key, paused_by text not null, since integer not null) strict;
`;

/** The comment with the command that was heeded last; null where it is not known. */
export const commentOfPause = `
alter table all_paused add column comment integer;
`;

/** How each repository's schedules stand, as JSON. */
export const scheduleTable = `
create table schedule (repository_id integer primary key, standing text not null) strict;
`;

/**
 * What each run of an agent or a reviewer cost, or has set aside while `open` is 1: days that begin up to `counts_until` ask for it. `owner`
 * is in small letters.
 */
export const runCostTable = `
create table run_cost (
  run text primary key, repository_id integer not null, installation_id integer not null, owner text not null,
  began_at integer not null, counts_until integer not null, open integer not null, nano integer not null, short integer not null
) strict;
${ofRunCosts}`;

/** What the App notes for its next life, a text by its name. */
export const keptTable = `
create table kept (name text primary key, value text not null) strict;
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
${ofLoopsAndWork}${ofLoopIds}${ofPastLoops}${allPausedTable}${commentOfPause}${scheduleTable}${runCostTable}${keptTable}`;
