// Comments on lines: each is in the next brief with its place, and is answered in its thread when an attempt is green.
import { expect, test } from "vitest";
import type { Pull } from "../../src/forge/model.ts";
import { answer, aStory, attempts, mend, minute, type Story } from "./world.ts";

const copied = 'cp "$LOOP_DIR/brief.md" brief.txt';
const second = `${mend}; echo '# Whole numbers only.' >> total.sh; ${copied}; ${answer({ summary: "It says so now." })}`;

/** bob asks for changes on two lines of what waits at the gate. */
async function asked(story: Story): Promise<Pull> {
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  const comments = [
    { path: "total.sh", line: 3, body: "Say which numbers." },
    { path: "README.md", line: 1, body: "Mention it here, too." },
  ];
  story.forge.as("bob").review(pull, { event: "REQUEST_CHANGES", comments });
  return pull;
}

const answersIn = ({ reviewComments }: Pull, path: string) =>
  reviewComments.filter((one) => one.inReplyTo !== null && one.path === path).map(({ body }) => body);

test("what is asked on a line is briefed with its place, and answered there once, with no claim that nobody can know", async () => {
  const story = await aStory({ executor: attempts(mend, second) });
  const pull = await asked(story);
  await story.settle();
  const brief = await story.file(pull.head.sha, "brief.txt");
  expect(brief).toContain("total.sh:3");
  expect(brief).toContain("Mention it here, too.");
  const [[one, ...more], [other, ...others]] = [answersIn(pull, "total.sh"), answersIn(pull, "README.md")];
  expect([more, others]).toEqual([[], []]);
  expect(one).toContain(`Attempt 2 was told this, and its commit \`${pull.head.sha.slice(0, 7)}\` is green. Whether`);
  expect(one).toContain("It says so now.");
  expect(other).toContain("It did not touch `README.md`.");
  await story.restart();
  await story.settle();
  expect(pull.reviewComments).toHaveLength(4);
}, 120_000);

test("F27: an answer that arrived unheard is not given twice, and a thread that is gone is none to answer", async () => {
  const story = await aStory({ executor: attempts(mend, second) });
  const pull = await asked(story);
  const [first, gone] = pull.reviewComments;
  const route = (id: number) => `POST /repos/:owner/:repo/pulls/:number/comments/${id}/replies`;
  story.forge.failNext(route(first!.id), { status: 502, applyEffect: true });
  story.forge.failNext(route(gone!.id), { status: 404 });
  await story.settle();
  await story.advance(10 * minute);
  expect([answersIn(pull, "total.sh").length, answersIn(pull, "README.md").length]).toEqual([1, 0]);
  expect(pull.draft).toBe(false);
}, 120_000);
