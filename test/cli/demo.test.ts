// The demo from its first line to its last, as a process: with containers, without them, and on a repository of one's own.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Summary } from "../../src/cli/demo-summary.ts";
import type { Engine } from "../../src/container/docker/engine.ts";
import { describeWithDocker } from "../docker/engine.ts";
import { start } from "./command.ts";

const patience = 300_000;

/** Everything the demo makes goes below `temp`; what it writes for us goes to `out.json`. */
let dir: string;
let temp: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "lg-demo-"));
  temp = join(dir, "tmp");
  mkdirSync(temp);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const summaryFile = () => join(dir, "out.json");
const summary = () => JSON.parse(readFileSync(summaryFile(), "utf8")) as Summary;

/** Starts the demo on the test's engine. */
function demo(engine: Engine | null, ...args: string[]) {
  const { socketPath = "" } = (engine?.docker.modem ?? {}) as { socketPath?: string };
  const env: Record<string, string> = engine === null ? {} : { DOCKER_HOST: `unix://${socketPath}` };
  return start(["demo", "--json", summaryFile(), ...args], { TMPDIR: temp, ...env });
}

/**
 * CI is as GitHub Actions has it: why it failed stands in the job's log alone, and that log is the one request above what a
 * healthy loop may cost.
 */
function expectBriefedFromTheLog(): void {
  const { attempts, requests } = summary();
  const [first, second] = attempts.map(({ runs }) => runs.find(({ role }) => role === "executor")?.brief);
  expect(first).not.toContain("2 h 0 min");
  expect(second).toContain("✖ a full hour stands alone");
  expect(second).toContain("'2 h 0 min' !== '2 h'");
  expect(second).not.toMatch(/##\[|\x1b|Process completed with exit code/);
  expect([requests.floor, requests.logs]).toEqual([21, 1]);
  expect(requests.total - requests.logs).toBeLessThanOrEqual(1.1 * requests.floor);
}

async function imagesOn(engine: Engine): Promise<string[]> {
  return (await engine.docker.listImages({ all: true })).flatMap(({ Id, RepoTags }) => RepoTags ?? [Id]);
}

async function containersOn(engine: Engine): Promise<string[]> {
  return (await engine.docker.listContainers({ all: true })).flatMap((container) => container.Names);
}

describeWithDocker("the demo in containers", (engine) => {
  test(
    "goes from red to green to approved, isolated, within 1.1 times the floor of requests, and leaves nothing behind",
    async () => {
      const images = await imagesOn(engine());
      const { code, out, err } = await demo(engine(), "--auto").ended;
      expect(code, out).toBe(0);
      expect(err).not.toMatch(/warning/i); // of Node's about listeners, among others
      const { reason, attempts, requests, thread } = summary();
      expect(reason).toBe("task_complete");
      expect(attempts.map(({ verdict }) => verdict)).toEqual(["red", "green"]);
      const containers = attempts.flatMap(({ runs }) => runs);
      expect(containers.map(({ role, status }) => `${role} ${status}`)).toEqual([
        "executor finished",
        "reviewer finished",
        "executor finished",
        "reviewer finished",
      ]);
      for (const { container, ready_ms } of containers) {
        expect(container).toMatchObject({
          runtime: "docker",
          isolated: true,
          network: "none",
          networks: ["none"],
          privileged: false,
          readonlyRoot: true,
          capabilitiesAdded: [],
          capabilitiesDropped: ["ALL"],
          noNewPrivileges: true,
        });
        expect(container.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
        expect(ready_ms).toBeGreaterThan(0);
      }
      expectBriefedFromTheLog();
      expect(Object.values(requests.kinds).reduce((sum, count) => sum + count, 0)).toBe(requests.total);
      for (const said of ["Attempt 1: red", "2 h 0 min", "Attempt 2: green", "task complete", "network `none`"]) {
        expect(thread).toContain(said);
      }
      expect(readdirSync(temp)).toEqual([]);
      expect(await containersOn(engine())).toEqual([]);
      const left = (await imagesOn(engine())).filter((image) => !images.includes(image));
      expect(left.filter((image) => !image.startsWith("loopgate-toolchain:"))).toEqual([]); // docs/demo.md
    },
    patience,
  );

  test(
    "runs on a repository of one's own: its HEAD only, and without touching it",
    async () => {
      const repo = ownRepository();
      const before = stateOf(repo);
      const agent = 'cat note.txt; grep -q "five" "$LOOP_DIR/brief.md" && echo "echo 5" > total.sh';
      const issue = join(dir, "issue.md");
      writeFileSync(issue, "# The total is wrong\n\nIt should be five.\n");
      const check = `test "$(sh total.sh)" = 5 && ! ls ${repo}`;
      const work = ["--repo", repo, "--issue", issue, "--check", check, "--agent", agent];
      const { code, out } = await demo(engine(), "--auto", ...work).ended;
      expect(code, out).toBe(0);
      expect(out).toContain("--check runs in a container without network, as the agent does");
      expect(out).toContain("/local/project/issues/1");
      const { reason, attempts, thread } = summary();
      expect(reason).toBe("task_complete");
      expect(attempts).toMatchObject([{ verdict: "green", change: { files: 1, additions: 1, deletions: 1 } }]);
      expect(thread).toContain("# The total is wrong");
      expect(stateOf(repo)).toEqual(before);
    },
    patience,
  );

  test(
    "runs what CI is to run on this machine where that is asked for, and says so",
    async () => {
      const repo = ownRepository();
      const issue = join(dir, "issue.md");
      writeFileSync(issue, "# The total is wrong\n\nIt should be five.\n");
      const check = `test "$(sh total.sh)" = 5 && ls ${repo}`;
      const work = ["--repo", repo, "--issue", issue, "--check", check, "--agent", "echo echo 5 >total.sh"];
      const { code, out } = await demo(engine(), "--auto", "--check-outside", ...work).ended;
      expect(code, out).toBe(0);
      expect(out).toContain("--check runs on this machine as you, outside of any container");
    },
    patience,
  );

  test(
    "Ctrl-C in the middle of a run ends it with 130 and leaves nothing behind",
    async () => {
      const repo = ownRepository();
      const issue = join(dir, "issue.md");
      writeFileSync(issue, "# The total is wrong\n");
      const work = ["--repo", repo, "--issue", issue, "--check", "true", "--agent", "sleep 600"];
      const running = demo(engine(), ...work);
      await running.said(/executor of attempt 1 runs in a container: network none/);
      expect(await containersOn(engine())).toHaveLength(2);
      running.signal("SIGINT");
      const { code, err } = await running.ended;
      expect(code).toBe(130);
      expect(err).toMatch(
        /^Note: What is not committed stays out of the copy: 2 files; what counts is [0-9a-f]{7}\.\n$/,
      );
      expect(readdirSync(temp)).toEqual([]);
      expect(await containersOn(engine())).toEqual([]);
    },
    patience,
  );
});

describe("the demo without containers", () => {
  test(
    "says so loudly in terminal and thread; CI's log briefs the second attempt; Enter approves",
    async () => {
      const running = demo(null, "--runtime", "process");
      await running.said(/press Enter here and bob approves/);
      running.type("\n");
      const { code, out, err } = await running.ended;
      expect(code, out + err).toBe(0);
      expect(err).toContain("!!! NO CONTAINERS");
      expect(err).toContain("WITHOUT ANY ISOLATION");
      const { reason, attempts, thread } = summary();
      expect(reason).toBe("task_complete");
      expect(attempts.map(({ verdict }) => verdict)).toEqual(["red", "green"]);
      expectBriefedFromTheLog();
      expect(attempts[0]?.runs[0]?.container).toMatchObject({ runtime: "process", isolated: false, network: "host" });
      expect(thread).toContain("**No container isolates this loop.**");
      expect(thread).toContain("bob approved");
      expect(readdirSync(temp)).toEqual([]);
    },
    patience,
  );
});

/** A repository whose committed total is wrong, with changes that nobody committed. */
function ownRepository(): string {
  const repo = join(dir, "project");
  mkdirSync(repo);
  writeFileSync(join(repo, "total.sh"), "echo 4\n");
  writeFileSync(join(repo, "note.txt"), "committed\n");
  git(repo, "init", "--quiet");
  git(repo, "add", "--all");
  git(repo, "commit", "--quiet", "--message", "Start");
  writeFileSync(join(repo, "note.txt"), "not committed\n");
  writeFileSync(join(repo, "untracked.txt"), "untracked\n");
  return repo;
}

function git(repo: string, ...args: string[]): string {
  const who = ["-c", "user.name=a", "-c", "user.email=a@b.c"];
  return execFileSync("git", [...who, "-C", repo, ...args], { encoding: "utf8", stdio: "pipe" });
}

/** Refs, status, configuration and objects: all that the demo could have changed. */
function stateOf(repo: string) {
  const files = readdirSync(repo, { recursive: true, encoding: "utf8" }).sort();
  const config = readFileSync(join(repo, ".git/config"), "utf8");
  return { files, config, refs: git(repo, "for-each-ref"), status: git(repo, "status", "--porcelain") };
}
