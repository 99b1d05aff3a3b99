// Publishes the reviewer's verdict as a check run on the judged commit.
import { z } from "zod";
import type { CheckRunDraft } from "../../engine/ports.ts";
import { type Client, type Connection, call, type Repository } from "../client/client.ts";

/** GitHub's limits: bytes of a field of the output, and annotations in one request; each request adds to those before. */
const fieldLimit = 65_535;
const annotationsPerRequest = 50;

const Run = z.object({ id: z.number().int() });
const Runs = z.object({
  check_runs: z.array(z.object({ id: z.number().int(), external_id: z.string().nullish() })),
});

/** With `retrying`, our run with this external id is completed instead of made again. One request, and one for each further 50 annotations. */
export async function publishCheck(
  connection: Connection,
  repository: Repository,
  check: CheckRunDraft,
  retrying: boolean,
): Promise<void> {
  const { owner, name: repo } = repository;
  const attempted = `Could not publish the check run ${check.name} on ${owner}/${repo} at ${check.head.slice(0, 12)}`;
  const put = (send: (client: Client) => Promise<{ readonly data: unknown }>) =>
    call(connection, repository, { attempted, shape: Run }, send);

  const update = (id: number, part: number) =>
    put((client) =>
      client.request("PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}", {
        owner,
        repo,
        check_run_id: id,
        ...conclusionOf(check),
        output: outputOf(check, part),
      }),
    );
  const create = () =>
    put((client) =>
      client.request("POST /repos/{owner}/{repo}/check-runs", {
        owner,
        repo,
        name: check.name,
        head_sha: check.head,
        external_id: check.externalId,
        ...conclusionOf(check),
        output: outputOf(check, 0),
      }),
    );

  const existing = retrying ? await findOurs(connection, repository, check) : null;
  const { id } = existing === null ? await create() : await update(existing, 0);
  const parts = Math.ceil(check.annotations.length / annotationsPerRequest);
  for (let part = 1; part < parts; part++) await update(id, part);
}

async function findOurs(connection: Connection, repository: Repository, check: CheckRunDraft): Promise<number | null> {
  const { owner, name: repo } = repository;
  const attempted = `Could not look for the check run ${check.name} on ${owner}/${repo}`;
  const { check_runs: runs } = await call(connection, repository, { attempted, shape: Runs }, (client) =>
    client.request("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", {
      owner,
      repo,
      ref: check.head,
      check_name: check.name,
      app_id: connection.self.appId,
      filter: "all",
      per_page: 100,
    }),
  );
  return runs.find((run) => run.external_id === check.externalId)?.id ?? null;
}

function conclusionOf(check: CheckRunDraft) {
  return { status: "completed" as const, conclusion: check.conclusion };
}

function outputOf(check: CheckRunDraft, part: number) {
  const annotations = check.annotations.slice(part * annotationsPerRequest, (part + 1) * annotationsPerRequest);
  return {
    title: clip(check.title, 255),
    summary: clip(check.summary, fieldLimit),
    text: clip(check.text, fieldLimit),
    annotations: annotations.map(({ path, line, to = line, message, level }) => ({
      path,
      start_line: Math.max(1, line),
      end_line: Math.max(1, line, to),
      annotation_level: level,
      message: clip(message, fieldLimit),
    })),
  };
}

/** At most so many bytes of UTF-8, cut between characters. */
function clip(text: string, bytes: number): string {
  const encoded = Buffer.from(text);
  if (encoded.length <= bytes) return text;
  return new TextDecoder().decode(encoded.subarray(0, bytes), { stream: true });
}
