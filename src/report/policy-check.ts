// The check run on a pull request that changes the policy: what is wrong, and what it loosens or tightens, on its lines.
import type { Problem, Proposed } from "../policy/proposed.ts";
import { plainSentence } from "./escape.ts";
import { footer } from "./wording/parts.ts";
import {
  changeSentence,
  heldSentence,
  nearNameSentence,
  type ProposedIn,
  policyCheckTitle,
  policyNotes,
  refusedSentence,
} from "./wording/policy-check.ts";

const path = ".github/loop.yml";

/** Most changes that stand on lines: GitHub takes 50 annotations with a request. */
const mostAnnotated = 100;

/** `near`: files it brings under names that are never read. */
export function policyCheckText(proposed: Proposed, where: ProposedIn) {
  const { problems, changes } = proposed;
  const problemOf = ({ line, sentence, refused }: Problem) => ({
    ...{ path, line, level: refused ? ("failure" as const) : ("warning" as const) },
    message: refused ? refusedSentence(sentence) : heldSentence(sentence),
  });
  const changed = (changes ?? []).map((change) => ({
    ...{ path, line: change.line, level: change.direction === "loosens" ? ("warning" as const) : ("notice" as const) },
    message: changeSentence(change),
  }));
  const near = where.near.map((name) => ({
    path: name,
    line: 1,
    level: "failure" as const,
    message: nearNameSentence,
  }));
  const all = [...problems.map(problemOf), ...near, ...changed];
  const isRefused = all.some(({ level }) => level === "failure");
  const isLooser = where.isHidden || all.some(({ level }) => level === "warning"); // hidden: nobody is told that it is not
  const sentences = all.map((one) => `${one.path === path ? `line ${one.line}: ` : `${one.path}: `}${one.message}`);
  return {
    conclusion: isRefused ? ("failure" as const) : isLooser ? ("neutral" as const) : ("success" as const),
    title: policyCheckTitle(proposed, where),
    summary: [...policyNotes(proposed, where), ...sentences.map((sentence) => `- ${plainSentence(sentence)}`)].join(
      "\n\n",
    ),
    text: footer,
    annotations: all.slice(0, mostAnnotated).filter((one) => one.path !== path || where.isThere),
  };
}
