// `loopgate eval`: agents on the past of a repository on this machine, judged by tests that they never see.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { aModel, call } from "../story/model-server.ts";
import { aRepository, policy } from "./a-repository.ts";
import { able, aFolder, aPast, evaluated, idle, looking, program, seenIn, testOf } from "./an-evaluated.ts";
import { ask, start } from "./command.ts";

const plain = (...more: string[]) => ["--unsealed", "--out", aFolder(), ...more];

describe("a task", () => {
  test("is solved where the policy and the hidden tests are green; where only the policy is, its green is false", async () => {
    const { dir, twice, half } = aPast();
    const { code, told } = await evaluated(dir, plain("--agent", able, "--agent", idle));
    expect(told.tasks.map(({ agent, commit, end }) => [agent, commit, end?.outcome])).toEqual([
      [able, half, "solved"],
      [idle, half, "false_green"],
      [able, twice, "solved"],
      [idle, twice, "false_green"],
    ]);
    expect(told.tasks[1]).toMatchObject({
      failToPass: ["test/half.test > half"],
      passToPass: 2,
      end: { verdict: "green", hidden: { colour: "red", failed: [expect.stringContaining("half")] }, attempts: 1 },
    });
    expect(told.agents).toMatchObject([
      { agent: able, solved: 2, red: 0, false_green: 0, attempts: 2 },
      { agent: idle, solved: 0, red: 0, false_green: 2, attempts: 2 },
    ]);
    expect(code).toBe(0);
    expect(readdirSync(dir).sort()).toEqual([".git", ".github", "src", "test"]);
  });

  test("is solved at the second attempt, which is told what was red at the first", async () => {
    const { dir } = aPast();
    const agent = `if grep -q 'tests: next' "$LOOP_DIR/brief.md"; then echo 'echo $(($1 + 1))' > src/next.sh; else ${able}\necho 'echo 0' > src/next.sh; fi`;
    const { told, err } = await evaluated(dir, plain("--last", "1", "--agent", agent));
    expect(told.tasks[0]?.end).toMatchObject({ outcome: "solved", attempts: 2 });
    expect(err).toContain("attempt 1 is red: tests: next\n");
  });

  test("is red where what is red stays so, and the loop says why it ended", async () => {
    const { dir } = aPast();
    const agent = "echo 'echo 0' > src/next.sh; date +%N >> src/next.sh";
    const { told } = await evaluated(dir, plain("--last", "1", "--agent", agent));
    expect(told.tasks[0]?.end).toMatchObject({
      outcome: "red",
      verdict: "red",
      reason: "no_progress",
      hidden: { colour: "red" },
      said: expect.stringContaining("tests: next"),
    });
  });

  test("is red where policy refuses what the hidden tests would take, and that is said", async () => {
    const { dir } = aPast();
    const { told } = await evaluated(
      dir,
      plain("--last", "1", "--agent", `${able}; echo 'attempts: 9' > .github/loop.yml`),
    );
    const end = { outcome: "red", reason: "risky_action_detected", hidden: { colour: "green", failed: [] } };
    expect(told.tasks[0]?.end).toMatchObject(end);
    expect(told.agents[0]).toMatchObject({ red: 1, falseRed: 1 });
  });

  test("is red where its base is red in the same way, as in a loop that has no other judge, and the hidden tests tell more", async () => {
    const { dir, commit } = aPast();
    commit({ "test/broken.test": "false\n" }, "Break something");
    commit({ "src/third.sh": program("/ 3"), "test/third.test": testOf("third", 2) }, "Add third");
    const agent = "echo 'echo $(($1 / 3))' > src/third.sh";
    const { told, err } = await evaluated(dir, plain("--last", "1", "--agent", agent));
    expect(told.tasks[0]?.end).toMatchObject({ outcome: "red", verdict: "red", hidden: { colour: "green" } });
    expect(told.tasks[0]?.end?.reason).toBe("no_progress");
    expect(err).toContain("attempt 1 is red: tests: broken\n");
  });

  test("is red where policy wants each part of the change held by a test, and one is not", async () => {
    const { dir } = aPast("knock_out:\n  not_held: block\n");
    const agent = `${able}; echo 'true' >> src/next.sh`;
    const { told } = await evaluated(dir, plain("--last", "1", "--knock-out", "3", "--agent", agent));
    const end = {
      outcome: "red",
      hidden: { colour: "green" },
      said: expect.stringContaining("No test holds src/next.sh:2"),
    };
    expect(told.tasks[0]?.end).toMatchObject(end);
  });

  test("is given the text that --issues has for its commit in place of the message", async () => {
    const { dir, half } = aPast();
    const issues = join(aFolder(), "issues.json");
    writeFileSync(issues, JSON.stringify({ [half.slice(0, 8)]: "Half of it\n\nOtherwise." }));
    const agent = `grep -q 'Half of it' "$LOOP_DIR/brief.md" && ! grep -q 'Add half' "$LOOP_DIR/brief.md" && ${idle}`;
    const { told } = await evaluated(dir, plain("--last", "1", "--agent", agent, "--issues", issues));
    expect(told.tasks[0]?.end?.outcome).toBe("false_green");
  });
});

