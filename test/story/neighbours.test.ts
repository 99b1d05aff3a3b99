// Neighbours: what one loop or tenant cannot do is said at once, holds up no answer, and costs the others nothing.
import { expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import type { Runtime } from "../../src/container/run.ts";
import type { Issue } from "../../src/forge/model.ts";
import { aStory, minute, type Story } from "./world.ts";

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
