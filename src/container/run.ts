// What a run is: the request for one container execution, its facts, its outcome, and the runtime that performs it.
import { Fault } from "../base/fault.ts";
import type { ContainerSpec } from "./spec/body.ts";

/** The port on a container's loopback behind which the run's gateway answers. */
export const GATEWAY_PORT = 8417;

/** The exit code of the entry script when it never received its go: the agent did not start. */
export const NEVER_STARTED = 97;

/** The exit code of the entry script when there was work to hand in and the gateway stayed away. */
export const NOT_HANDED_IN = 96;

export type Role = "executor" | "reviewer" | "check";

/** Which image a run uses: one named by the policy, or the host's own toolchain (Linux only, demo and tests). */
export type ImageChoice =
  | {
      readonly kind: "named";
      readonly reference: string;
      /** What the reference meant when the loop first used it: this content or none, wherever the tag is now. */
      readonly pinned?: { readonly id: string; readonly digest: string | null };
    }
  | {
      /** Made of a Dockerfile of the repository, at a commit that no agent wrote. */
      readonly kind: "built";
      readonly reference: string;
      readonly build: {
        readonly repositoryId: number;
        readonly gitDir: string;
        readonly commit: string;
        readonly context: string;
        readonly dockerfile: string;
        readonly args: Readonly<Record<string, string>>;
        readonly target?: string | undefined;
        readonly memoryBytes: number;
        readonly cpus: number;
        /** Which packages its steps may fetch, by name. Absent: none. */
        readonly packages?: { readonly allow: readonly string[]; readonly deny: readonly string[] };
      };
      readonly pinned?: { readonly id: string; readonly digest: string | null };
    }
  | { readonly kind: "toolchain" };

/** The outer bounds of one run. Everything is enforced by the engine or by the host, never by the agent. */
export interface Limits {
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly pids: number;
  readonly openFiles: number;
  readonly fileSizeBytes: number;
  readonly tmpBytes: number;
  /** What the workspace may hold on disk; measured from outside while the run lasts. */
  readonly workspaceBytes: number;
  /** What `/loop/out` may hold; measured like the workspace. */
  readonly outBytes: number;
  /** How many files and folders the workspace may hold, and `/tmp` likewise: a disk can also run out of these. */
  readonly files: number;
  /** How much of the agent's output is kept: half from its beginning, half from its end. */
  readonly logBytes: number;
  readonly deadlineMs: number;
  /** From the polite SIGTERM, at the deadline or for silence, to the SIGKILL. */
  readonly graceMs: number;
}

const MiB = 1024 * 1024;

/** Bounds that suit a small repository; policy and operator set their own. */
export const DEFAULT_LIMITS: Limits = {
  memoryBytes: 2048 * MiB,
  cpus: 2,
  pids: 256,
  openFiles: 4096,
  fileSizeBytes: 1024 * MiB,
  tmpBytes: 512 * MiB,
  workspaceBytes: 4096 * MiB,
  outBytes: 16 * MiB,
  files: 1_000_000,
  logBytes: 1 * MiB,
  deadlineMs: 20 * 60_000,
  graceMs: 10_000,
};

