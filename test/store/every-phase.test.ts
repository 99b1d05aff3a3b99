// A store of version 2 with a loop in each phase, made by the machine of 23 November 2026: after the upgrade each goes on to its end.
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import type { StorePort } from "../../src/engine/ports.ts";
import { decide } from "../../src/loop/decide.ts";
import { Phase } from "../../src/loop/state.ts";
import { sift } from "../../src/loop/still.ts";
import { decodeRecord } from "../../src/record/codec.ts";
import { sqliteStore } from "../../src/store/sqlite/sqlite.ts";
import { readEvent } from "../loop/script.ts";

const minute = 60_000;
const sealKey = new Uint8Array(32).fill(7);

const records: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL("../../fixtures/records/every-phase.json", import.meta.url), "utf8"),
);

const published = ["published aa1", "pull 7"];
const judged = ["reviewer approve", "ci aa1", "verdict green aa1"];
const approved = ["gate approved=bob"];
const executed = ["executor pushed=aa1", ...published, "started", ...judged, ...approved];

/** The phases that there were then. */
type Earlier = Exclude<Phase, "awaiting_plan">;
const earlier = Phase.exclude(["awaiting_plan"]).options;

/** What is left in each phase, what comes next, and what makes it end well. */
const ways: Readonly<Record<Earlier, { left: readonly string[]; next: readonly string[] }>> = {
  queued: { left: ["read_claim"], next: ["claim", "started", ...executed] },
  preparing: {
    left: ["write_status", "set_labels", "set_alarm", "start_run"],
    next: ["started", ...executed],
  },
  executing: { left: [], next: executed },
  publishing: { left: ["publish"], next: [...published, "started", ...judged, ...approved] },
  verifying: { left: [], next: [...judged, ...approved] },
  resting: {
    left: ["post_attempt", "write_status", "set_alarm"],
    next: ["alarm rest", "started", ...executed],
  },
  awaiting_gate: {
    left: [
      "post_attempt",
      "write_status",
      "set_labels",
      "mark_ready",
      "clear_alarm",
      "clear_alarm",
      "set_alarm",
      "set_alarm",
    ],
    next: approved,
  },
  paused: { left: ["stop_run", "react", "write_status"], next: ["checked bob resume", "started", ...executed] },
  settled: {
    left: ["post_attempt", "write_status", "post_stop", "set_labels"],
    next: ["checked alice retry", "reread", "started", ...executed],
  },
  refused: { left: ["reply", "set_labels"], next: ["label alice again1", "claim", "started", ...executed] },
};

async function upgraded(): Promise<StorePort> {
  const dir = await mkdtemp(join(tmpdir(), "store-"));
  const fixture = new URL("../../fixtures/stores/every-phase.sqlite.gz", import.meta.url);
  await writeFile(join(dir, "loopgate.sqlite"), gunzipSync(await readFile(fixture)));
  const store = sqliteStore(dir);
  onTestFinished(async () => {
    await store.close();
    await rm(dir, { recursive: true, force: true });
  });
  return store;
}

test.each(earlier)("F15: a loop of an earlier version goes on after the upgrade: %s", async (phase) => {
  const store = await upgraded();
  const found = (await store.loops("all")).find(({ state }) => state.phase === phase);
  if (found === undefined) throw new Error(`no loop is ${phase}`);
  const { issueKey } = found;
  let state = await store.load(issueKey);
  expect(state).toEqual(found.state);
  // The record in its thread, sealed by the earlier version, says the same.
  const { issue } = found.state;
  const record = decodeRecord(records[phase] ?? "", sealKey, { ...issue, issue: issue.number });
  expect(record).toMatchObject({
    kind: "ok",
    state: { id: found.state.id, phase, attempts: found.state.attempts },
  });
  const { left } = sift(await store.pendingEffects(issueKey), state);
  expect(left.map(({ effect }) => effect.type)).toEqual(ways[phase].left);
  let now = (state?.startedAt ?? 0) + 30 * minute;
  for (const line of ways[phase].next) {
    now += minute;
    state = decide(state, readEvent(line, state, now), now).state;
  }
  expect([state?.phase, state?.ending?.reason]).toEqual(["settled", "task_complete"]);
});
