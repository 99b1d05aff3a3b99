// What the check run `loop / policy` says.
import { withoutUnseen } from "../../base/unseen.ts";
import type { PolicyChange } from "../../policy/changes.ts";
import type { Proposed } from "../../policy/proposed.ts";
import { inlineCode } from "../escape.ts";

/** Where the file is proposed. */
export interface ProposedIn {
  readonly base: string; // the branch that the pull request goes to
  readonly isDefault: boolean; // that is where policies are read
  readonly isThere: boolean; // the pull request leaves a file there
  readonly near: readonly string[]; // files that it brings under names that are never read
  readonly owners: "before" | "after" | null; // when the owner's policy stands in for one of its own
  readonly isHidden: boolean; // that is in a repository that fewer people may see
}

export const nearNameSentence =
  "This file is never read as a policy, and while it is there no loop begins: the policy is `.github/loop.yml`, so rename it.";

export function refusedSentence(problem: string): string {
  return `No loop begins with this: ${problem}.`;
}

export function heldSentence(excess: string): string {
  return `${excess[0]?.toUpperCase()}${excess.slice(1)}; it is held to that.`;
}

const starts = { loosens: "Loosens", tightens: "Tightens", neither: "Changes" } as const;

/** One option, with what it was and what it becomes. */
export function changeSentence({ path, direction, before, after, gained, lost }: PolicyChange): string {
  const start = `${starts[direction]} \`${path}\``;
  if (gained !== undefined && lost !== undefined) {
    const parts = [
      ...(gained.length > 0 ? [`it gains ${listed(gained)}`] : []),
      ...(lost.length > 0 ? [`it loses ${listed(lost)}`] : []),
    ];
    return `${start}: ${parts.join(", and ") || "the same entries, in other words or another order"}.`;
  }
  if (before === undefined) return `${start}: it was not there, and is ${shown(after)}.`;
  if (after === undefined) return `${start}: it was ${shown(before)}, and is not there any more.`;
  return `${start}: from ${shown(before)} to ${shown(after)}.`;
}

const mostListed = 8;

function listed(names: readonly string[]): string {
  const some = names.slice(0, mostListed).map((name) => shown(name));
  const more = names.length - some.length;
  return `${some.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** Of an annotation only the first words matter; the file has all of them. */
function shown(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text === ""
    ? "empty"
    : `\`${withoutUnseen(text)
        .replace(/[\s`]+/g, " ")
        .slice(0, 120)}\``;
}

/** A few words: people read no more of a check run in a list. */
export function policyCheckTitle({ problems, changes }: Proposed, { near, isHidden }: ProposedIn): string {
  if (problems.some(({ refused }) => refused)) return "No loop begins with this policy";
  if (near.length > 0) return "A file that is not read as the policy";
  if (isHidden) return "Beside a policy that is not shown here";
  if (changes === null) return "A policy that is valid, where there was none";
  const of = (wanted: PolicyChange["direction"]) => changes.filter(({ direction }) => direction === wanted).length;
  const [looser, tighter, others] = [of("loosens"), of("tightens"), of("neither")];
  const parts = [
    ...(looser > 0 ? [`loosens ${looser}`] : []),
    ...(tighter > 0 ? [`tightens ${tighter}`] : []),
    ...(others > 0 ? [`changes ${others}`] : []),
  ];
  if (parts.length === 0) return "The rules stay as they are";
  const words = `${parts.join(", ")} of the options`;
  return `${words[0]?.toUpperCase()}${words.slice(1)}`;
}

/** What stands before the list of changes. */
export function policyNotes({ changes }: Proposed, where: ProposedIn): string[] {
  const { base, isDefault, isThere, owners, isHidden } = where;
  const branch = inlineCode(base);
  return [
    `What \`.github/loop.yml\` becomes by this pull request, beside what it is on ${branch} now, both held to the bounds of this App's operator. Nothing of it counts before it is merged: loops are held to the policy of the default branch.`,
    ...(isDefault ? [] : [`${branch} is not the default branch, so that merging it there changes nothing yet.`]),
    ...(isThere ? [] : ["The pull request leaves no file there."]),
    ...(owners === "before"
      ? ["Until now the policy of the repository's owner stood in; this file takes its place as a whole."]
      : []),
    ...(owners === "after" ? ["From then on the policy of the repository's owner stands in."] : []),
    ...(isHidden
      ? [
          "That one is in a repository that not everybody here may see, so nothing of it is shown, and nothing compared.",
        ]
      : []),
    ...(changes === null && !isHidden
      ? ["There is nothing to compare it with, or nothing that could be compared: one of both is not valid."]
      : []),
  ];
}
