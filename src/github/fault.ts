// Octokit's errors become faults: what failed, whether it may work later, and from when on.
import { Bug } from "../base/assert.ts";
import { Fault, type FaultKind, type FaultOptions, toFault } from "../base/fault.ts";
import { untilReset } from "./client/reset.ts";

/** The fields used of Octokit's RequestError. Without `response` nothing was answered: its `status` is then made up. */
interface RequestFailure {
  readonly status: number;
  readonly message: string;
  readonly cause?: unknown;
  readonly response?: { readonly headers: Headers };
}

/** The fields used of Octokit's GraphqlResponseError. */
interface QueryFailure {
  readonly errors: readonly { readonly type?: string; readonly message: string }[];
  readonly headers: Headers;
}

type Headers = Readonly<Record<string, string | number | undefined>>;
type Judgement = Pick<FaultOptions, "kind" | "retry" | "retryAt">;

/** GitHub asks for at least a minute where it limits without saying for how long. */
const defaultWaitMs = 60_000;

/** The fault for an error of Octokit; `attempted` reads "Could not … on …", `now` is epoch milliseconds. Bugs pass. */
export function faultOf(error: unknown, attempted: string, now: number): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof Bug) throw error;
  if (isQueryFailure(error)) {
    return faultWith(attempted, `GitHub answered: ${error.errors[0]?.message}`, judgeQuery(error, now), error);
  }
  if (!isRequestFailure(error)) return toFault(error, attempted);
  if (error.cause instanceof Fault) return error.cause; // it never left
  if (!error.response)
    return faultWith(attempted, `no answer (${error.message})`, { kind: "unavailable", retry: "later" }, error);
  const said = `GitHub answered ${error.status}: ${error.message}`;
  return faultWith(attempted, said, judgeRequest(error, error.response.headers, now), error);
}

/** The fault for an answer that lacks what we asked for: cut off, or not what GitHub describes. */
export function unreadable(attempted: string, cause: unknown): Fault {
  return faultWith(attempted, "the answer could not be understood", { kind: "invalid", retry: "later" }, cause);
}

function faultWith(attempted: string, said: string, judgement: Judgement, cause: unknown): Fault {
  return new Fault(`${attempted}: ${clip(said)}. ${whatNow(judgement)}`, { ...judgement, cause });
}

function whatNow({ retry, retryAt }: Judgement): string {
  if (retry === "never") return "It is not tried again by itself.";
  return retryAt === undefined ? "It may work later." : `It may work after ${new Date(retryAt).toISOString()}.`;
}

/** One line of at most 300 characters, without the address of GitHub's documentation. */
function clip(said: string): string {
  const line = said.replace(/ - https:\/\/docs\.github\.com\S*/g, "").replace(/\s+/g, " ");
  return line.trim().replace(/\.$/, "").slice(0, 300);
}

function judgeRequest({ status, message }: RequestFailure, headers: Headers, now: number): Judgement {
  if (isLimit(status, message, headers))
    return { kind: "rate_limited", retry: "later", retryAt: waitUntil(headers, now) };
  if (status >= 500 || (status === 403 && isShutOut(message))) return { kind: "unavailable", retry: "later" };
  if (status === 422 && isUnreplicated(message)) return { kind: "not_found", retry: "later" };
  if (status === 405 && /base branch was modified/i.test(message)) return { kind: "conflict", retry: "later" }; // another merge came between
  if (status === 403 && /locked|disabled|archived|too many|more than/i.test(message))
    return { kind: "refused", retry: "never" };
  return judgements.get(status) ?? { kind: "invalid", retry: "never" };
}

/**
 * What was pushed or made a moment ago is not known yet to the replica that was asked: a commit, a branch, that the one is on the other
 * (https://github.com/kdlbs/kandev/pull/3134), or a new pull request (https://github.com/peter-evans/create-pull-request/pull/4356).
 */
function isUnreplicated(message: string): boolean {
  return /no commit found|"field":"head","code":"invalid"|no commits between|could not resolve to a node/i.test(
    message,
  );
}

