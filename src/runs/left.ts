// What earlier processes left of runs on this host, found without a store: containers, folders, quarantines and records.

import { readdir } from "node:fs/promises";
import { parseJson } from "../base/parse-json.ts";
import type { RunLabel, Runtime } from "../container/run.ts";
import type { LeftRun } from "../engine/ports.ts";
import { repositoryOfObjects } from "../gateway/git/objects.ts";
import { findQuarantine } from "../gateway/git/quarantine.ts";
import type { BegunSince } from "../loop/event.ts";
import type { IssueRef, LoopState } from "../loop/state.ts";
import { type FileParts, type Named, readKept, readRunName } from "./files.ts";
import { type RecordedOrder, readRecorded } from "./provenance.ts";
import { rooms } from "./rooms.ts";

export interface LeftParts extends Pick<FileParts, "dataDir"> {
  readonly runtime: Pick<Runtime, "list">;
}

/** Runs of loops on an issue of this number, whatever repository it is of. Throws Fault. */
export async function leftRuns(parts: LeftParts, { number }: Pick<IssueRef, "number">): Promise<readonly LeftRun[]> {
  const { runs, quarantines } = rooms(parts);
  const labels = await parts.runtime.list();
  const names = new Set([
    ...labels.map(({ id }) => id),
    ...(await namesIn(runs)),
    ...(await quarantinesIn(quarantines)),
  ]);
  const left: LeftRun[] = [];
  for (const id of names) {
    const named = readRunName(id);
    if (named?.issue !== number) continue;
    const quarantine = await findQuarantine(quarantines, id).catch(() => null);
    const repositoryId = quarantine === null ? null : repositoryOfObjects(quarantine.objectsDir);
    left.push({ id, loop: named.loop, repositoryId });
  }
  return left;
}

/** The loop's runs after the last one that its record counts, those that were cleared away and are only written down included. Throws Fault. */
export async function begunSince(
  parts: LeftParts,
  { id: loop, runsStarted }: Pick<LoopState, "id" | "runsStarted">,
): Promise<readonly BegunSince[]> {
  const { runs, quarantines, provenance } = rooms(parts);
  const labels = new Map((await parts.runtime.list()).map((label) => [label.id, label]));
  const names = new Set([
    ...labels.keys(),
    ...(await namesIn(runs)),
    ...(await quarantinesIn(quarantines)),
    ...(await namesIn(provenance(""))),
  ]);
  const since: BegunSince[] = [];
  for (const name of names) {
    const named = readRunName(name);
    if (named?.loop === loop && named.count > runsStarted)
      since.push(await begun(parts, name, named, labels.get(name)));
  }
  return since.sort((a, b) => a.count - b.count);
}

async function begun(parts: LeftParts, run: string, { count }: Named, label?: RunLabel): Promise<BegunSince> {
  const kept = await readKept(parts, run);
  const written = await readRecorded(parts, run);
  const { order } = (parseJson(written.order ?? "") as Partial<RecordedOrder> | null) ?? {};
  return {
    count,
    role: kept?.role ?? order?.role ?? label?.role ?? null,
    attempt: order?.attempt ?? label?.attempt ?? null,
    startFrom: kept?.startFrom ?? order?.startFrom ?? null,
    ...(kept?.check === undefined ? {} : { check: kept.check }),
  };
}

function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

async function quarantinesIn(folder: string): Promise<readonly string[]> {
  return (await namesIn(folder)).flatMap((name) => /^(.+)\.git$/.exec(name)?.[1] ?? []);
}
