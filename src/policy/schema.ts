// The options of .github/loop.yml: type, default, limits and one sentence for each. Everything else about options is derived from here.
import { z } from "zod";
import { isBranchName } from "../base/branch-name.ts";
import { loginForm } from "../base/login.ts";
import { AGENT_KINDS, TRACE_RULES } from "../loop/state.ts";
import { sizePattern } from "./bytes.ts";
import { Commands } from "./commands.ts";
import { cronProblem, isTimeZone } from "./cron.ts";
import { hostProblem } from "./hosts.ts";
import { fileGlobProblem, patternProblem } from "./pattern.ts";
import { Tools } from "./tool-servers.ts";
import { serviceVariableProblem, valueProblem, variableProblem } from "./variables.ts";

const command = z.string().max(2000);
const image = z.string().max(300);
const pattern = z
  .string()
  .min(1)
  .max(120)
  .superRefine((glob, context) => {
    const problem = patternProblem(glob);
    if (problem !== null) context.addIssue({ code: "custom", message: problem });
  });
const checkName = z
  .string()
  .min(1)
  .max(100)
  .refine((name) => name.trim() === name, "begins or ends with white space, which no check's name does");
const appSlug = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,99}$/)
  .meta({ words: "an App's name as in the address of its page, such as `github-actions`" });
const login = z.string().regex(loginForm).meta({ words: "a GitHub login without the @" });

/** A check by its name, and if need be the App or the account that it must come from. */
const requiredCheck = z
  .union([
    checkName,
    z.strictObject({ name: checkName, app: appSlug }),
    z.strictObject({ name: checkName, creator: login }),
  ])
  .meta({
    words:
      "a check's name of 1 to 100 characters, or a group with its `name` and the `app` or the `creator` it comes from",
  });

/** Never one of the loops' own, and no full name of a ref. */
const branch = z
  .string()
  .max(200)
  .refine((name) => name === "" || isBaseName(name))
  .meta({ words: "the name of a branch, such as `develop`, and none that begins with `loop/`" });

function isBaseName(name: string): boolean {
  return isBranchName(name) && !/^(?:loop|refs)\/|\p{Cc}/u.test(name);
}

const model = z.string().max(200);
const host = z
  .string()
  .min(1)
  .max(253)
  .superRefine((text, context) => {
    const problem = hostProblem(text);
    if (problem !== null) context.addIssue({ code: "custom", message: problem });
  })
  .meta({ words: "a host such as `example.com` or `*.example.com`" });

const Agent = z.strictObject({
  kind: z
    .enum(AGENT_KINDS)
    .default("command")
    .describe("The agent: a CLI that Loopgate knows how to start and read, or `command` for anything else."),
  model: model
    .default("")
    .describe("Model that the agent calls, as its provider names it; required unless `kind` is `command`."),
  command: command
    .default("")
    .describe("Shell command that works on the brief in the repository; empty means the operator's default."),
  image: image
    .default("")
    .describe(
      "Container image the agent runs in, best named by digest; empty means `environment.image`, else the operator's default.",
    ),
});

const Reviewer = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe("Whether a second, independent run reviews every pushed commit before a person is asked."),
  kind: z
    .enum(["agent", ...AGENT_KINDS])
    .default("agent")
    .describe("The reviewer's agent; `agent` means the same as the executor's, unless a reviewer's command is set."),
  model: model
    .default("")
    .describe("Model that the reviewer calls; empty means `agent.model`. A different model catches more."),
  command: command
    .default("")
    .describe(
      "Shell command that reviews the change; empty means the operator's default. Where that is empty too and the agent is a command, nothing is reviewed, and the thread says so.",
    ),
  image: image
    .default("")
    .describe(
      "Container image of the reviewer; empty means `environment.image`, else the operator's default, else `agent.image`.",
    ),
  others: z
    .array(
      z.strictObject({
        kind: z.enum(["same", ...AGENT_KINDS]).default("same"),
        model: model.default(""),
        command: command.default(""),
        image: image.default(""),
      }),
    )
    .max(4)
    .default([])
    .describe(
      "Further reviewers, asked one after the other as far as their answers matter, each with `kind`, `model`, `command` or `image` of its own; what is left out is as the first one's.",
    ),
  quorum: z
    .int()
    .min(0)
    .max(5)
    .default(0)
    .describe(
      "How many reviewers have to say the same; 0 means all of them. Where neither yes nor no has so many, the loop stops and asks a person.",
    ),
  canaries: z
    .int()
    .min(0)
    .max(100)
    .default(0)
    .describe(
      "For how many of a hundred approved commits a reviewer is tried: the same change with something bad planted in it, which it has to reject. It cannot tell the two apart, and each costs what a review costs. Where it approves that too, the loop stops and asks a person.",
    ),
  rubric: z
    .array(
      z
        .string()
        .regex(/^\S[^\n\r]{0,499}$/)
        .meta({ words: "one line of at most 500 characters" }),
    )
    .max(20)
    .default([])
    .describe("What the reviewer asks of every change, beside what it asks anyway: a sentence each."),
});

