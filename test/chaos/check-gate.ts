// Checks the way to the end: one verdict per judged commit, ready only after green, complete only with approval on that very commit.
import type { Expected, Finding, ReadLoop, Say } from "./check.ts";
import { short } from "./check-branch.ts";
import { twice } from "./check-thread.ts";
import type { History } from "./history.ts";

const verdictCheck = "loop / verdict";

export function checkGate(history: History, loop: ReadLoop, expected: Expected, say: Say): Finding[] {
  return [
    ...checkVerdicts(history, loop, say),
    ...checkReady(history, loop, expected, say),
    ...checkApproval(history, loop, expected, say),
    ...checkMerges(history, loop, say),
  ];
}

function checkVerdicts(history: History, { id, state }: ReadLoop, say: Say): Finding[] {
  const ours = history.checks.filter((check) => check.name === verdictCheck && check.externalId.startsWith(`${id}/`));
  const known = state.attempts.map(({ number, head }) => ({ externalId: `${id}/${number}`, head }));
  const judged = state.attempts.filter(({ head, verdict }) => head !== null && verdict !== null);
  return [
    ...twice(ours.map(({ externalId }) => externalId)).map((one) =>
      say("doubled", `two check runs with a verdict of ${one}`),
    ),
    ...judged
      .filter(({ number }) => !ours.some(({ externalId }) => externalId === `${id}/${number}`))
      .map(({ number }) => say("lost", `attempt ${number} was judged and no check run says so`)),
    ...ours
      .filter((check) => !known.some((one) => one.externalId === check.externalId && one.head === check.head))
      .map((check) =>
        say("out of order", `the check run ${check.externalId} is on ${short(check.head)}, not that attempt's commit`),
      ),
    ...ours
      .filter(({ conclusion }) => conclusion === null)
      .map(({ externalId }) => say("lost", `the check run ${externalId} was never concluded`)),
  ];
}

/** When a pull request is shown to people, CI and the verdict have said green of that commit before. */
function checkReady(history: History, { state }: ReadLoop, { ciCheck }: Expected, say: Say): Finding[] {
  const { happenings, bot } = history;
  const ready = happenings.flatMap((one, at) =>
    one.kind === "pull" && one.action === "ready_for_review" && one.branch === state.branch ? [{ ...one, at }] : [],
  );
  const drafted = happenings.filter(
    (one) => one.kind === "pull" && one.action === "converted_to_draft" && one.branch === state.branch,
  );
  const isGreen = (name: string, head: string, before: number) =>
    happenings.some(
      (one, at) =>
        at < before && one.kind === "check" && one.name === name && one.head === head && one.conclusion === "success",
    );
  return [
    ...ready.flatMap(({ head, at, by }) =>
      [ciCheck, verdictCheck]
        .filter((name) => by === bot && !isGreen(name, head, at))
        .map((name) => say("out of order", `${short(head)} was marked ready before ${name} was green`)),
    ),
    ...(ready.length > drafted.length + 1 ? [say("doubled", "the pull request was marked ready twice")] : []),
  ];
}

function checkApproval(history: History, { state, told }: ReadLoop, { approver }: Expected, say: Say): Finding[] {
  if (state.ending?.reason !== "task_complete") return [];
  const completed = told.find((one) => one.state.ending?.reason === "task_complete")?.at ?? 0;
  const pull = history.pulls.find(({ branch }) => branch === state.branch);
  const approved = history.happenings.some(
    (one, at) =>
      at < completed &&
      one.kind === "review" &&
      one.state.toLowerCase() === "approved" &&
      one.by === approver &&
      one.pull === pull?.number &&
      one.head === state.head,
  );
  return [
    ...(approved
      ? []
      : [say("out of order", `it is complete, and ${approver} had not approved ${short(state.head ?? "")}`)]),
    ...(pull?.draft ? [say("lost", "it is complete, and its pull request is still a draft")] : []),
  ];
}

/** Merged at most once, by policy only, and only where the loop is complete. */
function checkMerges(history: History, { state }: ReadLoop, say: Say): Finding[] {
  const merged = history.happenings.filter(
    (one) => one.kind === "pull" && one.merged && one.action === "closed" && one.branch === state.branch,
  );
  const wanted = state.ending?.reason === "task_complete" && state.rules?.merge === true ? 1 : 0;
  if (merged.length === wanted) return [];
  const kind = merged.length > wanted ? "doubled" : "lost";
  return [say(kind, `it was merged ${merged.length} times instead of ${wanted}`)];
}
