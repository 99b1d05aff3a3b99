// Linters whose JSON names the files that they looked at, or says how many these were.
import { z } from "zod";
import { pylintLevel, readFindings } from "./json-findings.ts";
import type { Content, Problem } from "./report.ts";
import { isIgnored, messageOf, nameOf, pathIn } from "./text.ts";

const Message = z.object({
  ruleId: z.string().nullish(),
  severity: z.number(),
  message: z.string(),
  line: z.number().nullish(),
  fatal: z.boolean().nullish(),
});
const EslintFile = z.object({
  filePath: z.string(),
  messages: z.array(Message),
  suppressedMessages: z.array(Message).nullish(),
});
/** ESLint and html-validate, which leaves out what is clean. */
export const Eslint = z.array(EslintFile).min(1);

export function readEslint(files: z.infer<typeof Eslint>, roots: readonly string[]): Content {
  const looked = files.filter(({ messages }) => !messages.some(({ message }) => isIgnored(message)));
  const place = ({ filePath }: z.infer<typeof EslintFile>) => pathIn(filePath, roots);
  const findings = looked.flatMap((file) =>
    [
      ...file.messages.map((one) => ({ one, suppressed: false })),
      ...(file.suppressedMessages ?? []).map((one) => ({ one, suppressed: true })),
    ].map(({ one, suppressed }) => ({
      rule: nameOf(one.ruleId ?? ""),
      level: one.severity >= 2 ? ("error" as const) : ("warning" as const),
      file: place(file),
      line: one.line ?? null,
      message: messageOf(one.message),
      suppressed,
    })),
  );
  const unread = looked.filter(({ messages }) => messages.some(({ fatal }) => fatal === true)).map(place);
  return { findings, ...named(looked.length, unread) };
}

const SecretlintFile = z.object({
  filePath: z.string(),
  messages: z.array(
    z.object({
      ruleId: z.string(),
      severity: z.enum(["error", "warning", "info"]),
      message: z.string(),
      loc: z.object({ start: z.object({ line: z.number() }) }),
    }),
  ),
});
/** Secretlint, which writes each file whole beside what it found in it: nothing of that is kept. */
export const Secretlint = z.array(SecretlintFile).min(1);

export function readSecretlint(files: z.infer<typeof Secretlint>, roots: readonly string[]): Content {
  const findings = files.flatMap(({ filePath, messages }) =>
    messages.map(({ ruleId, severity, message, loc }) => ({
      rule: nameOf(ruleId),
      level: severity === "info" ? ("note" as const) : severity,
      file: pathIn(filePath, roots),
      line: loc.start.line,
      message: messageOf(message),
      suppressed: false,
    })),
  );
  return { findings, ...named(files.length, []) };
}

/** Redocly, which names only what it found something in. */
export const Redocly = z.object({
  totals: z.object({ errors: z.number(), warnings: z.number(), ignored: z.number() }),
  problems: z.array(
    z.object({
      ruleId: z.string(),
      severity: z.enum(["error", "warn"]),
      message: z.string(),
      ignored: z.boolean().nullish(),
      location: z.array(
        z.object({ source: z.object({ ref: z.string() }), start: z.object({ line: z.number() }).nullish() }),
      ),
    }),
  ),
});

export function readRedocly({ problems, totals }: z.infer<typeof Redocly>, roots: readonly string[]): Content {
  const findings = problems.map(({ ruleId, severity, message, ignored, location: [at] }) => ({
    rule: nameOf(ruleId),
    level: severity === "warn" ? ("warning" as const) : severity,
    file: pathIn(at?.source.ref ?? "", roots),
    line: at?.start?.line ?? null,
    message: messageOf(message),
    suppressed: ignored === true,
  }));
  const looked = new Set(findings.map(({ file }) => file)).size;
  const shown = findings.filter(({ level, suppressed }) => level === "error" && !suppressed).length;
  const content = { findings, ...named(looked, []) };
  if (shown >= totals.errors) return content;
  const told = `it counts ${totals.errors} errors and shows ${shown}`;
  return { ...content, problems: [...(content.problems ?? []), { kind: "incomplete", detail: told }] };
}

