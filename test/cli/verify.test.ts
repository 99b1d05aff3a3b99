// `loopgate verify`: the verdict about a commit of a repository on this machine.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { aRepository, policy, type Repository } from "./a-repository.ts";
import { ask } from "./command.ts";

const PASSING = '<testsuite name="s" tests="1"><testcase name="adds" time="0.1"/></testsuite>';
const FAILING =
  '<testsuite name="s" tests="1"><testcase name="adds" time="0.1"><failure message="2 is not 3"/></testcase></testsuite>';

/** A repository whose command copies what `made` holds to its report and ends with the code in `code`. */
function withCommand(): Repository & { readonly base: string } {
  const repository = aRepository();
  const command = "cp made junit.xml; exit $(cat code)";
  const base = repository.commit({ ".github/loop.yml": policy(command), made: PASSING, code: "0" });
  return { ...repository, base };
}

const verify = (dir: string, base: string, head: string, ...more: string[]) =>
  ask(["verify", "--repo", dir, "--base", base, "--head", head, "--unsealed", ...more]);

describe("loopgate verify", () => {
  test("is green where the command ends well and its report shows a test that ran; nothing is written to the repository", async () => {
    const { dir, base, commit } = withCommand();
    const head = commit({ "a.txt": "a" });
    const before = readdirSync(dir);
    const { code, out, err } = await verify(dir, base, head);
    expect(out).toMatch(/^Verdict: green\n.*commands ran WITHOUT ISOLATION\n {2}green: policy\n {2}green: tests \(/);
    expect(err).toContain("WITHOUT ANY ISOLATION");
    expect(code).toBe(0);
    expect(readdirSync(dir)).toEqual(before);
  });

  test("is red where a test is, although the command says that all is well, and names the test", async () => {
    const { dir, base, commit } = withCommand();
    const { code, out } = await verify(dir, base, commit({ made: FAILING }));
    expect(out).toContain("Failed: adds.");
    expect(out).toContain("At the base it is not red.");
    expect(code).toBe(1);
  });

  test("is red with the cause in no report where only the exit code is, and shows what the command wrote", async () => {
    const { dir, commit } = aRepository();
    const command = policy("cp made junit.xml; cat said; exit $(cat code)");
    const base = commit({ ".github/loop.yml": command, made: PASSING, code: "0", said: "" });
    const { code, out } = await verify(dir, base, commit({ code: "3", said: "Error: out of cheese" }));
    expect(out).toContain("The command exited with 3.");
    expect(out).toContain("The cause is not in any report.");
    expect(out).toContain("out of cheese");
    expect(code).toBe(1);
  });

  test.each([
    ["a report that is not there", { ".github/other": "" }, "true", "did not leave junit.xml"],
    [
      "a report that is committed, and was not written in this run",
      { "junit.xml": PASSING },
      "true",
      "did not leave junit.xml",
    ],
    ["a report in which nothing ran", { made: "<testsuites/>" }, "cp made junit.xml", "No test is shown to have run."],
    ["a report that is cut off", { made: PASSING.slice(0, 40) }, "cp made junit.xml", "junit.xml is no evidence"],
    ["a link in place of a report", { made: PASSING }, "ln -s made junit.xml", "did not leave junit.xml"],
  ])("has no evidence by %s", async (_, files, command, told) => {
    const { dir, commit } = aRepository();
    const base = commit({ ".github/loop.yml": policy(command), ...files });
    const { code, out } = await verify(dir, base, commit({ "a.txt": "a" }));
    expect(out).toContain(told);
    expect(code).toBe(2);
  });

  test.each([
    ["no evidence by itself", "", 2, "it names no file"],
    ["green where the policy takes that for clean", "\n      empty: clean", 0, "green: lint ("],
  ])("a linter's report that finds nothing and names no file is %s", async (_, empty, expected, told) => {
    const { dir, commit } = aRepository();
    const command = policy("cp made lint.xml", `reports: [lint.xml]${empty}`, "lint");
    const base = commit({ ".github/loop.yml": command, made: '<checkstyle version="4.3"></checkstyle>' });
    const { code, out } = await verify(dir, base, commit({ "a.txt": "a" }));
    expect(out).toContain(told);
    expect(code).toBe(expected);
  });

  test("a service that the policy names in a Compose file is read at the base, and one that cannot be had is said before anything runs", async () => {
    const { dir, commit } = aRepository();
    const named = `${policy("cp made junit.xml")}environment: { services: { db: { compose: compose.yaml } } }\n`;
    const compose = (more: string) => `services: { db: { image: "postgres:17"${more} } }\n`;
    const files = { ".github/loop.yml": named, made: PASSING, "compose.yaml": compose(", privileged: true") };
    const refused = commit(files);
    const { code, err } = await verify(dir, refused, commit({ "compose.yaml": compose("") }));
    expect([code, err]).toEqual([2, expect.stringContaining("`compose.yaml` asks for `privileged` there")]);
    const base = commit({ "a.txt": "a" });
    const read = await verify(dir, base, commit({ "b.txt": "b" })); // a plain process has nothing beside it
    expect([read.code, read.err]).toEqual([2, expect.stringContaining("Services are containers")]);
    expect(read.err).not.toContain("compose.yaml");
  });

  test("says which artifact the command did not leave", async () => {
    const { dir, commit } = aRepository();
    const base = commit({ ".github/loop.yml": policy("true", "artifacts: [out/*.png]") });
    const { code, out } = await verify(dir, base, commit({ "a.txt": "a" }));
    expect(out).toContain("The command did not leave out/*.png.");
    expect(code).toBe(2);
  });

  test("judges a command without reports by its exit code alone, and says so", async () => {
    const { dir, commit } = aRepository();
    const base = commit({ ".github/loop.yml": policy("test ! -e bad", "minutes: 1") });
    const good = await verify(dir, base, commit({ "a.txt": "a" }));
    expect([good.code, good.out]).toEqual([0, expect.stringContaining("Judged by its exit code alone")]);
    expect((await verify(dir, base, commit({ bad: "" }))).code).toBe(1);
  });

  test("does not hold against a change what is as red at its base, and takes it for no evidence either", async () => {
    const { dir, commit } = aRepository();
    const base = commit({ ".github/loop.yml": policy("cp made junit.xml; exit 1"), made: FAILING });
    const { code, out } = await verify(dir, base, commit({ "a.txt": "a" }));
    expect(out).toContain("red on the base too: tests");
    expect(out).toContain("not held against this change");
    expect(code).toBe(2);
    const worse = FAILING.replace("</testsuite>", '<testcase name="more"><error/></testcase></testsuite>').replace(
      '"1"',
      '"2"',
    );
    const more = await verify(dir, base, commit({ made: worse }));
    expect(more.out).toContain("It is red at the base too, in fewer places.");
    expect(more.code).toBe(1);
  });

  test("takes the policy of the base, so that a change cannot choose its judges; --policy takes another", async () => {
    const { dir, base, commit } = withCommand();
    const head = commit({ made: FAILING, ".github/loop.yml": "attempts: 2\n" });
    const own = await verify(dir, base, head);
    expect(own.out).toContain("Failed: adds.");
    expect(own.out).toContain("Changes a protected file: .github/loop.yml");
    const other = await verify(dir, base, head, "--policy", join(dir, ".github/loop.yml"));
    expect(other.out).toContain("no evidence: the policy names no command under `checks.run`");
    expect((await verify(dir, base, base, "--policy", join(dir, ".github/loop.yml"))).code).toBe(2);
  });

  test("is red where the policy's risks are, whatever its commands say (T13)", async () => {
    const repository = withCommand();
    const base = repository.commit({ "test/a.test.js": "test('adds', () => {});\n" });
    rmSync(join(repository.dir, "test"), { recursive: true });
    const { code, out } = await verify(repository.dir, base, repository.commit({ "a.txt": "a" }));
    expect(out).toContain("RED: policy\n    Removes a test file: test/a.test.js");
    expect(code).toBe(1);
  });

  test("writes SARIF and a summary, and JSON in place of words", async () => {
    const { dir, base, commit } = withCommand();
    const [sarif, summary] = [join(dir, "found.sarif"), join(dir, "summary.md")];
    const { out } = await verify(
      dir,
      base,
      commit({ made: FAILING }),
      "--json",
      "--sarif",
      sarif,
      "--summary",
      summary,
    );
    expect(JSON.parse(out)).toMatchObject({
      verdict: "red",
      sealed: false,
      checks: [{ name: "tests", colour: "red", base: "green" }],
    });
    const { runs } = JSON.parse(readFileSync(sarif, "utf8"));
    expect(runs[0].results).toMatchObject([{ ruleId: "test", level: "error", message: { text: "adds: 2 is not 3" } }]);
    expect(readFileSync(summary, "utf8")).toMatch(/^### Verdict: RED\n\n```text\n/);
  });

  test.each([
    [["--head", "nowhere"], '"nowhere" is not a commit in this repository'],
    [["--policy", "/nowhere/loop.yml"], "could not read /nowhere/loop.yml: ENOENT"],
    [["--repo", tmpdir()], "is not a git repository"],
  ])("refuses %j with a sentence", async (more, told) => {
    const { dir, base } = withCommand();
    const { code, err } = await verify(dir, base, base, ...more);
    expect(err).toContain(told);
    expect(code).toBe(2);
  });
});