/** One container execution, as the engine asks for it. Every folder is the host's own and exists already. */
export interface RunRequest {
  /** Run id such as `12-k3f9-1-executor-1`; the container is called `loopgate-<id>`. */
  readonly id: string;
  readonly loop: string;
  readonly attempt: number;
  readonly role: Role;
  /** The writer's fencing number: a container of another epoch is never adopted. */
  readonly epoch: number;
  readonly image: ImageChoice;
  /** The agent's command; a string runs under `sh -c`. */
  readonly command: readonly string[] | string;
  /** A git working copy prepared by the host: `/workspace`, writable except for the reviewer. */
  readonly workspaceDir: string;
  /** What shows through where the workspace has nothing of its own. Absent: nothing. */
  readonly beneath?: Beneath;
  /** The shared object store, mounted read-only at the same absolute path inside. */
  readonly objectsDir: string | null;
  /** Holds `brief.md` (read-only inside) and `out/` (writable): `/loop`. */
  readonly loopDir: string;
  /** The Unix socket of this run's gateway, alone in its folder; only the relay sees that folder. Null: no way out at all. */
  readonly gatewaySocket: string | null;
  /**
   * The run whose networkless namespace this one joins, for a server beside an agent: its id begins with that run's, it has no gateway of
   * its own, and its command is spoken to by `Running.write`. Absent: it stands by itself.
   */
  readonly joins?: string;
  /** Names from `isAllowedEnv` only; `{port}` in a value becomes the gateway's port as the run sees it. */
  readonly env: Readonly<Record<string, string>>;
  /** The policy's own variables; what is ours comes before them. Absent: none. */
  readonly variables?: Readonly<Record<string, string>>;
  /** What answers on the run's loopback besides the gateway: started one after the other, each once the one before is ready. Absent: nothing. */
  readonly services?: readonly Service[];
  readonly limits: Limits;
  /** `HostConfig.Runtime`, for gVisor or Kata. */
  readonly runtime?: string;
}

/** A container that stands beside the agent's for as long as the run lasts, in the same networkless namespace. */
export interface Service {
  /** As policy calls it, unlike every other of the run. */
  readonly name: string;
  readonly image: ImageChoice;
  /** What the image's entry point is given; null: what the image itself gives it. */
  readonly command: readonly string[] | null;
  readonly env: Readonly<Record<string, string>>;
  /** A shell command that succeeds inside it once it is ready; null: once the ports that its image exposes take connections. */
  readonly ready: string | null;
  /** How long it may take to get ready. */
  readonly readyMs: number;
  /** Folders it may write to, besides `/tmp`, `/run`, `/var/tmp` and its image's volumes; all of them count as its memory. */
  readonly tmpfs: readonly string[];
  readonly memoryBytes: number;
}

/** A service that ended while its run went on. */
export interface ServiceEnd {
  readonly name: string;
  readonly exitCode: number | null;
  readonly oomKilled: boolean;
  /** The last of what it said. */
  readonly log: string;
}

/** A service did not get ready, so the agent was not started. The message says which, and how it ended. */
export class ServiceFault extends Fault {
  readonly service: string;
  /** The beginning and the end of what it said. */
  readonly log: string;

  constructor(service: string, message: string, log = "") {
    super(message, { kind: "engine", retry: "never" });
    this.name = "ServiceFault";
    this.service = service;
    this.log = log;
  }
}

/** An image that a run needs could not be had. The message says which, and in whose words why. Nothing was started for it. */
export class ImageFault extends Fault {
  /** The last that was said on the way to it; empty: nothing. */
  readonly log: string;

  constructor(message: string, log = "") {
    super(message, { kind: "engine", retry: "never" });
    this.name = "ImageFault";
    this.log = log;
  }
}

/**
 * A folder that a workspace stands on: the run sees it as its own and may change and remove what is in it, and whatever it writes is
 * kept in the workspace alone. For runtimes that say so by `showsBeneath`.
 */
export interface Beneath {
  /** Never written to; its files belong to the run's user. */
  readonly folder: string;
  /** Empty, beside the workspace on the same file system, and the kernel's own while the run lasts. */
  readonly work: string;
}

/** Environment names a run may be given besides those beginning with `LOOP_`. Values carry leases, never credentials. */
const ALLOWED_ENV: readonly string[] = [
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_BASE_URL",
  "BUN_CONFIG_REGISTRY",
  "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
  "CLAUDE_CODE_MAX_RETRIES",
  "COREPACK_NPM_REGISTRY",
  "GEMINI_API_KEY",
  "GEMINI_CLI_TRUST_WORKSPACE",
  "GIT_AUTHOR_EMAIL",
  "GIT_AUTHOR_NAME",
  "GIT_COMMITTER_EMAIL",
  "GIT_COMMITTER_NAME",
  "GOOGLE_GEMINI_BASE_URL",
  "GOPROXY",
  "HTTPS_PROXY",
  "HTTP_PROXY",
  "JAVA_TOOL_OPTIONS",
  "LANG",
  "NODE_USE_ENV_PROXY",
  "NO_PROXY",
  "OPENAI_API_KEY",
  "OPENAI_BASE_URL",
  "PIP_DISABLE_PIP_VERSION_CHECK",
  "PIP_INDEX_URL",
  "TZ",
  "UV_DEFAULT_INDEX",
  "UV_INDEX_URL",
  "YARN_NPM_REGISTRY_SERVER",
  "YARN_REGISTRY",
  "YARN_UNSAFE_HTTP_WHITELIST",
  "https_proxy",
  "no_proxy",
  "npm_config_audit",
  "npm_config_fund",
  "npm_config_registry",
  "npm_config_replace_registry_host",
  "npm_config_update_notifier",
];

