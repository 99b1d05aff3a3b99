// What stands on the pull request, and the warnings on a comment.
import { maskCredentials } from "../../base/credentials.ts";
import { placeOf } from "../../base/place.ts";
import { openHunks } from "../../loop/own-checks.ts";
import type { Attempt, LoopState, Review, Verdict } from "../../loop/state.ts";
import { inlineCode } from "../escape.ts";
import { commit } from "./parts.ts";
import { gateNext } from "./phases.ts";
import { askerWords, whoIsNeither } from "./schedule.ts";

/** What a pull request says before anything has judged its commits. */
export function openedSentences(state: LoopState): string[] {
  const whence =
    state.schedule === undefined
      ? `where ${askerWords(state)} set the label ${inlineCode(state.label)}`
      : `which ${askerWords(state)} of \`.github/loop.yml\` opened`;
  const judges = state.rules?.reviewer === null ? "CI has" : "CI and an independent reviewer have";
  return [
    `Loopgate, a GitHub App, opened this pull request for #${state.issue.number}, ${whence}. An agent wrote the commits. The issue says what each attempt tried, what failed and why.`,
    `Once ${judges} passed it, this text says what changed, how it was verified and where to look first. Then it needs the approval of someone with write permission ${whoIsNeither(state)}. Requesting changes here starts the next attempt.`,
  ];
}

/** Who asked for what, in the issue's own title. */
export function askedSentence(state: LoopState): string {
  const { issue, snapshot, title } = state;
  const asked = maskCredentials(snapshot?.title ?? title);
  return `**Asked** by ${askerWords(state)} in #${issue.number}: ${inlineCode(asked, 250)}`;
}

/** How large the change is; `said`: the agent's own words follow. */
export function changeHeadline({ attempts }: LoopState, { change, number }: Attempt, said: boolean): string {
  const tried = attempts.length === 1 ? "the first attempt" : `attempt ${number}`;
  const size =
    change === null
      ? ""
      : ` It touches ${change.files === 1 ? "1 file" : `${change.files} files`} (+${change.additions} −${change.deletions}).`;
  const words = said ? "In the agent's words, a claim:" : "The agent did not say.";
  return `**What changed and why.** This is ${tried}.${size} ${words}`;
}

export function verifiedHeadline(head: string | null): string {
  return `**Verified** on commit ${commit(head)}, by judges that the agent cannot reach:`;
}

export function moreJudgesSentence(more: number): string[] {
  return more > 0 ? [`(${more} more are in the issue.)`] : [];
}

/** What no judge looked at, as far as that is known. */
export function unverifiedSentences({ rules, othersPushed }: LoopState, { parts }: Verdict): string[] {
  const uncounted = parts.filter(
    (part) => part.source === "ci" && part.colour === "absent" && part.lacks !== "report",
  ).length;
  const isWithoutCi = parts.some(({ lacks }) => lacks === "report");
  return [
    ...(rules?.reviewer === null ? ["No independent reviewer read the change; only checks judged it."] : []),
    ...(isWithoutCi ? ["This repository has no CI: only the policy's own checks ran."] : []),
    ...(uncounted > 0 ? [`${uncounted === 1 ? "1 check" : `${uncounted} checks`} did not count.`] : []),
    ...(othersPushed ? ["Somebody else pushed to the branch, too: the agent's words are not about that."] : []),
    "The agent's words, and whatever these judges do not cover.",
  ];
}

export const assumptionsHeadline = "**To confirm.** The agent assumed:";

/** In the thread of a comment on a line. Whether the request was met is for people to say: what is known is said, and no more. */
export function answerSentence({ number, head, change }: Attempt, path: string): string {
  const isWhole = change !== null && change.paths.length === change.files;
  const left = isWhole && !change.paths.includes(path) ? ` It did not touch ${inlineCode(path, 200)}.` : "";
  return `Attempt ${number} was told this, and its commit ${commit(head)} is green.${left} Whether it does what you asked is yours to judge.`;
}

export const agentSaysHeadline = "The agent says of the attempt, a claim:";

/** What makes the judges see less: where it stands, and what it is. */
function gamingSentence({ gaming, head }: Attempt): string[] {
  if (gaming === undefined || gaming.findings.length === 0 || gaming.head !== head) return [];
  const shown = gaming.findings.slice(0, 10).map(({ title, path, line }) => {
    const place = inlineCode(maskCredentials(line === null ? (path ?? "") : `${path}:${line}`), 200);
    return `- ${place} ${title.charAt(0).toLowerCase()}${title.slice(1)}`;
  });
  const left = gaming.findings.length + gaming.more - shown.length;
  const more = left > 0 ? [`- and ${left} more, in the issue`] : [];
  return [["**Look first at** what makes this change's own judges see less:", ...shown, ...more].join("\n")];
}

/** What makes judges see less, where no test would notice a mistake, as far as that was tried, and the files that change most; empty where neither is known. */
export function lookFirstSentence(attempt: Attempt): string[] {
  return [...gamingSentence(attempt), ...placesSentence(attempt)];
}

function placesSentence({ change, knockOut }: Attempt): string[] {
  const open = [...(knockOut?.notHeld ?? []), ...(knockOut?.unknown ?? [])];
  if (knockOut != null && open.length > 0) {
    const { notHeld, unknown } = openHunks(knockOut);
    const all = notHeld + unknown;
    const places = open.slice(0, 10).map((place) => inlineCode(maskCredentials(placeOf(place)), 200));
    const left = all - places.length;
    const more = left > 0 ? ` and ${left} more ${left === 1 ? "place" : "places"}` : "";
    return [
      `**Look first at** ${places.join(", ")}${more}: no test is known to fail without ${all === 1 ? "it" : "these"}.`,
    ];
  }
  const files = (change?.heaviest ?? []).slice(0, 3);
  if (files.length === 0) return [];
  const named = files.map(
    ({ path, additions, deletions }) => `${inlineCode(maskCredentials(path), 200)} (+${additions} −${deletions})`,
  );
  return [`**Look first at** ${named.join(", ")}.`];
}

/** What is left to a person. */
export function pullNext(state: LoopState): string {
  return state.rules?.approvals === 0
    ? "The policy asks for no approval: whoever may merge this decides."
    : gateNext(state);
}

/** In the status comment, where a person wrote in the description. */
export const bodyEditedWords = "; its description was edited by hand, so Loopgate leaves it as it is";

/** The reviewer's check run in a few words. */
export const checkTitles: Record<Review["verdict"], string> = {
  approve: "The reviewer approves",
  reject: "The reviewer asks for changes",
  unreadable: "The reviewer gave no usable answer",
};

/** On the lines of a hunk that no test holds. */
export const notHeldSentence =
  "No test holds this: without it, every check stays green. A mistake here would go unnoticed, so look closely.";

/** The loud warning where no container isolates the agent. */
export const noIsolationWarning = [
  "> [!CAUTION]",
  "> **No container isolates this loop.** The agent runs as an ordinary process on the App's own host: nothing keeps it from that host's files and network. This is for the demo only.",
].join("\n");
