// The commands and their options. Exit codes: 0 success, 1 failure, 2 wrong usage.
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { Fault } from "../base/fault.ts";
import type { RepositoryName } from "../github/repository-check.ts";
import { addBench } from "./bench-options.ts";
import { developmentOnly } from "./development.ts";
import { addEval } from "./eval-options.ts";
import { addPolicy } from "./policy-options.ts";
import { exampleEnvironment, settingsTable } from "./settings-docs.ts";
import { addSetup } from "./setup-options.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage.ts";
import { addVerify } from "./verify-options.ts";

const exitCodes = "\nExit codes: 0 success, 1 failure, 2 wrong usage.";

/** Runs one command line, without the program's own name; resolves to the exit code and never throws. */
export async function runProgram(argv: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0;
  try {
    const program = await commands(terminal, (result) => {
      code = result;
    });
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    return codeOf(error, terminal);
  }
}

async function commands(terminal: Terminal, done: (code: number) => void): Promise<Command> {
  const { version, description } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const program = new Command("loopgate")
    .description(description)
    .version(version)
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .exitOverride()
    .showHelpAfterError()
    .addHelpText("after", exitCodes);
  program
    .command("serve")
    .description("run the App on GitHub, with settings from the environment (see .env.example)")
    .option("--explain", "print every setting in the form of .env.example, and start nothing")
    .option("--table", "with --explain, print a Markdown table instead")
    .action(async ({ explain = false, table = false }) => {
      if (explain) {
        terminal.out(table ? settingsTable() : exampleEnvironment());
        return;
      }
      const { serve } = await import("./serve.ts");
      done(await serve(terminal));
    });
  addSetup(program, terminal, done);
  program
    .command("doctor")
    .description("look at settings, container engine, images, disk and GitHub, and say what to do about what is wrong")
    .argument(
      "[OWNER/REPO...]",
      "repositories whose branch rules and workflows are looked at, too",
      (text: string, others: readonly RepositoryName[] = []) => [...others, repositoryNamed(text)],
    )
    .option("--json", "answer in JSON")
    .addHelpText(
      "after",
      "\nIt takes the settings of `serve`, changes nothing, and the App may be running meanwhile. Warnings leave the exit code at 0.",
    )
    .action(async (repositories: readonly RepositoryName[] = [], { json = false }) => {
      const { doctor } = await import("./doctor.ts");
      done(await doctor({ json, repositories }, terminal));
    });
  program
    .command("cockpit")
    .description("print an address of the running App's pages: its loops, what they do, cost and wait for")
    .addHelpText(
      "after",
      "\nIt takes the settings of `serve`. The address is good for five minutes and for one browser, which may look for twelve hours.",
    )
    .action(async () => {
      const { cockpit } = await import("./cockpit.ts");
      done(cockpit(terminal));
    });
  program
    .command("restore")
    .description("rebuild a lost store from the issue threads; run it while the App is stopped")
    .option("--json", "answer in JSON")
    .action(async ({ json = false }) => {
      const { restore } = await import("./restore.ts");
      done(await restore(json, terminal));
    });
  program
    .command("move-store")
    .description(
      "move the store from its SQLite file to the database in LOOPGATE_STORE; run it while the App is stopped",
    )
    .option("--json", "answer in JSON")
    .action(async ({ json = false }) => {
      const { moveStoreByCommand } = await import("./move-store.ts");
      done(await moveStoreByCommand(json, terminal));
    });
  await addDemo(program, terminal, done);
  addPolicy(program, terminal, done);
  program
    .command("explain")
    .description("show the containers of a run, and start nothing")
    .requiredOption("--spec", "print each container as the engine would get it, and whether the guard accepts it")
    .option("--role <role>", "only this one: executor, reviewer or check")
    .option(
      "--image <reference>",
      "an image by name, looked up where an engine answers; default: this machine's own programs",
    )
    .option("--json", "answer in JSON, with nothing shortened")
    .action(async ({ role = null, image = null, json = false }) => {
      const { explainSpecs } = await import("./explain.ts");
      done(await explainSpecs({ role, image, json }, terminal));
    });
  program
    .command("rerun")
    .description("repeat a recorded attempt, publish nothing, and say what differs")
    .argument("<loop>", "the loop's id, as in the name of its branch: loop/<issue>-<id>")
    .argument("<attempt>", "the attempt's number")
    .option("--role <role>", "executor or reviewer", "executor")
    .option("--data-dir <dir>", "the App's data folder; default: LOOPGATE_DATA, else ./.loopgate")
    .option("--json", "answer in JSON, with nothing shortened")
    .action(async (loop, attempt, { role, dataDir = null, json = false }) => {
      if (!/^[1-9]\d{0,5}$/.test(attempt)) throw new UsageError("<attempt> is the number of an attempt");
      if (role !== "executor" && role !== "reviewer") throw new UsageError("--role is executor or reviewer");
      const { rerun } = await import("./rerun.ts");
      done(await rerun({ loop, attempt: Number(attempt), role, dataDir, json }, terminal));
    });
  program
    .command("logs")
    .description("show what a run wrote, credentials masked; without a run, list those that are recorded")
    .argument("[run]", "the run's id, as the thread names it: <issue>-<loop>-<number>")
    .option("--data-dir <dir>", "the App's data folder; default: LOOPGATE_DATA, else ./.loopgate")
    .option("--json", "answer in JSON")
    .action(async (run = null, { dataDir = null, json = false }) => {
      const { showLogs } = await import("./logs.ts");
      done(await showLogs({ run, dataDir, json }, terminal));
    });
  addVerify(program, terminal, done);
  addEval(program, terminal, done);
  addBench(program, terminal, done);
  return program;
}

