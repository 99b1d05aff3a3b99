// The endings that are well, those that a person made, and those that leave nothing to go on from: mostly the label begins another.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Comment, Issue } from "../../../src/forge/model.ts";
import { until } from "../../until.ts";
import { answer, attempts, mend, minute, type Story } from "../world.ts";
import type { Act, Ways } from "./way.ts";

const alice = ({ forge }: Story) => forge.as("alice");

/** A loop whose first attempt is at work; the next mends it. */
async function atWork(story: Story): Promise<Issue> {
  const issue = story.openIssue();
  alice(story).label(issue, "loop");
  await until(async () => existsSync(join(story.dataDir(), "..", "scratch", "began")));
  return issue;
}

/** Has a loop end so, at its gate or while its agent is at work. */
function calledOff(when: "gate" | "work", act: (story: Story, issue: Issue) => unknown) {
  return async (story: Story) => {
    const issue = when === "gate" ? await story.startLoop() : await atWork(story);
    await act(story, issue);
    await story.settle();
    return issue;
  };
}

const stop = (story: Story, issue: Issue) => story.forge.as("bob").comment(issue, "/loop stop");
const unlabel = (story: Story, issue: Issue) => story.forge.as("bob").unlabel(issue, "loop");
const close = (story: Story, issue: Issue) => story.forge.as("bob").close(issue);
const reopen = (story: Story, issue: Issue) => story.forge.as("bob").reopen(issue);
/** The first agent ever does not end by itself; those after it mend. */
const lasting = {
  executor: `if [ -e "$HOME/../../began" ]; then ${mend}; else touch "$HOME/../../began"; sleep 600; fi`,
};
/** Half of it is on the branch, and there is no pull request yet. */
const halfway = `echo half > half.txt; ${answer({ question: "Which?" })}`;
const began = { executor: attempts(halfway, `sleep 4; ${mend}`) };

/** Work is on the branch, and another attempt is at it. */
async function goneOn(story: Story): Promise<Issue> {
  const issue = await story.startLoop();
  alice(story).comment(issue, "/loop retry");
  await story.reaches(issue, "executing");
  return issue;
}

const another: Readonly<Record<string, Act>> = { label: {} };
const soon: Readonly<Record<string, Act>> = { label: { takes: 1 } };

function statusOf(issue: Issue): Comment {
  const found = issue.comments.find(({ body, user }) => body.includes("<!-- loopgate:status ") && user.type === "Bot");
  if (found === undefined) throw new Error("there is no status comment");
  return found;
}

async function isMerged(story: Story, issue: Issue): Promise<void> {
  if (!(await story.pull(issue)).merged) throw new Error("it is not merged");
  const said = story.comments(issue).length;
  await story.advance(11 * minute);
  if (story.comments(issue).length !== said) throw new Error("more is said of what has ended well");
}

async function isClosed(story: Story, issue: Issue): Promise<void> {
  const said = story.comments(issue).length;
  if (issue.state !== "closed") throw new Error("it is not closed");
  await story.advance(11 * minute);
  if (story.comments(issue).length !== said) throw new Error("more is said of what has ended well");
}

