// What earlier versions stored is brought into today's shape (F15).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Gone } from "../../src/loop/cause.ts";
import { decide } from "../../src/loop/decide.ts";
import type { LoopEvent } from "../../src/loop/event.ts";
import { LoopState } from "../../src/loop/state.ts";
import { upgradeEffect, upgradeEvent, upgradeState } from "../../src/loop/upgrade.ts";
import { statusComment } from "../../src/report/report.ts";
import { anEndedLoop, aPublishedLoop, labelledAt } from "./builder.ts";

test("F15: an ending that was told in a sentence keeps its sentence, and one of facts is left as it is", () => {
  const today = anEndedLoop({ reason: "cancelled", of: "stop_command", by: "alice" });
  expect(upgradeState(today)).toEqual(today);
  const { of: _, ...ending } = { ...today.ending, of: null, detail: "alice said `/loop stop`." };
  const read = LoopState.parse(upgradeState({ ...today, ending }));
  expect(read.ending).toEqual({ ...today.ending, of: "told", said: "alice said `/loop stop`." });
});

test.each([
  ["The issue was deleted.", "issue_deleted"],
  ["The App's installation was suspended.", "app_suspended"],
  ["the words of some other version", "issue_missing"],
  ["repository_archived", "repository_archived"],
])("F15: a stored event that says %j ends its loop in a state that can be read again", (why, gone) => {
  const event = upgradeEvent({ type: "issue_gone", why }) as LoopEvent;
  expect(event).toEqual({ type: "issue_gone", why: Gone.parse(gone) });
  const { state } = decide(aPublishedLoop(), event, labelledAt);
  expect(LoopState.parse(JSON.parse(JSON.stringify(state))).ending).toMatchObject({ of: "out_of_reach", gone });
});

test("F15: why a loop rested or an approval did not count is kept as it was said", () => {
  const why = "The model provider failed.";
  const said = { of: "told", said: why };
  const resting = { ...aPublishedLoop(), phase: "resting", resumeAt: { phase: "preparing", at: labelledAt, why } };
  const state = LoopState.parse(upgradeState(resting));
  expect(state.resumeAt?.why).toEqual(said);
  expect(statusComment(state, labelledAt)).toContain(`Waiting until 2026-01-05 09:00 UTC. ${why}`);
  const reply = { kind: "approval_does_not_count", login: "bob", why };
  expect(upgradeEffect({ type: "reply", reply })).toEqual({ type: "reply", reply: { ...reply, why: said } });
  expect(upgradeEffect({ type: "write_status" })).toEqual({ type: "write_status" });
  const broken = upgradeEvent({ type: "record_tampered", why: "the comment holds more than one record" });
  expect(broken).toEqual({ type: "record_tampered", why: "edited" });
});

test("F15: a record that waited to be restored is brought along", () => {
  const record = { ...aPublishedLoop(), ending: { reason: "cancelled", detail: "Someone closed it." } };
  const event = upgradeEvent({ type: "restored", record }) as { record: { ending: object } };
  expect(event.record.ending).toEqual({ reason: "cancelled", of: "told", said: "Someone closed it." });
});

test("F15: dollars of an earlier version become whole nano-dollars, in states, records and stored events", () => {
  const earlier = JSON.parse(readFileSync(join(import.meta.dirname, "../../fixtures/records/earlier.json"), "utf8"));
  const [attempt] = earlier.attempts;
  const spent = { ...attempt, runs: [{ ...attempt.runs[0], spentUsd: 0.1 + 0.2 }] };
  const before = { ...earlier, grantedUsd: 12.5, attempts: [spent] };
  const state = LoopState.parse(upgradeState(before));
  expect(state).toMatchObject({ grantedNano: 12_500_000_000, rules: { budgetNano: 5_000_000_000 } });
  expect(state.attempts[0]?.runs[0]?.spentNano).toBe(300_000_000);
  expect(upgradeState(state)).toEqual(state);
  expect(JSON.stringify(state)).not.toContain("Usd");
  expect(upgradeEvent({ type: "run_ended", run: "12-k3f9-1", spentUsd: 0.014 })).toEqual({
    type: "run_ended",
    run: "12-k3f9-1",
    spentNano: 14_000_000,
  });
  const read = upgradeEvent({ type: "retry_read", facts: { policy: { ok: true, rules: before.rules } } });
  expect(read).toMatchObject({ facts: { policy: { rules: { budgetNano: 5_000_000_000 } } } });
  const restored = upgradeEvent({ type: "restored", record: before }) as { record: LoopState };
  expect(LoopState.parse(restored.record).grantedNano).toBe(12_500_000_000);
});

test("F15, T21: an approval that an earlier version remembered counts for nothing, and the gate is read anew", () => {
  const gate = aPublishedLoop({ phase: "awaiting_gate" });
  const { othersPushed: _pushed, awaitsCi: _ci, mergedBy: _by, ...old } = gate;
  const stored = { ...old, approvedBy: "bob", approvals: [{ login: "bob", head: gate.head }] };
  const state = LoopState.parse(upgradeState(stored));
  expect(state).toEqual({ ...gate, approvals: [], othersPushed: true, awaitsCi: true });
  expect(upgradeEffect({ type: "merge", head: "c" })).toEqual({ type: "pass_gate" });
  expect(upgradeEffect({ type: "read_gate", head: "c" })).toEqual({ type: "pass_gate" });
  const facts = { head: gate.head, open: true, merged: false, approvals: [{ login: "bob", head: gate.head }] };
  for (const event of [{ type: "merged" }, { type: "merge_refused", message: "no" }, { type: "gate_read", facts }]) {
    const next = decide(state, upgradeEvent(event) as LoopEvent, labelledAt);
    expect(next.effects).toEqual([{ type: "pass_gate" }]);
    expect(next.state?.ending).toBe(null);
  }
});
