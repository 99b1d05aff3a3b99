// The reads a restore and a reconcile make: whole threads and how things stand with many loops at once.
import type { LoopLook, Survey, SurveyedLoop, ThreadRead } from "../../src/engine/ports.ts";
import type { Person } from "../../src/loop/state.ts";
import { type Account, app, type Issue, repository, writers } from "./model.ts";
import type { World } from "./world.ts";

export const repositoryRef = {
  installationId: repository.installationId,
  repositoryId: repository.id,
  owner: repository.owner,
  name: repository.name,
};

export function survey(world: World, label: string, loops: readonly SurveyedLoop[], at: number): Survey {
  const issues = [...world.issues.values()].flatMap((issue) => issue.asOf(at) ?? []);
  return {
    labelled: issues
      .filter((issue) => issue.open && issue.labels.includes(label))
      .map((issue) => ({
        number: issue.number,
        title: issue.title,
        labels: issue.labels,
        labelledBy: labelling(issue),
      })),
    loops: loops.map((loop) => look(world, loop, at)),
    schedules: null, // no policy here names any
  };
}

function look(world: World, loop: SurveyedLoop, at: number): LoopLook {
  const known = world.issues.get(loop.issue)!;
  const issue = known.asOf(at) ?? known.value;
  const head = loop.branch === null ? null : (world.branches.get(loop.branch)?.asOf(at) ?? null);
  return {
    issue: loop.issue,
    gone: false,
    open: issue.open,
    closedBy: personOf(issue.closedBy),
    labels: issue.labels,
    unlabelledBy: personOf(issue.unlabelledBy),
    branch: head === null ? null : { head, ours: world.commits.get(head)?.author === app.login },
    pull: pullLook(world, loop, at),
  };
}

function pullLook(world: World, loop: SurveyedLoop, at: number): LoopLook["pull"] {
  const known = loop.pull ?? [...world.pulls].find(([, one]) => one.value.branch === loop.branch)?.[0];
  const pull = known === undefined ? null : (world.pulls.get(known)?.asOf(at) ?? null);
  if (pull === null) return null;
  const checks = (world.checks.get(pull.head)?.asOf(at) ?? []).filter((check) => !check.ours);
  const may = world.permissions.asOf(at) ?? {};
  const words = pull.reviews.filter((review) => review.head === pull.head && review.state !== "commented");
  return {
    number: pull.number,
    nodeId: `PR_${pull.number}`,
    url: `https://github.example/pull/${pull.number}`,
    open: pull.open,
    merged: pull.merged,
    draft: pull.draft,
    queued: pull.queued,
    head: pull.head,
    conflicts: pull.conflicts,
    baseHead: null,
    closedBy: personOf(pull.closedBy),
    branchDeletedBy: personOf(pull.closedBy),
    reviews: words
      .map(({ id, state, author }) => `${id} ${state} ${writers.includes(may[author.login] ?? "none")}`)
      .join(","),
    checksDone: checks.length > 0 && checks.every((check) => check.done),
  };
}

export function readThread(world: World, number: number, label: string, at: number): ThreadRead {
  const known = world.issues.get(number)!;
  const issue = known.asOf(at) ?? known.value;
  return {
    open: issue.open,
    isPull: false,
    title: issue.title,
    labels: issue.labels,
    labelledBy: issue.labels.includes(label) ? labelling(issue) : null,
    ours: issue.comments
      .filter((comment) => comment.author.id === app.id)
      .map((comment) => ({
        id: comment.id,
        body: comment.body,
        changedAt: comment.changedAt,
        editedBy: comment.editedBy === null ? null : personOf(comment.editedBy),
      })),
  };
}

function labelling(issue: Issue) {
  return issue.labelledBy === null ? null : { actor: personOf(issue.labelledBy.actor), at: issue.labelledBy.at };
}

export function personOf(account: Account): Person {
  return { id: account.id, login: account.login, bot: account.type === "Bot" };
}
