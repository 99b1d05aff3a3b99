// An agent whose commits come to nothing.
import { expect, test } from "vitest";
import { aStory, attempts, mend } from "./world.ts";

test.each([
  ["an empty commit", "git commit -q --allow-empty -m 'Initial plan'"],
  [
    "a commit and its reverse",
    `${mend}; git add -A; git commit -q -m one; git revert --no-edit -n HEAD; git commit -q -m two`,
  ],
])("%s is as good as no commit: it is red, whatever CI would say, and the next attempt is told", async (_, empty) => {
  const told = `grep -q 'nothing was pushed: its commits change no file' "$LOOP_DIR/brief.md" && ${mend}`;
  const story = await aStory({ executor: attempts(empty, told) });
  const issue = await story.startLoop();
  const state = await story.state(issue);
  expect(state.attempts.map(({ verdict }) => verdict?.colour)).toEqual(["red", "green"]);
  expect(state.attempts[0]?.verdict?.findings[0]).toMatchObject({
    title: "nothing was pushed: its commits change no file",
  });
  expect(state.phase).toBe("awaiting_gate");
});
