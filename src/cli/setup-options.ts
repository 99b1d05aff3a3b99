// The options of `loopgate setup`.
import type { Command } from "commander";
import { noAnswers, readAnswers, type Said } from "../cockpit/setup/answers.ts";
import { Environment } from "../environment.ts";
import { interruptible } from "./interrupt.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage.ts";

const more = `
It asks the rest in a browser, sends that browser to GitHub with the App's manifest, and keeps the key and the secrets that
GitHub gives in the file, which only you can read then. Nothing that the file has is replaced. While it runs it answers
GitHub's first webhooks at LOOPGATE_HOST and LOOPGATE_PORT, so the App itself must not be running.`;

interface Given {
  readonly publicUrl?: string;
  readonly github?: string;
  readonly organization?: string;
  readonly name?: string;
  readonly pagesUrl?: string;
  readonly settings: string;
  readonly host?: string;
  readonly port?: string;
}

/** Adds the command. */
export function addSetup(program: Command, terminal: Terminal, done: (code: number) => void): void {
  program
    .command("setup")
    .description("create the App at GitHub from a page on this machine, and write its settings")
    .option("--public-url <url>", "where GitHub reaches this App, such as https://loopgate.example.com")
    .option("--organization <login>", "the organization that owns the repositories; default: your own account")
    .option("--pages-url <url>", "where your people reach the pages about loops; default: on this machine only")
    .option("--name <name>", `the App's name; default: ${noAnswers.name}`)
    .option("--github <url>", `the GitHub to create it at; default: ${noAnswers.github}`)
    .option("--settings <file>", "where the settings go", ".env")
    .option("--host <host>", "address of the page; default: LOOPGATE_OPERATOR_HOST, else 127.0.0.1")
    .option("--port <port>", "port of the page, 0 for a free one; default: LOOPGATE_OPERATOR_PORT, else 3001")
    .addHelpText("after", more)
    .action(async (given: Given) => {
      const said = saidIn(given);
      const { settings: envFile } = given;
      const address = addressIn(given, terminal.env);
      const { setup } = await import("./setup.ts");
      done(await interruptible((signal) => setup({ said, envFile, ...address }, terminal, signal)));
    });
}

function saidIn({ publicUrl, github, organization, name, pagesUrl }: Given): Partial<Said> {
  const said = Object.fromEntries(
    Object.entries({ publicUrl, github, organization, name, pagesUrl }).filter(([, text]) => text !== undefined),
  ) as Partial<Said>;
  const read = readAnswers({ ...noAnswers, ...said });
  const [wrong] = read.ok ? [] : Object.entries(read.problems);
  if (wrong !== undefined) throw new UsageError(`--${wrong[0].replace("Url", "-url")} ${wrong[1]}`);
  return said;
}

function addressIn({ host, port }: Given, env: Terminal["env"]): { readonly host: string; readonly port: number } {
  const { LOOPGATE_OPERATOR_HOST, LOOPGATE_OPERATOR_PORT } = Environment.shape;
  const readHost = LOOPGATE_OPERATOR_HOST.safeParse(host ?? (env.LOOPGATE_OPERATOR_HOST || undefined));
  const readPort = LOOPGATE_OPERATOR_PORT.safeParse(port ?? (env.LOOPGATE_OPERATOR_PORT || undefined));
  if (!readHost.success) throw new UsageError(`--host ${readHost.error.issues[0]?.message}`);
  if (!readPort.success) throw new UsageError(`--port ${readPort.error.issues[0]?.message}`);
  return { host: readHost.data, port: readPort.data ?? 3001 };
}
