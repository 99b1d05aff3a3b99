// The options of `loopgate eval`.
import { type Command, Option } from "commander";
import { nanoOf } from "../loop/money.ts";
import type { EvalOptions } from "./eval.ts";
import { agentNamed } from "./eval-agents.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage.ts";
import { wholeNumber } from "./verify-options.ts";

const codes = `
Exit codes: 0 every task that can be judged was tried, whatever came of it; 1 something failed; 2 wrong usage, or no commit can be
judged; 3 stopped by --budget before the last task; 130 after Ctrl-C. What has ended is kept in --out: the same command goes on from there.

A task is a past commit that changed code and tests. The agent gets its parent and its message, never its tests. The policy's own commands
judge each attempt as \`loopgate verify\` does, and what is red briefs the next one. Then the commit's tests are laid over the result.
An --agent is a shell command that works on the brief ($LOOP_DIR/brief.md), or an agent with its model: claude-code:<model>,
codex:<model>, gemini:<model>, opencode:<model>, qwen:<model>, pi:<model>. Keys, prices and bounds come from the same variables as for \`serve\`, such as
LOOPGATE_ANTHROPIC_KEY; none of those for GitHub is needed. Without --agent, the policy's own agent is tried.`;

export function addEval(program: Command, terminal: Terminal, done: (code: number) => void): void {
  program
    .command("eval")
    .description("try agents on past commits of a local repository, judged by those commits' own tests; no GitHub")
    .requiredOption("--repo <dir>", "the repository's top folder; nothing is written to it")
    .option("--last <commits>", "how many of the newest commits that changed code and tests", wholeNumber(1, 500), 20)
    .addOption(
      new Option("--agent <agent>", "an agent to try; may be given several times")
        .argParser((one: string, all: readonly string[]) => [...all, one])
        .default([], "the policy's own"),
    )
    .option("--issues <file>", "JSON: texts to use in place of commit messages, by commit id")
    .option("--policy <file>", "a policy file; default: .github/loop.yml of the newest commit")
    .option("--check <command>", "a command that runs the tests, in place of the policy's checks.run")
    .option("--report <glob>", "what --check writes of its tests; default: its exit code is all there is")
    .option("--image <reference>", "image that everything runs in; default: the policy's, else this machine's programs")
    .option("--unsealed", "run agents and commands on this machine WITHOUT ANY ISOLATION")
    .option("--knock-out <hunks>", "as for verify; default: knock_out.hunks", wholeNumber(0, 50))
    .option("--jobs <tasks>", "how many tasks to try side by side", wholeNumber(1, 64), 1)
    .option("--budget <dollars>", "begin no task that could take what all tasks cost beyond this")
    .option("--out <dir>", "folder for results", "loopgate-eval")
    .option("--json", "answer in JSON")
    .addHelpText("after", codes)
    .action(async (given) => {
      const { evaluate } = await import("./eval.ts");
      done(await evaluate(evalOptions(given), terminal));
    });
}

/** Throws UsageError where they make no sense. */
function evalOptions(given: Readonly<Record<string, unknown>>): EvalOptions {
  const defaults = { issues: null, policy: null, check: null, report: null, image: null, knockOut: null };
  const options = { ...defaults, unsealed: false, json: false, ...given } as EvalOptions;
  if (options.report !== null && options.check === null) throw new UsageError("--report belongs to --check.");
  const agents = (given.agent as readonly string[]).map(agentNamed);
  const labels = agents.map(({ label }) => label);
  const twice = labels.find((label, index) => labels.indexOf(label) !== index);
  if (twice !== undefined) throw new UsageError(`--agent ${JSON.stringify(twice)} is given twice.`);
  return { ...options, agents, budgetNano: budgetOf(given.budget as string | undefined) };
}

function budgetOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^\d{1,6}(?:\.\d{1,9})?$/.test(text)) return nanoOf(Number(text));
  throw new UsageError("--budget is an amount of US dollars, such as 12.50.");
}
