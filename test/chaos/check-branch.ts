// Checks what a loop did to the repository: its branch, commit by commit, and its one pull request.
import type { Finding, ReadLoop, Say } from "./check.ts";
import { twice } from "./check-thread.ts";
import type { Happening, History } from "./history.ts";

type Move = Extract<Happening, { kind: "branch" }> & { readonly at: number };

/** The branch moves forward only, once for each attempt that pushed, and never before the thread told of the attempt. */
export function checkBranch(history: History, loop: ReadLoop, say: Say): Finding[] {
  const { state, told } = loop;
  const all = history.happenings.flatMap((one, at): Move[] => (one.kind === "branch" ? [{ ...one, at }] : []));
  const moves = all.filter(({ branch }) => branch.startsWith(`loop/${loop.issue}-`));
  const heads = state.attempts.flatMap(({ head }) => head ?? []);
  const pushed = moves.map(({ after }) => after);
  return [
    ...moves
      .filter(({ branch }) => branch !== state.branch)
      .map(({ branch }) => say("doubled", `a second branch, ${branch}`)),
    ...moves
      .filter(({ forward }) => !forward)
      .map(({ after }) => say("lost", `the branch was moved back or aside to ${short(after)}`)),
    ...moves
      .filter((move, index) => index > 0 && move.before !== moves[index - 1]?.after)
      .map(({ before }) => say("out of order", `the branch was moved from ${short(before)}, where it was not`)),
    ...twice(pushed).map((head) => say("doubled", `${short(head)} was pushed twice`)),
    ...[...new Set(heads)]
      .filter((head) => !pushed.includes(head))
      .map((head) => say("lost", `${short(head)} is in the record and was not pushed`)),
    ...pushed
      .filter((head) => !heads.includes(head))
      .map((head) => say("lost", `${short(head)} was pushed and is in no attempt of the record`)),
    ...moves
      .filter(({ at }, index) => (told.findLast((one) => one.at < at)?.state.attempts.length ?? 0) < index + 1)
      .map(({ after }) => say("out of order", `${short(after)} was pushed before the thread told of its attempt`)),
    ...(state.head === null || history.branches[state.branch ?? ""] === state.head
      ? []
      : [say("lost", `the branch is not at ${short(state.head)}, where the record says`)]),
  ];
}

/** One pull request for the loop, at the commit of the record. */
export function checkPulls(history: History, { state }: ReadLoop, say: Say): Finding[] {
  if (state.branch === null) return [];
  const pulls = history.pulls.filter(({ branch }) => branch === state.branch);
  const [pull] = pulls;
  if (state.head === null)
    return pulls.map(({ number }) => say("doubled", `pull request ${number} has nothing to show`));
  return [
    ...pulls.slice(1).map(({ number }) => say("doubled", `a second pull request, ${number}`)),
    ...(pull === undefined ? [say("lost", "the loop has commits and no pull request")] : []),
    ...(pull === undefined || pull.head === state.head
      ? []
      : [say("lost", `pull request ${pull.number} is not at ${short(state.head)}`)]),
  ];
}

export function short(sha: string): string {
  return sha.slice(0, 7);
}
