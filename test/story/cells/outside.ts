// The endings by what is outside the loop: providers, CI, the base, the repository's own set-up, and faults of ours.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import { ImageFault, type Role, type Runtime } from "../../../src/container/run.ts";
import type { Issue, WorkflowFile } from "../../../src/forge/model.ts";
import { until } from "../../until.ts";
import { aModel, call } from "../model-server.ts";
import { answer, approving, attempts, brokenShop, mend, minute, type Story, type StoryOptions } from "../world.ts";
import { letCiRun, mendPolicy } from "./limits.ts";
import type { Act, Way, Ways } from "./way.ts";

const prices = { "openai/*": { input: 4, output: 20 } };
const retried: Readonly<Record<string, Act>> = { "/loop retry": {} };
const works = `${call} | grep -q ^200`;

const provider = (url: string, options: StoryOptions): StoryOptions => ({
  ...{ models: [{ name: "openai", family: "openai", baseUrl: url, key: "sk-the-key", priceId: null }], prices },
  ...options,
});

/** A provider that fails so many calls. */
async function failing(calls: number, options: StoryOptions): Promise<StoryOptions> {
  return provider((await aModel(calls)).url, options);
}

/** A provider that does not take the App's key for so many calls, and takes it then, as when the operator has mended it. */
async function refusing(calls: number, options: StoryOptions): Promise<StoryOptions> {
  const good = await aModel();
  let seen = 0;
  const server = createServer(async (request, response) => {
    const body: Buffer[] = [];
    for await (const part of request) body.push(part as Buffer);
    seen += 1;
    if (seen <= calls) {
      const error = { message: "Incorrect API key provided.", type: "invalid_request_error", code: "invalid_api_key" };
      return response.writeHead(401, { "content-type": "application/json" }).end(JSON.stringify({ error }));
    }
    const headers = { "content-type": "application/json", authorization: request.headers.authorization ?? "" };
    const answered = await fetch(`${good.url}/chat/completions`, {
      method: "POST",
      headers,
      body: Buffer.concat(body),
    });
    return response.writeHead(answered.status, { "content-type": "application/json" }).end(await answered.text());
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => new Promise<void>((closed) => server.close(() => closed())));
  return provider(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, options);
}

/** Every run in this role fails to start, until a person has mended that. */
function broken(role: Role, fault: () => Error, options: StoryOptions = {}, way: Partial<Way> = {}): Way {
  let isMended = false;
  const runtime = (real: Runtime): Runtime => ({
    ...real,
    start(request, watch) {
      if (request.role === role && !isMended) throw fault();
      return real.start(request, watch);
    },
  });
  const mended = () => {
    isMended = true;
  };
  return {
    ...way,
    options: () => {
      isMended = false;
      return { ...options, runtime };
    },
    actions: { "/loop retry": { before: mended, takes: 2 } },
  };
}

/** Containers in this role go away as soon as they have started, until a person has mended the engine. */
function losing(role: Role, options: StoryOptions, rests: number): Way {
  let isMended = false;
  const mended = () => {
    isMended = true;
  };
  const runtime = (real: Runtime): Runtime => ({
    ...real,
    async start(request, watch) {
      const running = await real.start(request, watch);
      if (request.role !== role || isMended) return running;
      const done = running.done.then((outcome) => ({
        ...outcome,
        ...{ status: "lost" as const, exitCode: null, note: "The container or its engine went away." },
      }));
      return { ...running, done };
    },
  });
  return {
    options: () => {
      isMended = false;
      return { ...options, runtime };
    },
    async end(story) {
      const issue = await story.startLoop();
      for (let rest = 0; rest < rests; rest++) await story.advance(minute);
      return issue;
    },
    actions: { "/loop retry": { before: mended, takes: 2 } },
  };
}

const refusal = () => new Fault("Its image is not there.", { kind: "refused", retry: "never" });
const noImage = () => new ImageFault("The image ghcr.io/ours/tools:1 could not be pulled: manifest unknown.");
const setUp = (command: string) => `environment:\n  setup: [${JSON.stringify(command)}]\n`;
const withFiles = { ...brokenShop, ".gitignore": "deps\n", "package-lock.json": "{}\n" };

/** A judge of commits that never comes to an end, or of which one part is missing. */
const silent = (options: StoryOptions = {}): StoryOptions => ({ ci: { mode: "silent" }, ...options });
async function overdue(story: Story) {
  const issue = await story.startLoop();
  for (let hour = 0; hour < 4; hour++) await story.advance(31 * minute);
  return issue;
}

const command = "sh test.sh";
const started = (file: WorkflowFile): StoryOptions => ({ ci: { actions: [file] } });

/** The run of CI is begun again, as by a person's click. */
async function rerun(story: Story, issue: Issue): Promise<void> {
  const { head } = await story.state(issue);
  for (const run of story.repository.workflowRuns.filter(({ headSha }) => headSha === head)) {
    run.file = { name: "CI", jobs: [{ name: "test", command }] };
    story.forge.world.rerunWorkflow(story.forge.as("alice").actor, run);
  }
  story.repository.ci = { mode: "actions", workflows: [{ name: "CI", jobs: [{ name: "test", command }] }] };
  await story.settle();
}

const requires = (name: string): StoryOptions["policy"] =>
  `version: 1\npull_request:\n  draft: never\nchecks:\n  required: [ci / test, ${name}]\n`;

const byHand = { "total.sh": "#!/bin/sh\n# Another way.\nexpr $1 + $2\n" };
const merging = `grep -q 'Keep theirs' "$LOOP_DIR/brief.md" || exit 9
git merge -q origin/main || { git checkout -q --theirs total.sh && git add total.sh && echo both > both.txt && git add both.txt && git commit -q -m "Merge main"; }`;

const hung = `echo '# half' >> total.sh; git commit -qam 'Half of it' && git push -q origin "HEAD:refs/heads/$LOOP_BRANCH"; touch "$HOME/../../hung"; sleep 600`;

/** GitHub refuses for good what this effect asks for, as often as it is asked before a person says to go on. */
const refusing422 = (story: Story, route: string, times = 1) =>
  story.forge.failNext(route, { status: 422, body: { message: "Validation Failed" }, times });

export const outside: Ways = {
  "external_dependency_blocked: key_refused, execute": {
    options: () => refusing(1, { executor: `${works} && { ${mend}; }` }),
    actions: retried,
  },
  "external_dependency_blocked: key_refused, verify": {
    options: () => refusing(1, { reviewer: `${works} && ${approving}` }),
    actions: retried,
  },
  "external_dependency_blocked: set_up_failed, execute": {
    options: { files: withFiles, policy: setUp("exit 3") },
    actions: { "/loop retry": { before: (story) => mendPolicy(story, setUp("mkdir -p deps")) } },
  },
  "external_dependency_blocked: set_up_failed, verify": {
    options: {
      files: withFiles,
      executor: `${mend}; echo '{"a":1}' > package-lock.json`,
      policy: `${setUp("mkdir -p deps; grep -q '{}' package-lock.json")}changes: { dependencies: allow, sources: allow, install_scripts: allow }\n`,
    },
    actions: {
      "/loop retry": {
        before: (story) =>
          mendPolicy(
            story,
            `${setUp("mkdir -p deps")}changes: { dependencies: allow, sources: allow, install_scripts: allow }\n`,
          ),
      },
    },
  },
  "external_dependency_blocked: set_up_failed, image, execute": broken("executor", noImage),
  "infrastructure_error: command_not_run, executor, execute": {
    options: { executor: "work-on-it --now" },
    actions: {
      "/loop retry": { before: (story) => mendPolicy(story, `agent:\n  command: ${JSON.stringify(mend)}\n`) },
    },
  },
  "infrastructure_error: command_not_run, reviewer, verify": {
    options: { reviewer: "review-it" },
    actions: {
      "/loop retry": { before: (story) => mendPolicy(story, `reviewer:\n  command: ${JSON.stringify(approving)}\n`) },
    },
  },
  "external_dependency_blocked: blocked_on, execute": {
    options: {
      executor: attempts(answer({ summary: "Waiting.", blocked_on: "The calculator service is down." }), mend),
    },
    actions: retried,
  },
  "external_dependency_blocked: provider_down, execute": {
    options: () => failing(3, { executor: `${call} | grep ^200 && { ${mend}; }` }),
    async end(story) {
      const issue = await story.startLoop();
      await story.advance(1.5 * minute); // the longest that it rests
      await story.advance(15 * minute);
      return issue;
    },
    actions: retried,
  },
  "external_dependency_blocked: provider_down_review, verify": {
    options: () => failing(2, { reviewer: `${works} && ${approving}` }),
    actions: retried,
  },
  "external_dependency_blocked: ci_silent, everything, verify": {
    options: silent(),
    end: overdue,
    actions: { "/loop retry": { before: letCiRun } },
  },
  "external_dependency_blocked: ci_silent, required, verify": {
    options: { policy: requires("lint") },
    end: overdue,
    actions: {
      "/loop retry": { before: (story) => mendPolicy(story, "version: 1\nchecks:\n  required: [ci / test]\n") },
    },
  },
  "external_dependency_blocked: ci_silent, end, verify": {
    options: silent({ policy: "version: 1\npull_request:\n  draft: never\n" }),
    async end(story) {
      const issue = await story.startLoop();
      const { head } = await story.state(issue);
      const by = { user: story.forge.ciApp.bot, app: story.forge.ciApp };
      const run = { name: "ci / test", headSha: head ?? "", status: "in_progress" } as const;
      story.forge.world.createCheckRun(by, story.repository, run);
      await story.settle();
      for (let half = 0; half < 4; half++) await story.advance(31 * minute);
      return issue;
    },
    actions: { "/loop retry": { before: letCiRun } },
  },
  "external_dependency_blocked: ci_silent, approval, verify": {
    options: started({ name: "CI", on: "pull_request", held: true, jobs: [{ name: "test", command }] }),
    async end(story) {
      const issue = await story.startLoop();
      await story.advance(11 * minute);
      return issue;
    },
    actions: {
      "/loop retry": {
        before(story) {
          for (const run of story.repository.workflowRuns)
            story.forge.world.approveWorkflowRun(story.forge.as("bob").actor, run);
        },
      },
    },
  },
  "external_dependency_blocked: ci_silent, start, verify": {
    options: started({
      name: "CI",
      jobs: [{ name: "test", command, refused: "The job was not started because recent account payments have failed" }],
    }),
    actions: { "/loop retry": { before: rerun } },
  },
  "external_dependency_blocked: ci_silent, runner, verify": {
    options: started({
      name: "CI",
      jobs: [
        {
          name: "test",
          command,
          cutShort: ({ attempt }) =>
            attempt === 1
              ? { conclusion: "failure", said: ["The self-hosted runner lost communication with the server."] }
              : null,
        },
      ],
    }),
    actions: { "/loop retry": { before: rerun } },
  },
  "external_dependency_blocked: ci_silent, person, verify": {
    options: {
      ci: {
        actions: [
          { name: "CI", jobs: [{ name: "test", command }] },
          {
            name: "license/cla",
            jobs: [
              {
                name: "license/cla",
                conclude: ({ attempt }) =>
                  attempt === 1
                    ? { conclusion: "failure", log: "loopgate[bot] has not signed" }
                    : { conclusion: "success" },
              },
            ],
          },
        ],
      },
    },
    actions: {
      "/loop retry": {
        async before(story) {
          for (const run of story.repository.workflowRuns.filter(({ workflow }) => workflow.name === "license/cla"))
            story.forge.world.rerunWorkflow(story.forge.as("alice").actor, run);
        },
      },
    },
  },
  "external_dependency_blocked: ci_without_result, verify": {
    options: {
      ci: { mode: "scripted", name: "unit", conclude: async () => ({ conclusion: "skipped" as const }) },
      policy: "version: 1\npull_request:\n  draft: never\nchecks:\n  required: [unit]\n",
    },
    actions: {
      "/loop retry": {
        before: (story) =>
          mendPolicy(
            story,
            "version: 1\npull_request:\n  draft: never\nchecks:\n  required: [unit]\n  skipped: pass\n",
          ),
      },
    },
  },
  "external_dependency_blocked: checks_without_evidence, verify": {
    options: {
      executor: "echo more >> README.md",
      files: { ...brokenShop, "total.sh": "#!/bin/sh\necho $(($1 + $2))\n" },
      ci: { mode: "off" },
      policy: 'version: 1\nchecks:\n  run:\n    - { name: unit, command: "sh test.sh", reports: [out/junit.xml] }\n',
    },
    actions: {
      "/loop retry": {
        before: (story) =>
          mendPolicy(story, 'version: 1\nchecks:\n  run:\n    - { name: unit, command: "sh test.sh" }\n'),
        takes: 2,
      },
    },
  },
  "external_dependency_blocked: open_pulls, execute": {
    options: { policy: "pull_request: { open_at_most: 1 }\n" },
    async end(story) {
      await story.startLoop("Another");
      return story.startLoop();
    },
    actions: {
      "/loop retry": {
        async before(story) {
          const [first] = [...story.repository.issues.values()];
          if (first) story.forge.as("bob").close(await story.pull(first));
        },
      },
    },
  },
  "external_dependency_blocked: branch_in_the_way, execute": {
    async end(story) {
      await story.forge.as("bob").push(story.repository, "loop", { "notes.txt": "mine\n" }, "A branch of my own");
      return story.startLoop();
    },
    actions: {
      "/loop retry": { before: ({ forge, repository }) => forge.as("bob").deleteBranch(repository, "loop") },
    },
  },
  "external_dependency_blocked: base_conflict, execute": {
    options: silent({ executor: attempts(mend, ":", ":", ":", merging) }),
    async end(story) {
      const issue = await story.startLoop();
      await story.forge.as("dave").push(story.repository, "main", byHand, "Mend totals by hand");
      await story.settle();
      await story.advance(61 * minute);
      await story.advance(minute);
      return issue;
    },
    actions: {
      "/loop retry": {
        before(story, issue) {
          story.repository.ci = { mode: "run", command };
          story.forge.as("bob").comment(issue, "Keep theirs.");
        },
      },
    },
  },
  "stalled: silence, execute": {
    options: { executor: attempts(hung, mend) },
    async end(story) {
      const issue = story.openIssue();
      story.forge.as("alice").label(issue, "loop");
      await story.reaches(issue, "executing");
      await until(async () => (await pushedSoFar(story)) > 0);
      for (let at = 0; at < 12 && (await story.phase(issue)) === "executing"; at++) {
        story.clock.advance(minute);
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
      await story.settle();
      return issue;
    },
    actions: retried,
  },
  "policy_invalid: policy_file, execute": {
    options: { policy: "version: 1\nattemps: 2\n" },
    actions: { "/loop retry": { before: (story) => mendPolicy(story, "version: 1\nattempts: 2\n") } },
  },
  "infrastructure_error: executor_refused, execute": broken("executor", refusal),
  "infrastructure_error: executors_lost, execute": losing("executor", {}, 3),
  "infrastructure_error: reviewer_not_run, verify": broken("reviewer", refusal),
  "infrastructure_error: check_not_run, verify": broken("check", refusal, {
    ci: { mode: "off" },
    policy: 'version: 1\nchecks:\n  run:\n    - { name: unit, command: "sh test.sh" }\n',
  }),
  "infrastructure_error: effect_failed, execute": broken(
    "executor",
    () => new Fault("No space is left.", { kind: "engine", retry: "never" }),
  ),
  "infrastructure_error: effect_failed, publish": {
    options: () => ({}),
    async end(story) {
      refusing422(story, "POST /repos/:owner/:repo/pulls");
      return story.startLoop();
    },
    actions: retried,
  },
  "infrastructure_error: effect_failed, verify": {
    async end(story) {
      refusing422(story, "POST /repos/:owner/:repo/check-runs");
      return story.startLoop();
    },
    actions: retried,
  },
};

async function pushedSoFar({ log }: Story): Promise<number> {
  return log.filter(({ fields }) => JSON.stringify(fields).includes('"push"')).length;
}