const size = z.string().regex(sizePattern).meta({ words: "a size such as `512 MiB` or `4 GiB`" });
const variables = z
  .record(
    z.string(),
    z
      .string()
      .max(1000)
      .meta({ words: "a text of at most 1000 characters, in quotes where it is a number or true or false" }),
  )
  .superRefine((given, context) => {
    const all = Object.entries(given);
    if (all.length > 40) context.addIssue({ code: "custom", message: "may name at most 40 variables" });
    if (all.join().length > 6000)
      context.addIssue({ code: "custom", message: "is longer than 6000 characters in all" });
    for (const [name, value] of all) {
      const message = variableProblem(name) ?? valueProblem(value);
      if (message !== null) context.addIssue({ code: "custom", message, path: [name] });
    }
  })
  .meta({ words: "names of variables, each with its value as a text in quotes" });

const keyFile = z
  .string()
  .min(1)
  .max(300)
  .refine((path) => !/^\/|(?:^|\/)\.{0,2}(?:\/|$)|[\p{Cc}\\]|^\s|\s$/u.test(path))
  .meta({ words: "the path of a file from the repository's root, such as `app/package-lock.json`" });

/** A folder of a service that is memory: absolute, and nothing of the kernel's. */
const writableFolder = z
  .string()
  .max(200)
  .regex(/^(?:\/(?!\.{1,2}(?:\/|$))[\w.-]+)+$/)
  .refine((path) => !/^\/(?:proc|sys|dev)(?:\/|$)/.test(path))
  .meta({ words: "the absolute path of a folder, such as `/var/lib/data`, and none of `/proc`, `/sys` and `/dev`" });

/** Of a service alone: what stands in for a password there is known to everybody, and opens nothing else. */
const serviceVariables = z
  .record(z.string(), z.string().max(1000))
  .superRefine((given, context) => {
    const all = Object.entries(given);
    if (all.length > 40) context.addIssue({ code: "custom", message: "may name at most 40 variables" });
    for (const [name, value] of all) {
      const message = serviceVariableProblem(name, value);
      if (message !== null) context.addIssue({ code: "custom", message, path: [name] });
    }
  })
  .meta({ words: "names of variables, each with its value as a text in quotes" });

const Service = z.strictObject({
  image: z.string().min(1).max(300).optional(),
  compose: keyFile.optional(),
  command: z.array(z.string().max(1000)).min(1).max(50).optional(),
  env: serviceVariables.default({}),
  ready: z.string().min(1).max(1000).optional(),
  tmpfs: z.array(writableFolder).max(10).default([]),
  memory: size.default("512 MiB"),
});

const services = z
  .record(z.string(), Service)
  .superRefine((given, context) => {
    const names = Object.keys(given);
    const unfit = names.find((name) => !/^[a-z][a-z0-9-]{0,19}$/.test(name));
    if (unfit !== undefined)
      context.addIssue({
        code: "custom",
        message: "is no service's name: at most 20 small letters, digits and hyphens",
        path: [unfit],
      });
    if (names.length > 8) context.addIssue({ code: "custom", message: "may name at most 8 services" });
    for (const [name, { image, compose }] of Object.entries(given))
      if ((image === undefined) === (compose === undefined))
        context.addIssue({ code: "custom", message: "needs either its `image` or its `compose`", path: [name] });
  })
  .meta({
    words:
      "names of services, each with its `image` or `compose`, and if you like `command`, `env`, `ready`, `tmpfs` and `memory`",
  });

