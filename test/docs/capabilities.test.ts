// docs/capabilities.md lists every action of a loop with its guard and its test. UPDATE_DOCS=1 rewrites the page.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { EffectType } from "../../src/loop/effect.ts";
import { type Capability, capabilities, capabilitiesUnder } from "../../src/policy/capabilities.ts";
import { generousBounds } from "../../src/policy/clamp.ts";
import { options } from "../../src/policy/options.ts";
import { readRules } from "../../src/policy/rules.ts";
import { wrongWith } from "../faults/shown-by.ts";
import { part } from "./part.ts";

const operator = {
  bounds: { ...generousBounds, hosts: ["registry.example"], registries: ["npm"] },
  defaults: { agent: { command: "agent", image: "agent" }, reviewer: { command: "reviewer", image: "" } },
};

function rulesFrom(text: string | null) {
  const read = readRules(text === null ? null : { text, sha: "b10b" }, operator, "loop");
  if (!read.ok) throw new Error(read.message);
  return read.rules;
}

const kinds = "test/policy/kinds.test.ts: “lets a kind pass, has a person asked, or denies it whatever a person says”";
const asked: readonly [guard: string, shown: string] = ["src/policy/kinds.ts", kinds];

/** What enforces each action, and the test that tries it. */
const guards: Readonly<Record<string, readonly [guard: string, shown: string]>> = {
  "change files": [
    "src/loop/attempt.ts",
    "test/story/requested.test.ts: “the limit on changed lines is of the whole change: attempts that are small each are not all of them together”",
  ],
  "change protected files": [
    "src/policy/risk.ts",
    "test/story/policy.test.ts: “T27: the owner's policy holds within the operator's bounds, and a looser one on the loop's own branch changes nothing”",
  ],
  "change denied files": [
    "src/policy/risk.ts",
    "test/policy/kinds.test.ts: “denies files by their paths, beside what is only protected”",
  ],
  "change workflows": [
    "src/policy/risk.ts",
    "test/policy/risk.test.ts: “include a workflow, which nobody can grant (T12)”",
  ],
  "remove tests": ["src/policy/risk.ts", "test/story/tests-removed.test.ts: “T12: removing %s is a risk”"],
  "change dependencies": asked,
  "change sources": asked,
  "change install scripts": asked,
  "change licences": asked,
  "change permission bits": asked,
  "change binaries": asked,
  "change generated": asked,
  "change migrations": asked,
  "commit secrets": [
    "src/gateway/git/secrets.ts",
    "test/gateway/git/judge.test.ts: “T6: a secret in an added line, a file name or a commit message is named without being shown”",
  ],
  "commit links and submodules": [
    "src/gateway/git/paths.ts",
    "test/gateway/git/judge.test.ts: “T10: a submodule, a .gitmodules, an escaping link and a .git folder are each named”",
  ],
  "run commands": [
    "src/container/spec/guard.ts",
    "test/container/spec/guard.test.ts: “has a fixture for every refusal and no other”",
  ],
  "run allowed commands": [
    "src/policy/command-lines.ts",
    "test/policy/command-lines.test.ts: “deny counts before ask, ask before allow, and the rest is as it is said”",
  ],
  "run asked commands": [
    "src/gateway/tools/hooks.ts",
    "test/gateway/tools/hooks.test.ts: “one that asks is put to a person word for word, and runs once after a yes, whatever restarts between”",
  ],
  "run denied commands": [
    "src/gateway/tools/hooks.ts",
    "test/gateway/tools/hooks.test.ts: “a command that policy denies is refused in words for the model, and told of; others may run”",
  ],
  "use tools": [
    "src/gateway/tools/server.ts",
    "test/gateway/tools/server.test.ts: “T8: whoever calls without end is told to stop, and nothing is done any more”",
  ],
  "use tools of servers": [
    "src/gateway/tools/upstream/served.ts",
    "test/gateway/tools/upstream.test.ts: “T19: what policy does not name is not there, whatever the server lists, and is never asked of it”",
  ],
  "use other tools": [
    "src/gateway/tools/server.ts",
    "test/gateway/tools/server.test.ts: “T19: a tool that is not there is an error that names those that are, under one name in the record whatever it was called”",
  ],
  "call models": [
    "src/gateway/model/ledger.ts",
    "test/gateway/model/budget.test.ts: “settled + reserved never passes the budget, work never touches the last tenth, and nothing is counted too low (I10)”",
  ],
  "reach hosts": [
    "src/gateway/egress/proxy.ts",
    "test/gateway/egress/proxy.test.ts: “a name is not asked of the resolver before it is known to be listed, so that asking carries nothing out”",
  ],
  "fetch packages": [
    "src/gateway/registry/server.ts",
    "test/gateway/registry/npm.test.ts: “%s changes, publishes and audits nothing: the registry is not even asked”",
  ],
  "read secrets": [
    "src/container/spec/environment.ts",
    "test/docker/escape/secrets.ts: “T5: no file the run can read holds a secret of the App”",
  ],
  push: [
    "src/policy/risk.ts",
    "test/policy/kinds.test.ts: “holds any change at all, or denies it, and none that changes nothing”",
  ],
  "push elsewhere": [
    "src/gateway/git/refs.ts",
    "test/gateway/git/server.test.ts: “T11: --mirror, --all and --tags move nothing”",
  ],
  "open a pull request": [
    "src/loop/still.ts",
    "test/story/happy.test.ts: “a labelled issue becomes an approved pull request”",
  ],
  "update the pull request": [
    "src/loop/still.ts",
    "test/story/drafts.test.ts: “with `pull_request.draft: never` the pull request is ready from the start”",
  ],
  "show pictures": [
    "src/gateway/git/picture-branch.ts",
    "test/story/pictures.test.ts: “where policy asks, the thread shows the pictures: before, after, and what changed”",
  ],
  comment: [
    "src/report/escape.ts",
    "test/report/hostile.test.ts: “in a comment mentions nobody, shows no image, links nowhere else and brings no HTML”",
  ],
  label: [
    "src/github/write/labels.ts",
    "test/story/labels.test.ts: “a repository that calls the trigger Loop has its loop, heard of or not, and the label goes at the end”",
  ],
  "report checks": [
    "src/github/write/checks.ts",
    "test/story/happy.test.ts: “a reviewer who rejects makes the verdict red although CI is green”",
  ],
  "report on the policy": [
    "src/engine/check-policy.ts",
    "test/story/policy-check.test.ts: “a pull request that changes the policy is told on its lines what it loosens, what is held to bounds and what is wrong”",
  ],
  "propose a policy": [
    "src/engine/introduce.ts",
    "test/story/introduction.test.ts: “a repository that is new to the App gets its labels and one proposal of a policy, and its form begins the first loop”",
  ],
  "request review": [
    "src/loop/judge.ts",
    "test/story/requests.test.ts: “a healthy loop of %i attempts stays within 1.1 times the floor”",
  ],
  "run CI again": [
    "src/loop/judge.ts",
    "test/story/flaky.test.ts: “red again after that: said so, not counted, and not run a third time”",
  ],
  merge: [
    "src/engine/gate.ts",
    "test/story/gate-merge.test.ts: “T21, I15: a merge that waits to be tried again is not done once the approver asks for changes”",
  ],
  "raise limits": [
    "src/loop/grants.ts",
    "test/loop/budget.test.ts: “nobody spends more than was granted and has not expired: no order of commands, waits, retries, labels and restarts passes a limit”",
  ],
  close: [
    "src/loop/effect.ts",
    "test/docs/capabilities.test.ts: “every effect of a decision is one of the actions, or reads, or is the App's own”",
  ],
  "open scheduled issues": [
    "src/engine/schedules.ts",
    "test/story/schedules.test.ts: “a schedule opens its issue when its time comes, and a person who may write can approve what its loop made of it”",
  ],
  "keep notes": [
    "src/engine/remember.ts",
    "test/story/notes.test.ts: “what a review requested and what a person refused is in the briefs of later loops, as people have left it”",
  ],
  "open issues": [
    "src/loop/effect.ts",
    "test/docs/capabilities.test.ts: “every effect of a decision is one of the actions, or reads, or is the App's own”",
  ],
};

