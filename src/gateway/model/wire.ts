// A wire format as the gateway sees it: which requests there are, what of them may leave, and how answers and errors read.
import type { IncomingHttpHeaders } from "node:http";
import type { CapName } from "./caps.ts";
import type { JsonObject } from "./json.ts";
import type { Growing } from "./known.ts";
import type { Tally } from "./meter.ts";

/** Why the gateway answers itself; each family says it in its own error shape. */
export type ProblemKind =
  | "credential" // no lease, or not this run's
  | "ended" // the lease has ended
  | "endpoint" // not one of the few requests there are
  | "request" // understood and not allowed, or not understood
  | "too_large"
  | "busy" // more calls at once than a run may make
  | "no_room" // more bytes at once than a run may have under way
  | "budget"
  | "price"
  | "uncapped" // the model's server has answered with more than it was allowed to
  | "key_refused" // the provider does not accept the App's key
  | "upstream" // no answer, or one that cannot be passed on
  | "silent";

export interface Problem {
  readonly kind: ProblemKind;
  /** One sentence that the agent can show. */
  readonly sentence: string;
}

/** One request of a family, before its body was read. */
export type Endpoint =
  | { readonly kind: "models" }
  | {
      readonly kind: "generate" | "count";
      readonly wire: Wire;
      /** Path and query behind the provider's base address. */
      readonly target: string;
      /** Where the path says them: Gemini's model, and whether the answer is streamed. */
      readonly model?: string;
      readonly stream?: boolean;
    };

/** A request after its rules: only what may leave is left in it. */
export interface Plan {
  readonly model: string;
  readonly stream: boolean;
  readonly body: JsonObject;
  /** Output tokens that the request asks for; null where it says nothing. */
  readonly asked: number | null;
  /** Fewer output tokens than this make no useful answer. */
  readonly floor: number;
  readonly growing: Growing;
  /** What was taken out: fields and tools that cost, reach out or hide input. */
  readonly stripped: readonly string[];
  /** Whether the client did not ask for the usage event that we add to the stream. */
  readonly hidesUsage: boolean;
}

export interface Wire {
  readonly name: "anthropic_messages" | "openai_responses" | "openai_chat" | "gemini";
  /** What may leave of this request; a sentence where nothing may. */
  plan(body: JsonObject, endpoint: Endpoint & { kind: "generate" | "count" }): Plan | string;
  /**
   * The body to send, its output capped at `tokens`, under a name that was learned where the wire has more than one. It looks
   * at the small fields only (`bulky` in `ready.ts`).
   */
  capped(plan: Pick<Plan, "body">, tokens: number, name?: CapName | null): JsonObject;
  /** The body of a request that only counts. */
  counting(plan: Plan): JsonObject;
  /** Reads one event of a stream, or a whole answer; `"[DONE]"` is passed as that text. */
  tally(before: Tally, event: unknown): Tally;
}

/** A provider's API: one credential form, one error shape, a few endpoints. */
export interface Family {
  readonly endpointOf: (method: string, path: string, query: URLSearchParams) => Endpoint | null;
  /** Where this family's clients put their key, and so the lease. */
  readonly credentialOf: (headers: IncomingHttpHeaders, query: URLSearchParams) => string | null;
  /** The provider's key in its own form, and the client's headers that may pass. */
  readonly headersFor: (key: string | null, client: IncomingHttpHeaders) => Record<string, string>;
  readonly renderProblem: (problem: Problem) => { readonly status: number; readonly body: JsonObject };
  readonly renderModels: (models: readonly string[]) => JsonObject;
  /** Whether an answer that is no success is the provider's own word that it produced nothing. */
  readonly isOwnError: (body: unknown) => boolean;
}

/** The path behind `/v1`; clients differ in whether their base address has it already. */
export function withoutVersion(path: string): string {
  return path.replace(/^\/v1(?=\/)/, "");
}

/** A provider's name for a model; nothing that could leave a path or a header, or names settings that are kept elsewhere. */
export function isModelName(value: unknown): value is string {
  if (typeof value !== "string" || !/^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,199}$/.test(value)) return false;
  return !value.includes("..") && !/@preset\//i.test(value);
}

/** Output tokens asked for; undefined where the request's number is none. */
export function askedOf(value: unknown): number | null | undefined {
  if (value === undefined || value === null) return null;
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

/** The token of an Authorization header of the Bearer kind. */
export function bearerOf({ authorization }: IncomingHttpHeaders): string | null {
  return /^Bearer +(\S+) *$/i.exec(authorization ?? "")?.[1] ?? null;
}

/** A header of one line, or null. */
export function headerAt(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === "string" && value.length <= 2000 ? value : null;
}

/** The type of a picture whose base64 is in the request itself, in lower case; null for any other address. */
export function pictureTypeOf(url: string): string | null {
  return /^data:(image\/[a-z0-9.+-]{1,60});base64,/i.exec(url)?.[1]?.toLowerCase() ?? null;
}
