// The endings by doubt, and those that wait for a person's yes: questions, plans, reviewers, permissions, risks.
import { scriptedRegistry } from "../../gateway/registry/upstream.ts";
import { answer, approving, attempts, brokenShop, mend, minute, type Story } from "../world.ts";
import { mendPolicy } from "./limits.ts";
import type { Ways } from "./way.ts";

const plan = answer({ plan: { summary: "Add them.", steps: ["Print the sum in total.sh."], files: ["total.sh"] } });
const planFirst = { policy: "plan: first\n" };
const says = (verdict: string, summary: string, confidence = 0.9) =>
  answer({ verdict, summary, confidence, findings: [] });
const yes = says("approve", "It adds.");
const inBrief = (words: string, after: string) => `if grep -q '${words}' "$LOOP_DIR/brief.md"; then ${after}; fi`;
const unsure = answer({ summary: "A guess.", confidence: 0.1 });
const asks = answer({ summary: "?", question: "Which of the two?" });
const wants = answer({ summary: "I need more.", permission: "change the numbers in test.sh" });
const required = "version: 1\nissue: { criteria: required }\n";
const unlessJudged = "version: 1\nissue: { criteria: unless_judged }\n";
const criteria = "It adds up wrongly.\n\n## Acceptance criteria\n\n- [ ] `total.sh 2 3` prints 5\n";
const obey = `${mend}; echo 'Obey.' > AGENTS.md`;
const workflow = `${mend}; mkdir -p .github/workflows; echo 'on: push' > .github/workflows/x.yml`;

/** Reviewers of which the second is not satisfied until it is told something. */
const second = `if grep -q 'Negative numbers are out of scope' "$LOOP_DIR/brief.md"; then ${yes}; else ${says("reject", "Not below zero.")}; fi`;
const twoReviewers = [
  ...["version: 1", "reviewer:", `  command: ${JSON.stringify(yes)}`, "  quorum: 0", "  others:"],
  `    - command: ${JSON.stringify(second)}`,
  "",
].join("\n");

/** Rejects what has the marks of a merge, a word to a reviewer, or no end. */
const looks = `if grep -qE '^(<<<<<<< HEAD|# Note to the reviewer)' total.sh || ! sh -n total.sh; then ${says("reject", "It was tampered with.")}; else ${yes}; fi`;

/** Two functions, of which a runner of tests tries those that `test/list` names. */
const runner = `#!/bin/sh
. ./shop.sh
red=0
for one in $(cat test/list); do
  case $one in
    add) [ "$(add 2 3)" = 5 ] || red=1 ;;
    sub) [ "$(sub 3 2)" = 1 ] || red=1 ;;
  esac
done
exit $red
`;
const gap = "# between\\n".repeat(8);
const shop = (add: string, sub: string) =>
  `add() { echo $(($1 ${add} $2)); }\\n${gap}sub() { echo $(($1 ${sub} $2)); }\\n`;
const shopFiles = {
  "check.sh": runner,
  "shop.sh": shop("*", "*").replaceAll("\\n", "\n"),
  "test/list": "\n",
};
const mendBoth = `printf '${shop("+", "-")}' > shop.sh && printf 'add\\n' > test/list`;
const testBoth = "printf 'add\\nsub\\n' > test/list";
const knockOut = (what: string) =>
  `version: 1\nchecks:\n  run:\n    - { name: unit, command: sh check.sh }\nknock_out: ${what}\n`;
const knocked = { ci: { mode: "off" }, files: shopFiles } as const;

/** A registry whose one package no lockfile names, and a policy that has a person asked about such. */
async function packages(setup: string, more: string, executor: string) {
  const registry = await scriptedRegistry([{ name: "left", version: "1.3.0" }]);
  const head = JSON.stringify({ name: "shop", version: "1.0.0" });
  const locked = JSON.stringify({
    name: "shop",
    version: "1.0.0",
    lockfileVersion: 3,
    requires: true,
    packages: { "": {} },
  });
  const dependencies = { left: "1.3.0" };
  const resolved = "https://registry.invalid/left/-/left-1.3.0.tgz";
  const full = JSON.stringify({
    ...{ name: "shop", version: "1.0.0", lockfileVersion: 3, requires: true },
    packages: {
      "": { name: "shop", version: "1.0.0", dependencies },
      "node_modules/left": { version: "1.3.0", resolved, integrity: registry.integrity("left", "1.3.0") },
    },
  });
  const adding = `printf '%s' '${JSON.stringify({ name: "shop", version: "1.0.0", dependencies })}' > package.json; printf '%s' '${full}' > package-lock.json`;
  return {
    registry: registry.url,
    files: { ...brokenShop, ".gitignore": "node_modules\n", "package.json": head, "package-lock.json": locked },
    policy: `environment:\n  setup: [${setup}]\npackages: { new: ask${more} }\nchanges: { dependencies: allow, sources: allow, install_scripts: allow }\n`,
    executor: executor.replace("ADD", adding),
  };
}

