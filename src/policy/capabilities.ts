// Every action that a loop can take: who takes it, how much harm it can do, and whether the rules allow it, ask a person, or deny it.
import type { Rules } from "../loop/state.ts";
import { type ChangeKind, changeKinds } from "./kinds.ts";

export type Choice = "allow" | "ask" | "deny";

/**
 * One action. What is not in the catalogue is not done: nothing in the App does it, and no door out of a container leads to it.
 * `risk`: `none` can be taken back by nobody noticing, `low` by anybody, `high` reaches other people, their machines or their money.
 */
export interface Capability {
  readonly name: string;
  /** What it is, in words that go on from "may", without a full stop. */
  readonly sentence: string;
  readonly by: "agent" | "App";
  readonly risk: "none" | "low" | "high";
  /** The option of the policy that changes it; null: nothing in a policy does. */
  readonly option: string | null;
  readonly under: (rules: Rules) => Choice;
  /** What the rules say of it beside the choice: patterns, hosts. Absent: nothing. */
  readonly which?: (rules: Rules) => readonly string[];
}

const always = (choice: Choice) => (): Choice => choice;
const allowedIf = (holds: (rules: Rules) => boolean) => (rules: Rules) => (holds(rules) ? "allow" : "deny") as Choice;

const kindSentences: Readonly<Record<ChangeKind, string>> = {
  dependencies: "have a manifest ask for a new package",
  sources: "take packages from a place that they did not come from before",
  install_scripts: "change what is run when somebody installs",
  licences: "change a licence",
  permission_bits: "make a file executable that was not",
  binaries: "add or change a binary file, but for pictures, type, sound and PDF",
  generated: "edit a file that says that a program wrote it",
  migrations: "change or take away a migration that is there already",
};

/** What a reviewer sees in the change itself: nothing of it takes effect before a person merges. */
const harmless: readonly ChangeKind[] = ["dependencies", "generated"];

const kinds = changeKinds.map((kind): Capability => {
  const option = `changes.${kind}`;
  const under = ({ changes }: Rules) => changes?.[kind] ?? "allow";
  const risk = harmless.includes(kind) ? "low" : "high";
  return { name: `change ${kind.replace("_", " ")}`, sentence: kindSentences[kind], by: "agent", risk, option, under };
});

/** What is not there under these rules (a list that names nothing) is left out. */
export function capabilitiesUnder(
  rules: Rules,
  by: Capability["by"],
): readonly (Capability & { readonly choice: Choice })[] {
  return capabilities
    .filter((one) => one.by === by && !isEmpty(one, rules))
    .map((one) => ({ ...one, choice: one.under(rules) }));
}

/** Patterns that stand for no file, and no tool of another server: there is nothing to say. No host is something to say. */
function isEmpty({ option, which }: Capability, rules: Rules): boolean {
  return /_paths$|^tools\.servers$|^commands\.(?!otherwise$)/.test(option ?? "") && which?.(rules).length === 0;
}

function toolsOfServers({ toolServers = [] }: Rules): readonly string[] {
  return toolServers.flatMap(({ name, tools }) =>
    tools.map((tool) => `${name}-${tool.name}${tool.ask ? " (asks)" : ""}`),
  );
}

