// What a tool is to the gateway, and what comes of a call.
import type { Handed } from "./words.ts";

/** A JSON Schema of the arguments, an object's. */
export type InputSchema = Readonly<Record<string, unknown>> & { readonly type: "object" };

/** A tool that a run may call. */
export interface ServedTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: InputSchema;
  /** Whether it only reads: a client may then call it without asking anybody. */
  readonly readOnly: boolean;
  /** Never rejects but for our own fault. `given`: the arguments as they came, at most as deep and long as the gateway lets in. */
  readonly call: (given: unknown) => Promise<ToolAnswer>;
}

/** What the agent is told; `refused`: it may or must do something else, `failed`: it is not its doing. */
export interface ToolAnswer {
  readonly outcome: "done" | "refused" | "failed";
  readonly text: string;
  /** What people said, to stand below the text: all of it, however long that is. */
  readonly handed?: Handed;
}

/** What became of a picture that the thread is to show: null is that it will. */
export type Attached = null | { readonly why: string };

/** Keeps a picture that a tool answered with, a PNG file in base64: under the name by which it can be attached, or not, and why. */
export type KeepPicture = (base64: string) => Promise<{ readonly name: string } | { readonly why: string }>;

/** One call, for the trace. */
export interface ToolCall {
  /** Null: there is no tool of the name that was called. */
  readonly tool: string | null;
  readonly outcome: ToolAnswer["outcome"];
  /** Milliseconds from its coming in to its answer. */
  readonly ms: number;
  /** Of the answer's text. */
  readonly bytes: number;
}

export const done = (text: string): ToolAnswer => ({ outcome: "done", text });
export const refused = (text: string): ToolAnswer => ({ outcome: "refused", text });
