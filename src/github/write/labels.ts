// Sets all labels of an issue in one request.
import { z } from "zod";
import type { IssueRef } from "../../loop/state.ts";
import { type Connection, call } from "../client/client.ts";

/** Afterwards the issue has exactly these labels. GitHub creates those the repository does not know. */
export async function setLabels(connection: Connection, issue: IssueRef, labels: readonly string[]): Promise<void> {
  const { owner, name: repo, number } = issue;
  const attempted = `Could not set the labels of ${owner}/${repo}#${number}`;
  await call(connection, issue, { attempted, shape: z.array(z.unknown()) }, (client) =>
    client.request("PUT /repos/{owner}/{repo}/issues/{issue_number}/labels", {
      owner,
      repo,
      issue_number: number,
      labels: [...labels],
    }),
  );
}