describe("what an agent in a plain process is given", () => {
  test("ends with the parent: neither files nor objects of the commit, nor of what came later", async () => {
    const { dir, twice, half } = aPast();
    const agent = `${looking(".", twice)}; ${looking(".", half)}; ${able}`;
    const { told } = await evaluated(dir, plain("--agent", agent));
    expect(told.tasks.map(seenIn)).toEqual([[twice, "hidden-next", "hidden-twice"], ["hidden-next"]]);
    expect(told.tasks.map(({ end }) => end?.outcome)).toEqual(["solved", "solved"]);
  });
});

describe("commits that are no tasks", () => {
  test("are left out before any agent is asked, and it is said why", async () => {
    const past = aPast();
    const { commit, git } = past;
    const idleTests = commit({ "src/more.sh": program("+ 3"), "test/more.test": "true\n" }, "Add a test of nothing");
    const broken = commit({ "src/odd.sh": program("+ 5"), "test/odd.test": testOf("odd", 7) }, "Add what is red");
    commit({ "test/odd.test": null, "src/odd.sh": null }, "Take it away");
    commit({ "README.md": "More.\n" }, "Write about it");
    commit({ "test/again.test": testOf("next", 9) }, "Test it again");
    commit({ "src/lib.rs": "#[test]\nfn adds() {}\n", "test/lib.test": "true\n" }, "Add what cannot be split");
    git("checkout", "--quiet", "-b", "side", past.half);
    commit({ "src/side.sh": program("+ 2") }, "Beside");
    git("checkout", "--quiet", "main");
    git("merge", "--quiet", "--no-ff", "-m", "Merge side", "side");
    const { told, out, code } = await evaluated(past.dir, plain("--agent", able));
    expect(told.tasks.map(({ commit: sha, end }) => [sha, end?.outcome])).toEqual([
      [past.half, "solved"],
      [past.twice, "solved"],
    ]);
    expect(told.notJudged.map(({ commit: sha, why }) => [sha, why])).toEqual([
      [expect.any(String), "green_on_parent"], // what took away
      [broken, "red_on_commit"],
      [idleTests, "green_on_parent"],
    ]);
    expect(told.notTasks).toEqual({ merge: 1, tests_in_sources: 1, no_code: 1, no_tests: 2, first: 1 });
    expect([told.looked, code, out === ""]).toEqual([11, 0, false]);
  });

  test("are those of a repository without tests: no agent is asked, and it ends with 2", async () => {
    const { dir, commit } = aRepository();
    commit({ ".github/loop.yml": policy("true"), "a.js": "1\n" });
    commit({ "a.js": "2\n" });
    const { code, told } = await evaluated(dir, plain("--agent", able));
    expect([code, told.tasks, told.notTasks]).toEqual([2, [], { no_tests: 1, first: 1 }]);
    const { out } = await ask(["eval", "--repo", dir, ...plain("--agent", able)]);
    expect(out).toBe(
      "2 commits were looked at. Not tasks: 1 without changed tests, 1 without a parent.\nNo commit can be judged, so no agent was tried.\n",
    );
  });

  test("a moved file of tests is hidden where it went, and gone where it was", async () => {
    const { dir, commit } = aPast();
    commit(
      { "src/half.sh": program("/ 4"), "test/half.test": null, "test/quarter.test": testOf("half", 2) },
      "Make half a quarter",
    );
    // By its exit code alone, the command is red for as long as the old test is there.
    const check = ["--check", "for one in test/*.test; do sh $one || exit 1; done"];
    const quarter = "echo 'echo $(($1 / 4))' > src/half.sh";
    const { told } = await evaluated(
      dir,
      plain("--last", "1", ...check, "--agent", quarter, "--agent", `${quarter}; git rm -q test/half.test`),
    );
    // The first leaves the old test, which the policy's verdict is red for; the second takes it away, which policy refuses.
    expect(told.tasks.map(({ end }) => [end?.outcome, end?.reason, end?.hidden?.colour])).toEqual([
      ["red", "retry_limit", "green"],
      ["red", "risky_action_detected", "green"],
    ]);
  });
});

