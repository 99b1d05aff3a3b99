// The reviewer's answer: a strict schema, and anything else is no approval.
import { z } from "zod";
import type { Criterion, Finding, Review } from "../loop/state.ts";

const Answer = z.strictObject({
  verdict: z.enum(["approve", "reject"]),
  summary: z.string().min(1).max(4000),
  confidence: z.number().min(0).max(1),
  findings: z
    .array(
      z.strictObject({
        title: z.string().min(1).max(300),
        detail: z.string().max(4000),
        path: z.string().max(1024).nullish(),
        line: z.int().min(1).nullish(),
      }),
    )
    .max(50),
  criteria: z
    .array(
      z.strictObject({
        number: z.int().min(1),
        state: z.enum(["met", "not_met", "cannot_tell"]),
        evidence: z.string().max(2000),
      }),
    )
    .max(50)
    .optional(),
});

type Answered = NonNullable<z.infer<typeof Answer>["criteria"]>;

/**
 * Reads result.json of a reviewer's run; null: there was none. A rejection always has at least one finding. `criteria`: what the
 * issue says done means, by number from 1, as the reviewer was told; null: it is not known any more. An answer that names one twice,
 * or one that there is not, is none. What it does not speak of, or calls met without evidence, cannot be told; with one that is not
 * met, an approval is a rejection.
 */
export function parseReview(text: string | null, criteria: readonly string[] | null = []): Review {
  if (text === null) return unreadable("The reviewer left no answer file.");
  const answer = Answer.safeParse(json(text));
  if (!answer.success) return unreadable(whyNot(answer.error));
  const { verdict, summary, confidence } = answer.data;
  const findings = answer.data.findings.map(({ title, detail, path, line }) => finding(title, detail, path, line));
  const { criteria: answered } = answer.data;
  const numbers = (answered ?? []).map(({ number }) => number);
  const isOff =
    new Set(numbers).size < numbers.length || (criteria !== null && numbers.some((one) => one > criteria.length));
  if (isOff) return unreadable("The answer file is invalid at criteria.");
  const told = answered === undefined || criteria === null ? [] : criteriaOf(criteria, answered);
  const unmet = told.filter(({ state }) => state === "not_met");
  findings.push(...unmet.map(({ text: words, evidence }) => finding(`Not met: ${words}`, evidence)));
  const isRejected = verdict === "reject" || unmet.length > 0;
  if (isRejected && findings.length === 0) findings.push(finding(summary.slice(0, 300), summary));
  return {
    verdict: isRejected ? "reject" : "approve",
    summary,
    confidence,
    findings,
    ...(told.length === 0 ? {} : { criteria: told }),
  };
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

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
