// What Loopgate does with each branch rule and repository setting of GitHub, as the table in docs/github-rules.md.

/** How a rule bears on a loop, and the test that shows it; null: Loopgate does nothing about it, and no test claims that it does. */
export interface Row {
  readonly does: string;
  readonly shown: { readonly file: string; readonly title: string } | null;
}

const shown = (file: string, title: string) => ({ file, title });

const declined = shown(
  "test/story/branch-rules.test.ts",
  "a rule over the loop's own branch declines the push in GitHub's words; the commit waits, and is pushed once the rule lets it",
);
const mergeDeclined = shown(
  "test/github/port-write.test.ts",
  "that a rule stands in the way of is refused with GitHub's words",
);

/** Where GitHub checks the push of a loop's branch: the branch itself, or who pushes to it. */
const atPush: Row = {
  does: "Where the rule covers the branches `loop/…`, GitHub declines the push. The loop ends as `permission_required` with GitHub's words, uses up no attempt, and the commit waits for `/loop approve`. Leave `loop/**` out of the rule's target, or add the App to its bypass list.",
  shown: declined,
};

const declinedByRuleset = shown(
  "test/story/branch-rules.test.ts",
  "a ruleset over all branches that restricts %s is told by its words, and no attempt is made for it",
);

/** Where GitHub checks the commits that are pushed: others may pass. */
const commitsAtPush: Row = {
  does: "Where the rule covers the branches `loop/…`, GitHub declines the push. The loop ends as `permission_required` with GitHub's words, and uses up no attempt: `/loop retry` begins another one, which is told them, and `/loop approve` pushes the commit as it is once the rule lets it.",
  shown: shown(
    "test/story/branch-rules.test.ts",
    "a ruleset that minds %s is told, and a person may have other commits made, which are told why",
  ),
};

/** A rule that is meant for the base, and covers the branches `loop/…` as well. */
const alsoAtPush = "Where the rule covers the branches `loop/…` too, as one for all branches does, see `update`.";

/** Where GitHub checks a merge, which is a person's unless `gate.merge` is set. */
const atMerge = (why: string): Row => ({
  does: `${why} A merge by Loopgate (\`gate.merge\`) that GitHub declines ends the loop as \`permission_required\` with GitHub's words; a person merges.`,
  shown: mergeDeclined,
});

const ofTags: Row = { does: "Loopgate pushes no tags.", shown: null };

