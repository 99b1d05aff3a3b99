// What is said where a schedule began a loop, and not a person.
import { classOf } from "../../loop/end.ts";
import type { Ending, LoopState } from "../../loop/state.ts";
import { inlineCode, mention } from "../escape.ts";

type Asked = Pick<LoopState, "schedule" | "requester">;

/** Who wants the work, in the middle of a sentence. */
export function askerWords({ schedule, requester }: Asked): string {
  return schedule === undefined ? inlineCode(requester.login) : `the schedule ${inlineCode(schedule.name)}`;
}

/** Whose approval does not count: `… or an author of the commits`. */
export function notByWords({ schedule, requester }: Asked): string {
  return schedule === undefined
    ? `${inlineCode(requester.login)} or an author of the commits`
    : "an author of the commits";
}

/** The same behind a word such as `someone`: `who is neither … nor an author of the commits`. */
export function whoIsNeither({ schedule, requester }: Asked): string {
  return schedule === undefined
    ? `who is neither ${inlineCode(requester.login)} nor an author of the commits`
    : "who is no author of the commits";
}

/** Whom an ended loop calls: whoever asked for it, or those whom the policy names. Empty: nobody is known. */
export function calledWords({
  schedule,
  requester,
  rules,
}: Pick<LoopState, "schedule" | "requester" | "rules">): string {
  const called = schedule === undefined ? [requester.login] : (rules?.reviewers ?? []);
  return called.map((login) => mention(login)).join(" ");
}

/** By what and when it was begun, for the list of facts. */
export function scheduledFact({ name, pass, of }: NonNullable<LoopState["schedule"]>): string {
  return `Started by the schedule ${inlineCode(name)} of \`.github/loop.yml\`, pass ${pass}${of === 0 ? "" : ` of ${of}`}`;
}

/** What the end of this loop means for its schedule; empty: nothing. */
export function scheduleEnd({ schedule }: LoopState, { reason }: Ending): string[] {
  if (schedule === undefined) return [];
  const { name, pass, of, unanswered, stopAfter } = schedule;
  if (of > 0 && pass >= of)
    return [
      `This was the last of the ${of} passes that \`schedules\` in \`.github/loop.yml\` gives ${inlineCode(name)}.`,
    ];
  const inRow = unanswered + 1;
  if (classOf(reason) === "well" || inRow < stopAfter) return [];
  const which = inRow === 1 ? "this issue" : `this issue and the ${inRow - 1} before it`;
  return [
    `Until somebody answers ${which}, the schedule ${inlineCode(name)} rests and opens no other. A comment by someone with write permission is an answer, and so is closing or labelling any of them.`,
  ];
}
