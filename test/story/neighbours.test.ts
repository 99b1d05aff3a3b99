// Neighbours: what one loop or tenant cannot do is said at once, holds up no answer, and costs the others nothing.
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import type { Runtime } from "../../src/container/run.ts";
import type { Issue } from "../../src/forge/model.ts";
import { until } from "../until.ts";
import { aStory, brokenShop, mend, minute, type Story } from "./world.ts";

const missing =
  "The image app:1 is not on this machine. Pull it with the engine's own tool, or name another in the policy.";

/** A runtime on which nothing starts while `isHeld` says so of what is asked for. */
function holding(isHeld: (loop: string) => boolean): (real: Runtime) => Runtime {
  return (real) => ({
    ...real,
    prepare: async () => {},
    start: async (request, watch) => {
      if (isHeld(request.loop)) throw new Fault(missing, { kind: "not_found", retry: "later" });
      return real.start(request, watch);
    },
  });
}

const statusOf = (story: Story, issue: Issue) => story.comments(issue)[0] ?? "";

test("F55: a missing image is said in the thread at the first failure, answers wait for nothing, and the loop goes on once it is there", async () => {
  let isMissing = true;
  const story = await aStory({ runtime: holding(() => isMissing) });
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("preparing");
  expect(statusOf(story, issue)).toContain("attempt 1 of 3 could not start yet");
  expect(statusOf(story, issue)).toContain("The image app:1 is not on this machine");
  const { tries } = (await story.app().store.pendingEffects(`${story.repository.id}#${issue.number}`))[0] ?? {};
  expect(tries).toBe(1);

  for (let hour = 0; hour < 3; hour++) await story.advance(4 * minute);
  const before = story.comments(issue).length;
  story.forge.as("bob").comment(issue, "/loop status");
  await story.settle();
  expect(story.comments(issue).length).toBe(before + 1);
  expect(story.comments(issue).at(-1)).toContain("could not start yet");
  expect(issue.comments.at(-2)?.reactions).not.toEqual([]);

  isMissing = false;
  for (let waits = 0; waits < 8 && (await story.phase(issue)) === "preparing"; waits++)
    await story.advance(30 * minute);
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  expect(statusOf(story, issue)).not.toContain("could not start yet");
}, 120_000);

/** A repository with the broken shop, and an issue on it. */
async function aTenant(story: Story, owner: string, name = "shop") {
  const collaborators = { alice: "maintain", bob: "write" } as const;
  const repository = await story.forge.createRepository({ owner, name, files: brokenShop, collaborators });
  const open = () => story.forge.as("alice").openIssue(repository, { title: "Totals are wrong", body: "2 3 is 5." });
  const load = (issue: Issue) => story.app().store.load(`${repository.id}#${issue.number}`);
  return { repository, open, load };
}

/** Resolves when it holds. Twenty seconds of the story pass in each of ours: GitHub makes whoever writes too much wait for a minute. */
function passing(story: Story, holds: () => Promise<boolean>): Promise<void> {
  return until(async () => {
    if (await holds()) return true;
    await delay(50);
    story.clock.advance(1_000);
    return false;
  });
}

const owners = ["ann", "ben", "cat", "dan", "eve", "fay", "gus", "hal", "ida"];

/** Bytes at the App's door that nobody signed, and connections that say nothing. */
function flood(url: string): () => void {
  const { port } = new URL(url);
  const head = `POST /api/github/webhooks HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nx-github-event: push\r\nx-github-delivery: a\r\nx-hub-signature-256: sha256=${"0".repeat(64)}\r\ncontent-length: 26214400\r\n\r\n`;
  const sockets = Array.from({ length: 60 }, (_, n) => {
    const socket = connect(Number(port), "127.0.0.1");
    socket.on("error", () => {}).write(n % 3 === 0 ? "GET http://[ HTTP/1.1\r\n" : head + "x".repeat(100_000));
    return socket;
  });
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}

test("T26: one tenant of ten floods, fails and is slow: the nine others come to their gates, and none of its runs begins before theirs that wait", async () => {
  const story = await aStory({
    concurrentRuns: 3,
    executor: `case "$LOOP_TASK" in *mallory*) sleep 3; exit 1 ;; esac; ${mend}`,
  });
  const broken = await aTenant(story, "mallory", "broken");
  const noisy = await Promise.all([1, 2, 3, 4, 5].map((n) => aTenant(story, "mallory", `shop-${n}`)));
  const good = await Promise.all(owners.map((owner) => aTenant(story, owner)));
  await story.settle();
  story.forge.failNext(({ path, body = "" }) => /mallory.{1,12}broken/.test(path + body), {
    status: 503,
    times: 10_000,
  });
  const stop = flood(story.app().url);
  const theirs = noisy.flatMap(({ open, load }) => [1, 2, 3].map(() => ({ issue: open(), load })));
  for (const { issue } of theirs) story.forge.as("alice").label(issue, "loop");
  story.forge.as("alice").label(broken.open(), "loop");
  for (const { issue } of theirs) for (let n = 0; n < 4; n++) story.forge.as("bob").comment(issue, "/loop status");
  const isAtWork = async ({ issue, load }: (typeof theirs)[number]) => (await load(issue))?.phase === "executing";
  await passing(story, async () => (await Promise.all(theirs.map(isAtWork))).includes(true));
  const ours = good.map(({ repository, open, load }) => {
    const issue = open();
    return { issue, load, key: `${repository.id}#${issue.number}` };
  });
  for (const { issue } of ours) story.forge.as("alice").label(issue, "loop");
  const phases = () => Promise.all(ours.map(async ({ issue, load }) => (await load(issue))?.phase));
  await passing(story, async () => (await phases()).every((phase) => phase === "awaiting_gate"));
  stop();
  // In the order of what the App did, whatever the clock: from when a loop of ours stood in line until it began.
  const isBegun = ({ text, fields }: (typeof story.log)[number]) =>
    text === "performed" && fields.effect === "start_run";
  const isTheirs = ({ fields }: (typeof story.log)[number]) => !ours.some(({ key }) => key === fields.issue);
  const passedBy = ours.map(({ key }) => {
    const own = story.log.map((one, at) => ({ one, at })).filter(({ one }) => one.fields.issue === key);
    const asked = own.find(({ one }) => one.text === "waiting for a free container")?.at;
    const begun = own.find(({ one }) => isBegun(one))?.at;
    return asked === undefined
      ? 0
      : story.log.slice(asked, begun).filter((one) => isBegun(one) && isTheirs(one)).length;
  });
  // Those that were called already, and the turn that their account has among ten.
  expect(Math.max(...passedBy)).toBeLessThanOrEqual(4);
}, 240_000);