const Environment = z.strictObject({
  image: image
    .default("")
    .describe(
      "Container image that both agent and reviewer run in, best named by digest; `agent.image` and `reviewer.image` come first where they are set.",
    ),
  dockerfile: z
    .string()
    .max(200)
    .regex(/^$|^(?!\/)(?!.*(?:^|\/)\.\.?(?:\/|$))[^\s\\]+$/)
    .meta({ words: "the path of a file in the repository" })
    .default("")
    .describe(
      "Dockerfile of the repository from which the image is built, as the base has it, with the whole repository as its context and without a network; it comes before `image`, and needs an operator who allows it.",
    ),
  memory: size.default("2 GiB").describe("Memory a run may use, with what it keeps in `/tmp`; it never swaps."),
  cpus: z
    .number()
    .min(0.1)
    .max(256)
    .default(2)
    .describe("Processors a run may use, as far as the machine has so many."),
  processes: z.int().min(16).max(100_000).default(256).describe("Processes and threads a run may have at once."),
  tmp: size.default("512 MiB").describe("What `/tmp` may hold; it counts as memory."),
  disk: size.default("4 GiB").describe("What a run's workspace may hold on disk."),
  env: variables
    .default({})
    .describe("Environment variables of every run; never credentials, and none that Loopgate sets itself."),
  setup: z
    .array(z.string().min(1).max(1000))
    .max(10)
    .default([])
    .describe(
      "Shell commands that make the repository ready, each from its root and in a shell of its own. They run before the agent, without it; what they leave in ignored folders is given to every run.",
    ),
  cache: z
    .array(keyFile)
    .max(40)
    .default([])
    .describe(
      "Files whose content says whether the set-up must be made anew; empty means the lockfiles of the package managers that Loopgate knows.",
    ),
  find: z
    .boolean()
    .default(true)
    .describe(
      "Whether the repository's own `.devcontainer/devcontainer.json`, `.devcontainer.json` or `.github/workflows/copilot-setup-steps.yml`, the first that can be used, stands in where neither this group's `image` or `setup` nor `agent.image` is given.",
    ),
  services: services
    .default({})
    .describe(
      "Containers beside every run and every check, started in this order, which answer on 127.0.0.1 there and nowhere else, such as a database: each with its `image`, or the `compose` file that has it by this name, and if you like `command` (the words its image's entry point is given), `env`, `ready` (a shell command that succeeds in it once it is ready; without it the ports that its image exposes tell), `tmpfs` (folders it writes to) and `memory` (default 512 MiB, with what it writes). Nothing of it outlives the run.",
    ),
});

const Budget = z.strictObject({
  usd: z
    .number()
    .min(0.01)
    .max(10_000)
    .default(5)
    .describe("US dollars for model calls, granted by the label and again by each `/loop retry`."),
  small: z
    .number()
    .min(0.01)
    .max(10_000)
    .default(1)
    .describe("The same with the label `loop:budget-small` on the issue; never more than `usd`."),
  large: z
    .number()
    .min(0)
    .max(10_000)
    .default(0)
    .describe(
      "The same with the label `loop:budget-large` on the issue, which anybody may set who may triage; 0: the label gives no more than `usd`.",
    ),
  raise: z
    .enum(["write", "maintain", "admin", "nobody"])
    .default("write")
    .describe(
      "The permission that it takes to add money, attempts or time to a loop by `/loop budget` and `/loop extend`, up to the operator's bounds and `issue.usd`.",
    ),
});

const Issue = z.strictObject({
  criteria: z
    .enum(["optional", "unless_judged", "required"])
    .default("optional")
    .describe(
      "What becomes of an issue that does not say what done means, by a list under a heading such as `Acceptance criteria` or by a task list: with `required` the loop asks for it before anything is paid for; with `unless_judged` it asks where nothing else could judge a change either: no command in `checks.run`, no name in `checks.required`, no workflow of GitHub Actions, and no check on the base.",
    ),
  usd: z
    .number()
    .min(0.01)
    .max(100_000)
    .default(25)
    .describe(
      "US dollars for the model calls of all loops of one issue, however often its label is set; at least `budget.usd`.",
    ),
  runs: z
    .int()
    .min(1)
    .max(1000)
    .default(60)
    .describe(
      "Most containers that all loops of one issue may ever start, however often its label is set; at least `runs`.",
    ),
});

const Network = z.strictObject({
  allow: z
    .array(host)
    .max(40)
    .default([])
    .describe("Hosts a run may reach through the logging proxy; the operator must allow each of them."),
});

const packageName = "[A-Za-z0-9~-][A-Za-z0-9._~-]*";