/** Has whoever pushes with these words declined by a rule of the repository's. */
function declining(story: Story, kind: "creation" | "message") {
  const rule =
    kind === "message" ? ({ refs: "~ALL", kind, asks: "^fix: " } as const) : ({ refs: "~ALL", kind } as const);
  story.repository.pushRules.push(rule);
  return story.startLoop();
}
const undeclined = ({ repository }: Story) => repository.pushRules.splice(0);

async function expiring(story: Story) {
  const issue = await story.startLoop();
  await story.advance(49 * 60 * minute);
  await story.advance(14 * 24 * 60 * minute);
  return issue;
}

async function afterQuiet(story: Story) {
  const issue = await story.startLoop();
  await story.advance(2 * minute);
  return issue;
}

export const doubt: Ways = {
  "uncertainty_too_high: no_plan, execute": {
    options: { executor: attempts(":", plan, mend), ...planFirst },
    actions: { "/loop retry": { reaches: "awaiting_plan" } },
  },
  "cancelled: plan_denied, execute": {
    options: { executor: attempts(plan, inBrief("Leave the shop alone", plan), mend), ...planFirst },
    async end(story) {
      const issue = await story.startLoop();
      story.forge.as("bob").comment(issue, "/loop deny Not so.");
      await story.settle();
      return issue;
    },
    actions: {
      "/loop plan": { says: "Leave the shop alone.", reaches: "awaiting_plan" },
      label: { reaches: "awaiting_plan" },
    },
  },
  "unanswered: plan_expired, execute": {
    options: {
      executor: attempts(
        plan,
        `if grep -q 'The plan that bob approved' "$LOOP_DIR/brief.md"; then ${mend}; else ${plan}; fi`,
      ),
      ...planFirst,
    },
    end: expiring,
    actions: { "/loop approve": {}, "/loop retry": { reaches: "awaiting_plan" } },
  },
  "uncertainty_too_high: question, execute": {
    options: {
      executor: attempts(`echo half > half.txt; ${asks}`, inBrief("The second one.", `rm half.txt && ${mend}`)),
    },
    actions: {
      "/loop answer": { says: "The second one." },
      "/loop retry": { before: (story, issue) => story.forge.as("dave").comment(issue, "The second one.") },
    },
  },
  "uncertainty_too_high: own_confidence, execute": {
    options: { executor: attempts(unsure, inBrief("Just add them", mend)) },
    actions: { "/loop retry": { before: (story, issue) => story.forge.as("bob").comment(issue, "Just add them.") } },
  },
  "uncertainty_too_high: own_confidence, publish": {
    options: { executor: attempts(`${mend}; ${unsure}`, `echo > another.txt; ${mend}`) },
    actions: { "/loop approve": {}, "/loop deny": {} },
  },
  "uncertainty_too_high: review_confidence, verify": {
    options: {
      reviewer: `[ -e "$HOME/../../seen" ] && { ${yes}; } || { touch "$HOME/../../seen"; ${says("approve", "Perhaps.", 0.1)}; }`,
    },
    actions: { "/loop retry": {} },
  },
  "uncertainty_too_high: review_unreadable, verify": {
    options: { reviewer: `echo >> "$HOME/../../tries"; [ "$(wc -l < "$HOME/../../tries")" -gt 2 ] && ${yes}` },
    actions: { "/loop retry": {} },
  },
  "uncertainty_too_high: reviewers_disagree, verify": {
    options: { policy: twoReviewers },
    actions: {
      "/loop retry": {
        before: (story, issue) => story.forge.as("bob").comment(issue, "Negative numbers are out of scope."),
      },
    },
  },
  "uncertainty_too_high: canary_approved, verify": {
    options: { policy: "version: 1\nreviewer: { canaries: 100 }\n", reviewer: approving },
    actions: {
      "/loop retry": {
        before: (story) =>
          mendPolicy(story, `version: 1\nreviewer:\n  canaries: 100\n  command: ${JSON.stringify(looks)}\n`),
      },
    },
  },
  "uncertainty_too_high: no_criteria, execute": {
    options: { policy: required },
    end: (story) => story.startLoop("Sum", "It adds up wrongly."),
    actions: {
      "/loop retry": { before: (story, issue) => story.forge.as("alice").edit(issue, { body: criteria }) },
      "/loop approve": {},
    },
  },
  "uncertainty_too_high: no_criteria, unjudged, execute": {
    options: { policy: unlessJudged, ci: { mode: "off" } },
    end: (story) => story.startLoop("Sum", "It adds up wrongly."),
    actions: {
      "/loop retry": {
        before: (story) =>
          mendPolicy(story, `${unlessJudged}checks:\n  run:\n    - { name: unit, command: sh test.sh }\n`),
        takes: 2,
      },
      "/loop approve": { reaches: "verifying" },
    },
  },
  "uncertainty_too_high: not_held, execute": {
    options: {
      ...knocked,
      policy: knockOut("{ hunks: 10, not_held: ask }"),
      executor: attempts(mendBoth, inBrief("Add a test that fails without it", testBoth)),
    },
    end: afterQuiet,
    actions: { "/loop approve": {}, "/loop retry": { takes: 2 } },
  },
  "uncertainty_too_high: knock_out_unknown, verify": {
    options: {
      ...knocked,
      policy: knockOut("{ hunks: 1, not_held: block }"),
      executor: `${mendBoth} && ${testBoth}`,
    },
    end: afterQuiet,
    actions: {
      "/loop retry": { before: (story) => mendPolicy(story, knockOut("{ hunks: 9, not_held: block }")), takes: 2 },
    },
  },
  "permission_required: permission_asked, execute": {
    options: { executor: attempts(wants, inBrief("change the numbers in test.sh", mend)) },
    actions: { "/loop approve": {}, "/loop deny": {} },
  },
  "permission_required: packages_asked, execute": {
    options: () => packages("npm install --no-save left", "", mend),
    actions: {
      "/loop approve": {},
      "/loop deny": { endsAs: "external_dependency_blocked: set_up_failed, execute" },
    },
  },
  "permission_required: packages_asked, verify": {
    options: () => packages("npm ci", "", attemptsOfPackages()),
    actions: { "/loop approve": {}, "/loop deny": { endsAs: "external_dependency_blocked: set_up_failed, verify" } },
  },
  "permission_required: push_declined, publish": {
    end: (story) => declining(story, "creation"),
    actions: { "/loop approve": { before: undeclined } },
  },
  "permission_required: push_declined, ofCommits, publish": {
    options: {
      executor: attempts(
        mend,
        inBrief("Commit message must match", `${mend}; git add -A; git commit -qm 'fix: totals'`),
      ),
    },
    end: (story) => declining(story, "message"),
    actions: { "/loop retry": {}, "/loop approve": { before: undeclined } },
  },
  "permission_required: merge_declined, gate": {
    options: { policy: "version: 1\ngate:\n  merge: true\n" },
    async end(story) {
      const issue = await story.startLoop();
      const body = { message: 'Required status check "deploy" is expected.' };
      story.forge.failNext("PUT /repos/:owner/:repo/pulls/:number/merge", { status: 405, body });
      story.forge.as("bob").approve(await story.pull(issue));
      await story.settle();
      return issue;
    },
    actions: {
      "/loop retry": { endsAs: "task_complete: approved_and_merged" },
      merge: { after: isMerged },
    },
  },
  "permission_required: merge_declined, queue, gate": {
    options: { policy: "version: 1\ngate:\n  merge: true\n" },
    async end(story) {
      const { world } = story.forge;
      world.setRule({ user: story.repository.owner, app: null }, story.repository, "main", { mergeQueue: true });
      const issue = await story.startLoop();
      const pull = await story.pull(issue);
      story.forge.as("bob").approve(pull);
      await story.settle();
      await world.endQueue(pull, "CI_FAILURE");
      await story.settle();
      for (let waits = 0; waits < 3; waits++) await story.advance(minute);
      return issue;
    },
    actions: {
      "/loop retry": {
        async after(story, issue) {
          const pull = await story.pull(issue);
          await story.forge.world.endQueue(pull, "MERGE");
          await story.settle();
          await isMerged(story, issue);
        },
      },
      merge: {
        before: (story) =>
          story.forge.world.setRule({ user: story.repository.owner, app: null }, story.repository, "main", {
            mergeQueue: false,
          }),
        after: isMerged,
      },
    },
  },
  "risky_action_detected: risks, publish": {
    options: { executor: attempts(obey, mend) },
    actions: { "/loop approve": {}, "/loop deny": {} },
  },
  "risky_action_detected: risks, execute": {
    options: { executor: attempts(workflow, inBrief("Leave the workflows", mend)) },
    actions: {
      "/loop retry": { before: (story, issue) => story.forge.as("bob").comment(issue, "Leave the workflows alone.") },
    },
  },
};

/** An agent that adds a package in its first attempt. */
function attemptsOfPackages(): string {
  return attempts(`ADD; ${mend}`, mend);
}

async function isMerged(story: Story, issue: Parameters<Story["pull"]>[0]): Promise<void> {
  const { merged } = await story.pull(issue);
  if (!merged) throw new Error("it is not merged");
}
