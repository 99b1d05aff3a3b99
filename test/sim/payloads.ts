// Webhook payloads as GitHub shapes them, reduced to the fields the App's translation reads and those that tell two apart.
import {
  type Account,
  appId,
  type Check,
  type Issue,
  type IssueComment,
  type Pull,
  type Review,
  repository,
} from "./model.ts";

export type Payloads = ReturnType<typeof createPayloads>;

/** `named` says under which login an account is known now; `now` is in epoch milliseconds: GitHub's times have whole seconds, so two events of one second can look alike. */
export function createPayloads(now: () => number, named: (account: Account) => Account) {
  const ci: Account = { id: 80, login: "github-actions[bot]", type: "Bot" };
  const envelope = (sender: Account) => ({
    repository: { id: repository.id, name: repository.name, owner: { login: repository.owner } },
    installation: { id: repository.installationId },
    sender: named(sender),
  });
  const stamp = () => new Date(Math.floor(now() / 1000) * 1000).toISOString();
  const head = (pull: Pull) => ({ ref: pull.branch, sha: pull.head, repo: { id: repository.id } });
  return {
    ci,
    issue: (action: string, issue: Issue, by: Account, more: object = {}) => ({
      action,
      issue: {
        number: issue.number,
        title: issue.title,
        state: issue.open ? "open" : "closed",
        labels: issue.labels.map((name) => ({ name })),
        updated_at: stamp(),
      },
      ...more,
      ...envelope(by),
    }),
    comment: (action: string, issue: number, comment: IssueComment, by: Account, more: object = {}) => ({
      action,
      issue: { number: issue },
      comment: {
        id: comment.id,
        body: comment.body,
        user: named(comment.author),
        updated_at: stamp(),
        performed_via_github_app: comment.author.type === "Bot" ? { id: appId } : null,
      },
      ...more,
      ...envelope(by),
    }),
    push: (branch: string, sha: string | null, by: Account) => ({
      ref: `refs/heads/${branch}`,
      after: sha ?? "0".repeat(40),
      deleted: sha === null,
      commits: [],
      ...envelope(by),
    }),
    pull: (action: string, pull: Pull, by: Account, more: object = {}) => ({
      action,
      pull_request: { number: pull.number, merged: pull.merged, head: head(pull), updated_at: stamp() },
      ...more,
      ...envelope(by),
    }),
    review: (pull: Pull, review: Review, by: Account) => ({
      action: review.state === "dismissed" ? "dismissed" : "submitted",
      pull_request: { number: pull.number },
      review: { id: review.id, node_id: `PRR_${review.id}`, commit_id: review.head },
      ...envelope(by),
    }),
    checkRun: (sha: string, check: Check) => ({
      action: "completed",
      check_run: {
        head_sha: sha,
        name: check.name,
        app: { id: check.ours ? appId : 15_368 },
        conclusion: check.conclusion,
        completed_at: stamp(),
      },
      ...envelope(ci),
    }),
    suite: (sha: string) => ({
      action: "completed",
      check_suite: { head_sha: sha, app: { id: 15_368 }, updated_at: stamp() },
      ...envelope(ci),
    }),
  };
}
