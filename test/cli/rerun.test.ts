// `loopgate rerun`: an attempt is made again from what was recorded, beside the App, and GitHub hears nothing of it.
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Issue } from "../../src/forge/model.ts";
import { aModel, call } from "../story/model-server.ts";
import { answer, aStory, attempts, botch, mend, type Story, webhookSecret } from "../story/world.ts";
import { until } from "../until.ts";
import { ask, run, start } from "./command.ts";

async function rerun(story: Story, issue: Issue, attempt: string, ...options: string[]) {
  const { id } = await story.state(issue);
  const ended = await ask(["rerun", id, attempt, "--data-dir", story.dataDir(), ...options]);
  return { ...ended, clean: clean(ended.out) };
}

function clean(text: string): string {
  return text
    .replace(/\b[0-9a-f]{40}\b/g, "«commit»")
    .replace(/\b1-[2-9a-hjkmnp-z]{6}-(\d+)\b/g, "1-«loop»-$1")
    .replace(/loop [2-9a-hjkmnp-z]{6}\b/g, "loop «loop»")
    .replace(/ready in .*/g, "ready in «time»");
}

async function runOf(story: Story, issue: Issue, attempt = 1): Promise<string> {
  return (await story.state(issue)).attempts[attempt - 1]?.runs[0]?.id ?? "";
}

const recordOf = async (story: Story, issue: Issue) => join(story.dataDir(), "provenance", await runOf(story, issue));

const leftovers = async (story: Story) => (await readdir(story.dataDir())).filter((name) => name.startsWith("again-"));

test("the same agent on the same commit makes the same tree, while the App runs, and GitHub hears nothing", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const { head } = await story.state(issue);
  const before = [story.forge.requests.length, issue.comments.length, head];
  const { code, clean: said, err } = await rerun(story, issue, "1");
  expect(code).toBe(0);
  expect(err).toContain("WITHOUT ANY ISOLATION");
  expect(said).toMatchInlineSnapshot(`
    "Repeated attempt 1 of loop «loop»: the executor's run 1-«loop»-1, from commit «commit».
      image        same: none
      agent        same: command (has no version)
      spec         a plain process has none
      ended        same: finished with 0
      commit tree  same: «commit»
      tokens       0 in, 0 of them cached, 0 out
      cost         $0.0000
      ready in «time»
    Nothing differs.
    Nothing of it was published.
    "
  `);
  await story.settle();
  expect([story.forge.requests.length, issue.comments.length, (await story.state(issue)).head]).toEqual(before);
  expect(await leftovers(story)).toEqual([]);
});

test("a later attempt begins at the commit it began at, also when its loop is over and its quarantine gone", async () => {
  const story = await aStory({ executor: attempts(botch("red"), mend) });
  const issue = await story.startLoop();
  story.forge.as("bob").approve(await story.pull(issue));
  await story.settle();
  expect(await readdir(join(story.dataDir(), "quarantine"))).toEqual([]);
  const { attempts: tried } = await story.state(issue);
  const { code, out } = await rerun(story, issue, "2", "--json");
  expect(code).toBe(0);
  const said = JSON.parse(out);
  expect(said).toMatchObject({ attempt: 2, role: "executor", startFrom: tried[0]?.head, same: true, files: [] });
});

test("what comes out otherwise is said file by file", async () => {
  const story = await aStory({ executor: `${mend}; echo "# $$" >> README.md; echo $$ > $$.txt` });
  const issue = await story.startLoop();
  const { out } = await rerun(story, issue, "1", "--json");
  const { same, files, compared } = JSON.parse(out);
  expect(same).toBe(false);
  expect(files.map(({ letter }: { letter: string }) => letter).sort()).toEqual(["A", "D", "M"]);
  expect(files).toContainEqual({ letter: "M", path: "README.md" });
  const tree = compared.find(({ what }: { what: string }) => what === "tree");
  expect(tree).toMatchObject({ same: false });
  const { out: text } = await rerun(story, issue, "1");
  expect(text).toMatch(/commit tree {2}DIFFERS: [0-9a-f]{40}; it was [0-9a-f]{40}\n/);
  expect(text).toContain('    M "README.md"\n');
});