export const ended: Ways = {
  "task_complete: approved": {
    async end(story) {
      const issue = await story.startLoop();
      story.forge.as("bob").approve(await story.pull(issue));
      await story.settle();
      return issue;
    },
    actions: { merge: { after: isMerged } },
  },
  "verifier_passed: no_gate": {
    options: { policy: "version: 1\ngate:\n  approvals: 0\n" },
    actions: { merge: { after: isMerged } },
  },
  "nothing_to_do: nothing_needed": {
    options: {
      executor: `if grep -q 'Add them' "$LOOP_DIR/brief.md"; then ${mend}; else ${answer({ summary: "Nothing.", nothing_to_do: "The total is already right." })}; fi`,
    },
    actions: {
      close: { after: isClosed },
      label: { before: (story, issue) => alice(story).comment(issue, "It is not. Add them.") },
    },
  },
  "state_tampered: record_edited": {
    end: calledOff("gate", (story, issue) => {
      const comment = statusOf(issue);
      story.forge.as("dave").editComment(comment, `${comment.body} `);
    }),
    actions: another,
  },
  "state_tampered: record_unreliable": {
    async end(story) {
      const issue = await story.startLoop();
      story.forge.holdDeliveries();
      const comment = statusOf(issue);
      story.forge.as("dave").editComment(comment, comment.body.replace("seal=", "seal=0"));
      story.forge.releaseDeliveries(() => []);
      await story.restart({ loseStore: true });
      return issue;
    },
    actions: another,
  },
  "cancelled: stop_command": {
    options: { ci: { mode: "run", command: "true" } },
    async end(story) {
      story.forge.failNext("graphql query ReadClaim", { status: 502, times: 2 });
      const issue = story.openIssue();
      alice(story).label(issue, "loop");
      await story.reaches(issue, "queued");
      stop(story, issue);
      await story.settle();
      return issue;
    },
    actions: soon,
  },
  "cancelled: stop_command, execute": {
    options: lasting,
    end: calledOff("work", stop),
    actions: { "/loop retry": {}, label: {} },
  },
  "cancelled: label_removed, verify": {
    end: calledOff("gate", unlabel),
    actions: { "/loop retry": {}, label: {} },
  },
  "cancelled: label_removed": {
    async end(story) {
      story.forge.failNext("graphql query ReadClaim", { status: 502, times: 2 });
      const issue = story.openIssue();
      alice(story).label(issue, "loop");
      await story.reaches(issue, "queued");
      unlabel(story, issue);
      await story.settle();
      return issue;
    },
    actions: soon,
  },
  "cancelled: issue_closed, execute": {
    options: lasting,
    end: calledOff("work", close),
    actions: { "/loop retry": { before: reopen }, label: { before: reopen } },
  },
  "cancelled: issue_closed": {
    async end(story) {
      story.forge.failNext("graphql query ReadClaim", { status: 502, times: 2 });
      const issue = story.openIssue();
      alice(story).label(issue, "loop");
      await story.reaches(issue, "queued");
      close(story, issue);
      await story.settle();
      return issue;
    },
    actions: { label: { before: reopen, takes: 1 } },
  },
  "cancelled: branch_deleted": {
    options: began,
    async end(story) {
      const issue = await goneOn(story);
      const { branch } = await story.state(issue);
      await story.forge.as("dave").deleteBranch(story.repository, branch ?? "");
      await story.settle();
      return issue;
    },
    actions: { label: { endsAs: "uncertainty_too_high: question, execute" } },
  },
  "cancelled: branch_gone_at_push": {
    options: began,
    async end(story) {
      const issue = await goneOn(story);
      const { branch } = await story.state(issue);
      story.forge.dropDeliveriesWhere(() => true);
      await story.forge.as("dave").deleteBranch(story.repository, branch ?? "");
      await story.settle();
      story.forge.dropDeliveriesWhere(null);
      return issue;
    },
    actions: { label: { endsAs: "uncertainty_too_high: question, execute" } },
  },
  "cancelled: pull_closed": {
    end: calledOff("gate", async (story, issue) => story.forge.as("bob").close(await story.pull(issue))),
    actions: another,
  },
  "cancelled: out_of_reach": {
    end: calledOff("gate", (story) => {
      const owner = { user: story.repository.owner, app: null };
      story.forge.world.archive(owner, story.repository, true);
    }),
    actions: {
      label: {
        async before(story) {
          story.forge.world.archive({ user: story.repository.owner, app: null }, story.repository, false);
          await story.settle();
        },
      },
    },
  },
  "unanswered: gate_expired": {
    async end(story) {
      const issue = await story.startLoop();
      await story.advance(49 * 60 * minute);
      await story.advance(14 * 24 * 60 * minute);
      return issue;
    },
    actions: another,
  },
  "infrastructure_error: effect_failed": {
    async end(story) {
      const body = { message: "Repository access blocked" };
      story.forge.failNext("graphql query ReadClaim", { status: 451, body });
      return story.startLoop();
    },
    actions: another,
  },
};
