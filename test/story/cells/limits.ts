// The endings by a limit: size, time, containers, money, attempts, and an agent that gets nowhere.
import type { Runtime } from "../../../src/container/run.ts";
import { spentOf } from "../../../src/loop/money.ts";
import { aModel, call } from "../model-server.ts";
import { approving, attempts, botch, mend, minute, type Story, type StoryOptions } from "../world.ts";
import type { Act, Ways } from "./way.ts";

const prices = { "openai/*": { input: 4, output: 20 } };

/** With a model of which each call costs $0.014. */
async function paying(options: StoryOptions): Promise<StoryOptions> {
  const { url } = await aModel();
  return {
    models: [{ name: "openai", family: "openai", baseUrl: url, key: "sk-the-key", priceId: null }],
    prices,
    ...options,
  };
}

/** The policy on the default branch is another. */
export async function mendPolicy(story: Story, policy: string): Promise<void> {
  await story.forge.as("alice").push(story.repository, "main", { ".github/loop.yml": policy }, "Mend the policy");
}

/** Has it begin, and lets time pass until the limit of its time. */
function begunUntil(ms: number, phase: "executing" | "verifying" = "executing") {
  return async (story: Story) => {
    const issue = story.openIssue();
    story.forge.as("alice").label(issue, "loop");
    await story.reaches(issue, phase);
    if (phase === "verifying") await story.settle();
    await story.advance(ms);
    return issue;
  };
}

const long = `${mend}; for i in 1 2 3 4 5 6 7 8 9; do echo "# $i" >> total.sh; done`;
const many = `${mend}; for i in 1 2 3 4; do echo > $i.txt; done`;
const oneHour = "version: 1\nloop_hours: 1\n";
const spends = `${call}; ${call}; [ "$LOOP_ATTEMPT" = 1 ] && echo '# no' >> total.sh || { ${mend}; }`;
const reviews = `${call} | grep -q ^200 && ${approving}`;
const judged: StoryOptions = { executor: `${call}; ${mend}`, reviewer: reviews };

/** The first run is at its deadline after seconds: its clock is the engine's, which no story moves. */
const quickly = (real: Runtime): Runtime => ({
  ...real,
  start: (request, watch) =>
    real.start(
      request.attempt === 1 ? { ...request, limits: { ...request.limits, deadlineMs: 6_000 } } : request,
      watch,
    ),
});

/** The first two runs meet this limit, as if the engine had said so. */
function meeting(limit: "memory" | "files") {
  return (real: Runtime): Runtime => ({
    ...real,
    async start(request, watch) {
      if (request.attempt > 2) return real.start(request, watch);
      const running = await real.start({ ...request, command: ":" }, watch);
      const done = running.done.then((outcome) => ({ ...outcome, status: "failed" as const, exitCode: 137, limit }));
      return { ...running, done };
    },
  });
}

const granted =
  (nano: number): NonNullable<Act["after"]> =>
  (_story, _issue, after, before) => {
    if (after.grantedNano - before.grantedNano !== nano) throw new Error(`granted ${after.grantedNano}`);
    if (spentOf(after) > after.grantedNano) throw new Error(`spent ${spentOf(after)}`);
  };

const again = "version: 1\nattempts: 1\n";
const push = `git commit -qam 'Half of it' && git push -q origin "HEAD:refs/heads/$LOOP_BRANCH"`;

/** Two loops on one issue: the second has no more than what the first left of the issue. */
async function secondLoop(story: Story) {
  const issue = await story.startLoop();
  story.forge.as("alice").comment(issue, "/loop stop");
  await story.settle();
  await story.labelAgain(issue);
  await story.settle();
  return issue;
}

