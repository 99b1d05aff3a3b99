// The App's process: started with settings for the forge, heard when it serves, killed without warning, started again.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { fileURLToPath } from "node:url";

export interface Child {
  readonly pid: number;
  /** Resolves to the webhook address once it serves, to null when it ended before. */
  readonly serves: Promise<string | null>;
  /** Resolves to the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** SIGKILL, at once: the process does nothing more. */
  kill(): void;
  /** Asks it to end in order; resolves when it has. */
  stop(): Promise<void>;
}

const entry = fileURLToPath(new URL("./app.ts", import.meta.url));

/** Starts the App; its log is appended to the file. */
export function startChild(env: Readonly<Record<string, string>>, log: WriteStream): Child {
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, [entry], { env: { PATH, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  child.stderr.pipe(log, { end: false });
  const ended = once(child, "exit").then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  return {
    pid: child.pid ?? 0,
    ended,
    serves: addressOf(child, ended, log),
    kill: () => void child.kill("SIGKILL"),
    async stop() {
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 30_000);
      await ended;
      clearTimeout(late);
    },
  };
}

export function openLog(path: string): WriteStream {
  return createWriteStream(path, { flags: "a" });
}

function addressOf(child: ChildProcess, ended: Promise<unknown>, log: WriteStream): Promise<string | null> {
  return new Promise((resolve) => {
    let said = "";
    let heard = false;
    child.stdout?.on("data", (chunk: Buffer) => {
      log.write(chunk);
      if (heard) return;
      said += chunk;
      const address = /"webhooks":"(http:[^"]+)"/.exec(said)?.[1];
      if (address === undefined) return;
      heard = true;
      said = "";
      resolve(address);
    });
    void ended.then(() => resolve(null));
  });
}
