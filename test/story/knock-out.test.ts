// Whether any test holds a change, asked in a loop: what the thread, the pull request and the next brief say of it.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import { ImageFault, type Runtime } from "../../src/container/run.ts";
import type { Issue } from "../../src/forge/model.ts";
import { until } from "../until.ts";
import { approving, aStory, attempts, minute, type Story, type StoryOptions } from "./world.ts";

/** Two functions; a runner of tests that tries the first one, and the second once `tests` names it. */
const runner = `#!/bin/sh
. ./shop.sh
red=0
for one in $(cat test/list); do
  case $one in
    add) [ "$(add 2 3)" = 5 ] || { echo "FAIL adds"; red=1; } ;;
    sub) [ "$(sub 3 2)" = 1 ] || { echo "FAIL subtracts"; red=1; } ;;
  esac
done
exit $red
`;
const gap = "# between\\n".repeat(8);
const shop = (add: string, sub: string) =>
  `add() { echo $(($1 ${add} $2)); }\\n${gap}sub() { echo $(($1 ${sub} $2)); }\\n`;
const write = (file: string, text: string) => `printf '${text}' > ${file}`;

const files = {
  "check.sh": runner,
  "shop.sh": shop("\\*", "\\*").replaceAll("\\n", "\n").replaceAll("\\*", "*"),
  "test/list": "\n",
};
const mendBoth = `${write("shop.sh", shop("+", "-"))} && ${write("test/list", "add\\n")}`;
const testBoth = `${write("test/list", "add\\nsub\\n")}`;

function policyOf(knockOut: string): string {
  const checks = "checks:\n  run:\n    - { name: unit, command: sh check.sh }\n";
  return `version: 1\n${checks}knock_out: ${knockOut}\n`;
}

function asking(knockOut: string, options: StoryOptions): StoryOptions {
  return { ci: { mode: "off" }, files, policy: policyOf(knockOut), reviewer: approving, ...options };
}

const quiet = 2 * minute;

async function last(story: Story, issue: Issue) {
  const { attempts: made } = await story.state(issue);
  return made.at(-1);
}

test("a hunk that no test holds is named in the thread and in the pull request, and stands in nobody's way", async () => {
  const story = await aStory(asking("{ hunks: 10 }", { executor: attempts(mendBoth) }));
  const issue = await story.startLoop();
  await story.advance(quiet);
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  const attempt = await last(story, issue);
  expect(attempt?.knockOut).toEqual({
    held: 1,
    notHeld: [{ path: "shop.sh", lines: { from: 10, to: 10 } }],
    unknown: [],
    beyond: 0,
    idleTests: [],
  });
  expect(attempt?.verdict?.parts.find(({ source }) => source === "knock_out")?.colour).toBe("absent");
  const said = "1 of 2 hunks is held by a test. Not held: shop.sh:10. The checks stay green without it.";
  expect(story.comments(issue).join("\n")).toContain(`| knock-out | not counted | \`${said}\` |`);
  const shown = story.repository.runs.filter(({ name }) => name === "loop / knock-out");
  expect(shown.map(({ conclusion, output }) => [conclusion, output.title, output.annotations.length])).toEqual([
    ["neutral", "1 of 2 hunks is held by a test.", 1],
  ]);
  expect(shown[0]?.output.annotations[0]).toMatchObject({
    path: "shop.sh",
    startLine: 10,
    endLine: 10,
    level: "warning",
  });
  expect((await story.pull(issue)).issue.body).toContain(
    "**Look first at** `shop.sh:10`: no test is known to fail without it.",
  );
});

test("where policy blocks, the next attempt is told of it, and is green once a test holds it", async () => {
  const told = 'grep -q "No test holds shop.sh:10" "$LOOP_DIR/brief.md"';
  const story = await aStory(
    asking("{ hunks: 10, not_held: block }", { executor: attempts(mendBoth, `${told} && ${testBoth}`) }),
  );
  const issue = await story.startLoop();
  await story.advance(quiet);
  await story.advance(quiet);
  const { phase, attempts: made } = await story.state(issue);
  expect([phase, ...made.map(({ verdict }) => verdict?.colour)]).toEqual(["awaiting_gate", "red", "green"]);
  expect(made.at(-1)?.knockOut).toMatchObject({ held: 2, notHeld: [] });
});

