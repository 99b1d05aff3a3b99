// The policy's own checks in loops: containers that judge the pushed commit beside CI, or where there is no CI at all.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { ImageFault, type Runtime } from "../../src/container/run.ts";
import type { RunFacts } from "../../src/loop/state.ts";
import { until } from "../until.ts";
import {
  approving,
  aStory,
  attempts,
  botch,
  brokenShop,
  mend,
  minute,
  type Story,
  type StoryOptions,
} from "./world.ts";

/** A test runner of the repository: it writes what it found as JUnit has it, and ends red where a test is. */
const runner = `#!/bin/sh
got=$(sh total.sh 2 3)
[ "$got" = 5 ] && failure= || failure="<failure message=\\"expected 5, got $got\\"/>"
[ "$got" = 5 ] && failures=0 || failures=1
mkdir -p out
echo "<testsuite name=\\"totals\\" tests=\\"1\\" failures=\\"$failures\\"><testcase classname=\\"totals\\" name=\\"adds\\">$failure</testcase></testsuite>" > out/junit.xml
[ $failures = 0 ]
`;

const broken = { ...brokenShop, "check.sh": runner };
const working = { ...broken, "total.sh": "#!/bin/sh\necho $(($1 + $2))\n" };

function policyOf(...checks: readonly string[]): string {
  return ["version: 1", "checks:", "  run:", ...checks.map((one) => `    - ${one}`), ""].join("\n");
}

const unit = '{ name: unit, command: "sh check.sh", reports: [out/junit.xml] }';

/** A repository without any CI, and a reviewer that approves. */
function withoutCi(options: StoryOptions): StoryOptions {
  return { ci: { mode: "off" }, files: working, policy: policyOf(unit), reviewer: approving, ...options };
}

function isUnderWay({ role, status, isolation }: RunFacts): boolean {
  return role === "check" && status === "running" && isolation !== null;
}

async function headsOf({ repository }: Story): Promise<Map<string, string>> {
  const args = ["-C", repository.gitDir, "for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads"];
  const { stdout } = await promisify(execFile)("git", args);
  return new Map(
    stdout
      .trim()
      .split("\n")
      .map((line) => line.split(" ") as [string, string]),
  );
}

/** CI has its time to say that it begins. */
const quiet = 2 * minute;

