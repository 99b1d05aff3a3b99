// A person brings the loop's branch up to date with its base: what the base changed meanwhile is not the loop's doing.
import { expect, test } from "vitest";
import { approving, aStory } from "./world.ts";

/** A reviewer whose summary says how many lines of its brief are the base's. */
const counting = `lines=$(grep -c 'a line of the base' "$LOOP_DIR/brief.md"); ${approving}
sed -i "s/It does what the issue asks./Lines of the base: $lines./" "$LOOP_DIR/out/result.json"`;

test("the reviewer is shown the loop's change alone after Update branch, and the loop goes on to its gate", async () => {
  const story = await aStory({ reviewer: counting });
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  const text = "a line of the base\n".repeat(4000);
  await story.forge.as("dave").push(story.repository, "main", { "docs/long.md": text }, "Write a long page");
  await story.forge.world.updateBranch(story.forge.as("bob").actor, pull);
  await story.settle();
  const state = await story.state(issue);
  expect([state.phase, state.head]).toEqual(["awaiting_gate", pull.head.sha]);
  expect(state.attempts.at(-1)?.review?.summary).toBe("Lines of the base: 0.");
});
