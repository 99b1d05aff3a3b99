// Hours and days at a gate where people approve, object, push, rename, and take back what they said.
import type { Act, Deed } from "./deeds.ts";
import type { PersonName } from "./model.ts";
import type { Random } from "./random.ts";

const minute = 60_000;
const hour = 60 * minute;

/** Longest that the people at one gate take for everything they do, in milliseconds. */
export const gateDays = 4 * 24 * hour;

/** A policy whose gate is what the run is about: nearly every loop gets there, and most are merged by the App. */
export function gatePolicy(draw: Random): string {
  const lines = ["version: 1", "attempts: 6", "loop_hours: 12", "gate:", `  approvals: ${draw.pick([1, 1, 1, 2])}`];
  if (draw.chance(0.8)) lines.push("  merge: true");
  lines.push(`  remind_after_hours: ${draw.pick([2, 24, 48])}`, `  expire_after_days: ${draw.pick([3, 14])}`);
  return `${lines.join("\n")}\n`;
}

/** What people do once this pull request is ready: a few deeds, spread over minutes, hours or days. */
export function atTheGate(draw: Random, pull: number, issue: number): Act[] {
  const span = draw.pick([10 * minute, 3 * hour, 30 * hour, gateDays]);
  return Array.from({ length: draw.between(1, 4) }, (_, plot) => {
    const deeds = somePlot(draw);
    const times = deeds.map(() => draw.between(0, span)).toSorted((a, b) => a - b);
    return deeds.map((deed, index) => ({ id: `gate${pull}.${plot}.${index}`, at: times[index]!, issue, deed }));
  }).flat();
}

/** Deeds that belong together; other people's may come between them. */
function somePlot(draw: Random): readonly Deed[] {
  const writer = draw.pick<PersonName>(["alice", "bob", "carol"]);
  const other = draw.pick<PersonName>(["bob", "carol"]);
  const approve = (by: PersonName): Deed => ({ do: "approve", by });
  const command = (by: PersonName): Deed => ({ do: "say", by, text: "/loop approve" });
  const yes = (by: PersonName): Deed => (draw.chance(0.6) ? approve(by) : command(by));
  return draw.pick<() => readonly Deed[]>([
    () => [yes(other)],
    () => [yes(other)],
    () => [yes("bob"), yes("carol")],
    () => [approve(other), { do: "dismiss", by: writer }],
    () => [approve("bob"), { do: "dismiss", by: writer }, approve("carol")],
    () => [approve(other), { do: "request_changes", by: other }],
    () => [{ do: "request_changes", by: other }, { do: "dismiss", by: writer }, approve(other)],
    () => [{ do: "request_changes", by: "mallory" }, approve("mallory")],
    () => [{ do: "rename", who: "alice" }, yes("alice")],
    () => [{ do: "rename", who: other }, { do: "rename", who: "mallory", takes: other }, yes("mallory")],
    () => [{ do: "push", by: other, passesCi: true, names: "the App" }, yes(other)],
    () => [{ do: "push", by: other, passesCi: true, names: "the App" }, { do: "rename", who: other }, yes(other)],
    () => [{ do: "push", by: "bob", passesCi: true, names: "carol" }, yes("bob"), yes("carol")],
    () => [{ do: "push", by: writer, passesCi: draw.chance(0.8) }, yes(other)],
    () => [{ do: "rewind", by: other }, yes(other)],
    () => [command("bob"), { do: draw.pick(["delete_command", "unsay_command"]), by: "bob" }, yes("carol")],
    () => [yes(other), { do: "rerun_ci" }],
    () => [{ do: "rerun_ci" }, yes(other)],
    () => [{ do: "base_conflicts" }, yes(other)],
    () => [{ do: "retarget", by: writer }, yes(other)],
    () => [yes(other), { do: "retarget", by: writer }],
    () => [yes("bob"), { do: "permission", of: "bob", becomes: "read" }],
    () => [yes("alice"), { do: "merge_pull", by: writer }],
    () => [yes(other), { do: "merge_pull", by: writer }, { do: "delete_branch", by: writer }],
    () => [yes(other), { do: "delete_branch", by: writer }],
    () => [
      { do: "say", by: writer, text: draw.pick(["/loop pause", "/loop status"]) },
      { do: "say", by: writer, text: "/loop resume" },
    ],
  ])();
}