/** Every reviewer's run is counted in a file beside the App's data. */
const counting = `echo >> $HOME/../../reviews; ${approving}`;

test("where policy asks, a person takes the commit as it is: nothing is judged anew but CI, and the gate stays theirs", async () => {
  const story = await aStory(
    asking("{ hunks: 10, not_held: ask }", { executor: attempts(mendBoth), reviewer: counting }),
  );
  const issue = await story.startLoop();
  await story.advance(quiet);
  const { ending, phase } = await story.state(issue);
  expect([phase, ending?.reason, ending?.of]).toEqual(["settled", "uncertainty_too_high", "not_held"]);
  expect(story.comments(issue).at(-1)).toContain("Not held: shop.sh:10.");
  story.forge.as("dave").comment(issue, "/loop approve");
  await story.settle();
  const after = await story.state(issue);
  expect([after.phase, after.attempts.length, after.approvals]).toEqual(["awaiting_gate", 1, []]);
  expect(await readFile(join(story.dataDir(), "..", "scratch", "reviews"), "utf8")).toBe("\n");
});

test("where policy asks, /loop retry has another attempt told what no test holds", async () => {
  const told = 'grep -q "Add a test that fails without it" "$LOOP_DIR/brief.md"';
  const story = await aStory(
    asking("{ hunks: 10, not_held: ask }", { executor: attempts(mendBoth, `${told} && ${testBoth}`) }),
  );
  const issue = await story.startLoop();
  await story.advance(quiet);
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  await story.advance(quiet);
  const { phase, attempts: made } = await story.state(issue);
  expect([phase, ...made.map(({ verdict }) => verdict?.colour)]).toEqual(["awaiting_gate", "pending", "green"]);
});

test("where policy asks, /loop approve of another commit takes nothing", async () => {
  const story = await aStory(asking("{ hunks: 10, not_held: ask }", { executor: attempts(mendBoth) }));
  const issue = await story.startLoop();
  await story.advance(quiet);
  story.forge.as("dave").comment(issue, "/loop approve 0123456");
  await story.settle();
  expect((await story.state(issue)).phase).toBe("settled");
});

test("where policy blocks and not every hunk may be tried, a person is asked", async () => {
  const all = `${mendBoth} && ${testBoth}`;
  const story = await aStory(asking("{ hunks: 1, not_held: block }", { executor: attempts(all) }));
  const issue = await story.startLoop();
  await story.advance(quiet);
  const { ending } = await story.state(issue);
  expect(ending).toMatchObject({ reason: "uncertainty_too_high", of: "knock_out_unknown", unknown: 0, beyond: 1 });
});

test("where policy blocks and no check of it is green, a person is asked, whatever else is green (T12)", async () => {
  const red = { ...files, "check.sh": "echo FAIL always; exit 1\n" };
  const ci = { mode: "run", command: "true" } as const;
  const story = await aStory(
    asking("{ hunks: 10, not_held: block }", { ci, files: red, executor: attempts(mendBoth) }),
  );
  const issue = await story.startLoop();
  await story.advance(quiet);
  const { ending } = await story.state(issue);
  expect(ending).toMatchObject({ reason: "uncertainty_too_high", of: "knock_out_unknown", unknown: 0, beyond: 0 });
  expect(ending?.quote).toBe("It came to nothing. No check is green that could tell.");
});

test("a change that the reviewer rejects is not tried any further", async () => {
  const slow = {
    ...files,
    "check.sh": `${runner.replace("exit $red", "grep -q '\\*' shop.sh && grep -q a test/list && sleep 60\nexit $red")}`,
  };
  const rejecting = approving.replace("approve", "reject");
  const story = await aStory(
    asking("{ hunks: 10 }", { files: slow, executor: attempts(mendBoth), reviewer: rejecting }),
  );
  const issue = await story.startLoop();
  await story.advance(quiet);
  expect((await story.state(issue)).attempts[0]?.verdict?.colour).toBe("red");
  const [first] = (await story.state(issue)).attempts;
  expect(first?.knockOut).toBeUndefined();
  expect(first?.runs.find(({ check }) => check?.at === "without")?.status).toBe("stopped");
});

