// Faults of a run, as the thread tells them: a limit that an agent met.
import { expect, test } from "vitest";
import { aStory, attempts, mend } from "../story/world.ts";

test("F51: an attempt that filled its disk is red, the thread says why, and the next attempt is told", async () => {
  const flood = 'head -c 20000000 /dev/zero > "$LOOP_DIR/out/flood"; sleep 60';
  const heard = `grep -q "wrote more than 16777216 bytes to /loop/out" "$LOOP_DIR/brief.md" && { ${mend}; }`;
  const story = await aStory({ executor: attempts(flood, heard) });
  const issue = await story.startLoop();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  const first = story.comments(issue).find((comment) => comment.includes("Attempt 1"));
  expect(first).toContain("nothing was pushed: it wrote more than 16777216 bytes to /loop/out");
});