test("an agent that fails this time is reported with both endings", async () => {
  const flag = await aFile();
  const story = await aStory({ executor: `[ ! -e "${flag}" ] || exit 3; ${mend}` });
  const issue = await story.startLoop();
  await writeFile(flag, "");
  const { code, out } = await rerun(story, issue, "1");
  expect(code).toBe(0);
  expect(out).toContain("ended        DIFFERS: failed with 3; it was finished with 0\n");
  expect(out).toMatch(/commit tree {2}DIFFERS: nothing pushed; it was [0-9a-f]{40}\n/);
});

test("a repeated agent calls the configured model, with the attempt's own budget and not what is left of the loop's", async () => {
  const model = await aModel();
  // Each call costs $0.014 of $0.045, so the third is refused: this time as it was then.
  const story = await aStory({
    executor: `for n in 1 2 3; do ${call} >> calls.txt; done; ${mend}`,
    policy: "version: 1\nbudget:\n  usd: 0.045\n",
    models: [{ name: "openai", family: "openai", baseUrl: model.url, key: "sk-the-real-key", priceId: null }],
    prices: { "openai/*": { input: 4, output: 20 } },
  });
  const issue = await story.startLoop();
  expect(model.keys).toHaveLength(2);
  const { id, attempts: tried } = await story.state(issue);
  expect(tried[0]?.runs[0]?.spentNano).toBe(28_000_000);
  const { code, out, err } = await ask(["rerun", id, "1", "--data-dir", story.dataDir()], {
    LOOPGATE_APP_ID: String(story.forge.app.id),
    LOOPGATE_APP_SLUG: story.forge.app.slug,
    LOOPGATE_PRIVATE_KEY: story.forge.app.privateKey,
    LOOPGATE_WEBHOOK_SECRET: webhookSecret,
    LOOPGATE_SEAL_SECRET: "a seal secret of the stories, long enough",
    LOOPGATE_OPENAI_URL: model.url,
    LOOPGATE_OPENAI_KEY: "sk-the-other-key",
    LOOPGATE_PRICES: '{"openai/*":{"input":4,"output":20}}',
  });
  expect(err).not.toContain("LOOPGATE_");
  expect(code).toBe(0);
  expect(model.keys.slice(2)).toEqual(["Bearer sk-the-other-key", "Bearer sk-the-other-key"]);
  expect(out).toContain("  commit tree  same: ");
  expect(out).toContain("  tokens       2000 in, 0 of them cached, 1000 out\n  cost         $0.0280\n");
});

test("the reviewer's run is repeated on the commit it judged", async () => {
  const verdict = { verdict: "approve", summary: "Fine.", confidence: 0.9, findings: [] };
  const story = await aStory({ reviewer: `grep -q '\\$1 + \\$2' total.sh && ${answer(verdict)}` });
  const issue = await story.startLoop();
  const { out } = await rerun(story, issue, "1", "--role", "reviewer", "--json");
  const { role, startFrom, compared } = JSON.parse(out);
  expect([role, startFrom]).toEqual(["reviewer", (await story.state(issue)).head]);
  const said = compared.find(({ what }: { what: string }) => what === "answer");
  expect(said).toMatchObject({ same: true, now: JSON.stringify(verdict) });
});

