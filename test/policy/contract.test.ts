// A loop contract of another tool becomes a policy; what has no option is named, and nothing is granted that it did not grant.
import { expect, it, test } from "vitest";
import { importContract } from "../../src/policy/contract.ts";
import { parsePolicy } from "../../src/policy/parse.ts";

const contract = `objective: Keep the dependencies up to date
trigger: { schedule: "0 6 * * 1", label: deps }
intake: { sources: [issues] }
workspace:
  base: develop
  setup: [npm ci]
  protected_paths: [infra/prod]
  isolation: worktree
verification:
  commands:
    - npm test
    - { name: lint, run: npm run lint }
  required_checks: [build]
budget: { max_retries: 2, max_runtime_minutes: 150, max_usd: 3.5, max_tokens: 100000 }
escalation: { to: ["@bob"], channel: "#loops" }
exit: { approvals: 2, success: all checks pass, auto_merge: true }
`;

function imported(text: string) {
  const read = importContract(text);
  if (!read.ok) throw new Error(read.message);
  return read;
}

test("each field becomes its option, with a comment that says where it is from", () => {
  const { text } = imported(contract);
  const parsed = parsePolicy(text);
  if (!parsed.ok) throw new Error(parsed.message);
  expect(parsed.policy).toMatchObject({
    base: "develop",
    environment: { setup: ["npm ci"] },
    protected_paths: ["infra/prod"],
    checks: {
      run: [
        { name: "verify 1", command: "npm test" },
        { name: "lint", command: "npm run lint" },
      ],
      required: ["build"],
    },
    attempts: 3,
    deadline_minutes: 150,
    loop_hours: 2,
    budget: { usd: 3.5 },
    gate: { reviewers: ["bob"], approvals: 2, merge: false },
  });
  expect(text).toContain("# From `budget.max_retries`.\nattempts: 3\n");
});

test("every field that has no option is named with the reason, in the answer and in the file", () => {
  const { text, left } = imported(contract);
  expect(left.map(({ path }) => path)).toEqual([
    "objective",
    "trigger.schedule",
    "trigger.label",
    "intake.sources",
    "workspace.isolation",
    "budget.max_tokens",
    "escalation.channel",
    "exit.success",
    "exit.auto_merge",
  ]);
  expect(text.split("\n").filter((line) => line.startsWith("# - "))).toHaveLength(left.length);
  expect(text).toContain("# - exit.auto_merge: merging is granted by hand: `gate.merge`, and by the operator");
});

it.each([
  ["budget: { max_retries: 99 }", "budget.max_retries", /`attempts` must be a whole number from 1 to 20/],
  ["budget: { max_usd: lots }", "budget.max_usd", /no option counts this/],
  ["budget: { max_retries: 1, max_iterations: 9 }", "budget.max_iterations", /`attempts` is stated already/],
  ["workspace: { protected_paths: ['../x'] }", "workspace.protected_paths", /`protected_paths.0` /],
  ["surprise: 1", "surprise", /no option stands for it/],
  ["verification: { commands: [1] }", "verification.commands", /a check is a name and a command/],
])("what an option has no room for is named, and not made to fit: %s", (text, path, why) => {
  expect(imported(text).left).toEqual([{ path, why: expect.stringMatching(why) }]);
});

it.each([
  ["an anchor bomb", `a: &a [${"x,".repeat(20)}]\nb: [*a, *a]\n`],
  ["too long", `objective: ${"x".repeat(70_000)}`],
  ["no group", "- a\n- b\n"],
  ["broken", "budget: {"],
  ["a tag", "objective: !!js/function x"],
  ["nested without end", `a: ${"[".repeat(5000)}`],
])("%s is refused in a sentence", (_, text) => {
  expect(importContract(text)).toEqual({ ok: false, message: expect.any(String) });
});

test("a name in the file that holds a line of its own stays in its comment", () => {
  const { text } = imported('"x\\ngate": 1\n"y\\u2028\\u202e": 2\n');
  expect(parsePolicy(text)).toMatchObject({ ok: true, lines: new Map() });
});

test.each([
  ["a folder to run in", "{ name: unit, run: npm test, working_directory: app }"],
  ["a limit", "{ run: npm test, timeout_minutes: 5 }"],
  ["two commands", "{ run: npm test, command: npm run lint }"],
])("a command with %s is named, and not taken over without it", (_, command) => {
  const { text, left } = imported(`verification: { commands: [npm run build, ${command}] }`);
  expect(left.map(({ path }) => path)).toEqual(["verification.commands"]);
  expect(parsePolicy(text)).toMatchObject({ ok: true, policy: { checks: { run: [] } } });
});
