// A job's log as a runner of GitHub Actions writes it: a time stamp on each line, groups, commands in colour, errors marked.

import { fullName } from "../core.ts";
import type { CheckAnnotation, JobFile, Repository } from "../model.ts";

export interface LogOf {
  readonly repository: Repository;
  readonly job: string;
  readonly file: JobFile;
  readonly sha: string;
  readonly output: string;
  readonly conclusion: string;
  readonly exitCode: number;
  readonly at: number;
}

export interface WrittenLog {
  readonly text: string;
  readonly annotations: CheckAnnotation[];
}

/** The log begins with a byte order mark, as the real ones do. */
export function writeLog(of: LogOf): WrittenLog {
  const before = [...setUp(of), ...checkout(of), ...command(of)];
  const output = of.output === "" ? [] : of.output.replace(/\n$/, "").split("\n");
  const lines = [...before, ...output.map(shown), ...ending(of), ...cleaning];
  const at = before.length + output.length + 1;
  return {
    text: `\ufeff${lines.map((line, index) => `${stamp(of.at, index)} ${line}\n`).join("")}`,
    annotations: [...output.flatMap(annotated), ...(of.conclusion === "success" ? [] : [endAnnotation(of, at)])],
  };
}

function setUp({ job }: LogOf): string[] {
  const system = ["##[group]Operating System", "Ubuntu", "24.04.3", "LTS", "##[endgroup]"];
  const token = ["##[group]GITHUB_TOKEN Permissions", "Contents: read", "Metadata: read", "##[endgroup]"];
  const rest = ["Secret source: Actions", "Prepare workflow directory", "Prepare all required actions"];
  return ["Current runner version: '2.328.0'", ...system, ...token, ...rest, `Complete job name: ${job}`];
}

function checkout({ repository, sha }: LogOf): string[] {
  const settings = ["with:", `  repository: ${fullName(repository)}`, "  token: ***", "  fetch-depth: 1"];
  return [
    "##[group]Run actions/checkout@v5",
    ...settings,
    "##[endgroup]",
    `Syncing repository: ${fullName(repository)}`,
    "[command]/usr/bin/git version",
    "git version 2.51.0",
    `[command]/usr/bin/git checkout --progress --force ${sha}`,
    `HEAD is now at ${sha.slice(0, 7)}`,
  ];
}

function command({ file }: LogOf): string[] {
  const lines = (file.command ?? "run the tests").split("\n");
  const coloured = lines.map((line) => `\u001b[36;1m${line}\u001b[0m`);
  return [`##[group]Run ${lines[0]}`, ...coloured, "shell: /usr/bin/bash -e {0}", "##[endgroup]"];
}

const cleaning = ["Post job cleanup.", "Cleaning up orphan processes"];

function ending(of: LogOf): string[] {
  return of.conclusion === "success" ? [] : [`##[error]${endMessage(of)}`];
}

function endMessage({ conclusion, exitCode }: LogOf): string {
  if (conclusion === "cancelled") return "The operation was canceled.";
  if (conclusion === "timed_out") return "The job has exceeded the maximum execution time.";
  return `Process completed with exit code ${exitCode}.`;
}

function endAnnotation(of: LogOf, line: number): CheckAnnotation {
  return ofNoFile(endMessage(of), line);
}

/** What GitHub says of a job that it gives no runner, or whose runner it lost. */
export function refusalAnnotation(message: string): CheckAnnotation {
  return ofNoFile(message, 1);
}

function ofNoFile(message: string, line: number): CheckAnnotation {
  return { path: ".github", startLine: line, endLine: line, level: "failure", message, title: "", rawDetails: "" };
}

/** https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands */
const workflowCommand = /^::(error|warning|notice)(?: ([^:]*))?::(.*)$/;

function shown(line: string): string {
  const [, level, , message] = workflowCommand.exec(line) ?? [];
  return level === undefined ? line : `##[${level}]${message}`;
}

function annotated(line: string): CheckAnnotation[] {
  const [, level, settings = "", message = ""] = workflowCommand.exec(line) ?? [];
  if (level === undefined) return [];
  const given = Object.fromEntries(settings.split(",").map((one) => one.trim().split("=", 2) as [string, string]));
  const at = Number(given.line) || 1;
  return [
    {
      path: given.file ?? ".github",
      startLine: at,
      endLine: Number(given.endLine) || at,
      level: level === "error" ? "failure" : (level as "warning" | "notice"),
      message,
      title: given.title ?? "",
      rawDetails: "",
    },
  ];
}

/** A tenth of a microsecond between lines, in the seven digits that the runner writes. */
function stamp(at: number, index: number): string {
  const date = new Date(at).toISOString().replace("Z", "");
  return `${date}${String(index % 10_000).padStart(4, "0")}Z`;
}