test("no CI at all: red, then green, by the policy's own check alone, and the next attempt is told what failed", async () => {
  const told =
    'grep -q "unit: totals > adds" "$LOOP_DIR/brief.md" && grep -q "expected 5, got oops" "$LOOP_DIR/brief.md"';
  const story = await aStory(withoutCi({ executor: attempts(botch("oops"), `${told} && ${mend}`) }));
  const issue = await story.startLoop();
  await story.advance(quiet);
  const { phase, attempts: made } = await story.state(issue);
  expect([phase, ...made.map(({ verdict, counted }) => [verdict?.colour, counted])]).toEqual([
    "awaiting_gate",
    ["red", true],
    ["green", true],
  ]);
  // What is red asks the base, and no reviewer is paid to look at it.
  expect(made.map(({ runs }) => runs.map(({ role, check }) => check?.at ?? role))).toEqual([
    ["executor", "head", "base"],
    ["executor", "head", "reviewer"],
  ]);
  expect(story.comments(issue)).toMatchInlineSnapshot(`
    [
      "### Loopgate: waiting for a person

    Commit \`«commit 1»\` passed and needs an approval.
    **Next:** Approve the pull request, or comment \`/loop approve\`. That takes write permission and cannot be done by \`alice\` or an author of the commits. Requesting changes starts the next attempt. If nobody does either, the loop ends on 2026-01-19 09:02 UTC.

    > [!CAUTION]
    > **No container isolates this loop.** The agent runs as an ordinary process on the App's own host: nothing keeps it from that host's files and network. This is for the demo only.

    | attempt | change | checks | CI | review | outcome | time |
    |---|---|---|---|---|---|---|
    | 1 | 1 file, +2 −1 in \`«commit 2»\` | red: \`unit\` | pending: \`checks\` | – | red | 0 s |
    | 2 | 1 file, +2 −2 in \`«commit 1»\` | green | – | approves | green | 2 min |

    - Started by \`alice\` with the label \`loop\` on 2026-01-05 09:00 UTC
    - Branch \`loop/1-«loop»\` from \`main\` at \`«commit 3»\`; pull request [#2](«forge»/acme/shop/pull/2)
    - Environment: image \`toolchain\`, 2 GiB of memory, 2 CPUs, 256 processes, 512 MiB in \`/tmp\`, 4 GiB of disk
    - Own checks: \`unit\` (at most 10 min)
    - Isolation: **none**: the agent runs as a plain process on the App's host
    - Estimate: at most $5.00 for models and 3 attempts, which the policy grants; too few loops of this repository have ended to say more
    - Used: 2 of 3 attempts, 3 of 20 runs, 3 runs of checks, 2 min of 12 h
    - Policy: \`.github/loop.yml\` at blob \`a1128093a492\`
    - The agents work from the issue as it was on 2026-01-05 09:00 UTC, sha256 \`«sha256 1»\`; removed from it: nothing

    To stop it, comment \`/loop stop\`, or remove the label \`loop\`. For all commands, comment \`/loop help\`.

    <sub>Written by Loopgate, a GitHub App.</sub>

    «record»",
      "### Attempt 1: red

    The agent changed 1 file (+2 −1) in 0 s. The work is in commit \`«commit 2»\`.

    | judge | verdict | reason |
    |---|---|---|
    | check \`unit\` | red | \`The command exited with 1. Failed: totals > adds.\` |
    | CI \`checks\` | pending | \`no check has been reported yet\` |
    | review | not counted | \`not asked, since a check stands against the commit\` |

    **What has to change**

    check: \`unit: totals > adds\`

    \`\`\`text
    expected 5, got oops
    \`\`\`

    <details><summary>Changed files</summary>

    \`\`\`text
    total.sh
    \`\`\`

    </details>

    - executor: finished, 0 s, exit code 0, brief \`«sha256»\`, log \`«sha256»\`
    - check \`unit\`: failed, 0 s, exit code 1
    - check \`unit\` on the base: finished, 0 s, exit code 0

    <sub>Written by Loopgate, a GitHub App.</sub>",
      "### Attempt 2: green

    The agent changed 1 file (+2 −2) in 2 min. The work is in commit \`«commit 1»\`.

    | judge | verdict | reason |
    |---|---|---|
    | check \`unit\` | green | \`1 test passed.\` |
    | CI \`checks\` | not counted | \`nothing was reported, here or on the base: there is none, and the policy's own checks judge\` |
    | review | green | \`approved\` |

    **Next:** Approve the pull request, or comment \`/loop approve\`. That takes write permission and cannot be done by \`alice\` or an author of the commits. Requesting changes starts the next attempt. If nobody does either, the loop ends on 2026-01-19 09:02 UTC.

    <details><summary>Changed files</summary>

    \`\`\`text
    total.sh
    \`\`\`

    </details>

    - executor: finished, 0 s, exit code 0, brief \`«sha256»\`, log \`«sha256»\`
    - check \`unit\`: finished, 0 s, exit code 0
    - reviewer: finished, 0 s, exit code 0, brief \`«sha256»\`

    <sub>Written by Loopgate, a GitHub App.</sub>",
    ]
  `);
});

test("red on the base in the same test: not held against the attempt, and said", async () => {
  const story = await aStory(withoutCi({ files: broken, executor: attempts(botch("oops"), mend) }));
  const issue = await story.startLoop();
  await story.advance(quiet);
  await story.advance(quiet);
  const { phase, attempts: made } = await story.state(issue);
  expect([phase, ...made.map(({ verdict, counted }) => [verdict?.colour, counted])]).toEqual([
    "awaiting_gate",
    ["red", false],
    ["green", true],
  ]);
  expect(story.comments(issue)[1]).toContain("It is as red on the base.");
  expect(story.comments(issue)[1]).toContain("The base branch fails the same checks, so this attempt is not counted.");
});

test("red on the base in one check, green in another: it is said, and a person is asked", async () => {
  const policy = policyOf('{ name: legacy, command: "echo never passes; exit 3" }', unit);
  const story = await aStory(withoutCi({ files: broken, policy, executor: mend }));
  const issue = await story.startLoop();
  await story.advance(quiet);
  expect(await story.phase(issue)).toBe("awaiting_gate");
  const [, attempt] = story.comments(issue);
  expect(attempt).toContain(
    "| check `legacy` | not counted | `The command exited with 3. It is as red on the base.` |",
  );
  expect(attempt).not.toContain("**What has to change**");
});

