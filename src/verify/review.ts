// The reviewer's answer: a strict schema, and anything else is no approval.
import { z } from "zod";
import type { Finding, Review } from "../loop/state.ts";

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
});

/** Reads result.json of a reviewer's run; null: there was none. A rejection always has at least one finding. */
export function parseReview(text: string | null): Review {
  if (text === null) return unreadable("The reviewer left no answer file.");
  const answer = Answer.safeParse(json(text));
  if (!answer.success) return unreadable(whyNot(answer.error));
  const { verdict, summary, confidence } = answer.data;
  const findings = answer.data.findings.map(({ title, detail, path, line }) => finding(title, detail, path, line));
  if (verdict === "reject" && findings.length === 0) findings.push(finding(summary.slice(0, 300), summary));
  return { verdict, summary, confidence, findings };
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