/** In the order in which people read it: files, what leaves the container, what the App does at GitHub. */
export const capabilities: readonly Capability[] = [
  {
    name: "change files",
    sentence: "change, add and delete files of the repository",
    by: "agent",
    risk: "low",
    option: "limits.changed_files",
    under: always("allow"),
  },
  {
    name: "change protected files",
    sentence: "change files that match these patterns",
    by: "agent",
    risk: "high",
    option: "protected_paths",
    under: always("ask"),
    which: ({ protectedPaths }) => protectedPaths,
  },
  {
    name: "change denied files",
    sentence: "change files that match these patterns",
    by: "agent",
    risk: "high",
    option: "denied_paths",
    under: always("deny"),
    which: ({ deniedPaths = [] }) => deniedPaths,
  },
  {
    name: "change workflows",
    sentence: "change workflows of GitHub Actions",
    by: "agent",
    risk: "high",
    option: null,
    under: always("deny"),
  },
  {
    name: "remove tests",
    sentence: "take away a file of tests, or all tests of a file",
    by: "agent",
    risk: "high",
    option: null,
    under: always("ask"),
  },
  ...kinds,
  {
    name: "commit secrets",
    sentence: "commit what looks like a secret",
    by: "agent",
    risk: "high",
    option: "placeholder_paths",
    under: always("deny"),
  },
  {
    name: "commit links and submodules",
    sentence: "commit submodules, and symbolic links that leave the repository",
    by: "agent",
    risk: "high",
    option: null,
    under: always("deny"),
  },
  {
    name: "run commands",
    sentence: "run any command in this container that is not named otherwise here",
    by: "agent",
    risk: "low",
    option: "commands.otherwise",
    under: ({ commands }) => commands?.otherwise ?? "allow",
  },
  {
    name: "run allowed commands",
    sentence: "run commands that match these patterns",
    by: "agent",
    risk: "low",
    option: "commands.allow",
    under: always("allow"),
    which: ({ commands }) => commands?.allow ?? [],
  },
  {
    name: "run asked commands",
    sentence: "run commands that match these patterns",
    by: "agent",
    risk: "high",
    option: "commands.ask",
    under: always("ask"),
    which: ({ commands }) => commands?.ask ?? [],
  },
  {
    name: "run denied commands",
    sentence: "run commands that match these patterns",
    by: "agent",
    risk: "high",
    option: "commands.deny",
    under: always("deny"),
    which: ({ commands }) => commands?.deny ?? [],
  },
  {
    name: "use tools",
    sentence: "use the tools that Loopgate gives",
    by: "agent",
    risk: "none",
    option: null,
    under: always("allow"),
  },
  {
    name: "use tools of servers",
    sentence: "use tools of other servers, those that policy names",
    by: "agent",
    risk: "high",
    option: "tools.servers",
    under: allowedIf((rules) => toolsOfServers(rules).length > 0),
    which: toolsOfServers,
  },
  {
    name: "use other tools",
    sentence: "use tools that the repository or an image brings over the network",
    by: "agent",
    risk: "high",
    option: null,
    under: always("deny"),
  },
  {
    name: "call models",
    sentence: "call the model, within its budget",
    by: "agent",
    risk: "low",
    option: "budget.usd",
    under: always("allow"),
  },
  {
    name: "reach hosts",
    sentence: "reach hosts of the network",
    by: "agent",
    risk: "high",
    option: "network.allow",
    under: allowedIf(({ hosts }) => hosts.length > 0),
    which: ({ hosts }) => hosts,
  },
  {
    name: "fetch packages",
    sentence: "fetch packages while it works",
    by: "agent",
    risk: "high",
    option: "packages.agents",
    under: allowedIf(({ packages }) => packages?.agents === true),
    which: ({ packages }) => packages?.registries ?? [],
  },
  {
    name: "read secrets",
    sentence: "read a secret by its name: no run has any",
    by: "agent",
    risk: "high",
    option: null,
    under: always("deny"),
  },
  {
    name: "push",
    sentence: "have commits pushed to the loop's own branch",
    by: "agent",
    risk: "low",
    option: "changes.any",
    under: ({ changes }) => changes?.any ?? "allow",
  },
  {
    name: "push elsewhere",
    sentence: "push to another branch, rewrite commits, or push tags",
    by: "agent",
    risk: "high",
    option: null,
    under: always("deny"),
  },
  {
    name: "open a pull request",
    sentence: "open one pull request, as a draft where the repository has drafts",
    by: "App",
    risk: "low",
    option: "pull_request.draft",
    under: always("allow"),
  },
  {
    name: "update the pull request",
    sentence:
      "write its description, mark it ready once everything passes, and merge its base into it where rules want that",
    by: "App",
    risk: "low",
    option: null,
    under: always("allow"),
  },
  {
    name: "show pictures",
    sentence: "push the pictures that checks leave to the branch `loop-artifacts`, where the thread shows them",
    by: "App",
    risk: "low",
    option: "artifacts",
    under: allowedIf(({ artifacts }) => artifacts === "branch"),
  },
  {
    name: "comment",
    sentence: "comment on the issue, and answer in threads of its own pull request",
    by: "App",
    risk: "low",
    option: null,
    under: always("allow"),
  },
  {
    name: "label",
    sentence: "set and remove its own labels on the issue",
    by: "App",
    risk: "low",
    option: null,
    under: always("allow"),
  },
  {
    name: "report checks",
    sentence: "report check runs of its own on its own commits",
    by: "App",
    risk: "low",
    option: "reviewer.enabled",
    under: always("allow"),
  },
  {
    name: "report on the policy",
    sentence: "report a check run on a pull request of anybody that changes the policy file",
    by: "App",
    risk: "low",
    option: null,
    under: always("allow"),
  },
  {
    name: "propose a policy",
    sentence:
      "make its labels in a repository that is new to it, and propose a first policy there once, in a pull request",
    by: "App",
    risk: "low",
    option: null,
    under: always("allow"),
  },
  {
    name: "request review",
    sentence: "ask people to review, by name",
    by: "App",
    risk: "low",
    option: "gate.reviewers",
    under: allowedIf(({ reviewers }) => reviewers.length > 0),
    which: ({ reviewers }) => reviewers,
  },
  {
    name: "run CI again",
    sentence: "have CI run once more what failed though it may not be the change's doing",
    by: "App",
    risk: "low",
    option: "checks.run_again",
    under: allowedIf(({ runAgain }) => runAgain !== "deny"),
  },
  {
    name: "merge",
    sentence: "merge the pull request once the gate has passed",
    by: "App",
    risk: "high",
    option: "gate.merge",
    under: ({ merge, approvals }) => (!merge ? "deny" : approvals > 0 ? "ask" : "allow"),
  },
  {
    name: "raise limits",
    sentence: "add money, attempts or time to a loop when a person comments so, up to the operator's bounds",
    by: "App",
    risk: "high",
    option: "budget.raise",
    under: ({ raise }) => (raise === undefined ? "deny" : "ask"),
  },
  {
    name: "close",
    sentence: "close the issue or the pull request by itself",
    by: "App",
    risk: "high",
    option: null,
    under: always("deny"),
  },
  {
    name: "open scheduled issues",
    sentence: "open the issue of a schedule that the policy names, and start its loop",
    by: "App",
    risk: "low",
    option: "schedules",
    under: allowedIf(({ schedules }) => schedules === true),
  },
  {
    name: "keep notes",
    sentence: "note in an issue of its own what people corrected, and brief later loops with it",
    by: "App",
    risk: "low",
    option: "memory",
    under: allowedIf(({ memory }) => memory === true),
  },
  {
    name: "open issues",
    sentence: "open a follow-up issue",
    by: "App",
    risk: "low",
    option: null,
    under: always("deny"),
  },
];