/** What an agent could leave that passes for a report of a run in which all was well. */
const forged = `mkdir -p out && printf '<testsuite name="t" tests="1" failures="0"><testcase name="adds"/></testsuite>' > out/junit.xml`;

// The base has a runner that tells the truth; the change brings one that does not.
test.each([
  ["missing", ":", "exit 0", "The command did not leave out/junit.xml."],
  ["stale: it is in the commit", forged, "exit 0", "The command did not leave out/junit.xml."],
  ["a lie of a command that failed", ":", `${forged}; exit 1`, "The cause is not in any report."],
  ["cut off", ":", `${forged}; head -c 60 out/junit.xml > cut; mv cut out/junit.xml`, "out/junit.xml is no evidence"],
  ["a link to another", ":", `${forged}; mv out/junit.xml o; ln -s ../o out/junit.xml`, "did not leave out/junit.xml"],
  [
    "red, and its command ends with 0",
    `cp check.sh old.sh; ${botch("7")}`,
    "sh old.sh; exit 0",
    "Failed: totals > adds.",
  ],
])("a report that is %s is never green", async (_, before, script, note) => {
  const executor = `{ ${before}; } && printf '%s\\n' '${script.replaceAll("'", "'\\''")}' > check.sh`;
  const story = await aStory(withoutCi({ executor, policy: `${policyOf(unit)}attempts: 1\n` }));
  const issue = await story.startLoop();
  const { phase, ending, attempts: made } = await story.state(issue);
  expect([phase, ending?.of, made[0]?.verdict?.colour]).toEqual(["settled", "attempts", "red"]);
  expect(made[0]?.verdict?.parts[0]?.note).toContain(note);
});

test("no evidence on the base either: no attempt is counted for it, and a person is asked; /loop retry judges the commit", async () => {
  const policy = policyOf('{ name: unit, command: "sh test.sh", reports: [out/junit.xml] }');
  const story = await aStory(withoutCi({ executor: `${mend}; echo >> README.md`, policy }));
  const issue = await story.startLoop();
  const { ending, attempts: made } = await story.state(issue);
  expect([ending?.reason, ending?.of, made[0]?.counted]).toEqual([
    "external_dependency_blocked",
    "checks_without_evidence",
    false,
  ]);
  const fixed = policyOf('{ name: unit, command: "sh test.sh" }');
  await story.forge.as("dave").push(story.repository, "main", { ".github/loop.yml": fixed }, "Ask for no report");
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  await story.advance(quiet);
  expect(await story.phase(issue)).toBe("awaiting_gate");
});

test("F55: the image of a check cannot be had: that is no red check, and the loop waits for a person in the registry's words", async () => {
  const said = "The image node:24 cannot be pulled: manifest unknown";
  let isThere = false;
  const lacking = (real: Runtime): Runtime => ({
    ...real,
    start(request, watch) {
      if (request.role === "check" && !isThere) throw new ImageFault(said);
      return real.start(request, watch);
    },
  });
  const story = await aStory(withoutCi({ executor: mend, runtime: lacking }));
  const issue = await story.startLoop();
  const { ending, attempts: made } = await story.state(issue);
  expect([ending?.of, made[0]?.counted]).toEqual(["checks_without_evidence", false]);
  expect(story.comments(issue).at(-1)).toContain(said);
  isThere = true;
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  await story.advance(quiet);
  expect(await story.phase(issue)).toBe("awaiting_gate");
});

test("it runs out of time: that is told, and the same on the base is not held against the attempt", async () => {
  const policy = policyOf('{ name: slow, command: "[ ! -e forever ] || sleep 600" }');
  const short = (real: Runtime): Runtime => ({
    ...real,
    start: (request, watch) =>
      real.start(
        request.role === "check" ? { ...request, limits: { ...request.limits, deadlineMs: 500 } } : request,
        watch,
      ),
  });
  const executor = attempts("touch forever", "git rm -qf forever; echo >> README.md");
  const story = await aStory(withoutCi({ executor, policy, runtime: short }));
  const issue = await story.startLoop();
  await story.advance(quiet);
  const { phase, attempts: made } = await story.state(issue);
  expect([phase, made[0]?.verdict?.colour, made[0]?.counted]).toEqual(["awaiting_gate", "red", true]);
  expect(story.comments(issue)[1]).toContain("It did not end within 10 minutes.");
});

