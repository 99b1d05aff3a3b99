// From the facts of one commit, checked on one machine, to a tree of results with reasons; absence of evidence is never green.
import type { Finding } from "../loop/state.ts";
import type { Gaming } from "./gaming/gaming.ts";
import { colourOfKnockOut, type KnockOut, type KnockOutColour, seenOfKnockOut } from "./knock-out/knock-out.ts";
import type { LeftPictures } from "./pictures/left.ts";
import { isMild, type Reading } from "./reports/judge.ts";
import type { SourceFinding } from "./reports/report.ts";

/** One command of the policy, run at one commit. */
export interface CheckRun {
  readonly state: Reading["state"] | "lost"; // `lost`: the run went away, which says nothing of the commit
  readonly reading: Reading;
  readonly note: string | null; // why it ended so, in the runtime's words
  readonly log: string;
  readonly logCut: boolean;
  readonly milliseconds: number;
  readonly pictures?: LeftPictures; // that it left; absent: none, or nobody looked
}

export interface CheckFacts {
  readonly name: string;
  readonly head: CheckRun;
  readonly base: CheckRun | null; // run only where the head is red
}

export interface CommitFacts {
  readonly risks: readonly Finding[];
  readonly checks: readonly CheckFacts[];
  /** Null: it was not asked for, or there is no green to try it on. */
  readonly knockOut?: KnockOut | null;
  /** What makes judges see less; absent: it was not looked for. */
  readonly gaming?: GamingSeen;
}

/** What was found in a change, and what policy makes of it. */
export interface GamingSeen extends Gaming {
  readonly policy: "inform" | "ask" | "block";
}

export type Colour = "green" | "red" | "no_evidence" | "red_on_base_too";

export interface Part {
  readonly name: string;
  readonly colour: Colour;
}

export interface Checked {
  readonly colour: "green" | "red" | "no_evidence";
  readonly policy: Part;
  readonly checks: readonly (Part & { readonly facts: CheckFacts })[];
  readonly knockOut: (KnockOut & { readonly colour: KnockOutColour }) | null;
  readonly gaming: (GamingSeen & { readonly colour: "green" | "red" | "told" }) | null;
}

/**
 * Red as soon as one judge is red. A check that is red on the base too is not held against the commit, and is no evidence for it.
 * Green needs at least one green check, and none without evidence. What no test holds counts as policy says.
 */
export function judgeCommit({ risks, checks, knockOut: tried = null, gaming: seen }: CommitFacts): Checked {
  const policy: Part = { name: "policy", colour: risks.length > 0 ? "red" : "green" };
  const parts = checks.map((facts) => ({ name: facts.name, colour: colourOf(facts), facts }));
  const knockOut = tried && { ...tried, colour: colourOfKnockOut(seenOfKnockOut(tried), tried.notHeld) };
  const gaming = seen === undefined ? null : { ...seen, colour: colourOfGaming(seen) };
  const colours = [policy.colour, gaming?.colour, ...parts.map((part) => part.colour), knockOut?.colour];
  const shown = parts.some(({ colour }) => colour === "green") && !colours.includes("no_evidence");
  return {
    colour: colours.includes("red") ? "red" : shown ? "green" : "no_evidence",
    policy,
    checks: parts,
    knockOut,
    gaming,
  };
}

/** Nobody can be asked here: what waits for a person in a loop is red. */
function colourOfGaming({ finds, policy }: GamingSeen): "green" | "red" | "told" {
  if (finds.length === 0) return "green";
  return policy === "inform" ? "told" : "red";
}

function colourOf({ head, base }: CheckFacts): Colour {
  if (head.state === "lost") return "no_evidence";
  if (head.state !== "red") return head.state;
  return base !== null && isAsRed(head.reading, base) ? "red_on_base_too" : "red";
}

/** Whether the base is red in the same way: no test, file or finding is red at the head that was not red there. */
function isAsRed(head: Reading, base: CheckRun): boolean {
  if (base.state !== "red") return false;
  const before = redIn(base.reading);
  return [...redIn(head)].every((one) => before.has(one));
}

/** What linters found that counts: errors, and warnings or notes where the command failed and nothing else shows why. */
export function redFindings({ findings, reasons }: Pick<Reading, "findings" | "reasons">): readonly SourceFinding[] {
  const mild = reasons.map(({ of }) => of).find((of) => of === "warnings" || of === "notes");
  return findings.filter(
    (one) => (one.level === "error" && !one.suppressed) || (mild !== undefined && isMild(one, mild)),
  );
}

/**
 * What was red in a reading: tests by name, errors by rule and file, and what no report names. What is there again under one name
 * is numbered, so that two are more than one.
 */
export function redIn({ tests, findings, reasons }: Reading): ReadonlySet<string> {
  const failed = tests
    .filter(({ status }) => status === "failed")
    .map(({ file, suite, name }) => [file, ...suite, name]);
  const errors = redFindings({ findings, reasons });
  const told = reasons.flatMap((reason) => {
    if (reason.of === "failed_to_load") return reason.files;
    return reason.of === "cause_not_in_report" || reason.of === "cut_short" ? [reason.of] : [];
  });
  // By rule and file: lines move.
  const times = new Map<string, number>();
  const numbered = [...failed, ...errors.map(({ rule, file }) => [rule, file]), ...told].map((one) => {
    const key = JSON.stringify(one);
    const count = (times.get(key) ?? 0) + 1;
    times.set(key, count);
    return count === 1 ? key : `${key} ${count}`;
  });
  return new Set(numbered);
}
