// The facts in attempt comments: read back when the store is lost, and believed only as we left them.
import { expect, test } from "vitest";
import type { Comment, Issue } from "../../src/forge/model.ts";
import { encodeRecord } from "../../src/record/codec.ts";
import { sealKey } from "../../src/record/seal.ts";
import { shrinkSteps } from "../../src/record/shrink.ts";
import { aStory, attempts, botch, mend, type Story } from "./world.ts";

const key = sealKey("a seal secret of the stories, long enough");

function commentOf(issue: Issue, marker: string): Comment {
  const found = issue.comments.find(({ body }) => body.includes(marker));
  if (found === undefined) throw new Error(`no comment has ${marker}`);
  return found;
}

/** A loop at its gate after three attempts, whose record has forgotten all it may forget. */
async function aForgetfulLoop(): Promise<{ story: Story; issue: Issue }> {
  const story = await aStory({ executor: attempts(botch("red"), botch("blue"), mend) });
  const issue = await story.startLoop();
  const state = await story.state(issue);
  expect(state.attempts).toHaveLength(3);
  const least = shrinkSteps.at(-1)?.(state) ?? state;
  const status = commentOf(issue, "loopgate:record");
  status.body = status.body.replace(/<!-- loopgate:record .*-->/, encodeRecord(least, key));
  return { story, issue };
}

test("what the record forgot of older attempts comes back from their comments", async () => {
  const { story, issue } = await aForgetfulLoop();
  const before = await story.state(issue);
  await story.restart({ loseStore: true });
  const after = await story.state(issue);
  expect(after.attempts.slice(0, 2)).toEqual(before.attempts.slice(0, 2));
  expect(after.attempts[0]?.verdict?.findings.length).toBeGreaterThan(0);
  expect(after.phase).toBe("awaiting_gate");
});

test("F65, T16: facts that a person edited, or forged, are not read, change no decision, and their loss is said", async () => {
  const { story, issue } = await aForgetfulLoop();
  const [first, second] = ["attempt=1 ", "attempt=2 "].map((one) => commentOf(issue, one));
  if (first === undefined || second === undefined) throw new Error("there are two attempt comments");
  story.forge.holdDeliveries();
  story.forge.as("dave").editComment(first, `${first.body} `); // the seal is still good
  second.body = second.body.replace(/seal=(.)/, (_, digit) => `seal=${digit === "0" ? "1" : "0"}`); // as if GitHub had not seen who did it
  story.forge.releaseDeliveries(() => []);
  await story.restart({ loseStore: true });
  const state = await story.state(issue);
  expect(state.attempts.slice(0, 2).map(({ verdict }) => verdict?.findings)).toEqual([[], []]);
  expect(state.attempts.map(({ verdict }) => verdict?.colour)).toEqual(["red", "red", "green"]);
  expect(state.phase).toBe("awaiting_gate");
  const said = story.log.find(({ text }) => text === "only the outcome of attempts is left");
  expect(said?.fields).toEqual({ loop: state.id, attempts: [1, 2] });
  story.forge.as("bob").approve(await story.pull(issue));
  await story.settle();
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
});
