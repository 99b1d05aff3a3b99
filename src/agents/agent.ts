// What an agent CLI is to us: a command line with its configuration, and a reader of the events it prints.
import type { AgentKind } from "../loop/state.ts";

export { AGENT_KINDS, type AgentKind } from "../loop/state.ts";

/** Which of the model gateway's routes a CLI speaks to; null where the command brings its own way. */
export type ModelRoute = "anthropic" | "openai" | "gemini";

/** What one run asks of an agent. */
export interface AgentTask {
  /** Where the brief stands inside the container. */
  readonly promptPath: string;
  /** The model's name as its provider knows it. */
  readonly model: string;
  /** The run's gateway, `http://127.0.0.1:{port}`; the runtime fills in the port. */
  readonly gatewayUrl: string;
  /** The run's lease: what a CLI shows in place of a provider's credential. */
  readonly lease: string;
  /** Whether the run has tools of its own, at `LOOP_TOOLS_URL` for whoever shows `LOOP_TOOLS_TOKEN`. */
  readonly hasTools: boolean;
}

/** What the run's own MCP server is called in every configuration. */
export const TOOL_SERVER = "loop";

/** How long a CLI waits for that server, and for its answers: some go on without after 5 s, which a machine with much to do can need. */
export const TOOLS_READY_MS = 60_000;

/** A file that must be there before the agent starts. */
export interface AgentFile {
  /** Relative to the run's home folder, which is its own and empty. */
  readonly path: string;
  readonly text: string;
}

/** How to start an agent, as plain data. */
export interface Prepared {
  /** A line for `sh`, to be run in the workspace; `startLine` puts the files before it. */
  readonly command: string;
  /** Names that a run may be given (`isAllowedEnv`); `{port}` in a value becomes the gateway's port. */
  readonly env: Readonly<Record<string, string>>;
  readonly files: readonly AgentFile[];
}

/**
 * One thing that an agent says it did. All of it is the agent's claim: what is decided comes from git, the gateway and
 * the clock.
 */
export type AgentEvent =
  | { readonly type: "message"; readonly text: string }
  | {
      readonly type: "tool_call";
      readonly name: string;
      /** SHA-256 of the arguments as JSON, in hexadecimal. */
      readonly argumentsDigest: string;
      readonly argumentsClipped: string;
    }
  | { readonly type: "file_change"; readonly path: string; readonly change: FileChange }
  /** `exitCode` is null where the CLI tells none. */
  | { readonly type: "command"; readonly line: string; readonly exitCode: number | null }
  /** Tokens: `cached` is part of `input`, `reasoning` part of `output`. */
  | {
      readonly type: "usage";
      readonly input: number;
      readonly output: number;
      readonly cached: number;
      readonly reasoning: number;
    }
  | { readonly type: "error"; readonly message: string }
  | { readonly type: "ended"; readonly claimed: "success" | "failure" };

export type FileChange = "added" | "modified" | "deleted" | "written";

/** Reads an agent's standard output as it comes. Never throws; keeps a bounded amount, whatever arrives. */
export interface EventReader {
  read(chunk: Uint8Array): readonly AgentEvent[];
  /** The output is over: what its last line, without a line break, still says. */
  end(): readonly AgentEvent[];
}

/** An agent CLI. */
export interface Agent {
  readonly kind: AgentKind;
  readonly route: ModelRoute | null;
  /**
   * How its CLI lets the gateway take part in what it does: `hooks`, before and after each tool and before it ends; null: not at all, so that its commands are
   * known from its events alone, and words reach it by the run's tools alone.
   */
  readonly takesPart: "hooks" | null;
  readonly prepare: (task: AgentTask) => Prepared;
  readonly events: () => EventReader;
}
