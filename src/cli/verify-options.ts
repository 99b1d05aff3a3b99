// The options of `loopgate verify`.
import { availableParallelism } from "node:os";
import { type Command, InvalidArgumentError } from "commander";
import type { Terminal } from "./terminal.ts";

const codes = `
Exit codes: 0 green, 1 red, 2 no evidence or wrong usage, 130 after Ctrl-C.
The policy is the base's own .github/loop.yml, so that a change cannot choose its judges; its commands stand under checks.run.
They run in fresh containers without network, from a clean checkout of the head; what they need must be in the image.`;

export function addVerify(program: Command, terminal: Terminal, done: (code: number) => void): void {
  program
    .command("verify")
    .description(
      "judge a commit of any local repository: the policy's risks and its own commands; no GitHub, no account",
    )
    .requiredOption("--repo <dir>", "the repository's top folder; nothing is written to it")
    .requiredOption("--base <commit>", "where the change begins: a branch, tag or commit")
    .requiredOption("--head <commit>", "the commit to judge")
    .option("--policy <file>", "a policy file; default: the base's own .github/loop.yml")
    .option(
      "--image <reference>",
      "image that the commands run in; default: agent.image or environment.image, else this machine's programs",
    )
    .option("--unsealed", "run the commands on this machine WITHOUT ANY ISOLATION")
    .option(
      "--knock-out <hunks>",
      "take back so many hunks outside of tests, one at a time, and say which of them no test holds; default: knock_out.hunks",
      wholeNumber(0, 50),
    )
    .option(
      "--jobs <runs>",
      "how many of them to try side by side",
      wholeNumber(1, 64),
      Math.min(2, availableParallelism()),
    )
    .option("--json", "answer in JSON")
    .option("--sarif <file>", "write what was found as SARIF 2.1 too")
    .option("--summary <file>", "append the verdict in Markdown too, as for $GITHUB_STEP_SUMMARY")
    .addHelpText("after", codes)
    .action(async (given) => {
      const { policy = null, image = null, unsealed = false, json = false, sarif = null, summary = null } = given;
      const { knockOut = null, jobs } = given;
      const { verify } = await import("./verify.ts");
      const { repo, base, head } = given;
      done(await verify({ repo, base, head, policy, image, unsealed, knockOut, jobs, json, sarif, summary }, terminal));
    });
}

/** Parses an option that is a whole number in these bounds. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}
