// One attempt's verdict as a tree of results, each with its reason: what the thread, the check run and the next brief show.
import type { Attempt, Criterion, Finding, Verdict, VerdictPart } from "./state.ts";

/** What one judge said, or several of a kind together; `of`: who that is. */
export interface Result {
  readonly of: "verdict" | VerdictPart["source"] | "criterion";
  readonly name: string; // untrusted where it is a check's or a criterion's; empty for what has none but its kind
  readonly colour: VerdictPart["colour"];
  readonly reason: string; // untrusted; of several together, how many are what
  readonly url: string | null;
  readonly findings: readonly Finding[]; // its own alone, not those of its parts
  readonly parts: readonly Result[];
}

/**
 * The tree: below the verdict each judge in the verdict's own order, checks of CI and of the policy together where there are
 * several, the criteria below the reviewer. Each part and each finding of the verdict is in it once; a finding of nobody
 * who is a part belongs to the verdict itself. Null: nothing was judged.
 */
export function resultsOf(attempt: Pick<Attempt, "verdict" | "review" | "gaming" | "trace">): Result | null {
  const { verdict, review, gaming, trace } = attempt;
  if (verdict === null) return null;
  const known = [
    ...(gaming?.head === verdict.head ? (gaming?.findings ?? []) : []),
    ...(trace?.head === verdict.head ? (trace?.finds ?? []) : []),
  ];
  const isIn = ({ source, title }: Finding) =>
    verdict.findings.some((one) => one.source === source && (source === "gaming" || one.title === title));
  const findings = [...verdict.findings, ...known.filter((one) => !isIn(one))];
  const sources = [...new Set(verdict.parts.map(({ source }) => source))];
  const parts = sources.map((source) =>
    ofJudge(
      source,
      verdict.parts.filter((part) => part.source === source),
      findings.filter((finding) => finding.source === source),
      review?.criteria ?? [],
    ),
  );
  const own = findings.filter(({ source }) => !sources.some((one) => one === source));
  return { of: "verdict", name: "", colour: verdict.colour, reason: counted(parts), url: null, findings: own, parts };
}

function ofJudge(
  source: VerdictPart["source"],
  parts: Verdict["parts"],
  findings: readonly Finding[],
  criteria: readonly Criterion[],
): Result {
  const owners = findings.map((finding) => ownerOf(finding, parts));
  const leaves = parts.map((part): Result => {
    const { name, colour, note: reason, url } = part;
    const own = findings.filter((_, index) => owners[index] === part);
    const below = source === "review" ? criteria.map(ofCriterion) : [];
    return { of: source, name, colour, reason, url, findings: own, parts: below };
  });
  const [only, ...others] = leaves;
  const nobodys = findings.filter((_, index) => owners[index] === null);
  if (only !== undefined && others.length === 0) return only;
  return {
    of: source,
    name: "",
    colour: worstOf(leaves),
    reason: counted(leaves),
    url: null,
    findings: nobodys,
    parts: leaves,
  };
}

/** A check's findings are titled with its name, which may begin as another's does. Null: of several, it names none. */
function ownerOf({ title }: Finding, parts: Verdict["parts"]): VerdictPart | null {
  if (parts.length === 1) return parts[0] ?? null;
  const named = parts.filter(({ name }) => title.startsWith(`${name}: `));
  return named.toSorted((a, b) => b.name.length - a.name.length)[0] ?? null;
}

const criterionColours = { met: "green", not_met: "red", cannot_tell: "pending" } as const;

function ofCriterion({ text, state, evidence }: Criterion): Result {
  const colour = criterionColours[state];
  return { of: "criterion", name: text, colour, reason: evidence, url: null, findings: [], parts: [] };
}

/** As a verdict is made of its parts. */
function worstOf(results: readonly Result[]): VerdictPart["colour"] {
  const colours = results.map(({ colour }) => colour);
  if (colours.includes("red")) return "red";
  if (colours.includes("pending")) return "pending";
  return colours.includes("green") ? "green" : "absent";
}

const inOrder = ["red", "pending", "green", "absent"] as const;

/** `1 red, 3 green`. */
function counted(results: readonly Result[]): string {
  const counts = inOrder.map((colour) => [results.filter((one) => one.colour === colour).length, colour] as const);
  return counts.flatMap(([count, colour]) => (count === 0 ? [] : [`${count} ${colourWords[colour]}`])).join(", ");
}

const colourWords: Readonly<Record<VerdictPart["colour"], string>> = {
  green: "green",
  red: "red",
  pending: "pending",
  absent: "not counted",
};

const criterionWords: Readonly<Record<VerdictPart["colour"], string>> = {
  green: "met",
  red: "not met",
  pending: "cannot tell",
  absent: "cannot tell",
};

/** What a result is called wherever people and agents read it. */
export function resultWord({ of, colour }: Pick<Result, "of" | "colour">): string {
  return (of === "criterion" ? criterionWords : colourWords)[colour];
}
