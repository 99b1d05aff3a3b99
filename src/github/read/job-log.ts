// The log of a job of GitHub Actions: its end, from the address that GitHub redirects to.
import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import type { JobLog } from "../../verify/facts.ts";
import { type Connection, call, type Repository } from "../client/client.ts";

/** So much of a log is read: its end, where the failure is. */
const mostBytes = 4 * 1024 * 1024;
const timeoutMs = 30_000;

/**
 * One request to GitHub, and one or two to where the log is kept, without a credential: that address is good for a minute.
 * Throws `Fault` only where GitHub itself fails; https://docs.github.com/rest/actions/workflow-jobs#download-job-logs-for-a-workflow-run
 */
export async function readJobLog(connection: Connection, repository: Repository, job: number): Promise<JobLog> {
  try {
    return await download(await addressOf(connection, repository, job));
  } catch (error) {
    const missing = whyMissing(error);
    if (missing === null) throw error;
    return { missing };
  }
}

function addressOf(connection: Connection, repository: Repository, job: number): Promise<string> {
  const { owner, name } = repository;
  const attempted = `Could not read the log of job ${job} in ${owner}/${name}`;
  return call(connection, repository, { attempted, shape: z.url() }, async (client) => {
    const { headers } = await client.request("GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs", {
      owner,
      repo: name,
      job_id: job,
      request: { redirect: "manual" },
    });
    return { data: headers.location };
  });
}

/** GitHub answers 404 while there is no log, 410 once it has expired, 403 without the permission `actions`. */
function whyMissing(error: unknown): "not_there" | "expired" | "forbidden" | null {
  if (!(error instanceof Fault)) return null;
  if (error.kind === "forbidden") return "forbidden";
  if (error.kind !== "not_found") return null;
  return error.retry === "never" ? "expired" : "not_there";
}

/** What does not come from GitHub itself is no fault of GitHub's: the annotations are still there. */
async function download(address: string): Promise<JobLog> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const whole = await fetch(address, { signal });
    if (whole.status === 404) return { missing: "not_there" };
    const length = Number(whole.headers.get("content-length"));
    if (!whole.ok || length <= mostBytes) return await textOf(whole);
    await whole.body?.cancel();
    const range = `bytes=${length - mostBytes}-${length - 1}`;
    return await textOf(await fetch(address, { signal, headers: { range } }));
  } catch {
    return { missing: "failed" };
  }
}

/** A store that sends more than was asked for is not listened to. */
async function textOf(response: Response): Promise<JobLog> {
  if (!response.ok || response.body === null) return { missing: "failed" };
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body) {
    bytes += piece.length;
    if (bytes > mostBytes) return { missing: "failed" };
    pieces.push(piece);
  }
  return { text: Buffer.concat(pieces).toString("utf8") };
}
