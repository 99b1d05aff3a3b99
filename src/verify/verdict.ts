// Facts about one commit → its verdict. Absence of evidence is never green.
import type {
  CanarySeen,
  CheckResult,
  Criterion,
  Finding,
  GamingSeen,
  KnockOutSeen,
  Review,
  Rules,
  TraceSeen,
  Verdict,
  VerdictPart,
} from "../loop/state.ts";
import { type CiRules, judgeCi } from "./ci.ts";
import type { CiFacts } from "./facts.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { judgeGaming } from "./gaming/told.ts";
import { judgeKnockOut, untried } from "./knock-out/knock-out.ts";
import { judgeOwn } from "./own-check.ts";
import { judgeTrace } from "./trace/trace.ts";

export interface VerdictFacts {
  readonly head: string; // the commit to be judged
  readonly ci: CiFacts;
  readonly review: Review | null; // null: the reviewer has not answered yet
  readonly rules: CiRules & Pick<Rules, "reviewer" | "reviewerMissing" | "knockOut" | "gaming" | "traceBlocks">;
  readonly ourChecks: readonly string[]; // names of the App's own check runs, which are no evidence from CI
  readonly wasGreen?: readonly string[]; // names of checks that were green on this very commit when it was judged before
  readonly checks?: readonly CheckResult[]; // of the policy's own checks; absent: there are none
  readonly knockOut?: KnockOutSeen | null; // of that commit; null: under way; absent: nothing is taken back
  readonly canary?: CanarySeen | null; // what the reviewer said of a change planted as bad; null: under way; absent: none was
  readonly gaming?: GamingSeen; // of that commit; absent: nothing makes its judges see less
  readonly trace?: TraceSeen; // of the run that left that commit; absent: there is nothing to say of it
  readonly ciQuiet?: boolean; // CI had its time to say that it began
}

/**
 * What CI and the reviewer say about `head`. Red as soon as one judge is red, pending while one has not spoken, else
 * green. Facts about another commit, or a pull request whose head moved, are no evidence: pending.
 */
export function verdictOf(facts: VerdictFacts): Verdict {
  const { head, ci } = facts;
  if (ci.head !== head || ci.pullHead !== head) return verdict(head, [elsewhere(ci, head)], []);
  const judged = judgeCi(ci, facts.rules, facts.ourChecks, facts.wasGreen);
  const parts = isWithoutCi(facts, judged.parts) ? [noCi] : judged.parts;
  const own = judgeOwn(
    facts.checks ?? [],
    parts.some(({ colour }) => colour === "green" || colour === "pending"),
  );
  const review = judgeReview(facts, own.parts);
  const knockOut = judgedKnockOut(facts, [...own.parts, review.part]);
  const gaming = facts.gaming === undefined ? null : judgeGaming(facts.gaming, facts.rules.gaming);
  const trace = facts.trace === undefined ? null : judgeTrace(facts.trace, facts.rules.traceBlocks ?? []);
  const seen = [gaming, trace].filter((one) => one !== null);
  return verdict(
    head,
    [...own.parts, ...knockOut.parts, ...seen.map(({ part }) => part), ...parts, review.part],
    [
      ...own.findings,
      ...knockOut.findings,
      ...seen.flatMap(({ findings }) => findings),
      ...judged.findings,
      ...review.findings,
    ],
  );
}

/** Where nothing was taken back, that is told only where policy blocks and nothing else stands against the commit or is to come. */
function judgedKnockOut(
  { knockOut, rules }: VerdictFacts,
  others: readonly VerdictPart[],
): { readonly parts: readonly VerdictPart[]; readonly findings: readonly Finding[] } {
  if (rules.knockOut === undefined) return { parts: [], findings: [] };
  const { notHeld } = rules.knockOut;
  const isMoot = others.some(({ colour }) => colour === "red" || colour === "pending");
  if (knockOut === undefined && (notHeld !== "block" || isMoot)) return { parts: [], findings: [] };
  const { part, findings } = judgeKnockOut(knockOut === undefined ? untried : knockOut, notHeld);
  return { parts: [part], findings };
}

/**
 * Whether there is no CI beside the own checks: nothing was reported though it had its time, nothing is required, and the base has
 * none either. Where one of these is not so, its silence is no evidence, as ever.
 */
function isWithoutCi({ checks = [], ciQuiet, ci, rules }: VerdictFacts, parts: readonly VerdictPart[]): boolean {
  if (checks.length === 0 || ciQuiet !== true || rules.requiredChecks.length > 0) return false;
  const isSilent = parts.length === 1 && parts[0]?.lacks === "report" && parts[0].colour === "pending";
  return isSilent && (ci.expected ?? []).length === 0 && (ci.baseChecks ?? []).length === 0;
}

