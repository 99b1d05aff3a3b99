// The options of `loopgate demo`, and what does not go together.
import { type Command, InvalidArgumentError } from "commander";
import { type AgentChoice, knownAgents } from "./demo-agent.ts";
import { type ScenarioName, scenarioNames, scenarios } from "./demo-scenarios.ts";
import { UsageError } from "./usage.ts";

export interface DemoOptions {
  /** Null: a loop that goes well after one red attempt. */
  readonly scenario: ScenarioName | null;
  readonly auto: boolean;
  readonly keep: boolean;
  readonly json: string | null;
  readonly screenshot: string | null;
  readonly port: number;
  /** Null: a container engine if there is one. */
  readonly runtime: "docker" | "process" | null;
  /** Null: the demo's own repository. */
  readonly repo: string | null;
  readonly issue: string | null;
  readonly check: string | null;
  /** CI runs on this machine, as whoever started the demo, and with its network. */
  readonly checkOutside: boolean;
  /** Null: the demo's scripted agent. */
  readonly agent: string | null;
  readonly reviewer: string | null;
  /** An agent that is known by name, in place of a command; null: none is named. */
  readonly real: AgentChoice | null;
  readonly timeoutMinutes: number;
}

/** Declares the options; `demoOptions` reads what was given. */
export function addDemoOptions(command: Command): Command {
  return command
    .option(
      "--scenario <name>",
      `shows something else, unattended like --auto: ${scenarioNames.map((name) => `${name} (${scenarios[name].shows})`).join("; ")}`,
      scenario,
    )
    .option("--auto", "approve and end without asking; exit 0 only if the loop ends as task_complete")
    .option("--keep", "leave everything running until Ctrl-C")
    .option("--json <file>", "write a summary of the loop to a file")
    .option("--screenshot <file>", "write a picture of the top of the thread to a PNG file (needs Chromium)")
    .option("--port <number>", "port of the local GitHub; 0 takes a free one", port, 0)
    .option("--runtime <kind>", "docker or process; default: docker where an engine is found", kind)
    .option("--repo <dir>", "run on the committed HEAD of your own git repository, which is only read")
    .option("--issue <file>", "the issue as Markdown: its first heading is the title")
    .option("--check <command>", "what CI runs on every pushed commit, in a container without network")
    .option("--check-outside", "run --check on this machine instead, as you and with its network")
    .option("--agent <command>", "your agent: a shell command that works on the brief ($LOOP_DIR/brief.md)")
    .option("--reviewer <command>", "your reviewer; default: a scripted one, with --agent-kind that agent")
    .option(
      "--agent-kind <kind>",
      `a real agent in place of --agent: ${knownAgents.join(", ")}; installed where LOOPGATE_TOOLS names no folder that has it`,
      knownKind,
    )
    .option("--model <name>", "the model that it calls")
    .option("--key-env <variable>", "the variable that holds the provider's key, which enters no container")
    .option("--model-url <url>", "a server that speaks the provider's wire, such as http://127.0.0.1:11434/v1", address)
    .option(
      "--timeout <minutes>",
      "with --auto, give up after this many minutes; default 10, with --repo 120",
      minutes,
    );
}

/** Throws `UsageError` when the options do not go together. */
export function demoOptions(given: Readonly<Record<string, unknown>>): DemoOptions {
  const isReal = given.agentKind !== undefined;
  const options = {
    scenario: null,
    auto: given.scenario !== undefined,
    keep: false,
    json: null,
    screenshot: null,
    port: 0,
    runtime: null,
    repo: null,
    issue: null,
    check: null,
    checkOutside: false,
    agent: null,
    reviewer: null,
    timeoutMinutes: (given.timeout as number | undefined) ?? (given.repo === undefined && !isReal ? 10 : 120),
    ...given,
    real: realAgent(given),
  } as DemoOptions;
  if (options.scenario !== null && (options.repo !== null || options.agent !== null || isReal))
    throw new UsageError("--scenario brings its own repository and agent: leave out --repo, --agent and --agent-kind.");
  if (isReal && options.agent !== null) throw new UsageError("--agent and --agent-kind are two agents: leave out one.");
  if (options.repo !== null) requireWithRepo(options);
  else if (options.checkOutside) throw new UsageError("--check-outside belongs to --repo.");
  else if (options.issue !== null || options.check !== null) {
    throw new UsageError("--issue and --check belong to --repo: the demo's own repository has both.");
  }
  return options;
}

function requireWithRepo(options: DemoOptions): void {
  const needed = options.real === null ? (["issue", "check", "agent"] as const) : (["issue", "check"] as const);
  const missing = needed.filter((name) => options[name] === null);
  if (missing.length === 0) return;
  const names = missing.map((name) => `--${name}`).join(" and ");
  throw new UsageError(`--repo needs ${names} as well: what to do, what CI runs, and which agent does it.`);
}

/** Throws `UsageError` where the agent's model is missing, or there is no agent to call it. */
function realAgent(given: Readonly<Record<string, unknown>>): AgentChoice | null {
  const { agentKind: kind, model, keyEnv = null, modelUrl = null } = given as Partial<Record<string, string>>;
  if (kind === undefined) {
    const alone = Object.entries({ "--model": model, "--key-env": keyEnv, "--model-url": modelUrl }).filter(
      ([, one]) => one,
    );
    if (alone.length === 0) return null;
    throw new UsageError(
      `${alone.map(([name]) => name).join(" and ")} belong to --agent-kind: name the agent that calls models.`,
    );
  }
  if (!model) throw new UsageError(`--agent-kind ${kind} needs --model as well: the model that it calls.`);
  return { kind: knownKind(kind), model, keyEnv, modelUrl };
}

function knownKind(text: string): AgentChoice["kind"] {
  const found = knownAgents.find((kind) => kind === text);
  if (found !== undefined) return found as AgentChoice["kind"];
  throw new InvalidArgumentError(`It must be one of ${knownAgents.join(", ")}.`);
}

function address(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError("It must be an address such as http://127.0.0.1:11434/v1.");
}

function scenario(text: string): ScenarioName {
  const found = scenarioNames.find((name) => name === text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`It must be one of ${scenarioNames.join(", ")}.`);
}

function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 65_535) return value;
  throw new InvalidArgumentError("It must be a whole number from 0 to 65535.");
}

function minutes(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 1440) return value;
  throw new InvalidArgumentError("It must be a whole number from 1 to 1440.");
}

function kind(text: string): "docker" | "process" {
  if (text === "docker" || text === "process") return text;
  throw new InvalidArgumentError("It must be docker or process.");
}
