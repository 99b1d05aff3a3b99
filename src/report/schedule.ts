// The issue that a schedule opens.
import { dayIn } from "../policy/cron.ts";
import type { Schedule } from "../policy/schema.ts";

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