/** As npm's names are, those of Python and of crates among them, or a whole scope; as Go's modules are, or all below a path; Maven's, or a group's. */
const packagePattern = z
  .string()
  .max(214)
  .regex(
    new RegExp(
      `^(?:@${packageName}/(?:\\*|${packageName})|${packageName}|[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)+(?:/${packageName})*/(?:\\*|${packageName})|[A-Za-z0-9_.-]+:(?:\\*|[A-Za-z0-9_.-]+))$`,
    ),
  )
  .meta({
    words:
      "a package's name, a Go module's path, Maven's `group:artifact`, or `@scope/*`, `path/*` or `group:*` for all below it",
  });

const Packages = z.strictObject({
  allow: z.array(packagePattern).max(200).default([]).describe("Packages that may be fetched; empty means any."),
  deny: z
    .array(packagePattern)
    .max(200)
    .default([])
    .describe("Packages that may not be fetched, whatever else says so."),
  minimum_age_days: z
    .int()
    .min(0)
    .max(365)
    .default(0)
    .describe(
      "Days that a version must have been published for; younger ones are as if they were not there, but for what the base's lockfiles name.",
    ),
  new: z
    .enum(["allow", "ask", "deny"])
    .default("allow")
    .describe(
      "What becomes of a package that no lockfile of the base names; with `ask` the loop stops and asks a person whether it may be fetched.",
    ),
  agents: z
    .boolean()
    .default(false)
    .describe("Whether agent and reviewer may fetch packages too, and not only the set-up before them."),
});

const reportGlob = z
  .string()
  .min(1)
  .max(200)
  .superRefine((glob, context) => {
    const problem = fileGlobProblem(glob);
    if (problem !== null) context.addIssue({ code: "custom", message: problem });
  });

const RunCheck = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][\w .:()/-]{0,59}$/)
    .meta({ words: "a name of at most 60 letters, digits and signs" }),
  command: z.string().min(1).max(2000),
  only: z
    .string()
    .max(2000)
    .refine((command) => command.includes("{files}"), "must hold {files}, which stands for files of tests")
    .optional(),
  minutes: z.int().min(1).max(120).default(10),
  reports: z.array(reportGlob).max(10).default([]),
  artifacts: z.array(reportGlob).max(10).default([]),
  empty: z.enum(["no_evidence", "clean"]).optional(),
});

const KnockOut = z.strictObject({
  hunks: z
    .int()
    .min(0)
    .max(50)
    .default(0)
    .describe(
      "How many hunks outside of tests are taken back, one at a time and the largest first, to see whether the checks of `checks.run` notice; 0: none.",
    ),
  minutes: z
    .int()
    .min(1)
    .max(240)
    .default(30)
    .describe("How long that may take in all; what is not tried by then is said."),
  not_held: z
    .enum(["inform", "ask", "block"])
    .default("inform")
    .describe(
      "What a hunk without which everything stays green counts as: `inform` says so, `ask` stops the loop until a person takes the commit as it is or wants another attempt, `block` makes the verdict red, and briefs the next attempt.",
    ),
});

/** The name of a required check, in either of its forms. */
export function nameOfCheck(check: z.infer<typeof requiredCheck>): string {
  return typeof check === "string" ? check : check.name;
}

