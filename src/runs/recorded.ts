// Finds a recorded run of an attempt and reads it whole; what is gone or was changed is said, not guessed at.
import { readdir } from "node:fs/promises";
import { Fault } from "../base/fault.ts";
import type { FileParts } from "./files.ts";
import { type RecordedEnd, type RecordedOrder, readRecorded, sha256 } from "./provenance.ts";
import { rooms } from "./rooms.ts";

/** Which run: the last one of this role that the attempt had. */
export interface WantedRun {
  readonly loop: string;
  readonly attempt: number;
  readonly role: RecordedOrder["order"]["role"];
}

export interface Recorded {
  readonly order: RecordedOrder;
  readonly brief: string;
  /** Null: its end was never seen. */
  readonly end: RecordedEnd | null;
}

/** The recorded run. Throws Fault: `not_found` when it, or its brief, is gone, `invalid` when it cannot be relied on. */
export async function readRun(parts: Pick<FileParts, "dataDir">, wanted: WantedRun): Promise<Recorded> {
  const orders = await ordersOf(parts, wanted.loop);
  const found = orders.findLast(({ order }) => order.attempt === wanted.attempt && order.role === wanted.role);
  if (found === undefined) throw missing(parts, wanted, orders);
  const { id } = found.order;
  const { brief, end } = await readRecorded(parts, id);
  if (brief === null) throw gone(`The brief of run ${id} is gone from ${rooms(parts).provenance(id)}`, "not_found");
  if (sha256(brief) !== found.briefSha256) {
    throw gone(`The brief of run ${id} is not the one that the run was given: its sha256 differs`, "invalid");
  }
  return { order: found, brief, end: end === null ? null : parsed<RecordedEnd>(end, id, "end") };
}

/** The recorded orders of a loop, oldest first. */
async function ordersOf(parts: Pick<FileParts, "dataDir">, loop: string): Promise<RecordedOrder[]> {
  const names = await readdir(rooms(parts).provenance("")).catch(() => []);
  const count = (name: string) => Number(name.split("-").at(-1));
  const runs = names.filter((name) => name.split("-").slice(1, -1).join("-") === loop);
  const read = runs
    .sort((a, b) => count(a) - count(b))
    .map(async (run) => {
      const { order } = await readRecorded(parts, run);
      return order === null ? [] : [parsed<RecordedOrder>(order, run, "order")];
    });
  return (await Promise.all(read)).flat();
}

function parsed<Kind extends { readonly version: 1 }>(text: string, run: string, what: string): Kind {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw gone(`The ${what} of run ${run} as it was recorded cannot be read: it is not JSON`, "invalid");
  }
  const { version } = (value ?? {}) as { version?: unknown };
  if (version === 1) return value as Kind;
  throw gone(`The ${what} of run ${run} was recorded by another version of Loopgate (${String(version)})`, "invalid");
}

function missing(
  parts: Pick<FileParts, "dataDir">,
  { loop, attempt, role }: WantedRun,
  orders: readonly RecordedOrder[],
): Fault {
  const known = orders.map(({ order }) => `attempt ${order.attempt} (${order.role})`);
  if (known.length === 0) return gone(`No run of a loop ${loop} is recorded below ${parts.dataDir}`, "not_found");
  const there = [...new Set(known)].join(", ");
  return gone(`No ${role} of attempt ${attempt} of loop ${loop} is recorded; there are ${there}`, "not_found");
}

function gone(what: string, kind: "not_found" | "invalid"): Fault {
  return new Fault(`${what}. Nothing was run.`, { kind, retry: "never" });
}
