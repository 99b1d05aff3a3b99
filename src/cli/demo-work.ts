// What the demo works on: its own small repository and issue, or the user's.
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Fault, toFault } from "../base/fault.ts";
import { parsePolicy } from "../policy/parse.ts";
import { nameOfCheck } from "../policy/schema.ts";
import type { DemoOptions } from "./demo-options.ts";
import { type Scenario, scenarios } from "./demo-scenarios.ts";
import { nameOfRepository, readOwnRepository, showAtHead } from "./own-repository.ts";

/** The repository, the issue, the CI and the agents of one demo. */
export interface DemoWork {
  readonly repository: { readonly owner: string; readonly name: string };
  /** The first commit's files, or the folder whose committed HEAD is copied under the name of its branch. */
  readonly source:
    | { readonly files: Record<string, string> }
    | { readonly fromDir: string; readonly defaultBranch: string };
  /** Of the issue, set before the one that starts the loop. */
  readonly labels: readonly string[];
  readonly issue: { readonly title: string; readonly body: string };
  /** When a schedule opens that issue; null: a person does. */
  readonly cron: string | null;
  readonly ci: { readonly command: string; readonly name: string };
  readonly agent: { readonly command: string; readonly scripted: boolean };
  readonly reviewer: { readonly command: string; readonly scripted: boolean };
  /** What the user should know before it starts. */
  readonly notes: readonly string[];
}

const fixtures = fileURLToPath(new URL("../../fixtures/", import.meta.url));

/** Reads everything the demo needs. Throws `Fault` with a sentence on what cannot be read. */
export async function readDemoWork(options: DemoOptions): Promise<DemoWork> {
  const scenario: Scenario | null = options.scenario === null ? null : scenarios[options.scenario];
  const [agent, reviewer] = await Promise.all([
    commandOr(options.agent, `agents/${scenario?.agent ?? "scripted-agent.sh"}`),
    commandOr(options.reviewer, "agents/scripted-reviewer.sh"),
  ]).then((ofScripts) => (options.real === null ? ofScripts : ([byItself, reviewerOf(options.reviewer)] as const)));
  if (options.repo !== null) return ownWork(options, options.repo, { agent, reviewer });
  const issue = await readIssue(join(fixtures, "demo/issue.md"));
  const cron = scenario?.cron ?? null;
  const policy = [scenario?.policy ?? "", cron === null ? "" : scheduleOf(cron, issue)].join("");
  return {
    repository: { owner: "demo", name: "stopwatch" },
    source: { files: withPolicy(await filesBelow(join(fixtures, "demo/repository")), policy) },
    labels: scenario?.labels ?? [],
    issue,
    cron,
    ci: { command: "node --test", name: defaultCheck },
    agent,
    reviewer,
    notes: [],
  };
}

/** JSON is YAML, too. */
function scheduleOf(cron: string, issue: DemoWork["issue"]): string {
  return `schedules:\n  - ${JSON.stringify({ name: "weekly", cron, ...issue })}\n`;
}

function withPolicy(files: Record<string, string>, more: string): Record<string, string> {
  const path = ".github/loop.yml";
  return { ...files, [path]: `${files[path] ?? ""}${more}` };
}

/** A job of GitHub Actions is a check by its bare name. */
const defaultCheck = "test";

async function ownWork(
  options: DemoOptions,
  dir: string,
  agents: Pick<DemoWork, "agent" | "reviewer">,
): Promise<DemoWork> {
  const own = await readOwnRepository(dir);
  const policy = parsePolicy(await showAtHead(dir, ".github/loop.yml"));
  const required = policy.ok ? policy.policy.checks.required.map(nameOfCheck) : [];
  const notes = [...own.notes];
  if (!policy.ok) notes.push(`.github/loop.yml is invalid (${policy.message}), so the loop will say so and stop.`);
  if (policy.ok && policy.policy.agent.command !== "") {
    notes.push("The repository's .github/loop.yml names its own agent command, which runs instead of --agent.");
  }
  if (policy.ok && policy.policy.agent.kind !== "command")
    notes.push(
      `The repository's .github/loop.yml names its own agent, ${policy.policy.agent.kind}, which runs instead.`,
    );
  if (required.length > 1)
    notes.push(`The policy requires ${required.length} checks; the CI here reports only ${required[0]}.`);
  return {
    repository: { owner: "local", name: nameOfRepository(dir) },
    source: { fromDir: resolve(dir), defaultBranch: own.branch },
    labels: [],
    issue: await readIssue(options.issue ?? ""),
    cron: null,
    ci: { command: options.check ?? "", name: required[0] ?? defaultCheck },
    ...agents,
    notes,
  };
}

/** An agent that is known by name is no command, and reviews in another role where nobody else does. */
const byItself = { command: "", scripted: false };

function reviewerOf(command: string | null): DemoWork["reviewer"] {
  return command === null ? byItself : { command, scripted: false };
}

async function commandOr(given: string | null, fallback: string): Promise<{ command: string; scripted: boolean }> {
  if (given !== null) return { command: given, scripted: false };
  return { command: await readFile(join(fixtures, fallback), "utf8"), scripted: true };
}

async function filesBelow(dir: string): Promise<Record<string, string>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = paths.map(async (path) => [path.slice(dir.length + 1), await readFile(path, "utf8")] as const);
  return Object.fromEntries(await Promise.all(files));
}

/** The first heading is the title, what follows is the body. Throws `Fault` for a file without a heading. */
export async function readIssue(file: string): Promise<{ title: string; body: string }> {
  const text = await readFile(file, "utf8").catch((error) => {
    throw toFault(error, `Could not read the issue from ${file}`);
  });
  const heading = /^#{1,6}[ \t]+(.+?)[ \t#]*$/m.exec(text);
  if (heading === null) {
    throw new Fault(`The issue in ${file} has no heading; its first one becomes the title, as in "# Sort by date".`, {
      kind: "invalid",
      retry: "never",
    });
  }
  return { title: heading[1] ?? "", body: text.slice(heading.index + heading[0].length).trim() };
}
