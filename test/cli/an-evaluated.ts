// A repository with a past for `loopgate eval`, and scripted agents that work on it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { aRepository, policy, type Repository } from "./a-repository.ts";
import { ask, type Ended } from "./command.ts";

const junit = "node --test --test-reporter=junit --test-reporter-destination=junit.xml";

/** The text of a file of tests: each calls `main` and compares. */
export function tests(cases: Readonly<Record<string, string>>): string {
  const all = Object.entries(cases).map(
    ([name, claim]) => `test(${JSON.stringify(name)}, () => assert.ok(${claim}));\n`,
  );
  return `const test = require("node:test");\nconst assert = require("node:assert");\nconst main = require("../src/main.js");\n${all.join("")}`;
}

export interface Past extends Repository {
  /** Commits that can be judged, by what they ask for, oldest first. */
  readonly good: { readonly twice: string; readonly half: string };
}

/** Two tasks: `twice`, then `half`, each with its test. */
export function aPast(): Past {
  const repository = aRepository();
  const { commit } = repository;
  const first = tests({ "adds one": "main.next(1) === 2" });
  commit({
    ".github/loop.yml": `attempts: 2\n${policy(junit)}`,
    "src/main.js": "exports.next = (n) => n + 1;\n",
    "test/main.test.js": first,
  });
  const twice = commit(
    {
      "src/main.js": "exports.next = (n) => n + 1;\nexports.twice = (n) => 2 * n;\n",
      "test/main.test.js": tests({ "adds one": "main.next(1) === 2", "doubles hidden": "main.twice(4) === 8" }),
    },
    "Add twice\n\nIt doubles a number.",
  );
  const half = commit(
    {
      "src/main.js": "exports.next = (n) => n + 1;\nexports.twice = (n) => 2 * n;\nexports.half = (n) => n / 2;\n",
      "test/main.test.js": tests({
        "adds one": "main.next(1) === 2",
        "doubles hidden": "main.twice(4) === 8",
        "halves hidden": "main.half(8) === 4",
      }),
    },
    "Add half\n\nIt halves a number.",
  );
  return { ...repository, good: { twice, half } };
}

/** Does what either task asks for. */
export const able = `set -eu
if grep -q 'Add twice' "$LOOP_DIR/brief.md"; then echo 'exports.twice = (n) => 2 * n;' >> src/main.js; fi
if grep -q 'Add half' "$LOOP_DIR/brief.md"; then echo 'exports.half = (n) => n / 2;' >> src/main.js; fi`;

/** Leaves all that can be seen green, and does nothing of what is asked. */
export const idle = "echo '// done' >> src/main.js";

export function aFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), "eval-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Runs `loopgate eval` without isolation, and reads its JSON. */
export async function evaluated(dir: string, ...more: string[]): Promise<Ended & { readonly told: Told }> {
  const ended = await ask(["eval", "--repo", dir, "--unsealed", "--json", ...more]);
  const told = ended.out === "" ? emptyTold : (JSON.parse(ended.out) as Told);
  return { ...ended, told };
}

interface Told {
  readonly agents: readonly Readonly<Record<string, string | number>>[];
  readonly tasks: readonly {
    readonly agent: string;
    readonly commit: string;
    readonly failToPass: readonly string[];
    readonly passToPass: number;
    readonly end: null | {
      readonly outcome: string;
      readonly verdict: string;
      readonly reason: string | null;
      readonly hidden: { readonly colour: string; readonly failed: readonly string[] } | null;
      readonly attempts: number;
      readonly spentUsd: number;
      readonly patch: string;
    };
  }[];
  readonly notJudged: readonly { readonly commit: string; readonly why: string; readonly names: readonly string[] }[];
  readonly looked: number;
  readonly notTasks: Readonly<Record<string, number>>;
  readonly stoppedByBudget: boolean;
}

const emptyTold: Told = { agents: [], tasks: [], notJudged: [], looked: 0, notTasks: {}, stoppedByBudget: false };
