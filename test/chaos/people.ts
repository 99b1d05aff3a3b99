// The people of a campaign: bob answers at the gate, alice answers questions. They look at the threads, never into the App.
import type { Forge } from "../../src/forge/forge.ts";
import type { Issue, Pull, Repository } from "../../src/forge/model.ts";
import { approver, plotOf } from "./world.ts";

/** What bob asks for where the plot says so, once in each loop; the executor knows these words. */
const politely = "Say it politely";
const answer = "Use ok.";

/** Everyone looks at every thread once and does what is theirs to do there. */
export function takeTurns(forge: Forge, repositories: readonly Repository[]): void {
  for (const repository of repositories) {
    for (const issue of repository.issues.values()) {
      if (issue.pull !== null) reviewIfAsked(forge, repository, issue.pull);
      else answerIfAsked(forge, issue);
    }
  }
}

function reviewIfAsked(forge: Forge, repository: Repository, pull: Pull): void {
  const issue = repository.issues.get(issueOf(pull.head.ref));
  const isAsked = issue !== undefined && has(issue, "loop") && has(issue, "loop:needs-human");
  if (!isAsked || pull.draft || pull.issue.state !== "open") return;
  const own = pull.reviews.filter(({ user }) => user.login === approver);
  if (own.some(({ commitId }) => commitId === pull.head.sha)) return;
  const bob = forge.as(approver);
  if (plotOf(issue.number) === "changes requested" && own.length === 0) bob.requestChanges(pull, politely);
  else bob.approve(pull);
}

function answerIfAsked(forge: Forge, issue: Issue): void {
  if (plotOf(issue.number) !== "asks first" || has(issue, "loop") || !has(issue, "loop:needs-human")) return;
  if (issue.comments.some(({ body }) => body === answer)) return;
  const alice = forge.as(issue.user.login);
  alice.comment(issue, answer);
  alice.comment(issue, "/loop retry");
}

/** Loops name their branches `loop/<issue>-<loop>`. */
export function issueOf(branch: string): number {
  return Number(/^loop\/(\d+)-/.exec(branch)?.[1] ?? 0);
}

function has(issue: Issue, label: string): boolean {
  return issue.labels.some(({ name }) => name === label);
}
