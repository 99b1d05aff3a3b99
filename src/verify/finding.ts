// What a check that ended red has to say to the next attempt.
import { maskCredentials } from "../base/credentials.ts";
import type { Finding } from "../loop/state.ts";
import { distill } from "./distill.ts";
import { isEnding } from "./evidence.ts";
import type { AnnotationFact, CheckFact } from "./facts.ts";
import { plain } from "./plain.ts";
import { failedSteps } from "./steps.ts";

const DETAIL_CHARACTERS = 4000;
const ANNOTATIONS = 20;
const ANNOTATION_CHARACTERS = 1500;

/** The path of annotations that are about no file. */
const noFile = ".github";

/** One finding for a check that ended red; what looks like a credential in it is masked before anything is cut (T6). */
export function findingOf(check: CheckFact): Finding {
  const told = check.annotations.filter(isTelling);
  const first = told.find(({ path }) => path !== noFile);
  const ending = check.title.trim() || `ended as ${check.conclusion ?? "unknown"}`;
  return {
    source: "ci",
    title: `${check.name}: ${maskCredentials(plain(ending)).slice(0, 200)}`,
    detail: detailOf(check, told),
    path: first?.path ?? null,
    line: first?.line ?? null,
    url: check.url,
    ...(check.log !== undefined && "missing" in check.log ? { logMissing: check.log.missing } : {}),
  };
}

function detailOf(check: CheckFact, told: readonly AnnotationFact[]): string {
  const log = check.log !== undefined && "text" in check.log ? maskCredentials(failedSteps(check.log.text)) : "";
  const noted = told.filter(({ message }) => !log.includes(message)).slice(0, ANNOTATIONS);
  const notes = distill(maskCredentials(noted.map(noteOf).join("\n")), ANNOTATION_CHARACTERS);
  const said = [summaryOf(check), check.text].map((text) => maskCredentials(unfenced(text)));
  const rest = [...said, log].filter((text) => text.trim() !== "").join("\n\n");
  const output = distill(rest, DETAIL_CHARACTERS - notes.length - 2);
  return [notes, output].filter((text) => text !== "").join("\n\n");
}

/** Actions notes of every job that it ended, and warns of its own future; neither says what failed. */
function isTelling({ path, message, level = "failure" }: AnnotationFact): boolean {
  return !isEnding(message) && (path !== noFile || level === "failure");
}

function noteOf({ path, line, message }: AnnotationFact): string {
  return path === noFile ? message : `${path}:${line}: ${message}`;
}

/** What a check says is shown as it is, and the marks of its code blocks only take lines. */
function unfenced(text: string): string {
  return text.replaceAll(/^[ \t]*(?:`{3,}|~{3,})[\w+-]*[ \t]*\r?\n?/gm, "");
}

/** The summary, unless most of what it says, but for lines that only lead to others, stands in the text as well. */
function summaryOf({ summary, text }: CheckFact): string {
  const said = new Set(linesOf(text));
  const lines = linesOf(summary).filter((line) => !line.endsWith(":"));
  const repeated = lines.filter((line) => said.has(line)).length;
  return repeated * 2 > lines.length ? "" : summary;
}

function linesOf(text: string): string[] {
  return plain(text)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("```"));
}
