// Staticcheck's JSON, a line for each finding; a clean run leaves nothing at all.
import { z } from "zod";
import { readFindings } from "./json-findings.ts";
import type { Lines } from "./json-lines.ts";
import type { Content } from "./report.ts";
import { pathIn } from "./text.ts";

const Line = z.object({
  code: z.string(),
  severity: z.string(),
  location: z.object({ file: z.string(), line: z.number(), column: z.number() }),
  end: z.object({ line: z.number() }),
  message: z.string(),
});

/** Whether a line is one of Staticcheck's. */
export function isStaticcheck(value: unknown): boolean {
  return Line.safeParse(value).success;
}

/** What does not compile is a finding there, and nothing of its package was looked at. */
export function readStaticcheck({ values, cut }: Lines, roots: readonly string[]): Content {
  const lines = values.flatMap((value) => Line.safeParse(value).data ?? []);
  const content = readFindings(
    lines.map(({ code, severity, location, message }) => {
      const level = severity === "error" ? ("error" as const) : ("warning" as const);
      return { rule: code, level, file: location.file, line: location.line, message };
    }),
    roots,
  );
  const findings = (content.findings ?? []).map((one, at) => ({
    ...one,
    suppressed: lines[at]?.severity === "ignored",
  }));
  const broken = lines.filter(({ code }) => code === "compile");
  const unread = new Set(
    broken.map(({ location: { file }, message }) => (file === "" ? message : pathIn(file, roots))),
  );
  return {
    ...content,
    findings,
    problems: [
      ...[...unread].map((detail) => ({ kind: "not_read", detail }) as const),
      ...(cut ? [{ kind: "incomplete", detail: "it ends in the middle of a line" } as const] : []),
    ],
  };
}