const Checks = z.strictObject({
  run: z
    .array(RunCheck)
    .max(10)
    .default([])
    .superRefine((checks, context) => {
      const twice = checks.find(({ name }, index) => checks.some((one, other) => other < index && one.name === name));
      if (twice !== undefined) context.addIssue({ code: "custom", message: `names ${twice.name} twice` });
      const both = checks.find(({ only, empty }) => only !== undefined && empty === "clean");
      if (both !== undefined)
        context.addIssue({
          code: "custom",
          message: `says \`empty: clean\` of ${both.name}, whose \`only\` runs tests: that is for linters`,
        });
    })
    .describe(
      "Commands of your own that judge a commit, each with `name`, `command`, and if you like `minutes` (default 10), `only` (the command for some files of tests alone, for which `{files}` stands), `reports` (globs of the test, linter or coverage reports it writes), `artifacts` (globs of other files it must leave) and `empty`: `clean` takes a linter's report that finds nothing for clean although it names no file that was looked at, as some write it whether they looked at any or not; by default it is `no_evidence`. That is for linters alone: of a check whose command or name says that it runs tests nothing empty is clean, and an empty JSON list, which Cucumber leaves too where no scenario ran, is taken so only where the command or the name says that it is of a linter. Each runs in a fresh container without network, from a clean checkout with what the set-up leaves; one that is as red on the base is not held against the change.",
    ),
  as_on_base: z
    .array(pattern)
    .max(20)
    .default([])
    .describe(
      "Files that those commands see as the base has them, whatever the change does to them: tests or configuration that a change may not bend. Patterns as in `protected_paths`. What the base does not have is not there. In loops only; `loopgate verify` takes the change's own.",
    ),
  required: z
    .array(requiredCheck)
    .max(20)
    .default([])
    .superRefine((checks, context) => {
      const names = checks.map(nameOfCheck);
      const twice = names.find((name, index) => names.indexOf(name) < index);
      if (twice !== undefined) context.addIssue({ code: "custom", message: `names ${twice} twice` });
    })
    .describe(
      "Names of the checks that must succeed; empty means that every reported check counts and at least one must exist. Beside its `name` a check may have the `app` that must report it, or the `creator` whose commit status it is: a status by a person counts only so.",
    ),
  skipped: z
    .enum(["block", "pass"])
    .default("block")
    .describe(
      "What a required check that ended as skipped or neutral counts as: `block` ends the loop and says so, `pass` lets it pass, as GitHub does.",
    ),
  run_again: z
    .enum(["allow", "deny"])
    .default("allow")
    .describe(
      "Whether the App may have CI run once more what failed though it was green on the same commit, or fails on the base too.",
    ),
  wait_minutes: z
    .int()
    .min(1)
    .max(1440)
    .default(60)
    .describe("Minutes to wait for CI before the loop stops as blocked."),
});

const PullRequest = z.strictObject({
  draft: z
    .enum(["until_green", "never"])
    .default("until_green")
    .describe(
      "Whether the pull request is a draft: `until_green` keeps it one until everything passes, or until it is seen that CI leaves drafts out; `never` opens it ready for review.",
    ),
  open_at_most: z
    .int()
    .min(0)
    .max(100)
    .default(0)
    .describe(
      "Most pull requests of loops that may be open in the repository when another loop begins, with those that loops at work will open; 0: any number.",
    ),
  sign_off: z
    .boolean()
    .default(false)
    .describe(
      "Whether commits bear a `Signed-off-by` trailer in the App's name, for repositories that check for one; set it only where that is an acceptable sign-off.",
    ),
});

const Limits = z.strictObject({
  changed_lines: z
    .int()
    .min(1)
    .max(100_000)
    .default(2000)
    .describe("Most added plus deleted lines in the whole change."),
  changed_files: z.int().min(1).max(5000).default(60).describe("Most files the whole change may touch."),
});

const Day = z.strictObject({
  usd: z
    .number()
    .min(0)
    .max(100_000)
    .default(0)
    .describe(
      "US dollars for model calls that all loops of this repository may spend in a day; 0: no limit of its own.",
    ),
  runs: z
    .int()
    .min(0)
    .max(100_000)
    .default(0)
    .describe("Agents and reviewers that may begin in this repository in a day; 0: no limit of its own."),
  time_zone: z
    .string()
    .max(60)
    .refine(isTimeZone, "is no time zone, such as `Europe/Berlin` or `UTC`")
    .default("UTC")
    .describe("Time zone in which those days begin, at midnight."),
});

const choice = z.enum(["allow", "ask", "deny"]);

const Trace = z.strictObject({
  block: z
    .array(z.enum(TRACE_RULES))
    .max(TRACE_RULES.length)
    .default([])
    .describe(
      "What makes the verdict red, and briefs the next attempt: `refused` (a push, host, package or tool that it may not have), `undeclared` (a package that it fetched and no lockfile names), `reverted` (files that it touched and put back), `outside` (commands beyond its task, by its own account), `untested` (it says that tests ran, and none is known to have).",
    ),
});

