// The options of `loopgate policy`.
import { type Command, InvalidArgumentError } from "commander";
import { interruptible } from "./interrupt.ts";
import { checkPolicy, explainPolicy, importPolicy, printSchema } from "./policy.ts";
import type { Terminal } from "./terminal.ts";

export function addPolicy(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const policy = program.command("policy").description("begin, check or explain .github/loop.yml");
  policy
    .command("check")
    .description("check a policy file and, if it is invalid, say which line and what is expected there")
    .argument("<file>", "path of the file; - reads standard input")
    .option("--json", "answer in JSON")
    .action((file, { json = false }) => done(checkPolicy(file, json, terminal)));
  policy
    .command("explain")
    .description("print a policy file with every option at its default")
    .option("--table", "print a Markdown table instead")
    .option("--json", "print the options as JSON")
    .action(({ table = false, json = false }) => done(explainPolicy({ table, json }, terminal)));
  policy
    .command("schema")
    .description("print the JSON Schema of the file, by which an editor checks and completes it")
    .action(() => done(printSchema(terminal)));
  policy
    .command("import")
    .description(
      "turn a loop contract (objective, trigger, intake, workspace, verification, budget, escalation, exit) into a policy",
    )
    .argument("<file>", "path of the contract, in YAML or JSON; - reads standard input")
    .addHelpText("after", "\nPrints a commented .github/loop.yml, and names each field that no option stands for.")
    .action((file) => done(importPolicy(file, terminal)));
  policy
    .command("init")
    .description("write a first .github/loop.yml for a repository, with a comment on each option")
    .option("--repo <dir>", "the repository's top folder", ".")
    .option("--agent-kind <kind>", "claude-code, codex, gemini, opencode, qwen, pi or command")
    .option("--model <name>", "the model that the agent calls, as its provider names it")
    .option("--image <reference>", "the container image that the agent runs in")
    .option("--usd <amount>", "US dollars that a loop may spend on its models", aNumber)
    .option("--approvals <people>", "how many people must approve a change", aNumber)
    .option("--reviewer <logins...>", "who is asked to review")
    .option("--yes", "ask nothing: what is not given has its default")
    .option("--print", "print the file instead of writing it")
    .option("--force", "write over a policy that is there")
    .addHelpText(
      "after",
      "\nOn a terminal it asks what is not given. It reads file names, package.json, pyproject.toml and Makefile, and runs nothing.",
    )
    .action(async ({ repo, agentKind: kind, model, image, usd, approvals, reviewer: reviewers, ...how }) => {
      const { yes = false, print = false, force = false } = how;
      const given = Object.fromEntries(
        Object.entries({ kind, model, image, usd, approvals, reviewers }).filter(([, value]) => value !== undefined),
      );
      const { askHere, initPolicy } = await import("./policy-init.ts");
      const work = (signal: AbortSignal) =>
        initPolicy({ repo, given, print, force, ask: yes ? null : askHere(signal) }, terminal);
      done(await interruptible(work));
    });
}

/** Whether it is one that the policy allows, the policy says. */
function aNumber(text: string): number {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a number in plain digits.");
}