const StylelintFile = z.object({
  source: z.string().nullish(),
  ignored: z.boolean().nullish(),
  parseErrors: z.array(z.unknown()),
  invalidOptionWarnings: z.array(z.object({ text: z.string() })),
  warnings: z.array(
    z.object({ line: z.number().nullish(), rule: z.string(), severity: z.string().nullish(), text: z.string() }),
  ),
});
export const Stylelint = z.array(StylelintFile).min(1);

export function readStylelint(files: z.infer<typeof Stylelint>, roots: readonly string[]): Content {
  const looked = files.filter(({ ignored }) => ignored !== true);
  const place = ({ source }: z.infer<typeof StylelintFile>) => pathIn(source ?? "", roots);
  const findings = looked.flatMap((file) =>
    file.warnings.map((one) => ({
      rule: nameOf(one.rule),
      level: one.severity === "warning" ? ("warning" as const) : ("error" as const),
      file: place(file),
      line: one.line ?? null,
      message: messageOf(one.text),
      suppressed: false,
    })),
  );
  const unread = looked.filter(({ warnings }) => warnings.some(({ rule }) => rule === "CssSyntaxError")).map(place);
  const options = looked.flatMap((file) => file.invalidOptionWarnings.map(({ text }) => nameOf(text)));
  return { findings, ...named(looked.length, [...unread, ...new Set(options)]) };
}

/** HTMLHint, which leaves out what is clean. */
export const Htmlhint = z
  .array(
    z.object({
      file: z.string(),
      messages: z.array(
        z.object({ type: z.string(), message: z.string(), line: z.number(), rule: z.object({ id: z.string() }) }),
      ),
    }),
  )
  .min(1);

export function readHtmlhint(files: z.infer<typeof Htmlhint>, roots: readonly string[]): Content {
  const list = files.flatMap(({ file, messages }) =>
    messages.map(({ type, message, line, rule }) => {
      const level =
        type === "error" ? ("error" as const) : type === "warning" ? ("warning" as const) : ("note" as const);
      return { rule: rule.id, level, file, line, message };
    }),
  );
  return readFindings(list, roots);
}

/** Oxlint says how many files it read, clean or not. */
export const Oxlint = z.object({
  number_of_files: z.number(),
  diagnostics: z.array(
    z.object({
      message: z.string(),
      code: z.string().optional(),
      severity: z.string(),
      filename: z.string(),
      labels: z.array(z.object({ span: z.object({ line: z.number() }) })),
    }),
  ),
});

export function readOxlint(run: z.infer<typeof Oxlint>, roots: readonly string[]): Content {
  const list = run.diagnostics.map(({ message, code, severity, filename, labels }) => ({
    rule: code ?? "",
    level:
      severity === "error" ? ("error" as const) : severity === "warning" ? ("warning" as const) : ("note" as const),
    file: filename,
    line: labels[0]?.span.line,
    message,
  }));
  // A rule has a code; what cannot be parsed has none.
  const unread = run.diagnostics
    .filter(({ code }) => code === undefined)
    .map(({ filename }) => pathIn(filename, roots));
  return { findings: readFindings(list, roots).findings ?? [], ...named(run.number_of_files, unread) };
}

const Offense = z.object({
  severity: z.string(),
  message: z.string(),
  cop_name: z.string(),
  corrected: z.boolean().nullish(),
  location: z.object({ line: z.number().nullish() }).nullish(),
});
export const Rubocop = z.object({
  files: z.array(z.object({ path: z.string(), offenses: z.array(Offense) })),
  summary: z.object({ offense_count: z.number(), inspected_file_count: z.number() }),
});

/** RuboCop. Whether a convention fails the command is its option: it is a warning here. What it mended itself is none any more. */
export function readRubocop({ files, summary }: z.infer<typeof Rubocop>, roots: readonly string[]): Content {
  const findings = files.flatMap(({ path, offenses }) =>
    offenses
      .filter(({ corrected }) => corrected !== true)
      .map(({ severity, message, cop_name, location }) => ({
        rule: nameOf(cop_name),
        level: /^(?:error|fatal)$/.test(severity)
          ? ("error" as const)
          : severity === "info"
            ? ("note" as const)
            : ("warning" as const),
        file: pathIn(path, roots),
        line: location?.line ?? null,
        message: messageOf(message),
        suppressed: false,
      })),
  );
  const unread = files.filter(({ offenses }) => offenses.some(({ severity }) => severity === "fatal"));
  return {
    findings,
    ...named(
      summary.inspected_file_count,
      unread.map(({ path }) => pathIn(path, roots)),
    ),
  };
}

