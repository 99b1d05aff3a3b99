// What workflows give to what is pushed to a loop's branch, secrets and tokens: by event, branch filter, job, condition and environment.
import { expect, test } from "vitest";
import { shownSecrets, targetCheckouts, writingTokens } from "../../src/policy/workflow-jobs.ts";

const isHeld = (environment: string) => environment === "production";
const at = { branch: "loop/12-ab3f", base: "main", isHeld };
const job = (more = "") =>
  `jobs:\n  test:\n    runs-on: x\n${more}    steps:\n      - run: npm publish\n        env: { T: "\${{ secrets.NPM_TOKEN }}" }\n`;
const found = (event: string) => [{ secrets: ["NPM_TOKEN"], job: "test", event }];

test.each<[string, string, unknown]>([
  ["every push", "on: push\n", found("push")],
  ["a list of events", "on: [issues, pull_request]\n", found("pull_request")],
  ["a push to branches of all names", 'on: { push: { branches: ["**"] } }\n', found("push")],
  ["a push to names without a slash", 'on: { push: { branches: ["*"] } }\n', []],
  ["a push to loops' branches", 'on: { push: { branches: ["loop/*"] } }\n', found("push")],
  ["a push to a name with a set and a count", 'on: { push: { branches: ["l[aeo]+p/[0-9]+-**"] } }\n', found("push")],
  ["a push to all but loops' branches", 'on: { push: { branches: ["**", "!loop/**"] } }\n', []],
  [
    "a push to what was taken out and put in again",
    'on: { push: { branches: ["**", "!loop/**", "loop/12-*"] } }\n',
    found("push"),
  ],
  ["a push but to some", 'on: { push: { branches-ignore: ["loop/**"] } }\n', []],
  ["a push of tags", "on: { push: { tags: [v1] } }\n", []],
  ["a push to main", "on: { push: { branches: [main] } }\n", []],
  [
    "pull requests to main",
    "on: { push: { branches: [main] }, pull_request: { branches: [main] } }\n",
    found("pull_request"),
  ],
  ["pull requests to another branch", "on: { pull_request: { branches: [next] } }\n", []],
  ["a schedule", 'on: { schedule: [{ cron: "0 1 * * *" }] }\n', []],
])("on %s", (_, on, expected) => {
  expect(shownSecrets(on + job(), at)).toEqual(expected);
});

test.each<[string, string, unknown]>([
  ["in an environment that a person releases", job("    environment: production\n"), []],
  ["in one that is named by its page, too", job("    environment: { name: production, url: x }\n"), []],
  ["in an environment that holds nothing", job("    environment: preview\n"), found("push")],
  ["in one that is only known once it runs", job(`    environment: ${"$"}{{ inputs.to }}\n`), found("push")],
  ["with a condition on main", job("    if: github.ref == 'refs/heads/main'\n"), []],
  ["with one that may be met otherwise", job("    if: github.ref == 'refs/heads/main' || always()\n"), found("push")],
  ["that has its own token alone", job().replace("NPM_TOKEN", "GITHUB_TOKEN"), []],
  ["with a name in brackets", job().replace("secrets.NPM_TOKEN", "secrets['NPM_TOKEN']"), found("push")],
  [
    "with all of them as text",
    job().replace("secrets.NPM_TOKEN", "toJSON(secrets)"),
    [{ ...found("push")[0], secrets: ["all of them"] }],
  ],
  [
    "that hands them on",
    "jobs: { test: { uses: ./a.yml, secrets: inherit } }\n",
    [{ ...found("push")[0], secrets: ["all of them"] }],
  ],
  ["that speaks of secrets without an expression", job().replace(/\$\{\{ (.*) \}\}/, "$1"), []],
])("a job %s", (_, jobs, expected) => {
  expect(shownSecrets(`on: push\n${jobs}`, at)).toEqual(expected);
});

test.each([
  "",
  "on: push",
  "jobs: [",
  "- a",
  "on: push\njobs: 3\n",
  "on: { push: { branches: ['[z-a]'] } }\njobs: {}\n",
])("what is no workflow has none: %j", (text) => {
  expect(shownSecrets(text, at)).toEqual([]);
});

const jobWith = (more: string) => `jobs:\n  test:\n    runs-on: x\n${more}    steps: [{ run: make test }]\n`;
const writing = (...writes: string[]) => [{ writes, job: "test", event: "push" }];

test.each<[string, string, unknown]>([
  ["nothing is asked for", jobWith(""), []],
  ["it reads", `permissions: { contents: read }\n${jobWith("")}`, []],
  ["everything is read", `permissions: read-all\n${jobWith("")}`, []],
  [
    "the workflow writes",
    `permissions: { id-token: write, contents: write }\n${jobWith("")}`,
    writing("contents", "id-token"),
  ],
  ["it writes everything", `permissions: write-all\n${jobWith("")}`, writing("all of them")],
  ["the job writes", `permissions: {}\n${jobWith("    permissions: { packages: write }\n")}`, writing("packages")],
  ["the job takes it back", `permissions: write-all\n${jobWith("    permissions: {}\n")}`, []],
  ["the job waits for a person", `permissions: write-all\n${jobWith("    environment: production\n")}`, []],
  ["it is for main", `permissions: write-all\n${jobWith("    if: github.ref_name == 'main'\n")}`, []],
])("a token, where %s", (_, rest, expected) => {
  expect(writingTokens(`on: push\n${rest}`, at)).toEqual(expected);
  expect(writingTokens(`on: { push: { branches: [main] } }\n${rest}`, at)).toEqual([]);
});

const steps = (...list: object[]) => `jobs: { build: { runs-on: x, steps: ${JSON.stringify(list)} } }\n`;
const given = (name: string) => `${"$"}{{ github.${name} }}`;
const head = given("event.pull_request.head.sha");

test.each<[string, string, readonly string[]]>([
  ["the base is taken out", steps({ uses: "actions/checkout@v4" }), []],
  ["the head is taken out", steps({ uses: "actions/checkout@v4", with: { ref: head } }), ["build"]],
  ["its branch is", steps({ uses: "actions/checkout@v4", with: { ref: given("head_ref") } }), ["build"]],
  ["a command fetches it", steps({ run: `git fetch origin ${head}` }), ["build"]],
  ["a command is told it otherwise", steps({ run: "git checkout $SHA", env: { SHA: head } }), ["build"]],
  ["the tool of GitHub does", steps({ run: "gh pr checkout 12" }), ["build"]],
  ["its number is only said", steps({ run: `echo ${given("event.pull_request.number")}` }), []],
])("on pull_request_target, where %s", (_, rest, expected) => {
  expect(targetCheckouts(`on: pull_request_target\n${rest}`, at)).toEqual(expected);
  expect(targetCheckouts(`on: [pull_request, pull_request_target]\n${rest}`, at)).toEqual(expected);
  expect(targetCheckouts(`on: { pull_request_target: { branches: [next] } }\n${rest}`, at)).toEqual([]);
  expect(targetCheckouts(`on: pull_request\n${rest}`, at)).toEqual([]);
});
