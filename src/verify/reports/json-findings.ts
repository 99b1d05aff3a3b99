// Linters whose JSON is one list of findings: what a clean run leaves is an empty list, which names nothing.
import { z } from "zod";
import type { Content, SourceFinding } from "./report.ts";
import { messageOf, nameOf, pathIn } from "./text.ts";

type Level = SourceFinding["level"];

/** The parts of a finding as one tool calls them. */
interface Raw {
  readonly rule: string;
  readonly level: Level;
  readonly file: string;
  readonly line: number | null | undefined;
  readonly message: string;
}

const row = z.object({ row: z.number() });

/** Ruff. What it cannot parse has no code, or `invalid-syntax`. */
const Ruff = z
  .object({
    code: z.string().nullable(),
    filename: z.string(),
    location: row,
    message: z.string(),
    severity: z.string().optional(),
  })
  .transform(
    (one): Raw => ({
      rule: one.code ?? "invalid-syntax",
      level: one.severity === "warning" ? "warning" : "error",
      file: one.filename,
      line: one.location.row,
      message: one.message,
    }),
  );
/** Pylint: `fatal` is a file that it could not work through, conventions are no more than remarks. */
const Pylint = z
  .object({
    type: z.string(),
    module: z.string(),
    path: z.string(),
    line: z.number(),
    symbol: z.string(),
    message: z.string(),
  })
  .transform(
    (one): Raw => ({
      rule: one.symbol,
      level: pylintLevel(one.type),
      file: one.path,
      line: one.line,
      message: one.message,
    }),
  );
/** ShellCheck and hadolint; the one's codes are numbers, the other's words. */
const ShellCheck = z
  .object({
    file: z.string(),
    line: z.number(),
    level: z.string(),
    code: z.union([z.string(), z.number()]),
    message: z.string(),
  })
  .transform(
    (one): Raw => ({
      rule: typeof one.code === "number" ? `SC${one.code}` : one.code,
      level: one.level === "error" ? "error" : one.level === "warning" ? "warning" : "note",
      file: one.file,
      line: one.line,
      message: one.message,
    }),
  );
/** GCC (`-fdiagnostics-format=json`). */
const Gcc = z
  .object({
    kind: z.string(),
    message: z.string(),
    option: z.string().optional(),
    locations: z.array(z.object({ caret: z.object({ file: z.string(), line: z.number() }) })),
  })
  .transform(
    (one): Raw => ({
      rule: one.option ?? one.kind,
      level: /error/.test(one.kind) ? "error" : one.kind === "warning" ? "warning" : "note",
      file: one.locations[0]?.caret.file ?? "",
      line: one.locations[0]?.caret.line,
      message: one.message,
    }),
  );
/** GitLab's code quality, which many linters write; what they call an error is critical or a blocker there, or major. */
const CodeQuality = z
  .object({
    description: z.string(),
    check_name: z.string().optional(),
    fingerprint: z.string(),
    severity: z.string().optional(),
    location: z.object({
      path: z.string(),
      lines: z.object({ begin: z.number() }).optional(),
      positions: z.object({ begin: z.object({ line: z.number() }) }).optional(),
    }),
  })
  .transform(
    (one): Raw => ({
      rule: one.check_name ?? "",
      level: /^(?:critical|blocker)$/.test(one.severity ?? "") ? "error" : one.severity === "info" ? "note" : "warning",
      file: one.location.path,
      line: one.location.lines?.begin ?? one.location.positions?.begin.line,
      message: one.description,
    }),
  );
/** markdownlint. */
const Markdownlint = z
  .object({
    fileName: z.string(),
    lineNumber: z.number(),
    ruleNames: z.array(z.string()),
    ruleDescription: z.string(),
    errorDetail: z.string().nullish(),
    severity: z.string().nullish(),
  })
  .transform(
    (one): Raw => ({
      rule: one.ruleNames[0] ?? "",
      level: one.severity === "warning" ? "warning" : "error",
      file: one.fileName,
      line: one.lineNumber,
      message: [one.ruleDescription, one.errorDetail ?? ""].filter((text) => text !== "").join(": "),
    }),
  );

export const Findings = z.union([
  z.array(Ruff),
  z.array(Pylint),
  z.array(ShellCheck),
  z.array(Gcc),
  z.array(CodeQuality),
  z.array(Markdownlint),
]);

export function pylintLevel(type: string): Level {
  if (type === "error" || type === "fatal") return "error";
  return type === "warning" ? "warning" : "note";
}

const EMPTY_LIST = "it is an empty list, as linters leave that found nothing and test runners that ran nothing";

/** Reads a document that is a list; an empty one says nothing of what was looked at, nor of who wrote it. */
export function readFindingList(list: readonly Raw[], roots: readonly string[]): Content {
  const content = readFindings(list, roots);
  return list.length > 0 ? content : { ...content, problems: [{ kind: "empty_list", detail: EMPTY_LIST }] };
}

/** Reads findings; where there are none, nothing says what was looked at. */
export function readFindings(list: readonly Raw[], roots: readonly string[]): Content {
  const findings = list.map((one) => ({
    rule: nameOf(one.rule),
    level: one.level,
    file: pathIn(one.file, roots),
    line: one.line ?? null,
    message: messageOf(one.message),
    suppressed: false,
  }));
  return {
    findings,
    lint: true,
    looked: new Set(findings.map(({ file }) => file)).size,
    problems: findings.length > 0 ? [] : [{ kind: "nothing_named", detail: "it has no finding, and names no file" }],
  };
}
