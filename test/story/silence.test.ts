// The silence limit as a team meets it: a run that hangs is ended and said, one that is merely slow is left alone.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Issue } from "../../src/forge/model.ts";
import { until } from "../until.ts";
import { approving, aStory, attempts, mend, minute, type Story } from "./world.ts";

const push = `git commit -qam 'Half of it' && git push -q origin "HEAD:refs/heads/$LOOP_BRANCH"`;

test("stalled: a run that hangs is ended, what it had done is on the branch; /loop retry goes on from it", async () => {
  const hung = join(aFolder(), "hung");
  const hanging = `echo '# half' >> total.sh; ${push}; echo half done; touch ${hung}; sleep 600`;
  const story = await aStory({ executor: attempts(hanging, mend) });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await until(() => existsSync(hung));
  await passMinutes(story, issue, 12);
  const { ending, head, attempts: tried } = await story.state(issue);
  expect(ending).toMatchObject({ reason: "stalled", resume: "execute", pendingHead: null });
  expect(tried[0]).toMatchObject({ counted: true, verdict: null, runs: [{ status: "silent" }] });
  expect(head).toBe(tried[0]?.head);
  expect(head).toMatch(/^[0-9a-f]{40}$/);
  expect(issue.labels.map((label) => label.name)).toEqual(["loop:needs-human"]);
  expect(story.repository.issues.size).toBe(1);
  expect(await story.app().store.getArtifact(tried[0]?.runs[0]?.logSha256 ?? "")).toContain("half done\n");
  const [, attempt, stop] = story.comments(issue);
  expect(stop).toMatchInlineSnapshot(`
    "**Loopgate stopped: stalled.** Attempt 1 went silent and was stopped. For 10 min it wrote nothing, called no model, and neither fetched nor pushed; it was last heard of on 2026-01-05 09:01 UTC.

    **Next:** @alice, comment \`/loop retry\` for another attempt; if the agent only needs longer, raise \`silence_minutes\` in \`.github/loop.yml\` first.

    Kept: branch \`loop/1-«loop»\` at \`«commit 1»\`.

    Used: 1 of 3 attempts, 1 of 20 runs, 12 min of 12 h.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
  const run = tried[0]?.runs[0]?.id ?? "";
  expect(attempt?.replace(run, "«run»").replace(/took [0-9a-f]{12}/, "took «commit»")).toMatchInlineSnapshot(`
    "### Attempt 1: not judged

    The agent changed 1 file (+1 −0) in 12 min. The work is in commit \`«commit 1»\`.

    The last lines of the executor's run \`«run»\`:

    \`\`\`text
    remote: Loopgate took «commit». It goes to GitHub after this run, if policy allows.
    half done
    Terminated
    \`\`\`

    <details><summary>Changed files</summary>

    \`\`\`text
    total.sh
    \`\`\`

    </details>

    - executor: silent, 12 min, exit code 143, brief \`«sha256»\`, log \`«sha256»\`

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  expect(await story.state(issue)).toMatchObject({ phase: "awaiting_gate", attempts: [{}, { number: 2, base: head }] });
});

test("a run that writes something every minute is not silent, however long it takes", async () => {
  const folder = aFolder();
  const [count, done] = [join(folder, "count"), join(folder, "done")];
  const chatty = `n=0; until [ -e ${done} ]; do n=$((n + 1)); echo "step $n"; echo $n > ${count}; sleep 0.02; done`;
  const story = await aStory({ executor: `${chatty}; ${mend}` });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "executing");
  for (let passed = 0; passed < 25; passed += 1) {
    const before = countIn(count);
    await until(() => countIn(count) > before + 1);
    story.clock.advance(minute);
  }
  expect(await story.phase(issue)).toBe("executing");
  writeFileSync(done, "");
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
});

test("a run that waits for its model is not silent while the call is in flight", async () => {
  const waiting: ServerResponse[] = [];
  const model = await serve(waiting);
  const body = JSON.stringify({ model: "m-1", max_tokens: 9, messages: [{ role: "user", content: "Mend it." }] });
  const call = `node -e 'fetch(process.env.OPENAI_BASE_URL + "/chat/completions", { method: "POST", body: process.argv[1],
    headers: { "content-type": "application/json", authorization: "Bearer " + process.env.OPENAI_API_KEY } })
    .then((answer) => answer.text())' '${body}'`;
  const story = await aStory({
    executor: `${call}; ${mend}`,
    models: [{ name: "openai", family: "openai", baseUrl: model, key: "sk-key", priceId: null }],
    prices: { "openai/*": { input: 4, output: 20 } },
  });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await until(async () => waiting.length === 1 && (await story.phase(issue)) === "executing");
  for (let passed = 0; passed < 25; passed += 1) story.clock.advance(minute);
  expect(await story.phase(issue)).toBe("executing");
  waiting[0]?.writeHead(500, { "content-type": "application/json" }).end('{"error":{"message":"overloaded"}}');
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
});

test("a reviewer that hangs is ended and asked once more, as at its deadline", async () => {
  const hung = join(aFolder(), "hung");
  const story = await aStory({ reviewer: `[ -e ${hung} ] || { touch ${hung}; sleep 600; }; ${approving}` });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await until(() => existsSync(hung));
  await until(async () => (await reviews(story, issue))[0]?.isolation != null);
  await passMinutes(story, issue, 12);
  expect((await reviews(story, issue)).map(({ status }) => status)).toEqual(["silent", "finished"]);
  expect(await story.phase(issue)).toBe("awaiting_gate");
});

/** Minutes pass one by one, as they do, and nothing is heard meanwhile; then all that follows is done. */
async function passMinutes(story: Story, issue: Issue, minutes: number): Promise<void> {
  await until(async () => (await story.phase(issue)) !== "preparing");
  for (let passed = 0; passed < minutes; passed += 1) story.clock.advance(minute);
  await story.settle();
}

async function reviews(story: Story, issue: Issue) {
  const { attempts: tried } = await story.state(issue);
  return (tried[0]?.runs ?? []).filter(({ role }) => role === "reviewer");
}

async function serve(waiting: ServerResponse[]): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => waiting.push(response));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => new Promise<void>((closed) => server.close(() => closed())));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "silence-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function countIn(file: string): number {
  return existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
}
