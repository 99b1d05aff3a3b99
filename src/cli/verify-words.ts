// What `loopgate verify` says: the tree of results as text, as Markdown, as JSON and as SARIF.

import type { Finding } from "../loop/state.ts";
import type { Checked, CheckRun, Colour } from "../verify/checked.ts";
import { distill } from "../verify/distill.ts";
import { findingOf, unreadSentence } from "../verify/gaming/told.ts";
import { type KnockOutColour, seenOfKnockOut, summaryOf } from "../verify/knock-out/knock-out.ts";
import { reasonSentence } from "../verify/reports/reasons.ts";
import type { SourceFinding } from "../verify/reports/report.ts";

export interface Verified {
  readonly base: string;
  readonly head: string;
  readonly policyFrom: string;
  readonly sealed: boolean;
  readonly risks: readonly Finding[];
  readonly checked: Checked;
}

const LISTED = 10;
const marks: Readonly<Record<Colour | KnockOutColour, string>> = {
  told: "for the reviewer",
  green: "green",
  red: "RED",
  no_evidence: "no evidence",
  red_on_base_too: "red on the base too",
};

/** The tree for a terminal. */
export function asText(verified: Verified): string {
  return `${linesOf(verified).join("\n")}\n`;
}

/** The same tree for a summary that GitHub or a person shows; text from reports is set as code. */
export function asMarkdown(verified: Verified): string {
  const [first = "", ...rest] = linesOf(verified);
  const fence = "`".repeat(
    Math.max(
      3,
      ...rest
        .join("\n")
        .split(/[^`]+/)
        .map((run) => run.length + 1),
    ),
  );
  return `### ${first}\n\n${fence}text\n${rest.join("\n")}\n${fence}\n`;
}

function linesOf({ base, head, policyFrom, sealed, risks, checked }: Verified): string[] {
  const parts = checked.checks.flatMap(({ name, colour, facts }) => [
    `  ${marks[colour]}: ${name} (${(facts.head.milliseconds / 1000).toFixed(1)} s)`,
    ...reasonsOf(facts.head).map((line) => `    ${line}`),
    ...(colour === "red_on_base_too" ? ["    It is as red at the base, so it is not held against this change."] : []),
    ...(colour === "red" && facts.base !== null && facts.base.state !== "red"
      ? ["    At the base it is not red."]
      : []),
    ...(colour === "red" && facts.base?.state === "red" ? ["    It is red at the base too, in fewer places."] : []),
  ]);
  return [
    `Verdict: ${marks[checked.colour]}`,
    `  from ${base.slice(0, 12)} to ${head.slice(0, 12)}, by ${policyFrom}${sealed ? "" : "; commands ran WITHOUT ISOLATION"}`,
    `  ${marks[checked.policy.colour]}: policy`,
    ...risks.map(({ title, path, detail }) => `    ${[title, path, detail].filter(Boolean).join(": ")}`),
    ...(checked.checks.length === 0 ? ["  no evidence: the policy names no command under `checks.run`"] : parts),
    ...knockOutLines(checked.knockOut),
    ...gamingLines(checked.gaming),
  ];
}

/** What makes judges see less stands there even where all is green. */
function gamingLines(gaming: Checked["gaming"]): string[] {
  if (gaming === null || gaming.finds.length + gaming.unread.length === 0) return [];
  const found = gaming.finds.map(findingOf).map(({ title, detail, path, line }) => {
    return `    ${title}: ${path}${line === null ? "" : `:${line}`}: ${detail}`;
  });
  const colour = gaming.finds.length === 0 ? "no_evidence" : gaming.colour;
  return [`  ${marks[colour]}: against gaming`, ...found, ...unreadSentence(gaming).map((line) => `    ${line}`)];
}

function knockOutLines(knockOut: Checked["knockOut"]): string[] {
  if (knockOut === null) return [];
  return [
    `  ${marks[knockOut.colour]}: knock-out`,
    ...summaryOf(seenOfKnockOut(knockOut)).map((line) => `    ${line}`),
  ];
}

function reasonsOf(run: CheckRun): string[] {
  const told = run.reading.reasons.map(reasonSentence);
  const failures = run.reading.tests
    .filter(({ status, message }) => status === "failed" && message !== "")
    .slice(0, LISTED)
    .map(({ name, message }) => `${name}: ${message.split("\n")[0]}`);
  const found = run.reading.findings
    .filter(({ suppressed }) => !suppressed)
    .slice(0, LISTED)
    .map(placed);
  const output = run.state === "red" && failures.length + found.length === 0 ? distill(run.log, 2000).split("\n") : [];
  return [...(run.note === null ? [] : [run.note]), ...told, ...failures, ...found, ...output].filter(
    (line) => line !== "",
  );
}

function placed({ level, file, line, rule, message }: SourceFinding): string {
  return `${level}: ${file ?? "no file"}${line === null ? "" : `:${line}`}: ${rule}: ${message.split("\n")[0]}`;
}

/** What `--json` writes: the tree with its reasons and findings; logs are left out. */
export function asJson({ base, head, policyFrom, sealed, risks, checked }: Verified): string {
  const checks = checked.checks.map(({ name, colour, facts }) => ({
    name,
    colour,
    note: facts.head.note,
    milliseconds: facts.head.milliseconds,
    base: facts.base?.state ?? null,
    ...facts.head.reading,
  }));
  const shown = {
    verdict: checked.colour,
    base,
    head,
    policyFrom,
    sealed,
    policy: checked.policy.colour,
    risks,
    checks,
    knockOut: checked.knockOut,
    gaming: checked.gaming,
  };
  return `${JSON.stringify(shown, null, 2)}\n`;
}

/** SARIF 2.1 for code scanning: risks, findings that nobody suppressed, and failed tests that name their file. */
export function asSarif({ risks, checked }: Verified): string {
  const runs = checked.checks.flatMap(({ facts }) => facts.head.reading);
  const results = [
    ...risks.map(({ title, detail, path, line }) => result("policy", "error", `${title}. ${detail}`, path, line)),
    ...runs.flatMap(({ findings }) =>
      findings
        .filter(({ suppressed }) => !suppressed)
        .map((one) => result(one.rule || "finding", one.level, one.message || one.rule, one.file, one.line)),
    ),
    ...runs.flatMap(({ tests }) =>
      tests
        .filter(({ status }) => status === "failed")
        .map(({ name, message, file }) => result("test", "error", `${name}: ${message}`, file, null)),
    ),
  ];
  const open = (checked.knockOut?.hunks ?? []).filter(({ state }) => state === "not_held");
  const held = open.map(({ path, lines }) =>
    result(
      "not-held",
      checked.knockOut?.colour === "red" ? "error" : "note",
      "No test notices when this is taken back.",
      path,
      lines?.from ?? null,
    ),
  );
  const level = checked.gaming?.colour === "red" ? "error" : "warning";
  const gamed = (checked.gaming?.finds ?? []).map((find) => {
    const { title, detail, path, line } = findingOf(find);
    return result(find.rule.replaceAll("_", "-"), level, `${title}. ${detail}`, path, line);
  });
  const driver = { name: "loopgate verify", informationUri: "https://github.com", rules: [] };
  return `${JSON.stringify({ $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [{ tool: { driver }, results: [...results, ...held, ...gamed] }] }, null, 2)}\n`;
}

function result(ruleId: string, level: string, text: string, file: string | null, line: number | null) {
  const region = line === null || line < 1 ? {} : { region: { startLine: line } };
  const locations =
    file === null ? [] : [{ physicalLocation: { artifactLocation: { uri: encodeURI(file) }, ...region } }];
  return { ruleId, level, message: { text }, locations };
}