describe("a repository", () => {
  test("that is a shallow clone is refused with what to do", async () => {
    const { dir } = aPast();
    const clone = join(aFolder(), "clone");
    execFileSync("git", ["clone", "--quiet", "--depth", "1", `file://${dir}`, clone]);
    const { code, err } = await ask(["eval", "--repo", clone, ...plain("--agent", able)]);
    expect([code, err]).toEqual([1, expect.stringContaining("git fetch --unshallow")]);
  });

  test("with changes that are not committed is taken as it is committed, and that is said", async () => {
    const { dir } = aPast();
    writeFileSync(join(dir, "src/next.sh"), "echo broken\n");
    const { told, err } = await evaluated(dir, plain("--last", "1", "--agent", able));
    expect(told.tasks[0]?.end?.outcome).toBe("solved");
    expect(err).toMatch(/^Note: What is not committed stays out of the copy: 1 file; /);
  });

  test.each<[string, readonly string[], RegExp]>([
    ["without commands in its policy", [], /names no command under `checks\.run`/],
    ["with nobody to try", ["--check", "true"], /^error: Nobody names an agent/],
    [
      "with an agent whose model is not named",
      ["--check", "true", "--agent", "codex"],
      /codex needs its model: codex:<model>/,
    ],
    [
      "with an agent whose provider has no key",
      ["--check", "true", "--agent", "claude-code:m"],
      /set LOOPGATE_ANTHROPIC_KEY/,
    ],
    ["with one agent twice", ["--agent", "a", "--agent", "a"], /"a" is given twice/],
    ["with a budget that is no amount", ["--budget", "much"], /--budget is an amount of US dollars/],
    ["with a report of no command", ["--report", "junit.xml"], /--report belongs to --check/],
    ["with texts that are none", ["--issues", "/dev/null"], /must be JSON with texts by commit id/],
  ])("%s is wrong usage", async (_, more, told) => {
    const { dir, commit } = aRepository();
    commit({ "a.js": "1\n" });
    const { code, err } = await ask(["eval", "--repo", dir, ...plain(...more)]);
    expect(err).toMatch(told);
    expect(code).toBe(2);
  });

  test("without a policy is judged by --check, and by its exit code without --report", async () => {
    const { dir, commit } = aRepository();
    commit({ "src/a.sh": program("+ 1"), "test/a.test": testOf("a", 9) });
    commit({ "src/a.sh": program("+ 2"), "test/a.test": testOf("a", 10) }, "Add two");
    const agent = "echo 'echo $(($1 + 2))' > src/a.sh";
    const check = ["--check", "for one in test/*.test; do sh $one || exit 1; done"];
    const { told } = await evaluated(dir, plain(...check, "--agent", agent, "--agent", idle));
    expect(told.tasks.map(({ end, failToPass }) => [failToPass, end?.hidden?.colour])).toEqual([
      [["tests"], "green"],
      [["tests"], "red"],
    ]);
  });
});

