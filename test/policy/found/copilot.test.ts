// Which steps of copilot-setup-steps.yml a run takes, as which commands, and which are left out and why.
import { expect, it } from "vitest";
import { readCopilotSteps } from "../../../src/policy/found/copilot.ts";

const read = (steps: string, rest = "") =>
  readCopilotSteps(
    `on: workflow_dispatch\njobs:\n  copilot-setup-steps:\n    runs-on: ubuntu-latest\n${rest}    steps:\n${steps.replace(/^/gm, "      ")}\n`,
  );
const found = (...given: Parameters<typeof read>) => {
  const result = read(...given);
  return result.ok ? result.found : result.why;
};

it("plain commands are run as a job runs them: shell, folder, variables, and going on where the step says so", () => {
  const steps = `- uses: actions/checkout@v4
- name: Install
  run: npm ci
- run: |
    source venv/bin/activate
    pip install -r requirements.txt
  shell: bash
  working-directory: back end
- run: make 'x'
  shell: sh
  env: { MODE: test, COUNT: 2 }
  continue-on-error: true
  timeout-minutes: 5`;
  expect(found(steps)).toMatchObject({
    image: "",
    setup: [
      "bash -e -c 'npm ci'",
      "cd 'back end' && bash --noprofile --norc -eo pipefail -c 'source venv/bin/activate\npip install -r requirements.txt'",
      `env MODE=test COUNT=2 sh -e -c 'make '\\''x'\\''' || true`,
    ],
    left: [],
  });
});

it("what a run cannot do is left out, each step by its name with the reason", () => {
  const steps = `- uses: actions/setup-node@v4
  with: { node-version: 22, cache: npm }
- uses: actions/checkout@v4
  with: { submodules: recursive }
- name: Log in
  run: npm whoami
  env: { NODE_AUTH_TOKEN: "\${{ secrets.T }}" }
- name: System packages
  run: sudo apt-get install -y libvips
- name: Version
  run: echo "V=1" >> "$GITHUB_ENV"
- run: Get-ChildItem
  shell: pwsh
- run: npm ci
  if: runner.os == 'Linux'
- run: npm run build
  env: { DEPLOY_TOKEN: abc }
- 7`;
  expect(found(steps)).toMatchObject({
    setup: [],
    left: [
      "`actions/setup-node@v4` (is an action, which is not run here)",
      "`actions/checkout@v4` (asks for `submodules`)",
      "step `Log in` (has an expression of GitHub Actions)",
      "step `System packages` (needs root, which no run has)",
      "step `Version` (writes to files of a runner)",
      "step 6 (is for `pwsh`)",
      "step 7 (has `if`)",
      "step 8 (has a variable that has the name of a credential, and no credential enters a container)",
      "step 9 (is no step)",
    ],
  });
});

it("what a runner says of itself is no run's: its folder is given, a step that reads more is left out", () => {
  const steps = `- run: cd "$GITHUB_WORKSPACE/web" && npm ci
- run: |
    tar -xf deps.tar -C \${RUNNER_TEMP}
- run: echo $GITHUB_REPOSITORY
- run: make
  env: { EMPTY: , GITHUB_WORKSPACE: /elsewhere }`;
  expect(found(steps)).toMatchObject({
    setup: [
      `env GITHUB_WORKSPACE=/workspace bash -e -c 'cd "$GITHUB_WORKSPACE/web" && npm ci'`,
      "env EMPTY='' GITHUB_WORKSPACE=/elsewhere bash -e -c make",
    ],
    left: ["step 2 (reads `RUNNER_TEMP` of a runner)", "step 3 (reads `GITHUB_REPOSITORY` of a runner)"],
  });
});

it("what stands around the steps and changes what they do is left out, and said", () => {
  const rest = `    permissions: { contents: read }
    timeout-minutes: 20
    env: { MODE: test }
    defaults: { run: { working-directory: web } }
    strategy: { matrix: { node: [22, 24] } }
    container: node:24
    environment: copilot
`;
  const job = read("- run: npm ci", rest);
  expect(job.ok && job.found.left).toEqual([
    "`env` of its job",
    "`defaults` of its job",
    "`strategy` of its job",
    "`container` of its job",
    "`environment` of its job",
  ]);
  const workflow = readCopilotSteps(
    "name: x\non: push\nenv: { MODE: test }\ndefaults: { run: { shell: sh } }\npermissions: {}\nconcurrency: x\njobs: { copilot-setup-steps: { runs-on: x, steps: [{ run: make }] } }",
  );
  expect(workflow.ok && workflow.found.left).toEqual(["`env` of the workflow", "`defaults` of the workflow"]);
});

it("services of the job stand beside a run where one can have them; the others are left out", () => {
  const services = `    services:
      postgres:
        image: postgres:17
        env: { POSTGRES_PASSWORD: postgres }
        ports: ["5432:5432"]
        options: >-
          --health-cmd "pg_isready -U postgres"
          --health-interval 10s
          --health-retries=5
      cache: { image: "redis:7", ports: [6379] }
      other: { image: mysql, ports: ["3307:3306"] }
      host: { image: mysql, options: --privileged }
      private: { image: ghcr.io/a/b, credentials: { username: x } }
      data: { image: mysql, volumes: ["/srv:/data"] }
`;
  expect(found("- run: make", services)).toMatchObject({
    services: {
      postgres: {
        image: "postgres:17",
        env: { POSTGRES_PASSWORD: "postgres" },
        ready: "pg_isready -U postgres",
        tmpfs: [],
      },
      cache: { image: "redis:7", env: {}, tmpfs: [] },
    },
    left: [
      "the service `other` (`ports`: `3307:3306`, since it answers on `3306` here)",
      "the service `host` (`options`: `--privileged`)",
      "the service `private` (`credentials`)",
      "the service `data` (`volumes`)",
    ],
  });
});

it.each([
  ["jobs: { build: { steps: [] } }", "no job `copilot-setup-steps`"],
  ["jobs: { copilot-setup-steps: { runs-on: x } }", "no steps in its job"],
  ["jobs: [", "no job `copilot-setup-steps`"],
  [`jobs: &a { b: &b [${"*a,".repeat(200)}] }`, "no job `copilot-setup-steps`"],
  [`a: ${"[".repeat(5000)}`, "no job `copilot-setup-steps`"],
  ["", "no job `copilot-setup-steps`"],
])("%.40s is not used, and why", (text, why) => {
  expect(readCopilotSteps(text)).toEqual({ ok: false, why: [why] });
});