const noCi: VerdictPart = {
  source: "ci",
  name: "checks",
  colour: "absent",
  lacks: "report",
  note: "nothing was reported, here or on the base: there is none, and the policy's own checks judge",
  url: null,
};

function verdict(head: string | null, parts: VerdictPart[], findings: Finding[]): Verdict {
  const onBase = isOnBase(parts) ? { onBase: true } : {};
  const doubtful = isDoubtful(parts) ? { doubtful: true } : {};
  return {
    head,
    colour: overall(parts),
    parts,
    findings,
    ...onBase,
    ...doubtful,
    fingerprint: fingerprintOf(findings),
  };
}

/** Nothing that is red is known to be the change's doing: the base fails it too, or it was green on this commit as well. */
function isDoubtful(parts: readonly VerdictPart[]): boolean {
  const red = parts.filter((part) => part.colour === "red");
  return red.length > 0 && red.every((part) => part.onBase === true || part.flaky === true);
}

/** All that is red fails on the base, too. */
function isOnBase(parts: readonly VerdictPart[]): boolean {
  const red = parts.filter((part) => part.colour === "red");
  return red.length > 0 && red.every((part) => part.onBase === true);
}

function overall(parts: readonly VerdictPart[]): Verdict["colour"] {
  if (parts.some((part) => part.colour === "red")) return "red";
  return parts.some((part) => part.colour === "pending") || parts.every((part) => part.colour === "absent")
    ? "pending"
    : "green";
}

function elsewhere(ci: CiFacts, head: string): VerdictPart {
  const shown = ci.head === head ? ci.pullHead : ci.head;
  const found = shown === null ? "no head of the pull request" : shown.slice(0, 7);
  const note = `GitHub shows ${found} where ${head.slice(0, 7)} was pushed; reading again`;
  return { source: "ci", name: "checks", colour: "pending", note, url: null };
}

function judgeReview(
  { review, rules, canary }: VerdictFacts,
  own: readonly VerdictPart[],
): { part: VerdictPart; findings: readonly Finding[] } {
  if (rules.reviewer === null) {
    const why = rules.reviewerMissing ? "nobody named a reviewer" : "switched off by the policy";
    return { part: reviewPart("absent", why), findings: [] };
  }
  if (review === null && own.some(isAgainst))
    return { part: reviewPart("absent", "not asked, since a check stands against the commit"), findings: [] };
  if (review === null) return { part: reviewPart("pending", "not finished yet"), findings: [] };
  switch (review.verdict) {
    case "approve": {
      const said = `approved${votesWords(review)}${criteriaWords(review)}`;
      if (canary === null) return { part: reviewPart("pending", `${said}; it is being tried`), findings: [] };
      if (canary?.said === "approved")
        return { part: reviewPart("pending", `${said}, as it approved a change planted as bad`), findings: [] };
      return { part: reviewPart("green", `${said}${canaryWords(canary)}`), findings: [] };
    }
    case "reject":
      return {
        part: reviewPart("red", `rejected${votesWords(review)}${criteriaWords(review)}`),
        findings: review.findings,
      };
    case "unreadable":
      return { part: reviewPart("red", "gave no usable answer"), findings: review.findings };
  }
}

/** How it stood a trial; nothing where there was none. */
function canaryWords(canary: CanarySeen | undefined): string {
  if (canary === undefined) return "";
  return canary.said === "rejected"
    ? "; it rejected a change that was planted as bad"
    : "; of a change that was planted as bad it gave no answer";
}

/** By how many of several reviewers; nothing where there is one. */
function votesWords({ verdict, votes }: Review): string {
  if (votes === undefined || verdict === "unreadable") return "";
  return ` by ${votes[verdict]} of ${votes.of} reviewers`;
}

/** How many of the acceptance criteria are met; nothing where none was judged. */
function criteriaWords({ criteria = [] }: Review): string {
  if (criteria.length === 0) return "";
  const count = (state: Criterion["state"]) => criteria.filter((one) => one.state === state).length;
  const unclear = count("cannot_tell");
  const rest = unclear === 0 ? "" : `, and of ${unclear} it cannot tell`;
  return `; ${count("met")} of ${criteria.length} acceptance criteria met${rest}`;
}

/** A check that is red not only as the base is, or that shows nothing here and there. */
function isAgainst({ colour, onBase, final }: VerdictPart): boolean {
  return (colour === "red" && onBase !== true) || (colour === "pending" && final === true);
}

function reviewPart(colour: VerdictPart["colour"], note: string): VerdictPart {
  return { source: "review", name: "review", colour, note, url: null };
}
