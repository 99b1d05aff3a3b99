// The reviewer's answer: what decides is strict, and nothing that cannot be read is an approval.
import { z } from "zod";
import type { Criterion, Finding, Review } from "../loop/state.ts";
import { jsonIn } from "./answer-file.ts";

const findingsAtMost = 50;

/** Each field by itself: an odd one is as if it were not there, and takes no other with it. */
const Place = z
  .object({
    title: z.string().trim().min(1).catch(""),
    detail: z.string().catch(""),
    path: z.string().max(1024).nullish().catch(null),
    line: z.coerce.number().int().min(1).nullish().catch(null),
  })
  .catch({ title: "", detail: "" });

/** The verdict alone is needed of a rejection; an approval has to say how sure it is. */
const Answer = z.object({
  verdict: z.enum(["approve", "reject"]),
  summary: z.string().trim().min(1).catch(""),
  confidence: z.number().min(0).max(1).nullable().catch(null),
  findings: z.array(Place).catch([]),
  criteria: z.unknown().optional(),
});

const Criteria = z
  .array(
    z.strictObject({
      number: z.int().min(1),
      state: z.enum(["met", "not_met", "cannot_tell"]),
      evidence: z.string().max(2000),
    }),
  )
  .max(50)
  .optional();

type Answered = NonNullable<z.infer<typeof Criteria>>;

/**
 * Reads result.json of a reviewer's run; null: there was none. A rejection always has at least one finding. `criteria`: what the
 * issue says done means, by number from 1, as the reviewer was told; null: it is not known any more. An approval that names one twice,
 * or one that there is not, is no answer. What it does not speak of, or calls met without evidence, cannot be told; with one that is not
 * met, an approval is a rejection.
 */
export function parseReview(text: string | null, criteria: readonly string[] | null = []): Review {
  if (text === null) return unreadable("The reviewer left no answer file.");
  const answer = Answer.safeParse(jsonIn(text));
  if (!answer.success) return unreadable(whyNot(answer.error));
  const { verdict, confidence } = answer.data;
  const summary = answer.data.summary.slice(0, 4000);
  const answered = answeredIn(answer.data.criteria, criteria);
  if (verdict === "approve") {
    if (confidence === null) return unreadable("The answer file is invalid at confidence.");
    if (summary === "") return unreadable("The answer file is invalid at summary.");
    if (answered === "odd") return unreadable("The answer file is invalid at criteria.");
  }
  const told = answered === "odd" || answered === undefined || criteria === null ? [] : criteriaOf(criteria, answered);
  const unmet = told.filter(({ state }) => state === "not_met");
  const findings = answer.data.findings
    .filter(({ title, detail }) => title + detail !== "")
    .map(findingIn)
    .slice(0, findingsAtMost - unmet.length);
  findings.push(...unmet.map(({ text: words, evidence }) => finding(`Not met: ${words}`, evidence)));
  const isRejected = verdict === "reject" || unmet.length > 0;
  if (isRejected && findings.length === 0) {
    const said = summary || "The reviewer rejected the change and did not say why.";
    findings.push(finding(said.slice(0, 300), said));
  }
  return {
    verdict: isRejected ? "reject" : "approve",
    summary: summary || (findings[0]?.title ?? ""),
    confidence: confidence ?? 0,
    findings,
    ...(told.length === 0 ? {} : { criteria: told }),
  };
}

function findingIn({ title, detail, path, line }: z.infer<typeof Place>): Finding {
  return finding((title || detail).slice(0, 300), detail.slice(0, 4000), path, line);
}

/** What is said of each; undefined: nothing was said. */
function answeredIn(given: unknown, criteria: readonly string[] | null): Answered | "odd" | undefined {
  const read = Criteria.safeParse(given);
  if (!read.success) return "odd";
  const numbers = (read.data ?? []).map(({ number }) => number);
  const isTwice = new Set(numbers).size < numbers.length;
  return isTwice || (criteria !== null && numbers.some((one) => one > criteria.length)) ? "odd" : read.data;
}

const EVIDENCE = 300;

function criteriaOf(criteria: readonly string[], answered: Answered): Criterion[] {
  return criteria.map((text, index) => {
    const said = answered.find(({ number }) => number === index + 1);
    const evidence = (said?.evidence ?? "").replace(/\s+/g, " ").trim().slice(0, EVIDENCE).toWellFormed();
    const isShown = said !== undefined && (said.state !== "met" || evidence !== "");
    return { text, state: isShown ? said.state : "cannot_tell", evidence };
  });
}

function unreadable(why: string): Review {
  const findings = [finding("The reviewer's answer could not be read", why)];
  return { verdict: "unreadable", summary: why, confidence: 0, findings };
}

/** Names the field only: what stood in it is the reviewer's text. */
function whyNot(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined || issue.path.length === 0)
    return "The answer file is not the JSON object that was asked for.";
  return `The answer file is invalid at ${issue.path.map(String).join(".").slice(0, 100)}.`;
}

function finding(title: string, detail: string, path?: string | null, line?: number | null): Finding {
  return { source: "review", title, detail, path: path ?? null, line: line ?? null, url: null };
}