/** PHP_CodeSniffer. */
export const Phpcs = z.object({
  totals: z.object({ errors: z.number(), warnings: z.number() }),
  // An empty map is an empty list in PHP.
  files: z.union([
    z.record(
      z.string(),
      z.object({
        messages: z.array(z.object({ message: z.string(), source: z.string(), type: z.string(), line: z.number() })),
      }),
    ),
    z.array(z.never()).transform(() => ({}) as Record<string, never>),
  ]),
});

export function readPhpcs({ files }: z.infer<typeof Phpcs>, roots: readonly string[]): Content {
  const list = Object.entries(files).flatMap(([file, { messages }]) =>
    messages.map(({ message, source, type, line }) => {
      return { rule: source, level: type === "ERROR" ? ("error" as const) : ("warning" as const), file, line, message };
    }),
  );
  const unread = list.filter(({ rule }) => /^Internal\.Exception/.test(rule)).map(({ file }) => pathIn(file, roots));
  return { findings: readFindings(list, roots).findings ?? [], ...named(Object.keys(files).length, unread) };
}

/** Pyright counts the files that it analysed, and its lines from 0. */
export const Pyright = z.object({
  generalDiagnostics: z.array(
    z.object({
      file: z.string().optional(),
      severity: z.string(),
      message: z.string(),
      rule: z.string().optional(),
      range: z.object({ start: z.object({ line: z.number() }) }).optional(),
    }),
  ),
  summary: z.object({ filesAnalyzed: z.number() }),
});

export function readPyright(run: z.infer<typeof Pyright>, roots: readonly string[]): Content {
  const list = run.generalDiagnostics.map(({ file, severity, message, rule, range }) => ({
    rule: rule ?? "",
    level:
      severity === "error" ? ("error" as const) : severity === "warning" ? ("warning" as const) : ("note" as const),
    file: file ?? "",
    line: range === undefined ? null : range.start.line + 1,
    message,
  }));
  return { findings: readFindings(list, roots).findings ?? [], ...named(run.summary.filesAnalyzed, []) };
}

/** Bandit names every file in its metrics, those that it skipped among its errors. */
export const Bandit = z.object({
  errors: z.array(z.object({ filename: z.string(), reason: z.string() })),
  metrics: z.record(z.string(), z.unknown()),
  results: z.array(
    z.object({
      filename: z.string(),
      line_number: z.number(),
      issue_severity: z.string(),
      issue_text: z.string(),
      test_id: z.string(),
    }),
  ),
});

export function readBandit({ errors, metrics, results }: z.infer<typeof Bandit>, roots: readonly string[]): Content {
  const list = results.map((one) => ({
    rule: one.test_id,
    level: one.issue_severity === "HIGH" ? ("error" as const) : ("warning" as const),
    file: one.filename,
    line: one.line_number,
    message: one.issue_text,
  }));
  const looked = Object.keys(metrics).filter((name) => name !== "_totals").length;
  const unread = errors.map(({ filename }) => pathIn(filename, roots));
  return { findings: readFindings(list, roots).findings ?? [], ...named(looked, unread) };
}

/** Pylint's second form (3.0) says how many modules it looked at. */
export const Pylint2 = z.object({
  messages: z.array(
    z.object({ type: z.string(), path: z.string(), line: z.number(), symbol: z.string(), message: z.string() }),
  ),
  statistics: z.object({ modulesLinted: z.number() }),
});

export function readPylint2(run: z.infer<typeof Pylint2>, roots: readonly string[]): Content {
  const list = run.messages.map(({ type, path, line, symbol, message }) => {
    return { rule: symbol, level: pylintLevel(type), file: path, line, message };
  });
  return { findings: readFindings(list, roots).findings ?? [], ...named(run.statistics.modulesLinted, []) };
}

/** ShellCheck's second form. */
export const ShellCheck1 = z.object({ comments: z.array(z.unknown()) });

function named(looked: number, unread: readonly string[]): Content {
  const problems: Problem[] = [...new Set(unread)].map((detail) => ({ kind: "not_read", detail }));
  if (looked === 0) problems.push({ kind: "nothing_named", detail: "it names no file that was looked at" });
  return { lint: true, looked, problems };
}
