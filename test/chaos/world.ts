// The stage of a campaign: a forge that outlives the App, two repositories with CI, agents made of small shell commands, and people.
import { join } from "node:path";
import { type Forge, startForge } from "../../src/forge/forge.ts";
import { git } from "../../src/forge/git/run.ts";
import type { Issue, Repository } from "../../src/forge/model.ts";

/** What the issue's number makes of a loop, in turn. */
export const plots = ["straight", "red first", "asks first", "changes requested"] as const;
export type Plot = (typeof plots)[number];

/** The plot of an issue; the executor's command below follows the same rule. */
export function plotOf(issue: number): Plot {
  return plots[issue % plots.length] ?? "straight";
}

/** What the executor asks where the plot says so. */
export const question = "Which word?";

/** Each loop writes a script of its own, and CI runs them all: a word other than `ok` is red. */
const executor = `
n=\${LOOP_TASK##*#}
file=work/$n.sh
case $((n % 4)) in 1) first=wrong ;; *) first=ok ;; esac
sleep 0.$((n % 5))
if [ $((n % 4)) = 2 ] && ! grep -q 'Use ok' "$LOOP_DIR/brief.md"; then
  printf '%s' '{"summary":"I do not know which word.","confidence":0.9,"question":"${question}"}' > "$LOOP_DIR/out/result.json"
  exit 0
fi
mkdir -p work
if [ -e "$file" ] && grep -q 'Say it politely' "$LOOP_DIR/brief.md"; then
  printf '# please\\necho ok\\n' > "$file"
elif [ -e "$file" ]; then
  printf 'echo ok\\n' > "$file"
else
  printf 'echo %s\\n' "$first" > "$file"
fi
printf '%s' '{"summary":"I wrote the word.","confidence":0.9}' > "$LOOP_DIR/out/result.json"
`;

const reviewer = `sleep 0.1; printf '%s' '{"verdict":"approve","summary":"It says what it should.","confidence":0.9,"findings":[]}' > "$LOOP_DIR/out/result.json"`;

const test = `for file in work/*.sh; do
  [ "$(sh "$file")" = ok ] || { echo "$file says $(sh "$file"), not ok"; exit 1; }
done
`;

const files = { "work/0.sh": "echo ok\n", "test.sh": test, "README.md": "# words\n" };

export const ciCheck = "ci / test";
export const approver = "bob";
const requester = "alice";

function policy(merge: boolean): string {
  return `version: 1\nattempts: 5\nruns: 100\nchecks:\n  required: ["${ciCheck}"]\ngate:\n  reviewers: [${approver}]\n  merge: ${merge}\n`;
}

export interface ChaosWorld {
  readonly forge: Forge;
  readonly repositories: readonly Repository[];
  /** Opens an issue in the next repository and sets the label. */
  startLoop(): Issue;
  branches(repository: Repository): Promise<Record<string, string>>;
  readonly commands: { readonly executor: string; readonly reviewer: string };
}

/** Limits so high that none is met: this is not about rates, and loops crowd into minutes what takes people days. */
const unlimited = { primaryPerHour: 1e9, contentPerMinute: 1e9, contentPerHour: 1e9, pointsPerMinute: 1e9 };

/** Starts the forge, with its people. One repository merges what is approved, the other leaves that to people. */
export async function startWorld(dir: string): Promise<ChaosWorld> {
  const forge = await startForge({ dataDir: join(dir, "forge"), limits: unlimited });
  const repositories: Repository[] = [];
  for (const [name, merge] of [
    ["shop", false],
    ["mill", true],
  ] as const) {
    repositories.push(
      await forge.createRepository({
        owner: "acme",
        name,
        files: { ...files, ".github/loop.yml": policy(merge) },
        collaborators: { [requester]: "maintain", [approver]: "write" },
        ci: { mode: "run", command: "sh test.sh", name: ciCheck },
      }),
    );
  }
  let opened = 0;
  return {
    forge,
    repositories,
    commands: { executor, reviewer },
    startLoop() {
      const repository = repositories[opened++ % repositories.length] as Repository;
      const alice = forge.as(requester);
      const issue = alice.openIssue(repository, { title: `Word ${opened}`, body: "A script should say ok." });
      alice.label(issue, "loop");
      return issue;
    },
    async branches(repository) {
      const list = await git(repository.gitDir, [
        "for-each-ref",
        "--format=%(refname:short) %(objectname)",
        "refs/heads",
      ]);
      return Object.fromEntries(
        list
          .trim()
          .split("\n")
          .map((line) => line.split(" ") as [string, string]),
      );
    },
  };
}
