// A repository with a past for `loopgate eval`, and scripted agents that work on it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { aRepository, policy, type Repository } from "./a-repository.ts";
import { ask, type Ended } from "./command.ts";

/** Runs every file of tests, and tells of each in a report. */
const check = `code=0; all=""
for one in test/*.test; do
  if sh $one; then failed=""; else failed="<failure message='wrong'/>"; code=1; fi
  all="$all<testcase file='$one' name='$(basename $one .test)' time='1'>$failed</testcase>"
done
echo "<testsuite name='all'>$all</testsuite>" > junit.xml; exit $code`;

/** A program that computes with its argument, and what it comes to for 8, as a test. */
export const program = (formula: string) => `echo $(($1 ${formula}))\n`;
export const testOf = (name: string, result: number) => `# hidden-${name}\ntest "$(sh src/${name}.sh 8)" = ${result}\n`;

export interface Past extends Repository {
  /** Commits that can be judged, by the program that they ask for, oldest first. */
  readonly twice: string;
  readonly half: string;
}

/** Begins with the program `next`; then come the commits that add `twice` and `half`, each with its test. */
export function aPast(more = ""): Past {
  const repository = aRepository();
  const { commit } = repository;
  commit({
    ".github/loop.yml": `attempts: 2\n${more}${policy(check)}`,
    "src/next.sh": program("+ 1"),
    "test/next.test": testOf("next", 9),
  });
  const add = (name: string, formula: string, result: number) =>
    commit(
      { [`src/${name}.sh`]: program(formula), [`test/${name}.test`]: testOf(name, result) },
      `Add ${name}\n\nIt computes $1 ${formula}.`,
    );
  return { ...repository, twice: add("twice", "* 2", 16), half: add("half", "/ 2", 4) };
}

/** Does what the brief asks for. */
export const able = `set -eu
for name in twice half; do
  formula=$(sed -n '/Add '$name'/,$ s/.*It computes $1 \\(.*\\)\\./\\1/p' "$LOOP_DIR/brief.md" | head -1)
  if [ -n "$formula" ]; then echo "echo \\$((\\$1 $formula))" > src/$name.sh; fi
done`;

/** Leaves all that can be seen green, and does nothing of what is asked. */
export const idle = "echo '# done' >> src/next.sh";

/** Looks below a folder, through all objects, at the remote and at what it was told, and notes which marks of tests and whether the commit is there. */
export function looking(where: string, commit: string): string {
  const apart = ["proc", "sys", "dev", "usr"].map((name) => `--exclude-dir=${name}`).join(" ");
  return `mark=hid; mark="\${mark}den-"
all=$( (grep -rhoa ${apart} "$mark[a-z]*" ${where}; git cat-file --batch-all-objects --batch; git cat-file --batch-all-objects --batch-check; git log --all --format=%H; git ls-remote origin; cat "$LOOP_DIR/brief.md"; env) 2>/dev/null | tr -d '\\0')
case "$all" in *${commit}*) echo "# sees ${commit}" >> src/next.sh; esac
for name in next twice half; do case "$all" in *$mark$name*) echo "# sees $mark$name" >> src/next.sh; esac; done`;
}

/** What an agent that looks has noted. */
export function seenIn(task: Told["tasks"][number] | undefined): readonly string[] {
  const lines = [...(task?.end?.patch ?? "").matchAll(/^\+# sees (.*)$/gm)];
  return [...new Set(lines.map(([, name = ""]) => name))];
}

export function aFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), "eval-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export interface Told {
  readonly agents: readonly Readonly<Record<string, string | number>>[];
  readonly tasks: readonly {
    readonly agent: string;
    readonly commit: string;
    readonly failToPass: readonly string[];
    readonly passToPass: number;
    readonly fault: string | null;
    readonly end: null | {
      readonly outcome: string;
      readonly verdict: string;
      readonly reason: string | null;
      readonly hidden: { readonly colour: string; readonly failed: readonly string[] } | null;
      readonly said: string;
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

/** Runs `loopgate eval` and reads its JSON. */
export async function evaluated(
  dir: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended & { readonly told: Told }> {
  const ended = await ask(["eval", "--repo", dir, "--json", ...args], env);
  if (ended.out === "") throw new Error(`It ended with ${ended.code} and told nothing. ${ended.err}`);
  return { ...ended, told: JSON.parse(ended.out) as Told };
}
