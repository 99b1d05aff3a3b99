// Runs the program: as a person does, in a process of its own, or within the test where no process is needed to tell.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { runProgram } from "../../src/cli/program.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Command {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Resolves when standard output so far matches; rejects when the program ends without it. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves when standard error so far matches. */
  complained(pattern: RegExp): Promise<void>;
  type(text: string): void;
  signal(name: NodeJS.Signals): void;
}

/** Starts `loopgate …`; of this process's environment only the search path and what `env` adds. */
export function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Command {
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, [main, ...args], { env: { PATH, ...env } });
  let [out, err] = ["", ""];
  const heard = new Set<() => void>();
  child.stdout.on("data", (chunk) => {
    out += chunk;
    for (const hear of heard) hear();
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
    for (const hear of heard) hear();
  });
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, out, err }));
  return {
    pid: child.pid ?? 0,
    ended,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const hear = () => {
          const match = pattern.exec(out);
          if (match === null) return;
          heard.delete(hear);
          resolve(match);
        };
        heard.add(hear);
        hear();
        void ended.then(({ code }) =>
          reject(new Error(`It ended with ${code} before saying ${pattern}.\n${out}${err}`)),
        );
      }),
    complained: (pattern) =>
      new Promise((resolve, reject) => {
        const hear = () => {
          if (!pattern.test(err)) return;
          heard.delete(hear);
          resolve();
        };
        heard.add(hear);
        hear();
        void ended.then(({ code }) => reject(new Error(`It ended with ${code} before ${pattern} on standard error.`)));
      }),
    type: (text) => void child.stdin.write(text),
    signal: (name) => void child.kill(name),
  };
}

/** Runs it to its end, with nothing typed. */
export function run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended> {
  return start(args, env).ended;
}

/** The same program inside this process; it sees only `env`. */
export async function ask(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  let [out, err] = ["", ""];
  const code = await runProgram(argv, {
    env,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { code, out, err };
}
