// Where logs are kept: another origin than the API, at addresses that are good for a minute and want no credential.
import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Core } from "../core.ts";
import type { WorkflowJob } from "../model.ts";

interface Blob {
  readonly job: WorkflowJob;
  readonly until: number;
}

/** One minute: https://docs.github.com/rest/actions/workflow-jobs#download-job-logs-for-a-workflow-run */
const lifeMs = 60_000;
const prefix = "/actions-results/";
const kept = new WeakMap<Core, Map<string, Blob>>();

/** A new address of the log. It is under another host name, so that a client which follows it drops its credential. */
export function logAddress(core: Core, job: WorkflowJob): string {
  const blobs = kept.get(core) ?? new Map<string, Blob>();
  kept.set(core, blobs);
  const name = randomBytes(16).toString("hex");
  blobs.set(name, { job, until: core.now() + lifeMs });
  const url = new URL(`${prefix}${name}`, core.origin);
  url.hostname = "localhost";
  return url.href;
}

export const isBlob = (url: string) => url.startsWith(prefix);

/**
 * Answers as the blob store does: 404 for a log that was not written (yet), 403 after the address's time, 401 to a
 * credential of GitHub's, which means nothing there.
 */
export function answerBlob(core: Core, request: IncomingMessage, response: ServerResponse): void {
  const blob = kept.get(core)?.get((request.url ?? "").slice(prefix.length));
  const [status, type, body] = answerFor(blob, core.now(), request.headers.authorization !== undefined);
  const whole = Buffer.from(body);
  const [first, last] = status === 200 ? rangeOf(request.headers.range, whole.length) : [0, whole.length - 1];
  const part = whole.subarray(first, last + 1);
  const isPart = part.length < whole.length;
  response
    .writeHead(isPart ? 206 : status, {
      "content-type": type,
      "content-length": part.length,
      ...(isPart ? { "content-range": `bytes ${first}-${last}/${whole.length}` } : {}),
    })
    .end(part);
}

/** From a first byte on, as far as a last one if that is given; the blob store knows no other ranges, and then sends all. */
function rangeOf(header: string | undefined, length: number): readonly [first: number, last: number] {
  const [, first = "", last = ""] = /^bytes=(\d+)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === "" || Number(first) >= length) return [0, length - 1];
  return [Number(first), last === "" ? length - 1 : Math.min(Number(last), length - 1)];
}

type Answer = readonly [status: number, type: string, body: string];

function answerFor(blob: Blob | undefined, now: number, signed: boolean): Answer {
  if (signed)
    return refused(401, "InvalidAuthenticationInfo", "Authentication information is not in the right format.");
  if (!blob || blob.until <= now) return refused(403, "AuthenticationFailed", "The address is no longer good.");
  const { log } = blob.job;
  if (log === null) return refused(404, "BlobNotFound", "The specified blob does not exist.");
  return [200, "text/plain; charset=utf-8", log];
}

function refused(status: number, code: string, message: string): Answer {
  const xml = '<?xml version="1.0" encoding="utf-8"?>';
  return [status, "application/xml", `\ufeff${xml}<Error><Code>${code}</Code><Message>${message}</Message></Error>`];
}
