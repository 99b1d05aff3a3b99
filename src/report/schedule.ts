// The issue that a schedule opens, and how a repository's schedules stand.
import type { Skipped, Standing } from "../loop/schedule.ts";
import { dayIn, nextAfter } from "../policy/cron.ts";
import type { Schedule } from "../policy/schema.ts";
import { inlineCode } from "./escape.ts";
import { dateIn } from "./time.ts";

/** What is said of a pass. */
interface Pass {
  readonly at: number; // epoch milliseconds
  readonly pass: number;
  readonly last: number | null; // issue of the pass before; null: there was none
}

/** The title, with the day that the pass is for in its time zone. */
export function scheduledTitle({ title, time_zone }: Schedule, at: number): string {
  return title.replaceAll("{date}", dayIn(time_zone, at));
}

/** Title and body, as the policy has them, and whence they come. */
export function scheduledIssue(
  schedule: Schedule,
  { at, pass, last }: Pass,
): { readonly title: string; readonly body: string } {
  const { name, body, max_runs } = schedule;
  const of = max_runs === 0 ? "" : ` of ${max_runs}`;
  const before = last === null ? "" : ` The pass before is #${last}.`;
  const from = `<sub>Opened by the schedule \`${name}\` of \`.github/loop.yml\`, pass ${pass}${of}.${before}</sub>`;
  return { title: scheduledTitle(schedule, at), body: [body.trimEnd(), "---", from].join("\n\n") };
}

/** Why a time came to nothing, after "since". */
const skippedFor: Readonly<Record<Skipped, string>> = {
  paused: "every loop of this repository is paused",
  going: "the loop of the pass before was not over",
  unchanged: "its branch is at the commit of the pass before",
  unanswered: "nobody answered the issues of the passes before; it rests until one of them is answered",
  all_done: "it has had all its passes (`max_runs`)",
};

/** How one schedule stands, in a line. `standing`: undefined where it was not looked at yet; `now` in epoch milliseconds. */
export function scheduleLine(schedule: Schedule, standing: Standing | undefined, now: number): string {
  const { name, cron, time_zone, max_runs } = schedule;
  const of = max_runs === 0 ? "" : ` of ${max_runs}`;
  const { last = null, passes = 0, skipped } = standing ?? {};
  const pass = last === null ? "no pass yet" : `pass ${passes}${of} was #${last.issue}`;
  const next = nextAfter({ cron, time_zone }, now);
  const isOver = skipped?.why === "all_done" || (max_runs > 0 && passes >= max_runs);
  const comes = isOver || next === null ? "no time comes any more" : `its next time is ${dateIn(time_zone, next)}`;
  const none =
    skipped === undefined ? "" : `. Of ${dateIn(time_zone, skipped.at)} nothing came, since ${skippedFor[skipped.why]}`;
  return `- Schedule ${inlineCode(name)} (${inlineCode(cron)}): ${pass}; ${comes}${none}.`;
}
