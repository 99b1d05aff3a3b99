// Runs git on the host: hardened environment and flags, limits of time, output and memory, tokens never in argv.
import { Fault } from "../../base/fault.ts";
import { proxiesOf } from "../../base/proxy.ts";
import { type Program, startProgram } from "../../base/start-program.ts";
import { gitFault } from "./failure.ts";

/** The transports a call may use; everything else is switched off (T9). */
export type Transport = "https" | "http" | "file";

export interface GitCall {
  /** The repository, passed as `--git-dir`, so that git never searches for one. */
  readonly gitDir?: string;
  readonly workTree?: string;
  readonly args: readonly string[];
  readonly transport?: Transport;
  /** Installation token for the remote; travels in the child's environment only (T22, I22). */
  readonly token?: string;
  /** Extra environment, such as commit dates or `GIT_PROTOCOL`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Extra `-c` settings, `name=value`. */
  readonly config?: readonly string[];
  /** What the kernel lets each of its processes have; `ownBounds` where it is not said otherwise. */
  readonly bounds?: GitBounds;
}

/** Enforced by the kernel, for git and all that it starts, one by one. */
export interface GitBounds {
  /** Memory that it can write to, heap and stacks, not the packs that it maps (RLIMIT_DATA). */
  readonly mebibytes: number;
  /** Time that it computes, not time that it waits (RLIMIT_CPU). */
  readonly cpuSeconds: number;
  /** How far it stands back behind the App, in steps of nice. */
  readonly behind: number;
}

/** For the App's own errands, in repositories as large as they come. */
const ownBounds: GitBounds = { mebibytes: 2048, cpuSeconds: 1200, behind: 0 };

/** For what a run asks of the host: it may choose the request and has made the objects. */
export const servingBounds: GitBounds = { mebibytes: 512, cpuSeconds: 300, behind: 5 };

/** Settings that keep an honest answer well within those bounds. */
export const servingConfig: readonly string[] = [
  "pack.threads=1",
  "pack.windowMemory=64m",
  "pack.deltaCacheSize=32m",
  "core.bigFileThreshold=16m",
  "core.deltaBaseCacheLimit=32m",
];

export interface GitLimits {
  readonly input?: string | Buffer;
  /** Default one minute. */
  readonly timeoutMs?: number;
  /** Default 64 MiB of standard output; more is a fault, or a cut where `cutOutput` is set. */
  readonly maxOutputBytes?: number;
  /** Stop reading at `maxOutputBytes` and return what there is, instead of failing. */
  readonly cutOutput?: boolean;
}

export interface GitResult {
  /** Exit code; -1 when the output was cut. */
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly cut: boolean;
}

const hardening = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.protectHFS=true",
  "core.protectNTFS=true",
  "core.attributesFile=/dev/null",
  "credential.helper=",
  "protocol.allow=never",
  "transfer.fsckObjects=true",
  "submodule.recurse=false",
  "fetch.recurseSubmodules=no",
  "gc.auto=0",
  "maintenance.auto=false",
  "receive.autogc=false",
  "safe.bareRepository=explicit",
  "http.followRedirects=false",
  "http.lowSpeedLimit=100",
  "http.lowSpeedTime=60",
  "advice.detachedHead=false",
];

