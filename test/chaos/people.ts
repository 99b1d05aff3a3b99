// The people of a campaign: bob answers at the gate, alice answers what stopped loops ask of her. They look at the threads, never into the App.
import type { Forge } from "../../src/forge/forge.ts";
import type { Issue, Pull, Repository } from "../../src/forge/model.ts";
import { approver, plotOf, question } from "./world.ts";

/** What bob asks for where the plot says so, once in each loop; the executor knows these words. */
const politely = "Say it politely";
const answer = "Use ok.";

/** Everyone looks at every thread once and does what is theirs to do there. */
export function takeTurns(forge: Forge, repositories: readonly Repository[]): void {
  for (const repository of repositories) {
    for (const issue of repository.issues.values()) {
      if (issue.pull !== null) reviewIfAsked(forge, repository, issue.pull);
      else answerIfStopped(forge, issue);
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

/** A loop that stopped waits for its requester, who answers what it asks and does as it says: once for each stop. */
function answerIfStopped(forge: Forge, issue: Issue): void {
  const hasEnded = has(issue, "loop:needs-human") || has(issue, "loop:stopped");
  if (has(issue, "loop") || !hasEnded) return;
  const stops = stopsOf(issue);
  const retries = issue.comments.filter(({ body }) => body === "/loop retry").length;
  if (stops.length <= retries || stops.length > mostStops) return;
  const alice = forge.as(issue.user.login);
  if (stops.at(-1)?.includes(question)) alice.comment(issue, answer);
  alice.comment(issue, "/loop retry");
}

/** Nobody is patient without end. */
const mostStops = 6;

/** Nothing more is going to happen on this issue. */
export function isOver(issue: Issue): boolean {
  return !has(issue, "loop") && (has(issue, "loop:done") || stopsOf(issue).length > mostStops);
}

/** The stop comments, oldest first. */
function stopsOf(issue: Issue): string[] {
  const said = issue.comments.filter(({ user, body }) => user.type === "Bot" && body.includes("<!-- loopgate:stop "));
  return said.map(({ body }) => body);
}

/** Loops name their branches `loop/<issue>-<loop>`. */
function issueOf(branch: string): number {
  return Number(/^loop\/(\d+)-/.exec(branch)?.[1] ?? 0);
}

function has(issue: Issue, label: string): boolean {
  return issue.labels.some(({ name }) => name === label);
}