/** Every effect that there is. `reading` changes nothing; `own` is between the App and itself. An effect without a line here does not compile. */
const effects: Readonly<Record<EffectType, string>> = {
  write_status: "comment",
  post_attempt: "comment",
  post_stop: "comment",
  reply: "comment",
  react: "comment",
  answer_without_loop: "comment",
  set_labels: "label",
  run_loop: "label",
  run_schedules: "open scheduled issues",
  introduce: "propose a policy",
  remember: "keep notes",
  pause_all: "comment",
  check_policy: "report on the policy",
  read_pause: "own",
  read_claim: "reading",
  read_retry: "reading",
  check_command: "reading",
  read_verdict: "reading",
  read_closing: "reading",
  start_run: "run commands",
  stop_run: "own",
  tell_run: "own",
  forget_run: "own",
  publish: "push",
  open_pull: "open a pull request",
  publish_review: "report checks",
  publish_knock_out: "report checks",
  publish_verdict: "report checks",
  rerun_checks: "run CI again",
  update_branch: "update the pull request",
  mark_ready: "update the pull request",
  answer_thread: "comment",
  request_reviewers: "request review",
  leave_queue: "merge",
  pass_gate: "merge",
  set_alarm: "own",
  clear_alarm: "own",
  answer_label: "own",
  release: "own",
};

