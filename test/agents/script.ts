// What the scripted model does, and the contract of the four wires that speak it.

/** One turn of the model: a tool call, or its last words. */
export type Step =
  | { readonly kind: "write"; readonly path: string; readonly content: string }
  | { readonly kind: "run"; readonly command: string }
  /** A tool of the run's own, by its plain name. */
  | { readonly kind: "call"; readonly tool: string; readonly given: Readonly<Record<string, unknown>> }
  | { readonly kind: "say"; readonly text: string };

/** Tokens of one call, the same figures in every wire. `input` holds `cached`; `output` holds `reasoning`. */
export interface Usage {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  readonly reasoning: number;
}

/** What a wire reads out of a request. */
export interface Asked {
  readonly model: string;
  readonly streamed: boolean;
  /** Results of tool calls in the conversation: how many turns are behind us. */
  readonly results: number;
  /** The most output that the request allows; null where it says nothing. */
  readonly outputLimit: number | null;
  /** Names of the tools offered; empty for a client's side errands, such as naming the session. */
  readonly tools: readonly string[];
}

/** One server-sent event, or the whole body when nothing is streamed. */
export interface Sent {
  readonly event?: string;
  readonly data: unknown;
}

/** A provider's wire format. */
export interface Wire {
  readonly name: "anthropic" | "responses" | "chat" | "gemini";
  /** Whether a request to this path (without query) is a model call. */
  readonly isCall: (path: string) => boolean;
  readonly read: (body: unknown, url: URL) => Asked;
  /** The provider's own credential as the client sent it. */
  readonly credential: (headers: Readonly<Record<string, string | string[] | undefined>>) => string;
  /** The body of an error with this status, in the provider's own shape. */
  readonly failure: (status: number, message: string) => object;
  /** The answer to one call; `turn` makes identifiers unique. */
  readonly answer: (step: Step, usage: Usage, asked: Asked, turn: number) => readonly Sent[];
}

/** What the scripted model does otherwise than to follow its steps at the errand's price. */
export interface Manners {
  /** The HTTP status that a call fails with, by its number from 0, failed calls counted; null: it is answered. */
  readonly failing?: (call: number) => number | null;
  /** Whether each answer is billed all the output that its request allows. */
  readonly isDear?: boolean;
}

type Data = Readonly<Record<string, unknown>>;

/** A field of something read from JSON, or undefined. */
export function at(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Data)[name] : undefined;
}

/** A whole number read from JSON, or null. */
export function countAt(value: unknown, name: string): number | null {
  const found = at(value, name);
  return Number.isInteger(found) ? Number(found) : null;
}

/** A list read from JSON, or an empty one. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The first of `wanted` that is offered; the first of all when none is, so that the client says what it misses. */
export function pick(offered: readonly string[], wanted: readonly string[]): string {
  return wanted.find((name) => offered.includes(name)) ?? wanted[0] ?? "";
}