export const limits: Ways = {
  "budget_limit: changed_lines, publish": {
    options: { executor: attempts(long, mend), policy: "version: 1\nlimits:\n  changed_lines: 5\n" },
    actions: { "/loop approve": {}, "/loop deny": {} },
  },
  "budget_limit: changed_files, publish": {
    options: { executor: attempts(many, mend), policy: "version: 1\nlimits:\n  changed_files: 3\n" },
    actions: { "/loop approve": {}, "/loop deny": {} },
  },
  "budget_limit: attempt_time, execute": {
    options: { executor: attempts("sleep 600", mend), runtime: quickly },
    actions: { "/loop retry": {} },
  },
  "budget_limit: attempt_time, publish": {
    options: { executor: attempts(`${mend}; ${push}; sleep 600`, `echo > another.txt; ${mend}`), runtime: quickly },
    actions: { "/loop approve": {}, "/loop deny": {} },
  },
  "budget_limit: loop_time, execute": {
    options: { executor: attempts("sleep 600", mend), policy: oneHour },
    end: begunUntil(60 * minute),
    actions: { "/loop extend": {}, "/loop retry": {} },
  },
  "budget_limit: loop_time, verify": {
    options: { ci: { mode: "silent" }, policy: `${oneHour}checks:\n  wait_minutes: 120\n` },
    end: begunUntil(60 * minute, "verifying"),
    actions: {
      "/loop extend": { before: letCiRun },
      "/loop retry": { before: letCiRun },
    },
  },
  "budget_limit: runs, execute": {
    options: { executor: attempts(":", mend), policy: "version: 1\nruns: 1\n" },
    actions: { "/loop retry": { before: (story) => mendPolicy(story, "version: 1\nruns: 9\n") } },
  },
  "budget_limit: runs, verify": {
    options: { policy: "version: 1\nruns: 1\n" },
    actions: { "/loop retry": { before: (story) => mendPolicy(story, "version: 1\nruns: 9\n") } },
  },
  "budget_limit: money, execute": {
    options: () => paying({ executor: spends, policy: "version: 1\nbudget:\n  usd: 0.03\n" }),
    actions: {
      "/loop budget": { after: granted(5e9) },
      "/loop retry": { after: granted(30_000_000) },
    },
  },
  "budget_limit: money, verify": {
    options: () => paying({ ...judged, policy: "version: 1\nbudget:\n  usd: 0.02\n" }),
    actions: {
      "/loop budget": { after: granted(5e9) },
      "/loop retry": {
        before: (story) => mendPolicy(story, "version: 1\nbudget:\n  usd: 0.2\n"),
        after: granted(200_000_000),
      },
    },
  },
  "budget_limit: issue_runs, execute": {
    options: { executor: mend, policy: "version: 1\nruns: 2\nissue:\n  runs: 2\n" },
    end: secondLoop,
    actions: { "/loop retry": { before: (story) => mendPolicy(story, "version: 1\nruns: 2\nissue:\n  runs: 9\n") } },
  },
  "budget_limit: issue_runs, verify": {
    options: { executor: mend, policy: "version: 1\nruns: 3\nissue:\n  runs: 3\n" },
    end: secondLoop,
    actions: { "/loop retry": { before: (story) => mendPolicy(story, "version: 1\nruns: 3\nissue:\n  runs: 9\n") } },
  },
  "budget_limit: issue_money, execute": {
    options: () =>
      paying({
        executor: `${call} | grep -q ^200 && { ${mend}; }`,
        policy: "version: 1\nbudget:\n  usd: 0.02\nissue:\n  usd: 0.02\n",
      }),
    end: secondLoop,
    actions: {
      "/loop retry": { before: (story) => mendPolicy(story, "version: 1\nbudget:\n  usd: 0.02\nissue:\n  usd: 1\n") },
    },
  },
  "budget_limit: issue_money, verify": {
    options: () => paying({ ...judged, policy: "version: 1\nbudget:\n  usd: 0.02\nissue:\n  usd: 0.02\n" }),
    actions: {
      "/loop retry": { before: (story) => mendPolicy(story, "version: 1\nbudget:\n  usd: 0.1\nissue:\n  usd: 1\n") },
    },
  },
  "retry_limit: attempts, execute": {
    options: { executor: attempts(botch("red"), mend), policy: again },
    actions: { "/loop budget": {}, "/loop retry": {} },
  },
  "no_progress: same_failure, execute": {
    options: {
      executor: attempts(
        "echo '# a' >> total.sh",
        "echo '# b' >> total.sh",
        `grep -q 'Add them.' "$LOOP_DIR/brief.md" && ${mend}`,
      ),
    },
    actions: { "/loop retry": { before: (story, issue) => story.forge.as("bob").comment(issue, "Add them.") } },
  },
  "no_progress: same_failure, onBase, execute": {
    options: { executor: attempts("echo '# a' >> total.sh", "echo '# b' >> total.sh", mend) },
    async end(story) {
      await story.forge.as("dave").push(story.repository, "main", { "more.md": "More.\n" }, "Write more");
      await story.settle();
      return story.startLoop();
    },
    actions: { "/loop retry": {} },
  },
  "no_progress: same_failure, memory, execute": {
    options: { executor: mend, runtime: meeting("memory") },
    actions: { "/loop retry": {} },
  },
  "no_progress: same_failure, files, execute": {
    options: { executor: mend, runtime: meeting("files") },
    actions: { "/loop retry": {} },
  },
};

/** The checks that never came run now. */
export function letCiRun(story: Story, issue: Parameters<NonNullable<Act["before"]>>[1]) {
  return story.state(issue).then(({ head }) => {
    story.repository.ci = { mode: "run", command: "sh test.sh" };
    const by = { user: story.forge.ciApp.bot, app: story.forge.ciApp };
    story.forge.world.createCheckRun(by, story.repository, {
      name: "ci / test",
      headSha: head ?? "",
      status: "completed",
      conclusion: "success",
    });
  });
}
