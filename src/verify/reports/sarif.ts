// SARIF 2.1: what linters and scanners found, what they suppressed, and what they could not read.
import { z } from "zod";
import type { Content, Problem, SourceFinding } from "./report.ts";
import { isIgnored, messageOf, nameOf, pathIn } from "./text.ts";

const list = <T extends z.ZodType>(item: T) => z.array(item).nullish();
const Uri = z.object({ uri: z.string().optional(), index: z.number().optional() }).nullish();
const Location = z.object({
  physicalLocation: z
    .object({ artifactLocation: Uri, region: z.object({ startLine: z.number().optional() }).nullish() })
    .nullish(),
});
const Message = z.object({ text: z.string().optional(), markdown: z.string().optional() }).nullish();
const Rule = z.object({
  id: z.string().optional(),
  defaultConfiguration: z.object({ level: z.string().optional() }).nullish(),
});
const Notification = z.object({ level: z.string().optional(), message: Message, locations: list(Location) });
const Result = z.object({
  ruleId: z.string().optional(),
  rule: z.object({ id: z.string().optional(), index: z.number().optional() }).nullish(),
  ruleIndex: z.number().optional(),
  kind: z.string().optional(),
  level: z.string().optional(),
  baselineState: z.string().optional(),
  message: Message,
  locations: list(Location),
  suppressions: list(z.object({ status: z.string().optional() })),
});
const Driver = z.object({ name: z.string().optional(), rules: list(Rule) });
const Run = z.object({
  tool: z.object({ driver: Driver, extensions: list(Driver) }),
  artifacts: list(z.object({ location: Uri })),
  results: list(Result),
  invocations: list(
    z.object({
      executionSuccessful: z.boolean().optional(),
      toolExecutionNotifications: list(Notification),
      toolConfigurationNotifications: list(Notification),
    }),
  ),
});
const Sarif = z.object({ runs: z.array(Run) });
type Run = z.infer<typeof Run>;

/** Most results that are read of one report. */
const RESULTS = 50_000;

/** Reads a parsed SARIF log. Levels: the result's, else the rule's, else `warning`, as the standard has it (3.27.10). */
export function readSarif(value: unknown, roots: readonly string[]): Content {
  const parsed = Sarif.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const detail = `it is not SARIF 2.1: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`;
    return { problems: [{ kind: "malformed", detail: nameOf(detail) }] };
  }
  const { runs } = parsed.data;
  const findings = runs.flatMap((run) => (run.results ?? []).flatMap((result) => findingOf(result, run, roots)));
  const problems = runs.flatMap((run) => problemsOf(run, roots));
  const looked = runs.reduce((sum, run) => sum + Math.max((run.artifacts?.length ?? 0) - ignoredIn(run).size, 0), 0);
  const named = looked > 0 || runs.some((run) => ignoredIn(run).size === 0 && isNamed(run));
  if (!named)
    problems.push({ kind: "nothing_named", detail: "it has no result, and names no file that was looked at" });
  if (findings.length > RESULTS) problems.push({ kind: "capped", detail: `it has more than ${RESULTS} results` });
  return { findings: findings.slice(0, RESULTS), problems, lint: true, looked };
}

/** Whether a run shows that it looked at something: results of any kind, or an invocation that says it succeeded. */
function isNamed({ results, invocations }: Run): boolean {
  return (
    (results ?? []).length > 0 || (invocations ?? []).some(({ executionSuccessful }) => executionSuccessful === true)
  );
}

/** Files that ESLint lists although its configuration leaves them out. */
function ignoredIn(run: Run): ReadonlySet<string> {
  const told = (run.invocations ?? []).flatMap((one) => one.toolConfigurationNotifications ?? []);
  const ignored = told.filter(({ message }) => isIgnored(message?.text ?? ""));
  return new Set(ignored.flatMap((one) => uriOf(one.locations?.[0]?.physicalLocation?.artifactLocation, run) ?? []));
}

function findingOf(result: NonNullable<Run["results"]>[number], run: Run, roots: readonly string[]): SourceFinding[] {
  if (result.kind !== undefined && result.kind !== "fail") return [];
  // It was in the run that this one was compared with, and is mended since (3.27.24).
  if (result.baselineState === "absent") return [];
  const place = result.locations?.[0]?.physicalLocation;
  const uri = uriOf(place?.artifactLocation, run);
  return [
    {
      rule: nameOf(result.ruleId ?? result.rule?.id ?? ruleOf(result, run)?.id ?? ""),
      level: levelOf(result.level ?? ruleOf(result, run)?.defaultConfiguration?.level),
      file: uri === undefined ? null : pathIn(uri, roots),
      line: place?.region?.startLine ?? null,
      // A scanner of credentials may quote what it found here too.
      message: messageOf(result.message?.text ?? result.message?.markdown ?? ""),
      suppressed: (result.suppressions ?? []).some(({ status }) => status !== "rejected" && status !== "underReview"),
    },
  ];
}

function ruleOf(result: NonNullable<Run["results"]>[number], { tool }: Run): z.infer<typeof Rule> | undefined {
  const id = result.ruleId ?? result.rule?.id;
  const rules = [tool.driver, ...(tool.extensions ?? [])].flatMap((part) => part.rules ?? []);
  const named = id === undefined ? undefined : rules.find((rule) => rule.id === id || id.startsWith(`${rule.id}/`));
  return named ?? tool.driver.rules?.[result.ruleIndex ?? result.rule?.index ?? -1];
}

function levelOf(level: string | undefined): SourceFinding["level"] {
  return level === "error" || level === "note" || level === "none" ? level : "warning";
}

function uriOf(location: z.infer<typeof Uri>, { artifacts }: Run): string | undefined {
  return location?.uri ?? artifacts?.[location?.index ?? -1]?.location?.uri;
}

/** What the tool could not do: its own notifications, and an invocation that was not successful. */
function problemsOf(run: Run, roots: readonly string[]): Problem[] {
  const invocations = run.invocations ?? [];
  const told = invocations.flatMap((one) => [
    ...(one.toolExecutionNotifications ?? []),
    ...(one.toolConfigurationNotifications ?? []),
  ]);
  const errors = told.filter(({ level }) => level === "error");
  const files = errors.flatMap((one) => uriOf(one.locations?.[0]?.physicalLocation?.artifactLocation, run) ?? []);
  const failed = invocations.some(({ executionSuccessful }) => executionSuccessful === false);
  if (/^staticcheck$/i.test(run.tool.driver.name ?? "")) return withRule("compile", run, roots);
  if (/^spectral$/i.test(run.tool.driver.name ?? "")) return withRule("unrecognized-format", run, roots);
  if (errors.length === 0 && !failed) return [];
  if (files.length > 0) return [...new Set(files)].map((file) => ({ kind: "not_read", detail: pathIn(file, roots) }));
  return [{ kind: "not_read", detail: messageOf(errors[0]?.message?.text ?? "the tool says that it did not succeed") }];
}

/**
 * What was not looked at is a mere result: Staticcheck calls every run a success, also where code does not compile; Spectral warns of a
 * document to which none of its rules apply.
 */
function withRule(rule: string, run: Run, roots: readonly string[]): Problem[] {
  const results = (run.results ?? []).filter(({ ruleId }) => ruleId === rule);
  const told = results.map(({ locations, message }) => {
    const uri = uriOf(locations?.[0]?.physicalLocation?.artifactLocation, run);
    return uri ? pathIn(uri, roots) : nameOf(message?.text ?? "");
  });
  return [...new Set(told)].map((detail) => ({ kind: "not_read", detail }));
}
