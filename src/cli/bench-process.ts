// A server that is measured: a process of its own, so that it shares no thread with whoever measures it.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Fault } from "../base/fault.ts";
import type { Cleanup } from "./cleanup.ts";

/** What a server says of itself, such as `{ lookMs: 12 }`. */
export type Said = Readonly<Record<string, unknown>>;

export interface Served {
  /** What it said first: its address, and whatever it measured of its own start. */
  readonly ready: Said & { readonly url: string };
  /** Resolves to the next thing it says that has this key. Throws `Fault` when it ends instead. */
  hears(key: string): Promise<Said>;
  /** Tells of everything it says from now on that has this key. */
  listen(key: string, hear: (said: Said) => void): void;
  /** Sends a word, and resolves to what it says then with this key. Throws `Fault` when it ends instead. */
  ask(word: string, key: string): Promise<Said>;
  /** Asks it to end and waits until it has. */
  end(): Promise<void>;
}

/**
 * With these options of Node's own the App is started, by `npm start` and in its image. A delivery leaves some 30 KB of garbage, nearly all
 * of it from reading its JSON, and with more room for what is young the collector holds the App up less often.
 */
export const serveOptions = ["--max-semi-space-size=64"] as const;

/** Whoever serves as GitHub, and the App that is known there. */
interface Hosting {
  readonly url: string;
  readonly app: { readonly id: number; readonly slug: string; readonly privateKey: string };
}

/** By what `bench-app.ts` is this App there, with its webhooks' secret and its own folder for data. */
export function environmentAt({ url, app: { id, slug, privateKey } }: Hosting, secret: string, dataDir: string) {
  return {
    BENCH_SECRET: secret,
    BENCH_PRIVATE_KEY: privateKey,
    BENCH_APP_ID: String(id),
    BENCH_APP_SLUG: slug,
    BENCH_GITHUB: url,
    BENCH_DATA: dataDir,
    NODE_ENV: "production",
  };
}

export interface ServerFile {
  readonly file: URL;
  readonly env: Readonly<Record<string, string>>;
  /** Options of Node's own. */
  readonly execArgv?: readonly string[];
}

/** Starts it and waits for its address; whatever happens later, `cleanup` ends it. Throws `Fault` when it ends before. */
export async function served(cleanup: Cleanup, { file, env, execArgv = [] }: ServerFile): Promise<Served> {
  const child = fork(fileURLToPath(file), [], {
    env: { PATH: process.env.PATH ?? "", ...env },
    execArgv: [...execArgv],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ended = once(child, "exit");
  const hears = (key: string) => said(child, ended, key);
  const end = async () => {
    if (child.connected) child.disconnect();
    await ended;
  };
  cleanup.add(`process ${child.pid}`, end);
  return {
    ready: (await hears("url")) as Served["ready"],
    hears,
    listen: (key, hear) => void child.on("message", (message) => isSaid(message, key) && hear(message)),
    ask(word, key) {
      const answer = hears(key);
      child.send(word);
      return answer;
    },
    end,
  };
}

function said(child: ChildProcess, ended: Promise<unknown>, key: string): Promise<Said> {
  return new Promise((resolve, reject) => {
    const hear = (message: unknown) => {
      if (!isSaid(message, key)) return;
      child.off("message", hear);
      resolve(message);
    };
    child.on("message", hear);
    ended.then(
      () => reject(new Fault("A server that is measured ended too early.", { kind: "engine", retry: "never" })),
      reject,
    );
  });
}

function isSaid(message: unknown, key: string): message is Said {
  return typeof message === "object" && message !== null && key in message;
}