test("a check outlives no restart of the App, and runs again: it costs no attempt", async () => {
  // The first run of it hangs; whatever comes after the restart finds that it was there.
  const policy = policyOf(
    '{ name: once, command: "[ -e $HOME/../../once ] && exit 0; touch $HOME/../../once; sleep 600" }',
  );
  const story = await aStory(withoutCi({ executor: "echo >> README.md", policy }));
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await until(async () => ((await story.state(issue).catch(() => null))?.attempts[0]?.runs ?? []).some(isUnderWay));
  await story.restart();
  await story.advance(quiet);
  const { phase, attempts: made } = await story.state(issue);
  expect([phase, made.length, made[0]?.runs.map(({ status }) => status)]).toEqual([
    "awaiting_gate",
    1,
    ["finished", "lost", "finished", "finished"],
  ]);
});

test("what was judged for the same files is not run again, here or in another loop", async () => {
  const policy = policyOf(
    '{ name: unit, command: "sh check.sh; echo ran >> $HOME/../../ran", reports: [out/junit.xml] }',
  );
  const story = await aStory(withoutCi({ executor: "echo >> README.md", policy }));
  for (const title of ["One", "Another"]) {
    const issue = await story.startLoop(title);
    await story.advance(quiet);
    expect(await story.phase(issue)).toBe("awaiting_gate");
  }
  expect(await readFile(join(story.dataDir(), "..", "scratch", "ran"), "utf8")).toBe("ran\n");
});

test.each(["check.sh", "/check.sh"])(
  "checks.as_on_base: a change does not choose what judges it (%s)",
  async (kept) => {
    const policy = `${policyOf(unit)}  as_on_base: ["${kept}", "*.cfg"]\nattempts: 1\n`;
    const executor = `${botch("7")}; printf '%s\\n' '${forged.replaceAll("'", "'\\''")}' > check.sh; echo "all=off" > runner.cfg`;
    const story = await aStory(withoutCi({ executor, policy }));
    const issue = await story.startLoop();
    const { ending, attempts: made } = await story.state(issue);
    expect([ending?.of, made[0]?.verdict?.parts[0]?.note]).toEqual([
      "attempts",
      "The command exited with 1. Failed: totals > adds.",
    ]);
  },
);

test("CI beside them counts as ever: where it is red, the commit is", async () => {
  const files = { ...working, "test.sh": "exit 1\n" };
  const options = withoutCi({ executor: "echo >> README.md", files, policy: `${policyOf(unit)}attempts: 1\n` });
  const story = await aStory({ ...options, ci: { mode: "run", command: "sh test.sh" } });
  const issue = await story.startLoop();
  const { ending, attempts: made } = await story.state(issue);
  const colours = made[0]?.verdict?.parts.map(({ source, colour }) => [source, colour]);
  expect([ending?.of, colours]).toEqual([
    "attempts",
    [
      ["check", "green"],
      ["ci", "red"],
      ["review", "green"],
    ],
  ]);
});

test("CI that the base has is waited for: its silence is no evidence, however green the own checks are", async () => {
  const story = await aStory(withoutCi({ executor: "echo >> README.md", ci: { mode: "silent" } }));
  const base = (await headsOf(story)).get("main") ?? "";
  story.forge.world.createCheckRun({ user: story.forge.ciApp.bot, app: story.forge.ciApp }, story.repository, {
    name: "ci / test",
    headSha: base,
    status: "completed",
    conclusion: "success",
  });
  const issue = await story.startLoop();
  await story.advance(quiet);
  expect(await story.phase(issue)).toBe("verifying");
  // It is a draft at first: whether CI leaves those out is found out before anything else.
  for (const minutes of [10, 2, 10, 60]) await story.advance(minutes * minute);
  expect((await story.state(issue)).ending?.of).toBe("ci_silent");
});
