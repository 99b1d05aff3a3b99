// Running git for the forge: no configuration of the machine, no prompts, no inherited environment.
import { Fault } from "../../base/fault.ts";
import { startProgram } from "../../base/start-program.ts";

export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface GitOptions {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
}

/** The whole environment git gets: only the search path comes from outside. */
export const gitEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? "/usr/bin:/bin",
  HOME: "/nonexistent",
  LANG: "C.UTF-8",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
  GIT_ASKPASS: "/bin/false",
};

/** Runs git in a folder and gives what it said; only a failure to start is thrown. */
export function tryGit(dir: string, args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = startProgram("git", ["-c", "safe.directory=*", ...args], {
      cwd: dir,
      env: { ...gitEnvironment, ...options.env },
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", (cause) =>
      reject(new Fault(`Could not start git ${args[0]} in the forge`, { kind: "engine", retry: "never", cause })),
    );
    child.on("close", (code) =>
      resolve({ code: code ?? -1, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() }),
    );
    child.stdin.on("error", () => {}); // git may exit before it has read all of its input; its exit code tells
    child.stdin.end(options.input ?? "");
  });
}

/** Runs git and gives its output; throws a `Fault` with git's own words when it fails. */
export async function git(dir: string, args: readonly string[], options: GitOptions = {}): Promise<string> {
  const result = await tryGit(dir, args, options);
  if (result.code !== 0)
    throw new Fault(
      `git ${args.join(" ").slice(0, 200)} failed with code ${result.code}: ${result.stderr.trim().slice(0, 1_000)}`,
      { kind: "engine", retry: "never" },
    );
  return result.stdout.toString();
}
