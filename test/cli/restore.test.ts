// `loopgate restore`: a lost store is rebuilt from GitHub alone, and the answer says what came back.
import { join } from "node:path";
import { expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { sqliteStore } from "../../src/store/sqlite/sqlite.ts";
import { aStory, type Story, webhookSecret } from "../story/world.ts";

async function restore(env: Readonly<Record<string, string>>, ...options: string[]) {
  const said = { out: "", err: "" };
  const code = await runProgram(["restore", ...options], {
    env,
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
  });
  return { code, ...said };
}

function settingsOf({ forge }: Story, dataDir: string) {
  return {
    LOOPGATE_APP_ID: String(forge.app.id),
    LOOPGATE_APP_SLUG: forge.app.slug,
    LOOPGATE_PRIVATE_KEY: forge.app.privateKey,
    LOOPGATE_WEBHOOK_SECRET: webhookSecret,
    LOOPGATE_SEAL_SECRET: "a seal secret of the stories, long enough",
    LOOPGATE_GITHUB_URL: forge.url,
    LOOPGATE_DATA: dataDir,
  };
}

test("with the store deleted, every loop comes back from its thread, and the next start goes on with it", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const env = settingsOf(story, join(story.dataDir(), "..", "elsewhere"));
  const first = await restore(env);
  expect(first).toMatchObject({ code: 0, err: "" });
  expect(first.out).toMatch(
    /^Looked at 1 repository; 1 loop restored\.\n {2}acme\/shop#1: restored; its record says awaiting_gate, after 1 attempt\n/,
  );
  const again = JSON.parse((await restore(env, "--json")).out);
  expect(again).toMatchObject({ repositories: 1, issues: [], failed: [] });
  const store = sqliteStore(env.LOOPGATE_DATA);
  const event = await store.nextEvent(`${story.repository.id}#${issue.number}`);
  await store.close();
  expect(event?.event).toMatchObject({ type: "restored", record: { id: (await story.state(issue)).id } });
});

test("while the App runs, its store is not touched", async () => {
  const story = await aStory();
  const { code, err } = await restore(settingsOf(story, story.dataDir()));
  expect(code).toBe(1);
  expect(err).toContain("is held by another Loopgate");
});
