// Starts programs without forking this process each time.
//
// A fork copies the page tables of the process that forks, and every page that it writes to afterwards faults once: for an App
// of half a gigabyte that is ten milliseconds and more in which it does nothing else. So a small process, starter.mjs, forks in
// its place, and the program's pipes lead here all the same.
import { type ChildProcess, fork, spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { type Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { shortTemporary } from "./short-path.ts";

export interface ProgramOptions {
  readonly cwd: string;
  /** All that the program gets. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** In a process group of its own, so that a signal reaches what it started too. */
  readonly detached?: boolean;
  /** It reads nothing, as from /dev/null; `stdin` leads nowhere then. */
  readonly withoutInput?: boolean;
}

interface Pipes {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
}

interface ProgramEvents {
  /** It runs, and `pid` is known. */
  spawn: [];
  /** It could not be started, or nobody can say any more how it ends; nothing else is told after it. */
  error: [error: Error];
  exit: [code: number | null, signal: NodeJS.Signals | null];
  /** It has exited, and its output was read to the end. */
  close: [code: number | null, signal: NodeJS.Signals | null];
}

/** A program that was started. Its events, pipes and fields are those of Node's own `ChildProcess`. */
export class Program extends EventEmitter<ProgramEvents> implements Pipes {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly #isDetached: boolean;
  #pid: number | undefined;
  #exitCode: number | null = null;
  #signalCode: NodeJS.Signals | null = null;
  #signal: NodeJS.Signals | null = null;
  #open = 3;

  constructor({ stdin, stdout, stderr }: Pipes, isDetached: boolean) {
    super();
    this.stdin = stdin;
    this.stdout = stdout;
    this.stderr = stderr;
    this.#isDetached = isDetached;
    for (const output of [stdout, stderr]) output.once("close", () => this.#closed());
  }

  get pid(): number | undefined {
    return this.#pid;
  }

  get exitCode(): number | null {
    return this.#exitCode;
  }

  get signalCode(): NodeJS.Signals | null {
    return this.#signalCode;
  }

  /** Signals the program, and its group where it has one of its own. One that has not begun is signalled as soon as it has. */
  kill(signal: NodeJS.Signals): void {
    if (this.#pid === undefined) this.#signal = signal;
    else this.#send(this.#pid, signal);
  }

  began(pid: number): void {
    this.#pid = pid;
    if (this.#signal !== null) this.#send(pid, this.#signal);
    this.emit("spawn");
  }

  failed(error: Error): void {
    for (const pipe of [this.stdin, this.stdout, this.stderr]) pipe.on("error", () => {}).destroy();
    this.#open = Number.POSITIVE_INFINITY;
    this.emit("error", error);
  }

  exited(code: number | null, signal: NodeJS.Signals | null): void {
    this.#exitCode = code;
    this.#signalCode = signal;
    this.stdin.destroy();
    for (const output of [this.stdout, this.stderr]) if (output.readableFlowing === null) output.resume();
    this.emit("exit", code, signal);
    this.#closed();
  }

  #closed(): void {
    this.#open -= 1;
    if (this.#open === 0) this.emit("close", this.#exitCode, this.#signalCode);
  }

  #send(pid: number, signal: NodeJS.Signals): void {
    try {
      process.kill(this.#isDetached ? -pid : pid, signal);
    } catch {
      // It has ended already.
    }
  }
}

/**
 * Starts a program with pipes as its standard input, output and error. The first few that a process starts, and those that a
 * burst starts at once, are forked by itself; the others by its starter. That a program cannot be started is told by `error`.
 */
export const startProgram = startsPrograms({ directly: 8 });

/**
 * What `startProgram` is, with its own starter, made once more programs were started than `directly` says: fewer do not repay
 * it, for it costs some forty milliseconds of processor time.
 */
export function startsPrograms({ directly }: { readonly directly: number }) {
  let started = 0;
  let starter: Starter | null = null;
  return (file: string, args: readonly string[], options: ProgramOptions): Program => {
    started += 1;
    if (started > directly && (starter === null || starter.isGone())) starter = beginStarter();
    return starter?.start(file, args, options) ?? startDirectly(file, args, options);
  };
}

/** So many may be on their way to the starter: their connections wait where a system may have room for 128 only (`SOMAXCONN`). */
const mostOnTheirWay = 32;

function startDirectly(file: string, args: readonly string[], options: ProgramOptions): Program {
  const { withoutInput, ...rest } = options;
  const child = spawn(file, args, { ...rest, stdio: [withoutInput === true ? "ignore" : "pipe", "pipe", "pipe"] });
  const { stdin, stdout, stderr } = child as ChildProcess & { readonly stdout: Readable; readonly stderr: Readable };
  const program = new Program({ stdin: stdin ?? nowhere(), stdout, stderr }, options.detached === true);
  child.on("spawn", () => program.began(child.pid as number));
  child.on("error", (error) => program.failed(error));
  child.on("exit", (code, signal) => program.exited(code, signal));
  return program;
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

type Said =
  | { readonly kind: "ready" }
  | { readonly kind: "began"; readonly id: number; readonly pid: number }
  | { readonly kind: "failed"; readonly id: number; readonly code?: string; readonly message: string }
  | {
      readonly kind: "exited";
      readonly id: number;
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
    };

interface Starter {
  /** It was there and is no more, so that another may come. One that could not begin stays: the next would fare no better. */
  isGone(): boolean;
  /** Null when it cannot take the program now. */
  start(file: string, args: readonly string[], options: ProgramOptions): Program | null;
}

const none: Starter = { isGone: () => false, start: () => null };

function beginStarter(): Starter {
  let folder: string;
  try {
    folder = mkdtempSync(join(shortTemporary(), "loopgate-"));
  } catch {
    return none; // no room for a socket: everything is started directly
  }
  const path = join(folder, "starter.sock");
  const clear = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", clear); // after a kill the starter does it
  const helper = forkStarter(path);
  const programs = new Map<number, Program>();
  let isReady = false;
  let isGone = false;
  let onTheirWay = 0;
  let last = 0;
  const rest = () => {
    if (programs.size === 0) helper.channel?.unref();
  };
  const give = (said: Said) => {
    if (said.kind === "ready") {
      isReady = true;
      return;
    }
    const program = programs.get(said.id);
    if (said.kind !== "exited") onTheirWay -= 1;
    if (said.kind === "began") return program?.began(said.pid);
    programs.delete(said.id);
    rest();
    if (said.kind === "exited") program?.exited(said.code, said.signal);
    else program?.failed(Object.assign(new Error(said.message), { code: said.code }));
  };
  const lose = () => {
    isGone = true;
    process.removeListener("exit", clear);
    clear();
    for (const program of programs.values()) program.kill("SIGKILL"); // nobody would hear of its end, or end it
    for (const program of programs.values()) program.failed(new Error("The process that had started it is gone."));
    programs.clear();
  };
  helper.on("message", give);
  helper.on("error", lose);
  helper.on("exit", lose);
  return {
    isGone: () => isGone && isReady,
    start(file, args, options) {
      if (!isReady || isGone || !helper.connected || onTheirWay >= mostOnTheirWay) return null;
      const pipes = connected(path, () => helper.kill("SIGKILL"));
      const program = new Program(pipes, options.detached === true);
      last += 1;
      onTheirWay += 1;
      programs.set(last, program);
      helper.channel?.ref();
      helper.send({ id: last, file, args, options }, (error) => error !== null && helper.kill("SIGKILL"));
      return program;
    },
  };
}

/** It keeps no process alive, and goes when this one goes, however that ends. */
function forkStarter(path: string): ChildProcess {
  const helper = fork(fileURLToPath(new URL("./starter.mjs", import.meta.url)), [path], {
    execArgv: ["--max-old-space-size=64", "--max-semi-space-size=1"],
    env: {},
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  helper.unref();
  helper.channel?.unref();
  return helper;
}

/** Three connections, in the order in which the starter gives them away. Where one fails, its place cannot be trusted any more. */
function connected(path: string, onFailure: () => void): { stdin: Socket; stdout: Socket; stderr: Socket } {
  const open = (allowHalfOpen: boolean) => {
    const socket = connect({ path, allowHalfOpen });
    socket.once("error", ({ syscall }: NodeJS.ErrnoException) => syscall === "connect" && onFailure());
    return socket;
  };
  // From standard input nothing is read: one that looked would be told of a reset, and not that the program reads no more.
  return { stdin: open(true).pause(), stdout: open(false), stderr: open(false) };
}
