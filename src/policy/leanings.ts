// What a change of each option does to a loop's freedom: which way it loosens, if any.
import type { Policy } from "./schema.ts";

/**
 * `more`/`less`: a greater or a smaller number loosens. A list: its values from the tightest to the loosest. `names loosen` and `names tighten`:
 * each entry that comes in does; `none is any`: an empty list of the kind stands for everything. `zero is any`: so does 0, and else more loosens. `neither`: what it does
 * to a loop is for a person to judge, such as another image.
 */
export type Leaning =
  | "more"
  | "less"
  | "zero is any"
  | "names loosen"
  | "names loosen, none is any"
  | "names tighten"
  | "neither"
  | readonly (string | boolean)[];

const choices = ["deny", "ask", "allow"] as const;
const judged = ["block", "ask", "inform"] as const;

/** The paths of all options. A group with keys of anybody's choice is one option here. */
type PathsOf<T, Prefix extends string = ""> = {
  [Key in keyof T & string]: T[Key] extends readonly unknown[]
    ? `${Prefix}${Key}`
    : T[Key] extends object
      ? string extends keyof T[Key]
        ? `${Prefix}${Key}`
        : PathsOf<T[Key], `${Prefix}${Key}.`>
      : `${Prefix}${Key}`;
}[keyof T & string];

/** Every option is here, or this does not compile. */
export const leanings: Readonly<Record<PathsOf<Policy>, Leaning>> = {
  version: "neither",
  base: "neither",
  "agent.kind": "neither",
  "agent.model": "neither",
  "agent.command": "neither",
  "agent.image": "neither",
  "reviewer.enabled": [true, false],
  "reviewer.kind": "neither",
  "reviewer.model": "neither",
  "reviewer.command": "neither",
  "reviewer.image": "neither",
  "reviewer.others": "names tighten",
  "reviewer.quorum": "neither", // 0 is all of them, and what is strict depends on how many there are
  "reviewer.canaries": "less",
  "reviewer.rubric": "names tighten",
  "environment.image": "neither",
  "environment.dockerfile": "neither",
  "environment.memory": "more",
  "environment.cpus": "more",
  "environment.processes": "more",
  "environment.tmp": "more",
  "environment.disk": "more",
  "environment.env": "neither",
  "environment.find": "neither",
  "environment.setup": "neither",
  "environment.cache": "neither",
  "environment.services": "neither",
  plan: ["first", "off"],
  attempts: "more",
  deadline_minutes: "more",
  silence_minutes: "more",
  loop_hours: "more",
  runs: "more",
  "budget.usd": "more",
  "budget.small": "more",
  "budget.large": "more",
  "budget.raise": ["nobody", "admin", "maintain", "write"],
  "issue.criteria": ["required", "unless_judged", "optional"],
  "issue.usd": "more",
  "issue.runs": "more",
  "day.usd": "zero is any",
  "day.runs": "zero is any",
  "day.time_zone": "neither",
  "network.allow": "names loosen",
  "tools.servers": "names loosen",
  "commands.allow": "names loosen",
  "commands.ask": "names tighten",
  "commands.deny": "names tighten",
  "commands.otherwise": choices,
  "packages.allow": "names loosen, none is any",
  "packages.deny": "names tighten",
  "packages.minimum_age_days": "less",
  "packages.new": choices,
  "packages.agents": [false, true],
  "checks.run": "names tighten",
  "checks.as_on_base": "names tighten",
  "checks.required": "neither", // none stands for every check that is reported, which is neither more nor fewer
  "checks.skipped": ["block", "pass"],
  "checks.run_again": ["deny", "allow"],
  "checks.wait_minutes": "more",
  "knock_out.hunks": "less",
  "knock_out.minutes": "neither",
  "knock_out.not_held": judged,
  gaming: judged,
  "trace.block": "names tighten",
  "pull_request.draft": ["until_green", "never"],
  "pull_request.open_at_most": "zero is any",
  "pull_request.sign_off": "neither",
  "limits.changed_lines": "more",
  "limits.changed_files": "more",
  "changes.any": choices,
  "changes.dependencies": choices,
  "changes.sources": choices,
  "changes.install_scripts": choices,
  "changes.licences": choices,
  "changes.permission_bits": choices,
  "changes.binaries": choices,
  "changes.generated": choices,
  "changes.migrations": choices,
  protected_paths: "names tighten",
  denied_paths: "names tighten",
  placeholder_paths: "names loosen",
  confidence_minimum: "less",
  "gate.approvals": "less",
  "gate.approvers": ["others", "anyone"],
  "gate.reviewers": "neither",
  "gate.merge": [false, true],
  "gate.remind_after_hours": "neither",
  "gate.expire_after_days": "more",
  artifacts: ["none", "branch"],
  memory: "neither",
  schedules: "names loosen",
};
