// The phase × event table, made by playing every pair through the machine.
import { decide } from "../../src/loop/decide.ts";
import type { LoopEvent } from "../../src/loop/event.ts";
import { type LoopState, Phase } from "../../src/loop/state.ts";
import { presumptions } from "../../src/loop/still.ts";
import { playToEnd, readEvent } from "./script.ts";

const claimed = ["label alice", "claim", "status_posted"];
const executing = [...claimed, "started"];
const publishing = [...executing, "executor pushed=aa1"];
const verifying = [...publishing, "published aa1", "pull 7", "started"];
const atGate = [...verifying, "reviewer approve", "ci aa1", "verdict green"];

/** A short script that leads to each phase. */
const ways: Record<Phase, readonly string[]> = {
  queued: ["label alice"],
  preparing: claimed,
  executing,
  publishing,
  verifying,
  resting: [...executing, "executor lost"],
  awaiting_plan: ["label alice", "claim plan-first", "status_posted", "started", 'executor plan="Mend it."'],
  awaiting_gate: atGate,
  paused: [...executing, "checked alice pause"],
  settled: [...executing, "checked alice stop", "executor stopped"],
  refused: ["label mallory", "claim permission=triage"],
};

/** One example line for every event there is; a missing type is a type error. */
const examples: Record<LoopEvent["type"], string> = {
  labelled: "label bob z9y8x7",
  restored: "restored",
  record_tampered: "tampered mallory",
  unlabelled: "unlabel alice",
  issue_closed: "close alice",
  issue_gone: "gone issue_transferred",
  issue_back: "back",
  renamed: "renamed acme shops",
  command: "command bob status",
  command_checked: "checked bob stop",
  all_paused: "all_paused bob",
  all_resumed: "all_resumed",
  hold_set: "hold_label bob",
  hold_taken_off: "hold_off",
  priority_set: "priority high",
  status_label_changed: "status_label loop:done",
  record_edited: "edited mallory",
  record_deleted: "comment_deleted mallory 501",
  review_submitted: "review bob",
  auto_merge: "auto_merge bob",
  queue_left: "queue_left",
  policy_proposed: "proposed aa1",
  schedules_seen: "schedules_seen",
  repository_added: "repository_added",
  branch_moved: "moved pp1 dave",
  branch_deleted: "branch_deleted bob",
  pull_closed: "pull_closed bob",
  ci_changed: "ci aa1",
  checks_pending: "checks_pending aa1 test",
  conflict_seen: "conflict aa1",
  alarm: "alarm loop_deadline",
  clock_set_back: "set_back 1m",
  claim_read: "claim",
  retry_read: "reread",
  status_posted: "status_posted 501",
  attempt_posted: "attempt_posted 1",
  run_queued: "in_line 2 3",
  day_full: "day_full repository money",
  run_delayed: 'delayed "The image app:1 is not on this machine."',
  run_started: "started",
  words_heard: "heard 700",
  run_ended: "executor pushed=bb2",
  published: "published aa1",
  publish_overtaken: "overtaken pp1",
  publish_refused: 'publish_refused "a ruleset"',
  pull_opened: "pull 7",
  pull_ready: "pull_ready",
  reviewers_asked: "reviewers_asked zoe",
  verdict_read: "verdict green",
  checks_rerun: "rerun asked",
  branch_updated: "updated bb2 base=ba5f",
  gate_read: "gate approved=bob",
  effect_failed: "failed start_run broken",
};

/** Markdown: one row an event, one column a phase; a cell names the next phase, or `·` where the loop stays put. */
export function phaseTable(): string {
  const states = Phase.options.map((phase) => stateIn(phase));
  const head = ["event", ...Phase.options];
  const rows = Object.entries(examples).map(([type, line]) => [type, ...states.map((state) => cell(state, line))]);
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** Markdown: one row for each kind of effect, with its place in line and what it presumes. */
export function presumptionTable(): string {
  const rows = Object.entries(presumptions).map(([type, { lane, presumes, once }]) => [
    `\`${type}\``,
    lane,
    presumes,
    once === undefined ? "each is done" : `the ${once} one`,
  ]);
  const head = ["effect", "in line", "presumes", "asked for twice"];
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** A loop in this phase. */
export function stateIn(phase: Phase): LoopState {
  const { state } = playToEnd(ways[phase]);
  if (state?.phase !== phase) throw new Error(`the way to ${phase} leads to ${state?.phase}`);
  return state;
}

function cell(state: LoopState, line: string): string {
  const now = state.startedAt + (line.startsWith("alarm") ? 8 * 60 : 1) * 60_000;
  const { state: next, effects } = decide(state, readEvent(line, state, now), now);
  if (next === null) return "none";
  const reason = next.ending !== null && next.ending !== state.ending ? ` ${next.ending.reason}` : "";
  if (next.phase !== state.phase || next.id !== state.id) return `**${next.phase}**${reason}`;
  if (effects.length > 0) return `stays; ${[...new Set(effects.map((effect) => effect.type))].join(", ")}`;
  return next === state ? "·" : "noted";
}