/** Whether a run may be given an environment variable of this name. */
export function isAllowedEnv(name: string): boolean {
  return /^LOOP_[A-Z0-9_]+$/.test(name) || ALLOWED_ENV.includes(name);
}

/** One mount as the engine reports it. */
export interface MountFact {
  readonly source: string;
  readonly target: string;
  readonly writable: boolean;
}

/** What isolates the run, as seen from inside it or inspected on the running container, not as asked for. */
export interface ContainerFacts {
  readonly runtime: "docker" | "process";
  /** False for the plain-process runtime: nothing keeps the agent from the host. */
  readonly isolated: boolean;
  readonly containerId: string;
  /** What the run's network namespace was made with, `none`; with a relay it is the relay's, which the agent joins. */
  readonly network: string;
  readonly networks: readonly string[];
  readonly user: string;
  /** Whether no other living run has that user, nor has the App. */
  readonly ownUser: boolean;
  readonly readonlyRoot: boolean;
  readonly privileged: boolean;
  readonly capabilitiesAdded: readonly string[];
  readonly capabilitiesDropped: readonly string[];
  readonly noNewPrivileges: boolean;
  /** `loopgate` for our own filter, otherwise the engine's: `default` or the name of its profile. */
  readonly seccomp: string;
  readonly apparmor: string;
  readonly memoryBytes: number;
  readonly memorySwapBytes: number;
  readonly cpus: number;
  readonly pids: number;
  readonly ulimits: Readonly<Record<string, number>>;
  readonly init: boolean;
  readonly ipc: string;
  readonly restart: string;
  readonly logDriver: string;
  readonly hostname: string;
  readonly mounts: readonly MountFact[];
  /** Names only; values hold leases. */
  readonly envNames: readonly string[];
  readonly image: { readonly reference: string; readonly id: string; readonly digest: string | null };
  readonly ociRuntime: string;
  readonly engine: string;
  readonly cgroup: string;
  readonly relay: RelayFacts | null;
  /** The release of the kernel that serves the run; null where it was not seen. */
  readonly kernel: string | null;
  /** Guards that were seen from inside not to be in force; such a run started only where the rest suffices. */
  readonly missing: readonly string[];
  /** Guards of which nothing was to be seen inside: for them the engine's word is all there is. */
  readonly unseen: readonly string[];
}

/** The side container that carries the gateway to the run's loopback. */
export interface RelayFacts {
  readonly containerId: string;
  readonly network: string;
  readonly user: string;
  readonly readonlyRoot: boolean;
  readonly capabilitiesDropped: readonly string[];
  readonly mounts: readonly MountFact[];
  readonly imageId: string;
}

export type RunStatus =
  | "finished" // the agent's command exited with 0
  | "failed" // it exited with another code, or a limit of the host ended it; `note` says which
  | "timed_out" // the deadline ended it
  | "silent" // `endSilent` ended it: for too long there was no sign of life
  | "stopped" // `stop` ended it
  | "lost"; // the container, its relay or the engine went away

/** A limit of a run that ended it. */
export type LimitMet = "memory" | "file_size" | "disk" | "files";