const Changes = z.strictObject({
  any: choice
    .default("allow")
    .describe("Any change at all: with `ask` nothing is pushed before a person has approved that commit."),
  dependencies: choice.default("allow").describe("A package that a manifest did not ask for before."),
  sources: choice
    .default("ask")
    .describe(
      "A place that packages come from and did not before: another registry, a repository, an address, a folder.",
    ),
  install_scripts: choice
    .default("ask")
    .describe(
      "What is run when somebody installs: hooks of package managers, build scripts, packages that may run theirs.",
    ),
  licences: choice.default("ask").describe("A licence's text, or the licence that a manifest states."),
  permission_bits: choice.default("ask").describe("A file that was not executable and is now."),
  binaries: choice.default("ask").describe("A binary file, new or changed; pictures, type, sound and PDF are let be."),
  generated: choice.default("allow").describe("An edit of a file that says of itself that a program wrote it."),
  migrations: choice
    .default("ask")
    .describe("A migration of a database that is there already, changed or taken away; a new one is let be."),
});

const Gate = z.strictObject({
  approvals: z
    .int()
    .min(0)
    .max(6)
    .default(1)
    .describe("Approvals needed on the exact head commit; with 0 the loop ends as soon as everything passes."),
  approvers: z
    .enum(["others", "anyone"])
    .default("others")
    .describe(
      "Whose approval counts, of those with write permission: `others` leaves out whoever set the label and the authors of the commits; `anyone` is for a repository with one maintainer.",
    ),
  reviewers: z.array(login).max(15).default([]).describe("People asked to review once everything passes."),
  merge: z.boolean().default(false).describe("Whether the App merges once approved; the operator must allow it too."),
  remind_after_hours: z
    .int()
    .min(1)
    .max(720)
    .default(48)
    .describe("Hours after which the one reminder is posted if nobody has responded."),
  expire_after_days: z
    .int()
    .min(1)
    .max(90)
    .default(14)
    .describe("Days after which the loop ends if nobody has responded; must be later than the reminder."),
});

const Schedule = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,29}$/)
    .meta({ words: "a name of at most 30 small letters, digits and hyphens" }),
  cron: z.string().superRefine((cron, context) => {
    const problem = cronProblem(cron);
    if (problem !== null) context.addIssue({ code: "custom", message: problem });
  }),
  time_zone: z.string().max(60).refine(isTimeZone, "is no time zone, such as `Europe/Berlin` or `UTC`").default("UTC"),
  title: z
    .string()
    .regex(/^\S[^\n\r]{0,199}$/)
    .meta({ words: "one line of at most 200 characters" }),
  body: z.string().min(1).max(10_000),
  unchanged: z.enum(["skip", "run"]).default("skip"),
  max_runs: z.int().min(0).max(10_000).default(0),
  stop_after: z.int().min(1).max(10).default(3),
});
export type Schedule = z.infer<typeof Schedule>;