/** The demo where it is installed; elsewhere a command that says where it is. */
async function addDemo(program: Command, terminal: Terminal, done: (code: number) => void): Promise<void> {
  const command = program.command("demo");
  const declared = await developmentOnly(() => import("./demo-options.ts")).catch((error: Fault) => error);
  if (declared instanceof Fault) {
    command
      .description("not part of this installation")
      .allowUnknownOption()
      .allowExcessArguments()
      .action(() => {
        throw declared;
      });
    return;
  }
  command.description("show a whole loop on a local GitHub, with no account, key or configuration");
  declared.addDemoOptions(command).action(async (given) => {
    const options = declared.demoOptions(given);
    const { demo } = await developmentOnly(() => import("./demo.ts"));
    done(await demo(options, terminal));
  });
}

/** Help and version end in 0; help shown because nothing was asked for, and every other misuse, in 2. */
function codeOf(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof UsageError) {
    terminal.err(`error: ${error.message}\n`);
    return 2;
  }
  terminal.err(`loopgate: ${wordsOf(error)}\n`);
  return 1;
}

/** What the machine refuses is no bug of ours: its place and its code say all that a stack could. */
const ofTheMachine = ["EACCES", "EDQUOT", "EMFILE", "ENAMETOOLONG", "ENOENT", "ENOSPC", "ENOTDIR", "EPERM", "EROFS"];

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof Fault) return error.message;
  const { code = "", path } = error as NodeJS.ErrnoException;
  if (!ofTheMachine.includes(code) || path === undefined) return error.stack ?? error.message;
  const isTemporary = path.startsWith(tmpdir());
  const where = isTemporary ? ` Temporary files go below ${tmpdir()}; TMPDIR names another folder.` : "";
  return `${path} cannot be made or used (${code}).${where}`;
}

function repositoryNamed(text: string): RepositoryName {
  const [, owner, name] = /^([\w-]+)\/([\w.-]+)$/.exec(text) ?? [];
  if (owner === undefined || name === undefined) throw new InvalidArgumentError("It must be OWNER/REPO.");
  return { owner, name };
}
