// What is written down of each run, in the state and in files that outlive the run.
import { createHash } from "node:crypto";
import { chmod, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { LoopState, noTokens } from "../../src/loop/state.ts";
import { aStory, attempts, botch, mend, minute, type Story } from "../story/world.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

async function recorded(story: Story, run: string, file: string): Promise<string> {
  return readFile(join(story.dataDir(), "provenance", run, file), "utf8");
}

/** A command of this name on the path of plain processes, for the rest of the test. */
async function aProgram(name: string, script: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "program-"));
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, name), 0o755);
  const { PATH } = process.env;
  process.env.PATH = `${folder}${delimiter}${PATH}`;
  onTestFinished(async () => {
    process.env.PATH = PATH;
    await rm(folder, { recursive: true });
  });
}

test("each run's order and brief are files that outlive run and loop, and the state has their hashes", async () => {
  const story = await aStory({ executor: attempts(botch("red"), mend) });
  const issue = await story.startLoop();
  story.forge.as("bob").approve(await story.pull(issue));
  await story.settle();
  const state = await story.state(issue);
  expect(state.phase).toBe("settled");
  const runs = state.attempts.flatMap((attempt) => attempt.runs);
  expect(runs).toHaveLength(4);
  for (const { id, briefSha256, provenance } of runs) {
    expect(sha256(await recorded(story, id, "brief.md"))).toBe(briefSha256);
    expect(sha256(await recorded(story, id, "order.json"))).toBe(provenance?.orderSha256);
  }
  const [first, second] = state.attempts;
  expect(runs.map(({ provenance }) => provenance?.startFrom)).toEqual([
    state.base?.sha,
    first?.head,
    first?.head,
    second?.head,
  ]);
  expect(runs[0]?.provenance).toMatchObject({
    policySha256: sha256(JSON.stringify(state.rules)),
    base: state.base?.sha,
    agent: "command",
    agentVersion: null,
    readyMs: expect.any(Number),
  });
  expect(LoopState.parse(state)).toEqual(state);
});

test("what is written down is kept as long as the operator says, and no longer", async () => {
  const day = 24 * 3_600_000;
  const story = await aStory({ recordsMs: 90 * day });
  const issue = await story.startLoop();
  const runs = (await story.state(issue)).attempts.flatMap((attempt) => attempt.runs);
  const written = (id: string, daysAgo: number) => {
    const at = new Date(story.clock.now() - daysAgo * day);
    return utimes(join(story.dataDir(), "provenance", id), at, at);
  };
  await written(runs[0]?.id ?? "", 91);
  await written(runs[1]?.id ?? "", 89);
  await story.restart();
  await story.advance(11 * minute);
  expect(await readdir(join(story.dataDir(), "provenance"))).toEqual([runs[1]?.id]);
  const told = story.log.filter(({ text }) => text.startsWith("forgot"));
  expect(told.map(({ fields }) => fields)).toEqual([{ runs: [runs[0]?.id] }]);
});

test("what a run came to is a file with its tree, and what it pushed is kept", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const { attempts: tried, head } = await story.state(issue);
  const [executor, reviewer] = tried[0]?.runs ?? [];
  const end = JSON.parse(await recorded(story, executor?.id ?? "", "end.json"));
  expect(end).toMatchObject({ status: "finished", exitCode: 0, head, spentUsd: 0 });
  expect(end.tokens).toEqual(noTokens);
  expect(end.tree).toMatch(/^[0-9a-f]{40}$/);
  const packs = await readdir(join(story.dataDir(), "provenance", executor?.id ?? "", "objects", "pack"));
  expect(packs.filter((name) => name.endsWith(".pack"))).toHaveLength(1);
  const judged = JSON.parse(await recorded(story, reviewer?.id ?? "", "end.json"));
  expect(JSON.parse(judged.result)).toMatchObject({ verdict: "approve" });
});

test("a plain process has no image, and the loop records none", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const state = await story.state(issue);
  expect(state.images).toBeUndefined();
  expect(state.attempts[0]?.runs.map(({ provenance }) => provenance?.image)).toEqual([null, null]);
  const order = JSON.parse(await recorded(story, state.attempts[0]?.runs[0]?.id ?? "", "order.json"));
  expect(order).toMatchObject({ runtime: "process", image: null, specs: null });
});

test("I22: no file that outlives a run holds its lease", async () => {
  const story = await aStory({ executor: `printf '%s' "$OPENAI_API_KEY" >"$LOOP_DIR/out/result.json"; ${mend}` });
  const said: string[] = [];
  const issue = await story.startLoop();
  const { id } = (await story.state(issue)).attempts[0]?.runs[0] ?? { id: "" };
  for (const file of ["order.json", "brief.md", "end.json"]) said.push(await recorded(story, id, file));
  expect(JSON.parse(said[0] ?? "").request.env.LOOP_GIT_URL).toBe("http://lease:[lease]@127.0.0.1:{port}/repo.git");
  expect(JSON.parse(said[2] ?? "").result).toBe("[lease]");
  for (const text of said) expect(text).not.toMatch(/lease:[\w-]{8,}@/);
});

test("the agent's version is what its CLI says, cut down to a version", async () => {
  await aProgram(
    "codex",
    `if [ "$1" = --version ]; then printf 'codex-cli 7.8.9\\n@everyone <!-- x\\n'; exit; fi\n${mend}`,
  );
  const story = await aStory({
    policy: "version: 1\nagent:\n  kind: codex\n  model: gpt-5\nreviewer:\n  enabled: false\n",
  });
  const issue = await story.startLoop();
  const [run] = (await story.state(issue)).attempts[0]?.runs ?? [];
  expect(run?.provenance).toMatchObject({ agent: "codex", agentVersion: "7.8.9" });
});

test("a CLI that hangs when it is asked for its version holds nothing up", async () => {
  await aProgram("codex", `if [ "$1" = --version ]; then exec sleep 600; fi\n${mend}`);
  const story = await aStory({
    policy: "version: 1\nagent:\n  kind: codex\n  model: gpt-5\nreviewer:\n  enabled: false\n",
  });
  const issue = await story.startLoop();
  const [run] = (await story.state(issue)).attempts[0]?.runs ?? [];
  // A plain process has no /loop/brief.md for the CLI to read, so it fails; what counts is that it was waited for.
  expect(run).toMatchObject({ status: "failed", exitCode: 2, provenance: { agentVersion: null } });
});

test("a record that cannot be written costs the run nothing", async () => {
  const story = await aStory();
  await writeFile(join(story.dataDir(), "provenance"), "in the way");
  const issue = await story.startLoop();
  const state = await story.state(issue);
  expect(state.phase).toBe("awaiting_gate");
  expect(state.attempts[0]?.runs[0]?.provenance?.orderSha256).toBeNull();
});