/** Every type of rule in GitHub's published schema, by its name there. */
export const ruleRows: Readonly<Record<string, Row>> = {
  AUTHORIZATION: atPush,
  BRANCH_NAME_PATTERN: atPush,
  CODE_SCANNING: atMerge(
    "Results of code scanning are no evidence for the verdict beyond the check runs that its App reports.",
  ),
  COMMITTER_EMAIL_PATTERN: atPush,
  COMMIT_AUTHOR_EMAIL_PATTERN: { ...atPush, shown: declinedByRuleset },
  COMMIT_MESSAGE_PATTERN: {
    does: `Agents write their own messages; a pattern that is a sign-off is met with \`pull_request.sign_off\`. ${commitsAtPush.does}`,
    shown: commitsAtPush.shown,
  },
  CREATION: { ...atPush, shown: declinedByRuleset },
  DELETION: { does: "Loopgate deletes no branch.", shown: null },
  FILE_EXTENSION_RESTRICTION: commitsAtPush,
  FILE_PATH_RESTRICTION: commitsAtPush,
  LOCK_BRANCH: atMerge("A locked base takes no merge."),
  MAX_FILE_PATH_LENGTH: commitsAtPush,
  MAX_FILE_SIZE: commitsAtPush,
  MAX_REF_UPDATES: atPush,
  MERGE_QUEUE: {
    does: "Where policy says that Loopgate merges (`gate.merge`), what passed the gate is put into the queue at exactly its commit, and nobody is waited for meanwhile. Merged by the queue, the task is complete; taken out, the loop ends as `permission_required` with GitHub's reason, and `/loop retry` judges the same commit again and puts it in again. An approval that is taken back, a request for changes and `/loop stop` take it out. Checks of the queue run on commits of its own and are not read.",
    shown: shown(
      "test/story/merge-queue.test.ts",
      "what is approved is put into the merge queue; taken out it ends the loop with the reason, and a retry puts it in again",
    ),
  },
  MERGE_QUEUE_LOCKED_REF: atMerge("As with a merge queue."),
  NON_FAST_FORWARD: {
    does: "Loopgate's pushes only go forward.",
    shown: shown("test/gateway/git/publish.test.ts", "I8 F41: a person's commit on the branch is never overwritten"),
  },
  PULL_REQUEST: {
    does: `Loopgate counts its own approvals: on the exact head, by writers who are neither requester nor authors, or by any where policy says \`gate.approvers: anyone\`. What GitHub asks beyond that (code owners, the last pusher, more approvals) keeps its merge off, and the loop says so in GitHub's words. An approval that GitHub dismisses as stale counts no more, whatever the branch is set back to. ${alsoAtPush}`,
    shown: shown(
      "test/story/review-rules.test.ts",
      "T21: an approval that %s dismisses at a push stays dismissed when the branch is put back, and a new one merges",
    ),
  },
  REQUIRED_DEPLOYMENTS: atMerge("Deployments are not read."),
  REQUIRED_LINEAR_HISTORY: {
    does: "Loopgate merges squashed, or by rebase, where merge commits are not allowed. An attempt that merges the base puts a merge commit on the loop's branch, which a squash takes away. Where the rule covers the branches `loop/…` too, such a merge is declined, and the loop ends as `permission_required` with GitHub's words.",
    shown: shown(
      "test/story/branch-rules.test.ts",
      "where a rule wants a linear history, a merge of the base is declined in its words, and tried no more",
    ),
  },
  REQUIRED_REVIEW_THREAD_RESOLUTION: {
    does: "Comments on lines are told to the agent with a request for changes; their threads are for people to resolve. While one is open GitHub refuses the merge, the loop says so in its words, and `/loop retry` merges once it is resolved.",
    shown: shown(
      "test/story/review-rules.test.ts",
      "a thread that %s wants resolved keeps the merge off, in GitHub's words; resolved and retried, it is merged",
    ),
  },
  REQUIRED_SIGNATURES: {
    does: "Where the default branch has the rule, the loop's commits are made anew at GitHub, which signs them for the App; up to 50 in an attempt. What people push to the branch is theirs to sign.",
    shown: shown(
      "test/story/signed.test.ts",
      "GitHub signs what a loop publishes, and the merge that only takes signed commits goes through (classic: %s)",
    ),
  },
  REQUIRED_STATUS_CHECKS: {
    does: `The checks that rulesets and classic protection name decide, beside those of \`checks.required\`: each from the App that the rule expects, and none by a status that a person posted. One that ended as skipped is no success unless \`checks.skipped: pass\` says so. Where the rule takes only an up-to-date branch and the base moved, Loopgate merges the base into the branch before anyone is asked to approve, at the gate, and where GitHub refuses the merge for it; all of it is judged anew, and approvals of the earlier commit do not count. It does so at most five times, then a person updates the branch. Of classic protection only GitHub's own \`BEHIND\` tells that it asks for that. ${alsoAtPush}`,
    shown: shown(
      "test/story/who-reports.test.ts",
      "the App that branch rules expect is heard, and no other (classic: %s)",
    ),
  },
  REQUIRED_WORKFLOW_STATUS_CHECKS: atMerge("Its check runs count as any others."),
  SECRET_SCANNING: atPush,
  TAG: ofTags,
  TAG_NAME_PATTERN: ofTags,
  UPDATE: atPush,
  WORKFLOWS: atMerge("Runs of required workflows are check runs and count as any others."),
  WORKFLOW_UPDATES: {
    does: "Loopgate pushes no change of a workflow: it has no permission to, and its own policy ends the loop first.",
    shown: shown(
      "test/story/endings.test.ts",
      "risky_action_detected: a workflow edit is not published and cannot be granted; /loop retry tells the agent (T12)",
    ),
  },
};

