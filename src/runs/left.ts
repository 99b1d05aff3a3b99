// What earlier processes left of runs on this host, found without a store: containers, folders, quarantines and records.

import { readdir } from "node:fs/promises";
import { parseJson } from "../base/parse-json.ts";
import type { RunLabel, Runtime } from "../container/run.ts";
import type { LeftRun } from "../engine/ports.ts";
import type { BegunSince } from "../loop/event.ts";
import type { IssueRef, LoopState } from "../loop/state.ts";
import { type FileParts, type Named, namesLeft, readKept, readRunName, repositoryOfRun } from "./files.ts";
import { type RecordedOrder, readRecorded } from "./provenance.ts";
import { rooms } from "./rooms.ts";

export interface LeftParts extends Pick<FileParts, "dataDir"> {
  readonly runtime: Pick<Runtime, "list">;
}

/** Runs of loops on an issue of this number, whatever repository it is of. Throws Fault. */
export async function leftRuns(parts: LeftParts, { number }: Pick<IssueRef, "number">): Promise<readonly LeftRun[]> {
  const labels = await parts.runtime.list();
  const names = new Set([...labels.map(({ id }) => id), ...(await namesLeft(parts))]);
  const left: LeftRun[] = [];
  for (const id of names) {
    const named = readRunName(id);
    if (named?.issue !== number) continue;
    left.push({ id, loop: named.loop, repositoryId: await repositoryOfRun(parts, id) });
  }
  return left;
}

/** The loop's runs after the last one that its record counts, those that were cleared away and are only written down included. Throws Fault. */
export async function begunSince(
  parts: LeftParts,
  { id: loop, runsStarted }: Pick<LoopState, "id" | "runsStarted">,
): Promise<readonly BegunSince[]> {
  const labels = new Map((await parts.runtime.list()).map((label) => [label.id, label]));
  const recorded = await readdir(rooms(parts).provenance("")).catch(() => []);
  const names = new Set([...labels.keys(), ...(await namesLeft(parts)), ...recorded]);
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