describe("money", () => {
  // Each call costs $0.014; a loop may spend $0.045.
  const budget = "budget:\n  usd: 0.045\n";
  const paying = async () => {
    const model = await aModel();
    const env = { LOOPGATE_OPENAI_URL: model.url, LOOPGATE_PRICES: '{"openai/*":{"input":4,"output":20}}' };
    return { model, env };
  };

  test("is counted for each task, and no task begins that could take it beyond the budget", async () => {
    const { dir } = aPast(budget);
    const { model, env } = await paying();
    const args = ["--unsealed", "--out", aFolder(), "--agent", `${call}; ${able}`];
    const first = await evaluated(dir, [...args, "--budget", "0.05"], env);
    expect(first.told.tasks.map(({ end }) => end?.spentUsd ?? null)).toEqual([0.014, null]);
    expect([first.code, first.told.stoppedByBudget, model.keys.length]).toEqual([3, true, 1]);
    const { out } = await ask(["eval", "--repo", dir, ...args, "--budget", "0.058"], env); // $0.014 + $0.045 are more
    expect(out).toContain("1 of 2 solved, 0 red, 0 false green, 1 not tried; 1 attempt, ");
    expect(out).toContain("Stopped: the next task could take the cost beyond --budget.\n");
    const more = await evaluated(dir, [...args, "--budget", "0.06"], env);
    expect(more.told.tasks.map(({ end }) => end?.spentUsd ?? null)).toEqual([0.014, 0.014]);
    expect([more.code, more.told.stoppedByBudget, model.keys.length]).toEqual([0, false, 2]);
    expect(more.told.agents).toMatchObject([{ solved: 2, spentUsd: 0.028 }]);
  });

  test("is not paid twice after Ctrl-C: what has ended stays, and what was interrupted begins again", async () => {
    const { dir, half, twice } = aPast(budget);
    const { model, env } = await paying();
    const [out, stage, temporary] = [aFolder(), aFolder(), aFolder()];
    const waits = `if grep -q 'Add twice' "$LOOP_DIR/brief.md" && [ ! -e ${stage}/go ]; then touch ${stage}/waits; sleep 30; fi`;
    const args = ["eval", "--repo", dir, "--unsealed", "--json", "--out", out, "--agent", `${call}; ${waits}; ${able}`];
    const command = start([...args], { ...env, TMPDIR: temporary });
    await command.complained(/2 of 2: .*begins/);
    while (!existsSync(join(stage, "waits"))) await new Promise((resolve) => setTimeout(resolve, 50));
    command.signal("SIGINT");
    const ended = await command.ended;
    expect([ended.code, ended.out, readdirSync(temporary)]).toEqual([130, "", []]);
    expect(model.keys).toHaveLength(2);
    writeFileSync(join(stage, "go"), "");
    const { told, code, err } = await evaluated(
      dir,
      args.slice(3).filter((word) => word !== "--json"),
      env,
    );
    expect(told.tasks.map(({ commit, end }) => [commit, end?.outcome])).toEqual([
      [half, "solved"],
      [twice, "solved"],
    ]);
    expect(model.keys).toHaveLength(3);
    expect(err).not.toMatch(/1 of 2/);
    expect(err).not.toContain("what do its tests prove?");
    expect(told.agents).toMatchObject([{ spentUsd: 0.042 }]); // with what the interrupted try cost
    expect(code).toBe(0);
  });

  test("of a try that was killed counts as all that it may have spent", async () => {
    const { dir } = aPast(budget);
    const { env } = await paying();
    const out = aFolder();
    const stage = aFolder();
    const args = ["--unsealed", "--out", out, "--last", "1", "--agent", `touch ${stage}/waits; sleep 30`];
    const command = start(["eval", "--repo", dir, ...args], { ...env, TMPDIR: aFolder() });
    while (!existsSync(join(stage, "waits"))) await new Promise((resolve) => setTimeout(resolve, 50));
    const { code: refused, err } = await ask(["eval", "--repo", dir, ...args], env);
    expect([refused, err]).toEqual([
      1,
      expect.stringContaining(`Process ${command.pid} is at work on the results in ${out}.`),
    ]);
    command.signal("SIGKILL");
    await command.ended;
    const { told, code } = await evaluated(dir, [...args, "--budget", "0.089"], env);
    expect([code, told.stoppedByBudget, told.agents[0]?.spentUsd]).toEqual([3, true, 0.045]);
  });
});