test("F3: the App restarts in the middle: it is begun again, costs no attempt, and leaves nothing", async () => {
  const story = await aStory(asking("{ hunks: 10 }", { executor: attempts(mendBoth) }));
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await until(async () => (await last(story, issue).catch(() => null))?.knockOut === null);
  await story.restart();
  await story.advance(quiet);
  await story.reaches(issue, "awaiting_gate");
  const attempt = await last(story, issue);
  expect(attempt?.knockOut?.held).toBe(1);
  expect(attempt?.counted).toBe(true);
});

test.each([
  ["before its first container", 1],
  ["in the middle", 2],
])("F49: an engine that is away for a moment, %s, is asked again, and everything is tried", async (_, at) => {
  let starts = 0;
  const failing = (real: Runtime): Runtime => ({
    ...real,
    start(request, watch) {
      const isHere = request.id.includes("-without-") && ++starts === at;
      if (isHere) throw new Fault("The engine does not answer.", { kind: "engine", retry: "later" });
      return real.start(request, watch);
    },
  });
  const story = await aStory(asking("{ hunks: 10 }", { executor: attempts(mendBoth), runtime: failing }));
  const issue = await story.startLoop();
  await story.advance(quiet);
  await story.advance(quiet);
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  expect((await last(story, issue))?.knockOut).toMatchObject({ held: 1, unknown: [] });
  expect(starts).toBeGreaterThan(at);
});

test("F55: an image that cannot be had takes nothing back, and that is said", async () => {
  const said = "The image node:24 cannot be pulled: manifest unknown";
  const lacking = (real: Runtime): Runtime => ({
    ...real,
    start(request, watch) {
      if (request.id.includes("-without-")) throw new ImageFault(said);
      return real.start(request, watch);
    },
  });
  const story = await aStory(asking("{ hunks: 10 }", { executor: attempts(mendBoth), runtime: lacking }));
  const issue = await story.startLoop();
  await story.advance(quiet);
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  expect((await last(story, issue))?.knockOut).toMatchObject({ held: 0, note: said });
});

/** Each line of the list is a test: its name, what is to come out, and of what; the report names the list as its file. */
const listed = `#!/bin/sh
. ./shop.sh
red=0; cases=
while IFS='|' read -r name want call; do
  got=$(eval "$call"); failure=
  [ "$got" = "$want" ] || { failure="<failure/>"; red=1; }
  cases="$cases<testcase name=\\"$name\\" file=\\"test/list\\">$failure</testcase>"
done < test/list
mkdir -p out; echo "<testsuite name=\\"shop\\">$cases</testsuite>" > out/junit.xml
exit $red
`;

test("a new test and a changed one that pass without the change are named: they prove nothing of it", async () => {
  const before = "knows|1|echo 1\nzero|0|echo 0\n";
  const after = `adds|5|add 2 3\\n${before.replace("echo 0", "echo 0 # more").replaceAll("\n", "\\n")}prints|2|echo 2\\n`;
  const checks = "checks:\n  run:\n    - { name: unit, command: sh check.sh, reports: [out/junit.xml] }\n";
  const story = await aStory({
    ...asking("{}", { executor: `${write("shop.sh", shop("+", "*"))} && ${write("test/list", after)}` }),
    policy: `version: 1\n${checks}knock_out: { hunks: 10 }\n`,
    files: { ...files, "check.sh": listed, "test/list": before },
  });
  const issue = await story.startLoop();
  await story.advance(quiet);
  expect((await last(story, issue))?.knockOut).toMatchObject({ held: 1, idleTests: ["zero", "prints"] });
  expect(story.comments(issue).join("\n")).toContain("New or changed, but green without the change too: zero, prints.");
});