/** What git may read of our environment: where programs and certificates are. The way to the network is said anew. */
const inherited = ["PATH", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO"];

/** Sets its first two arguments as limits and becomes the program that the rest of them names; none of them is read as shell. */
const bounded = 'ulimit -d "$1" && ulimit -t "$2" && shift 2 && exec "$@"';

/** Starts git for streaming, in a process group of its own. The caller owns its pipes; end it with `stopGit`. */
export function spawnGit(call: GitCall): Program {
  const place = call.gitDir === undefined ? [] : [`--git-dir=${call.gitDir}`];
  const tree = call.workTree === undefined ? [] : [`--work-tree=${call.workTree}`];
  const transport = call.transport === undefined ? [] : [`protocol.${call.transport}.allow=always`];
  const settings = [...hardening, ...transport, ...(call.config ?? [])].flatMap((setting) => ["-c", setting]);
  const { mebibytes, cpuSeconds, behind } = call.bounds ?? ownBounds;
  const bounds = [String(mebibytes * 1024), String(cpuSeconds)];
  const program = behind === 0 ? ["git"] : ["nice", "-n", String(behind), "git"];
  const given = [...program, ...settings, ...place, ...tree, ...call.args];
  return startProgram("/bin/sh", ["-c", bounded, "sh", ...bounds, ...given], {
    cwd: call.workTree ?? call.gitDir ?? "/",
    env: environment(call),
    detached: true,
  });
}

/** Ends a git process and everything it started. */
export function stopGit(program: Program): void {
  if (program.exitCode === null && program.signalCode === null) program.kill("SIGKILL");
}

/** Runs git and returns how it ended, whatever the exit code. Throws `Fault` when it cannot run or passes a limit. */
export function tryGit(call: GitCall, limits: GitLimits = {}): Promise<GitResult> {
  const maxOutput = limits.maxOutputBytes ?? 64 * 1024 * 1024;
  const timeoutMs = limits.timeoutMs ?? 60_000;
  const attempted = `git ${call.args[0] ?? ""}`;
  return new Promise((resolve, reject) => {
    const child = spawnGit(call);
    const stdout: Buffer[] = [];
    let size = 0;
    let stderr = "";
    let ending: "cut" | "too_long" | "timed_out" | null = null;
    const end = (why: typeof ending) => {
      ending ??= why;
      stopGit(child);
    };
    const timer = setTimeout(() => end("timed_out"), timeoutMs);
    child.stdout.on("data", (chunk: Buffer) => {
      const room = maxOutput - size;
      stdout.push(chunk.subarray(0, Math.max(room, 0)));
      size += chunk.length;
      if (chunk.length > room) end(limits.cutOutput ? "cut" : "too_long");
    });
    child.stderr.on("data", (chunk: Buffer) => {
      if (stderr.length < 65_536) stderr += chunk.toString("utf8");
    });
    child.stdin.on("error", () => undefined); // git may end without reading all of its input: the exit code says why
    child.on("error", (cause) => {
      clearTimeout(timer);
      reject(notStarted(attempted, cause));
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      if (ending === "timed_out") return reject(timedOut(attempted, timeoutMs));
      if (ending === "too_long") return reject(tooLong(attempted, maxOutput));
      if (code === notFound) return reject(notStarted(attempted));
      const text = redact(stderr, call.token);
      resolve({ code: code ?? -1, stdout: Buffer.concat(stdout), stderr: text, cut: ending === "cut" });
    });
    child.stdin.end(limits.input ?? "");
  });
}

/** Runs git and returns its standard output; any exit code but 0 is a `Fault` whose message starts with `attempted`. */
export async function runGit(call: GitCall, attempted: string, limits: GitLimits = {}): Promise<Buffer> {
  const result = await tryGit(call, limits);
  if (result.code !== 0 && !result.cut) throw gitFault(attempted, result.stderr);
  return result.stdout;
}

/** The transport a URL needs. Throws `Fault` for any other scheme. */
export function transportOf(url: string): Transport {
  const scheme = /^(https|http|file):\/\//.exec(url)?.[1];
  if (scheme !== undefined) return scheme as Transport;
  throw new Fault("Refused a git address that is neither http(s) nor file", { kind: "refused", retry: "never" });
}

/** The text with the token, and the forms in which it travels, blotted out. */
export function redact(text: string, token: string | undefined): string {
  if (token === undefined || token === "") return text;
  return text.replaceAll(token, "***").replaceAll(basic(token), "***");
}

function environment(call: GitCall): Record<string, string> {
  const kept = inherited.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    ...proxiesOf(process.env),
    HOME: "/nonexistent",
    XDG_CONFIG_HOME: "/nonexistent",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "/bin/false",
    SSH_ASKPASS: "/bin/false",
    GIT_SSH_COMMAND: "/bin/false",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    LC_ALL: "C",
    TZ: "UTC",
    ...tokenHeader(call.token),
    ...call.env,
  };
}

/** The Authorization header as git's own configuration-by-environment: not in argv, a URL or a file. */
function tokenHeader(token: string | undefined): Record<string, string> {
  if (token === undefined) return {};
  return {
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "http.extraHeader",
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic(token)}`,
  };
}

function basic(token: string): string {
  return Buffer.from(`x-access-token:${token}`).toString("base64");
}

/** How a shell ends that finds no such program. */
const notFound = 127;

function notStarted(attempted: string, cause?: unknown): Fault {
  return new Fault(`${attempted} could not be started on this host`, { kind: "engine", retry: "never", cause });
}

function timedOut(attempted: string, timeoutMs: number): Fault {
  const message = `${attempted} was stopped after ${Math.round(timeoutMs / 1000)} s without an end`;
  return new Fault(message, { kind: "unavailable", retry: "later" });
}

function tooLong(attempted: string, bytes: number): Fault {
  return new Fault(`${attempted} answered more than ${bytes} bytes`, { kind: "refused", retry: "never" });
}