describe("results", () => {
  test("are of one question: with another text or policy the task is tried again, with more agents only for those", async () => {
    const { dir, half } = aPast();
    const out = aFolder();
    const args = ["--unsealed", "--out", out, "--last", "1"];
    const begins = ({ err }: { err: string }) => [...err.matchAll(/: begins …$/gm)].length;
    expect(begins(await evaluated(dir, [...args, "--agent", able]))).toBe(1);
    expect(begins(await evaluated(dir, [...args, "--agent", able]))).toBe(0);
    expect(begins(await evaluated(dir, [...args, "--agent", able, "--agent", idle]))).toBe(1);
    const issues = join(aFolder(), "issues.json");
    writeFileSync(issues, JSON.stringify({ [half]: "Other words" }));
    expect(begins(await evaluated(dir, [...args, "--agent", able, "--issues", issues]))).toBe(1);
    expect(begins(await evaluated(dir, [...args, "--agent", able, "--knock-out", "3"]))).toBe(1);
  });

  test("that are not the agent's doing are not held against it, and the same command tries again", async () => {
    const { dir } = aPast();
    const args = ["--unsealed", "--out", aFolder(), "--last", "1", "--agent", "no-such-agent-here"];
    for (const again of [1, 2]) {
      const { told, err } = await evaluated(dir, args);
      const end = { outcome: "not_judged", reason: "infrastructure_error", verdict: null, hidden: null };
      expect(told.tasks[0]?.end).toMatchObject(end);
      expect(err, String(again)).toMatch(/: begins …$/m);
    }
  });

  test("that cannot be read are said, and nothing is tried", async () => {
    const { dir } = aPast();
    const out = aFolder();
    const args = ["--unsealed", "--out", out, "--last", "1", "--agent", able];
    await evaluated(dir, args);
    for (const name of readdirSync(join(out, "tasks"))) writeFileSync(join(out, "tasks", name), "{");
    const { code, err } = await ask(["eval", "--repo", dir, ...args]);
    expect([code, err]).toEqual([1, expect.stringContaining("is not a result that this version can read")]);
    rmSync(join(out, "tasks"), { recursive: true });
    expect((await evaluated(dir, args)).told.tasks[0]?.end?.outcome).toBe("solved");
  });

  test("of tasks tried side by side are those of tasks tried in turn", async () => {
    const { dir } = aPast();
    const { told, err } = await evaluated(dir, plain("--jobs", "2", "--agent", able, "--agent", idle));
    expect(err.indexOf("2 of 4: ")).toBeLessThan(err.indexOf(" solved; "));
    const outcomes = told.tasks.map(({ end }) => end?.outcome);
    expect(outcomes).toEqual(["solved", "false_green", "solved", "false_green"]);
  });
});