const table = () => {
  const rules = rulesFrom(null);
  const rows = capabilities.map(({ name, sentence, by, risk, option, under }) => {
    const [guard = "", shown = ""] = guards[name] ?? [];
    const changed = option === null ? "nothing" : `\`${option}\``;
    return `| **${name}**: ${sentence} | ${by} | ${risk} | ${under(rules)} | ${changed} | ${guard} | ${shown} |`;
  });
  const head = "| action | by | risk | by default | changed by | enforced in | shown by |";
  return [head, "|---|---|---|---|---|---|---|", ...rows, ""].join("\n");
};

test("the page has every action", () => {
  expect(part("docs/capabilities.md", "capabilities", table())).toBe(table());
});

describe.each(capabilities.map((one): [string, Capability] => [one.name, one]))("%s", (name, { option }) => {
  test("has a guard and a test that are there, and the option that is said to change it", () => {
    const [guard = "", shown = ""] = guards[name] ?? [];
    expect(existsSync(join(import.meta.dirname, "../..", guard)) && guard !== "").toBe(true);
    expect(wrongWith(shown)).toBeNull();
    expect(option === null || options.some(({ path }) => path === option)).toBe(true);
  });
});

test("every effect of a decision is one of the actions, or reads, or is the App's own", () => {
  const names = new Set(["reading", "own", ...capabilities.map(({ name }) => name)]);
  expect(Object.values(effects).filter((name) => !names.has(name))).toEqual([]);
  expect(Object.keys(guards)).toEqual(capabilities.map(({ name }) => name));
});

test("by default nothing that can do much harm is allowed, and nothing goes further than a draft pull request", () => {
  const rules = rulesFrom(null);
  const all = [...capabilitiesUnder(rules, "agent"), ...capabilitiesUnder(rules, "App")];
  expect(all.filter(({ risk, choice }) => risk === "high" && choice === "allow")).toEqual([]);
  expect(all.filter(({ by, choice }) => by === "App" && choice !== "deny").map(({ name }) => name)).toEqual([
    "open a pull request",
    "update the pull request",
    "comment",
    "label",
    "report checks",
    "report on the policy",
    "propose a policy",
    "run CI again",
    "raise limits",
  ]);
});

test.each([
  ["push", "changes: {any: ask}", "ask"],
  ["push", "changes: {any: deny}", "deny"],
  ["change sources", "changes: {sources: deny}", "deny"],
  ["change licences", "changes: {licences: allow}", "allow"],
  ["reach hosts", "network: {allow: [registry.example]}", "allow"],
  ["fetch packages", "packages: {agents: true}", "allow"],
  ["use tools of servers", "tools: {servers: {docs: {command: serve, tools: {search: allow}}}}", "allow"],
  ["use tools of servers", "tools: {servers: {docs: {command: serve, tools: {search: deny}}}}", "deny"],
  ["request review", "gate: {reviewers: [bob]}", "allow"],
  ["run CI again", "checks: {run_again: deny}", "deny"],
  ["raise limits", "budget: {raise: nobody}", "deny"],
  ["show pictures", "artifacts: branch", "allow"],
  ["merge", "gate: {merge: true}", "ask"],
  ["merge", "gate: {merge: true, approvals: 0}", "allow"],
])("%s under %j: %s", (name, text, choice) => {
  expect(capabilities.find((one) => one.name === name)?.under(rulesFrom(text))).toBe(choice);
});