/** Settings of a repository and states of a pull request that bear on a loop. */
export const settingRows: Readonly<Record<string, Row>> = {
  "Merge commits, squash, rebase": {
    does: "The first of the three that GitHub takes, in this order.",
    shown: shown(
      "test/story/repositories.test.ts",
      "a repository that merges by %j only is merged so, where the policy says that Loopgate merges",
    ),
  },
  "No draft pull requests (private, free plan)": {
    does: "An ordinary pull request is opened.",
    shown: shown(
      "test/story/repositories.test.ts",
      "a repository without drafts gets an ordinary pull request, says so, and reviewers are asked once, at the gate",
    ),
  },
  "CI that leaves drafts out": {
    does: "The pull request is made ready for review once that is seen, with the reason in the thread; `pull_request.draft: never` opens it ready.",
    shown: shown("test/story/drafts.test.ts", "gets the pull request ready, and the reason is said"),
  },
  "Checks that judge no file: an agreement to sign, access to give, the pull request's title or labels": {
    does: "Recognised by what public tools call them and say. They are told to no agent and use up no attempt: once nothing else is open, the loop ends at once with what is asked, and `/loop retry` judges the same commit again. Where they should not decide, `checks.required` names those that do.",
    shown: shown(
      "test/story/people-checks.test.ts",
      "%s, red beside green tests, ends the loop at once with what it is about; settled and retried, it is judged again",
    ),
  },
  "Jobs that wait for a review of their deployment, and checks that end as `action_required`": {
    does: "Waited for as long as for any check, with what a person has to do in the status comment from the first look on. When the time is up, the loop ends saying that.",
    shown: shown(
      "test/story/people-checks.test.ts",
      "while the rest of CI is waited for, the status comment names each check that waits for a person, and for what",
    ),
  },
  "Auto-merge that a person switched on": {
    does: "GitHub goes by its own rules and knows nothing of the gate: the thread says so once, and names `loop / verdict` as the check to require. It stays as the person has it. What GitHub merges by itself ends the loop, with whether the gate had been passed.",
    shown: shown(
      "test/story/auto-merge.test.ts",
      "before the reviewer has answered: GitHub merges what its rules let, and the loop says that its gate was not reached",
    ),
  },
  "Workflow runs that wait for a person's approval": {
    does: "Seen where a check that counts was not reported: the loop ends at once, saying that, and `/loop retry` judges the same commit once the runs are approved. They are never taken for a repository without CI.",
    shown: shown(
      "test/story/drafts.test.ts",
      "CI that GitHub holds until a person approves it is said at once as that, and judged once it ran",
    ),
  },
  "Jobs that get no runner, as beyond the account's spending limit": {
    does: "They have judged nothing. Where nothing else failed, the loop ends in the words of GitHub's annotation, and no attempt is spent; `/loop retry` judges the same commit once they ran.",
    shown: shown(
      "test/story/never-started.test.ts",
      "a job that got no runner ends the loop at once in GitHub's own words, and is judged once it ran",
    ),
  },
  "Jobs that are ended from outside: a lost runner, one that is shut down, a run that gives way to another's": {
    does: "They have judged nothing. Where nothing failed, they are run once more in the same attempt, which takes the permission `actions: write`; without it, or where that comes to the same, the loop ends in the words of GitHub's annotations, and no attempt is spent. A job that also tells of a failure of its own is red.",
    shown: shown(
      "test/story/cut-short.test.ts",
      "%s: where the App may not, a person is asked at once, and no attempt is spent",
    ),
  },
  "Workflows that cannot be started, as where their file is invalid": {
    does: "Told with the verdict. Where a check that counts was not reported either, the loop waits its time, then ends saying that.",
    shown: shown(
      "test/story/never-started.test.ts",
      "a required check whose workflow cannot start is told as that when its time is up",
    ),
  },
  "Workflows that a push and a pull request both start": {
    does: "Both runs count. Neither is the other's newer run, and red in one of them is no chance.",
    shown: shown(
      "test/story/two-events.test.ts",
      "red for the %s alone is red, whichever began later, and no check that fails by chance",
    ),
  },
  "A conflict with the base": {
    does: "Found while the commit is judged and at the gate. The agent is told to merge the base, in attempts that are not counted; after three, a person is asked.",
    shown: shown(
      "test/story/base-moves.test.ts",
      "at the gate: the agent merges the base in an attempt that is not counted, and all of it is judged anew",
    ),
  },
  "A person has the pull request go to another branch": {
    does: "Read at the gate: the same commit is judged anew with that branch before anybody's approval counts. A branch that was only renamed is followed.",
    shown: shown(
      "test/story/other-base.test.ts",
      "T21: a pull request that a person has go to another branch is judged with that one before it is merged",
    ),
  },
  "The base branch is renamed": {
    does: "GitHub takes the pull request along, and the loop goes on. Where there was none yet, GitHub takes none for the old name: the loop says so, and `/loop retry` opens it to the new one.",
    shown: shown(
      "test/story/renamed-base.test.ts",
      "before there is a pull request: GitHub takes none for the old name; /loop retry opens it to the new one",
    ),
  },
  "Loops that begin from another branch": {
    does: "`base` in the policy names it; the policy itself is read from the default branch. GitHub closes issues only by a merge into the default branch, so the issue stays open.",
    shown: shown(
      "test/story/other-base.test.ts",
      "where policy names another base, the work begins there and the pull request goes there",
    ),
  },
  "One maintainer": {
    does: "Where nobody but the requester can write, the first comment says that nobody can approve, with the line that changes it: `gate.approvers: anyone`.",
    shown: shown(
      "test/story/one-maintainer.test.ts",
      "where the requester alone can write, the first comment says so, with the line to add",
    ),
  },
  "Code owners": {
    does: "GitHub asks them to review. Where a rule wants their review, its absence keeps a merge by Loopgate off, and the loop ends with GitHub's words, which name who is waited for; `/loop retry` merges then.",
    shown: shown(
      "test/story/review-rules.test.ts",
      "an owner whose review %s wants keeps the merge off, in GitHub's words; once that is there and retried, it is merged",
    ),
  },
  "A branch that lacks what its base has, where a rule minds": {
    does: "See `required_status_checks`. Without such a rule it is left as it is.",
    shown: shown(
      "test/story/outdated.test.ts",
      "%s: the base moves at the gate, is merged in before anyone approves, and only an approval of what came of it counts",
    ),
  },
  "Checks that the base fails too": {
    does: "Read beside those of the commit, by name, App and workflow. The agent and the thread are told, and an attempt that fails in nothing else is not counted, up to three in a loop. What the base fails already when the loop begins is said before the first agent starts.",
    shown: shown(
      "test/story/base-red.test.ts",
      "what the base fails too is said to the agent and in the thread, and uses up no attempt",
    ),
  },
  "Checks that fail by chance": {
    does: "A check that was green on the very commit, or that the base fails too, is run once more in the same attempt; an attempt that fails in nothing else is not counted, up to three in a loop. For GitHub Actions that takes the permission `actions: write`, which Loopgate's manifest does not ask for: without it the thread says so, and CI's word stands.",
    shown: shown("test/story/flaky.test.ts", "red on the base too: it runs once more, and green then opens the gate"),
  },
  "An IP allow list, or a suspended App": {
    does: "Waited out, for up to two days, as an outage of GitHub is: no loop ends for it, and nothing is asked of anybody, since nothing can be said. The log has GitHub's words. Add the addresses that Loopgate's machine goes out by to the list.",
    shown: shown(
      "test/story/unreachable.test.ts",
      "F33, F38: %s for three hours while an agent works: nothing ends, and the loop goes on afterwards",
    ),
  },
  "Git LFS": {
    does: "Content in place of a pointer, and pointers that the base does not have, do not leave the quarantine.",
    shown: shown("test/gateway/git/lfs.test.ts", "a pointer to what nobody has"),
  },
  "Line endings by .gitattributes": {
    does: "A file that git would rewrite, and that nobody changed, is not in the commit.",
    shown: shown(
      "test/gateway/git/as-they-are.test.ts",
      "what the agent changes in such a file is committed, and only that",
    ),
  },
};

/** The generated part of docs/github-rules.md. */
export function rulesTable(): string {
  return [table("rule", ruleRows), "", table("setting or state", settingRows), ""].join("\n");
}

function table(head: string, rows: Readonly<Record<string, Row>>): string {
  const lines = Object.entries(rows).map(([name, { does, shown: test }]) => {
    const named = /^[A-Z_]+$/.test(name) ? `\`${name.toLowerCase()}\`` : name;
    return `| ${named} | ${does} | ${test === null ? "–" : `${test.file}: “${test.title}”`} |`;
  });
  return [`| ${head} | what Loopgate does | shown by |`, "|---|---|---|", ...lines].join("\n");
}
