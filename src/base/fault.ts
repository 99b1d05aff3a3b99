// A fault is the world failing: the one error type that adapters throw.

/** What failed, in terms a reader of the thread understands. */
export type FaultKind =
  | "unavailable" // no answer, 5xx, time-out: the outcome may be unknown
  | "rate_limited" // told to wait; `retryAt` says until when
  | "forbidden" // a permission is missing or was taken away
  | "not_found"
  | "conflict" // the other side is in another state than we assumed
  | "refused" // understood and declined: a ruleset, a size limit, a locked issue
  | "invalid" // an answer or a file that cannot be understood
  | "preparing" // nothing failed: what is needed is on its way, and it is worth asking again soon
  | "engine"; // the container engine or the host failed

export interface FaultOptions {
  readonly kind: FaultKind;
  /** `later`: the same call may succeed; `never`: it will not until someone changes something. */
  readonly retry: "later" | "never";
  readonly cause?: unknown;
  /** Earliest time for the next try, in epoch milliseconds, where the other side said so. */
  readonly retryAt?: number;
}

/** The world failed. The message says what was attempted, on what, and what was answered; never a secret. */
export class Fault extends Error {
  readonly kind: FaultKind;
  readonly retry: "later" | "never";
  readonly retryAt: number | undefined;

  constructor(message: string, options: FaultOptions) {
    super(message, { cause: options.cause });
    this.name = "Fault";
    this.kind = options.kind;
    this.retry = options.retry;
    this.retryAt = options.retryAt;
  }
}

/** The fault itself, or the unknown error as a fault of the given description with its cause kept. */
export function toFault(error: unknown, attempted: string): Fault {
  if (error instanceof Fault) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new Fault(`${attempted}: ${detail}`, { kind: "unavailable", retry: "later", cause: error });
}