/** What a repository may say about its loops. Unknown keys are errors; every key has a default. */
export const Policy = z.strictObject({
  version: z.literal(1).default(1).describe("Version of this file's format."),
  base: branch
    .default("")
    .describe(
      "Branch that loops begin from and their pull requests go to; empty means the default branch. The policy itself is always read from the default branch.",
    ),
  agent: Agent.prefault({}).describe("The executor: the agent that works on the issue."),
  reviewer: Reviewer.prefault({}).describe("The reviewer: a separate run that judges the change."),
  environment: Environment.prefault({}).describe("What every run has besides the repository."),
  plan: z
    .enum(["off", "first"])
    .default("off")
    .describe(
      "With `first` an agent plans before any work, changes nothing, and waits for a person's `/loop approve`; the label `loop:plan-first` asks for the same on one issue.",
    ),
  attempts: z
    .int()
    .min(1)
    .max(20)
    .default(3)
    .describe("Attempts granted by the label and again by each `/loop retry`."),
  deadline_minutes: z
    .int()
    .min(1)
    .max(240)
    .default(20)
    .describe("Longest a run may take, in minutes; then it is stopped."),
  silence_minutes: z
    .int()
    .min(1)
    .max(240)
    .default(10)
    .describe("Minutes without output, model call, fetch or push after which a run is stopped."),
  loop_hours: z.int().min(1).max(168).default(12).describe("Longest the whole loop may take up to the gate, in hours."),
  runs: z.int().min(1).max(100).default(20).describe("Most containers a loop may ever start, retries included."),
  budget: Budget.prefault({}).describe("What a loop may cost."),
  issue: Issue.prefault({}).describe(
    "What an issue has to say, and what it may cost over all its loops; only raising that here gives more.",
  ),
  day: Day.prefault({}).describe(
    "What all loops of the repository may come to in a day. One that reaches the limit waits until the day turns and then continues by itself; the operator's own limit for the account counts besides.",
  ),
  network: Network.prefault({}).describe(
    "What a run may reach besides its gateways: nothing, unless it is named here.",
  ),
  tools: Tools.prefault({}).describe("Tools of others that an agent may use: none, unless they are named here."),
  commands: Commands.prefault({}).describe(
    "Which commands an agent may run, where its CLI tells of them before it runs them; elsewhere what it ran is told after. A pattern stands for its words and whatever words follow them, with `*` for any text: `npm publish`, `git * --force*`.",
  ),
  packages: Packages.prefault({}).describe(
    "What may be fetched from package registries, where the operator has set one; always by reading, never by publishing.",
  ),
  checks: Checks.prefault({}).describe("What CI and commands of your own have to show."),
  knock_out: KnockOut.prefault({}).describe("Whether the change is held by any test, hunk by hunk."),
  gaming: z
    .enum(["inform", "ask", "block"])
    .default("inform")
    .describe(
      "What it counts as when a change makes its own judges see less: tests that are gone, skipped or say less, thresholds lowered, lint and type checks switched off, failures hidden, the bytes of a file changed beyond the edit. `inform` says so wherever the change is told of, `ask` holds the commit until a person allows it, `block` makes the verdict red, and briefs the next attempt.",
    ),
  trace: Trace.prefault({}).describe(
    "What a run did on its way, beside what it pushed: told wherever the verdict is, and more where it is named here.",
  ),
  pull_request: PullRequest.prefault({}).describe("The pull request that a loop opens."),
  limits: Limits.prefault({}).describe("How large a change may be."),
  changes: Changes.prefault({}).describe(
    "What becomes of changes of a kind: `allow` lets them pass, `ask` holds the commit until a person approves it, `deny` never lets it through.",
  ),
  protected_paths: z
    .array(pattern)
    .max(40)
    .default([])
    .describe(
      "Files that an agent may change only with a person's approval, besides the built-in ones. As in a .gitignore, `*.sql` or `secrets` counts in every folder, `infra/prod` or `/secrets` at the root, and a folder with all that is in it; a pattern that can match nothing is refused.",
    ),
  denied_paths: z
    .array(pattern)
    .max(40)
    .default([])
    .describe("Files that an agent may never change, whatever anybody approves. Patterns as in `protected_paths`."),
  placeholder_paths: z
    .array(pattern)
    .max(40)
    .default([])
    .describe(
      "Files whose keys are made up, such as fixtures of tests: what looks like a credential in them holds no push back. Patterns as in `protected_paths`; whatever an agent writes into these files is published unscanned.",
    ),
  confidence_minimum: z
    .number()
    .min(0)
    .max(1)
    .default(0.4)
    .describe("Below this confidence, agent or reviewer, the loop stops and asks a person."),
  gate: Gate.prefault({}).describe("The decision that only a person can make."),
  artifacts: z
    .enum(["none", "branch"])
    .default("none")
    .describe(
      "Where the pictures go that checks leave (PNG files among their `artifacts`): with `none` the thread says in words how each differs from the base's; with `branch` the App also pushes them to the branch `loop-artifacts`, and the thread shows them. Whoever may read the repository may see them.",
    ),
  memory: z
    .enum(["off", "issue"])
    .default("off")
    .describe(
      "With `issue` the App keeps what people corrected (changes that a review requested, reasons given with `/loop deny`) as notes in one issue of its own, where people edit and delete them, and briefs later loops with the newest.",
    ),
  schedules: z
    .array(Schedule)
    .max(10)
    .default([])
    .superRefine((all, context) => {
      const twice = all.find(({ name }, index) => all.some((one, other) => other < index && one.name === name));
      if (twice !== undefined) context.addIssue({ code: "custom", message: `names ${twice.name} twice` });
    })
    .describe(
      "Loops that begin by themselves: each opens an issue and starts its loop when its time comes. Each has a `name`, `cron` (five fields, no more often than every 15 minutes), `title` (in which `{date}` stands for the day) and `body` of the issue, and if you like `time_zone` (default `UTC`), `unchanged` (default `skip`: no pass while the branch is at the commit of the last one; or `run`), `max_runs` (passes in all; default 0: any number) and `stop_after` (default 3: so many issues in a row that nobody answered, and it rests until one of them is answered). They count only in the repository's own file on its default branch.",
    ),
});
export type Policy = z.infer<typeof Policy>;