/**
 * Whoever runs the account keeps the App out for now, by a list of addresses or by suspending it. Unlike a permission that is not given,
 * that is of no loop's making and ends without it, and the thread cannot be told of it meanwhile: it is an outage.
 */
function isShutOut(message: string): boolean {
  return /IP allow list|suspended your access|installation has been suspended/i.test(message);
}

/** A 404 may be a replica that lags behind, and a 401 a token that has just expired: both are worth a second try. */
const judgements: ReadonlyMap<number, { kind: FaultKind; retry: "later" | "never" }> = new Map([
  [400, { kind: "refused", retry: "never" }],
  [401, { kind: "forbidden", retry: "later" }],
  [403, { kind: "forbidden", retry: "never" }],
  [404, { kind: "not_found", retry: "later" }],
  [405, { kind: "refused", retry: "never" }],
  [409, { kind: "conflict", retry: "later" }],
  [410, { kind: "not_found", retry: "never" }],
  [413, { kind: "refused", retry: "never" }],
  [422, { kind: "refused", retry: "never" }],
  [451, { kind: "refused", retry: "never" }],
]);

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api: 403 or 429, primary or secondary. */
function isLimit(status: number, message: string, headers: Headers): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  const isUsedUp = headers["x-ratelimit-remaining"] !== undefined && Number(headers["x-ratelimit-remaining"]) === 0;
  return isUsedUp || headers["retry-after"] !== undefined || /rate limit|abuse detection/i.test(message);
}

function waitUntil(headers: Headers, now: number): number {
  const seconds = Number(headers["retry-after"]);
  if (Number.isFinite(seconds)) return now + seconds * 1_000;
  const isUsedUp = Number(headers["x-ratelimit-remaining"]) === 0;
  const wait = untilReset({ date: headers.date, reset: headers["x-ratelimit-reset"] });
  return now + (isUsedUp && wait !== null && wait > 0 ? wait : defaultWaitMs);
}

/** What GitHub says, inside an answer with status 200, when it could not do it now. */
const passing = /something went wrong|time(d )?-?\s?out|unavailable|in time|try again|temporar|overloaded/i;
const passingTypes: ReadonlySet<string> = new Set([
  "RESOURCE_LIMITS_EXCEEDED",
  "MAX_NODE_LIMIT_EXCEEDED",
  "SERVICE_UNAVAILABLE",
  "INTERNAL",
  "INTERNAL_SERVER_ERROR",
  "LOADING",
  "TIMEOUT",
]);

/** The worst of the errors decides; data that came along with them is never used. */
function judgeQuery({ errors, headers }: QueryFailure, now: number): Judgement {
  const types = new Set(errors.map((error) => error.type ?? ""));
  const isLimited = errors.some((error) => /rate limit|abuse detection/i.test(error.message));
  if (isLimited || types.has("RATE_LIMITED") || types.has("RATE_LIMIT"))
    return { kind: "rate_limited", retry: "later", retryAt: waitUntil(headers, now) };
  if (errors.some(({ message }) => isShutOut(message))) return { kind: "unavailable", retry: "later" };
  if (types.has("FORBIDDEN") || types.has("INSUFFICIENT_SCOPES")) return { kind: "forbidden", retry: "never" };
  if (types.has("NOT_FOUND")) return { kind: "not_found", retry: "later" };
  if (types.has("UNPROCESSABLE")) return { kind: "refused", retry: "never" };
  const isPassing = errors.some(({ type = "", message }) => passingTypes.has(type) || passing.test(message));
  return isPassing ? { kind: "unavailable", retry: "later" } : { kind: "invalid", retry: "never" };
}

function isQueryFailure(error: unknown): error is QueryFailure {
  return error instanceof Error && error.name === "GraphqlResponseError" && "errors" in error && "headers" in error;
}

function isRequestFailure(error: unknown): error is RequestFailure {
  return error instanceof Error && "status" in error && typeof error.status === "number";
}
