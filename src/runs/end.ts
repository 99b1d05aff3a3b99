// The end of a run as a lasting fact: on the disk as soon as its door is closed, before anything of the run goes.

import { z } from "zod";
import { parseJson } from "../base/parse-json.ts";
import type { Log } from "../engine/ports.ts";
import { Trouble } from "../loop/cause.ts";
import { NanoUsd } from "../loop/money.ts";
import {
  AttachedPicture,
  CheckSeen,
  Handover,
  Heard,
  Isolation,
  KnockOutSeen,
  PackagesFetched,
  Tokens,
  ToolCount,
} from "../loop/state.ts";
import { Told } from "../verify/told.ts";
import { Did } from "../verify/trace/trace.ts";
import { rooms } from "./rooms.ts";
import { readIfThere, writeDurably } from "./whole-file.ts";

/**
 * What was seen of a run's end, and no more than that: its answer is still in its folder and its commits in its
 * quarantine, where they stay until the loop has stored its end. Times in epoch milliseconds.
 */
export const End = z.object({
  version: z.literal(1),
  role: z.enum(["executor", "reviewer", "check"]),
  startFrom: z.string(), // executor: the commit it began at; reviewer and check: the one it judged
  status: z.enum(["finished", "failed", "timed_out", "silent", "refused", "lost", "stopped"]),
  exitCode: z.number().int().nullable(),
  endedAt: z.number().int(),
  log: z.string(), // capped, its lease taken out
  note: z.string(),
  readyMs: z.number().int().nullable(),
  spentNano: NanoUsd,
  tokens: Tokens,
  outOfBudget: z.boolean(), // its model calls ended with one refused for want of money
  modelDown: z.boolean(), // its model calls ended with one that failed on the provider's side
  handover: Handover.optional(), // absent: no agent was started for it
  trouble: Trouble.nullable().default(null), // what kept it from its work
  tools: z.array(z.string()), // what the agent says it called
  refused: z.array(z.string()), // what its last push was refused for
  did: Did.optional(), // what its agent tells of what it did; absent: nothing, or nobody heard
  fetched: PackagesFetched.optional(), // what an executor fetched by itself; absent: nothing
  told: Told.optional(), // what its agent said by its tools; absent: nothing
  toolCalls: z.array(ToolCount).optional(), // what it called at the tool gateway; absent: nothing
  permitsUsed: z.array(z.string()).optional(), // what a person had allowed and was done; absent: nothing
  heard: z.array(Heard).optional(), // what people said that its agent was told; absent: nothing
  refusals: z.array(z.string()).optional(), // all that policy refused to it, with counts; absent: nothing
  newPackages: z.array(z.string()).optional(), // what it was refused until a person is asked; absent: nothing
  lostServices: z.array(z.string()).optional(), // services that ended while it went on, each with how; absent: none
  isolation: Isolation,
  knockOut: KnockOutSeen.optional(), // of a check with parts of the change taken back; absent: it came to nothing
  check: CheckSeen.nullable().optional(), // of a check: what it showed; null: nothing of the commit
  attached: z.array(AttachedPicture).optional(), // what its agent wants people to see; absent: nothing
  pictures: z.array(z.object({ id: z.string(), base64: z.string() })).optional(), // that it left or attached; absent: none
});
export type End = z.infer<typeof End>;

export interface EndParts {
  readonly dataDir: string;
  readonly log: Log;
}

/**
 * Rejects as the file system does. Where it cannot be written the run is told of all the same: a process that is killed
 * before that is stored then knows only what the run had spent.
 */
export async function keepEnd(parts: EndParts, run: string, end: End): Promise<void> {
  await writeDurably(rooms(parts).end(run), JSON.stringify(end));
}

/** Null where the run has not ended, or nobody knows how: an end that cannot be read is none, which is said in the log. */
export async function readEnd(parts: EndParts, run: string): Promise<End | null> {
  const file = rooms(parts).end(run);
  const text = await readIfThere(file);
  if (text === null) return null;
  const read = End.safeParse(parseJson(text));
  if (read.success) return read.data;
  parts.log.warn({ run, file }, "how a run ended cannot be read; it is asked for again where its container is left");
  return null;
}