export interface RunOutcome {
  readonly status: RunStatus;
  readonly exitCode: number | null;
  /** One sentence on why it ended so, where the status alone does not say it. */
  readonly note: string | null;
  /** Which limit ended it, where that shows. */
  readonly limit: LimitMet | null;
  readonly oomKilled: boolean;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** From the request to the agent's go. Null when the run was adopted. */
  readonly readyMs: number | null;
  /** The output, stdout and stderr in order of arrival, at most `logBytes`; a cut is marked in place. */
  readonly log: string;
  readonly logTruncated: boolean;
  readonly facts: ContainerFacts;
  /** Services that ended before the agent did. Absent: none. */
  readonly services?: readonly ServiceEnd[];
}

/** A run that was started or adopted. `done` never rejects. */
export interface Running {
  readonly id: string;
  readonly facts: ContainerFacts;
  /** What the engine was told, the agent's container first; absent: adopted, or no container. */
  readonly specs?: readonly ContainerSpec[];
  /** What is left of it stays until `Runtime.forget`, so that another process can still ask how it ended. */
  readonly done: Promise<RunOutcome>;
  /** Writes to the command's standard input, which ends when this process does. Absent: the command has none, or the run was adopted. */
  readonly write?: (text: string) => void;
  /** Whether the agent has ended already, as far as is known; true of a container that was adopted after its end. */
  isOver(): boolean;
  /** Bytes of output heard so far, kept or not. */
  outputBytes(): number;
  /** Ends the run as silent: SIGTERM, and SIGKILL after the grace. The note becomes the outcome's. */
  endSilent(note: string): void;
  /** Ends the run at once (SIGKILL); resolves when nothing of it runs. The reason becomes the outcome's note. */
  stop(reason: string): Promise<void>;
}

/** Which run of which loop a container belongs to, read from its labels. */
export interface RunLabel {
  readonly id: string;
  readonly loop: string;
  readonly epoch: number;
  readonly role: Role;
  readonly attempt: number;
}

/** Receives the agent's output as it comes, uncapped; a parser of event streams sits here. */
export type OutputWatch = (stream: "stdout" | "stderr", chunk: Buffer) => void;

/** What a runtime says about itself at start-up and in the report. */
export interface RuntimeDescription {
  readonly kind: "docker" | "process";
  readonly isolated: boolean;
  readonly engine: string;
  /** One sentence for terminal and thread. */
  readonly sentence: string;
}

/** Performs runs. Every method throws `Fault` only. */
export interface Runtime {
  readonly kind: "docker" | "process";
  describe(): Promise<RuntimeDescription>;
  /** The image by content, as a run of this choice would be started from it. Absent: the runtime has no images. */
  readonly imageId?: (image: ImageChoice) => Promise<string>;
  /**
   * Whether a workspace can stand on a folder, tried in a folder of its own below this one, of a kind with those of runs. Absent: it
   * cannot.
   */
  readonly showsBeneath?: (root: string) => Promise<boolean>;
  /**
   * Whether a run in this workspace may stand on such a folder, whose files are one user's, which is kept for it while the workspace is
   * there. Absent: every run has that user.
   */
  readonly standsOn?: (workspace: string, folder: string) => Promise<boolean>;
  /**
   * Does ahead what can be done before the workspace is filled: the relay stands ready in the networkless namespace, and
   * nothing of the agent's image runs. Folders and `brief.md` must exist, empty if need be; the gateway may open later. `start` with the same request then takes less time; with another, what was prepared is dropped.
   */
  prepare(request: RunRequest): Promise<void>;
  /**
   * Starts the run, or adopts the container of the same name and epoch if there is one already.
   * A spec that must never run is a `Fault` of kind `refused` and nothing is started.
   */
  start(request: RunRequest, watch?: OutputWatch): Promise<Running>;
  /** Adopts the run's container if it exists, whatever its state; null otherwise. */
  find(id: string): Promise<Running | null>;
  list(): Promise<readonly RunLabel[]>;
  /** Removes everything of this run, running, ended or only prepared. One that is gone, or another App's, is nothing to do. */
  forget(id: string): Promise<void>;
  /** Removes everything of every run for which `keep` is false; the ids removed. */
  sweep(keep: (label: RunLabel) => boolean): Promise<readonly string[]>;
  close(): Promise<void>;
}