describe("what cannot be repeated is refused, and nothing is run:", () => {
  async function aRun() {
    const story = await aStory();
    const issue = await story.startLoop();
    return { story, issue, record: await recordOf(story, issue) };
  }

  test.each<[string, (record: string, dataDir: string) => Promise<void>, RegExp]>([
    ["the brief is gone", (record) => rm(join(record, "brief.md")), /The brief of run \S+ is gone from/],
    [
      "the brief was changed",
      (record) => writeFile(join(record, "brief.md"), "Do something else."),
      /The brief of run \S+ is not the one that the run was given/,
    ],
    [
      "the order is no JSON",
      (record) => writeFile(join(record, "order.json"), "{"),
      /as it was recorded cannot be read/,
    ],
    [
      "the order is of another version",
      (record) => writeFile(join(record, "order.json"), '{"version":2}'),
      /was recorded by another version of Loopgate \(2\)/,
    ],
    [
      "the base's objects are gone",
      (_, dataDir) => rm(join(dataDir, "objects"), { recursive: true }),
      /The base commit [0-9a-f]{40} of run \S+ is not in the object store below \S+ any more/,
    ],
    [
      "all records are gone",
      (_, dataDir) => rm(join(dataDir, "provenance"), { recursive: true }),
      /No run of a loop \S+ is recorded below/,
    ],
  ])("%s", async (_, spoil, why) => {
    const { story, issue, record } = await aRun();
    await spoil(record, story.dataDir());
    const { code, out, err } = await rerun(story, issue, "1");
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(why);
    expect(err).toMatch(/Nothing was run\.\n$/);
    expect(await leftovers(story)).toEqual([]);
  });

  test("the commit it began at is gone", async () => {
    const story = await aStory({ executor: attempts(botch("red"), mend) });
    const issue = await story.startLoop();
    const kept = join(story.dataDir(), "provenance", await runOf(story, issue, 2), "objects");
    await rm(kept, { recursive: true });
    const { code, err } = await rerun(story, issue, "2");
    expect(code).toBe(1);
    expect(err).toMatch(/Could not bring back the commit [0-9a-f]{40}: what was kept of it is gone/);
  });

  test("an attempt that there was not, naming those that there were", async () => {
    const { story, issue } = await aRun();
    const { code, err } = await rerun(story, issue, "2");
    expect(code).toBe(1);
    expect(err).toMatch(
      /No executor of attempt 2 of loop \S+ is recorded; there are attempt 1 \(executor\), attempt 1 \(reviewer\)\./,
    );
  });
});

test.each([
  { args: ["rerun", "k3f9"], why: "missing required argument 'attempt'" },
  { args: ["rerun", "k3f9", "first"], why: "<attempt> is the number of an attempt" },
  { args: ["rerun", "k3f9", "1", "--role", "check"], why: "--role is executor or reviewer" },
])("ends with 2 when called as $args", async ({ args, why }) => {
  const { code, err } = await ask(args);
  expect(code).toBe(2);
  expect(err).toContain(why);
});

test("a data folder that is not there is named, and --help says what the command does", async () => {
  const { code, err } = await ask(["rerun", "k3f9", "1", "--data-dir", "/no/such/folder"]);
  expect(code).toBe(1);
  expect(err).toContain("There is no data folder /no/such/folder.");
  const help = await ask(["rerun", "--help"]);
  expect(help.code).toBe(0);
  expect(help.out).toContain("repeat a recorded attempt, publish nothing");
});

test("settings that do not stand are refused before anything is read", async () => {
  const ended = await ask(["rerun", "k3f9", "1"], { LOOPGATE_OPENAI_KEY: "key" });
  expect(ended.code).toBe(1);
  expect(ended.err).toContain("LOOPGATE_APP_ID is missing");
});

test("Ctrl-C ends the repeated agent, and nothing of it is left", async () => {
  const [flag, pid] = [await aFile(), await aFile()];
  const story = await aStory({ executor: `[ ! -e "${flag}" ] || { echo $$ > "${pid}"; exec sleep 600; }; ${mend}` });
  const issue = await story.startLoop();
  await writeFile(flag, "");
  const { id } = await story.state(issue);
  const command = start(["rerun", id, "1", "--data-dir", story.dataDir()]);
  onTestFinished(() => command.signal("SIGKILL"));
  const agent = await written(pid);
  expect(await isAlive(agent)).toBe(true);
  command.signal("SIGINT");
  const { code, out } = await command.ended;
  expect([code, out]).toEqual([130, ""]);
  expect(await isAlive(agent)).toBe(false);
  expect(await leftovers(story)).toEqual([]);
});

/** A path outside of every story, where nothing is yet. */
async function aFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "rerun-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, "file");
}

async function written(path: string): Promise<string> {
  const read = () => readFile(path, "utf8").catch(() => "");
  await until(async () => (await read()).endsWith("\n"));
  return (await read()).trim();
}

/** A process that has ended may stay listed until somebody asks after it. */
async function isAlive(pid: string): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat !== "" && !/\) [ZX] /.test(stat);
}

test("as a program of its own it says the same", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const { id } = await story.state(issue);
  const { code, out } = await run(["rerun", id, "1", "--json"], { LOOPGATE_DATA: story.dataDir() });
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ loop: id, attempt: 1, same: true, files: [] });
});
