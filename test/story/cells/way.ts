// A way to an ending, and what becomes of each action that the ending's comment names when a person does exactly that.
import { describe, expect, test } from "vitest";
import { isAncestor } from "../../../src/forge/git/ancestry.ts";
import type { Issue } from "../../../src/forge/model.ts";
import type { LoopState } from "../../../src/loop/state.ts";
import { actionsIn, offered, rowOf } from "../../report/cells.ts";
import { aStory, minute, type Story, type StoryOptions } from "../world.ts";

/** What a person does beside the action itself, and what it comes to besides what every such action comes to. */
export interface Act {
  /** What the sentence asks for first: a policy that is mended, a provider that works again. */
  before?(story: Story, issue: Issue): unknown;
  /** What stands after the command, where the sentence leaves that to the person. */
  readonly says?: string;
  /** Where the loop is then; by default at its gate. */
  readonly reaches?: LoopState["phase"];
  /** The row of the ending that follows at once, where what stands in the way is still there. */
  readonly endsAs?: string;
  /** What the judges take from then on, before the loop gets where it goes. */
  readonly takes?: number;
  after?(story: Story, issue: Issue, after: LoopState, before: LoopState): unknown;
}

export interface Way {
  readonly options?: StoryOptions | (() => StoryOptions | Promise<StoryOptions>);
  /** Brings the ending about; by default a loop that is started comes to it by itself. */
  end?(story: Story): Promise<Issue>;
  /** What is done for each action. */
  readonly actions: Readonly<Record<string, Act>>;
}

/** Ways by the row that they lead to. */
export type Ways = Readonly<Record<string, Way>>;

/** The part of a comment that says what to do. */
function saidNext(issue: Issue): string {
  const stop = issue.comments.findLast(({ body, user }) => user.type === "Bot" && body.includes("**Next:**"));
  const [, next = ""] = stop?.body.split("**Next:** ") ?? [];
  const [sentence = ""] = next.split("\n");
  return sentence.replace(/^@[\w-]+, /, "");
}

async function perform(story: Story, issue: Issue, action: string, { says }: Act): Promise<void> {
  const sentence = saidNext(issue);
  expect(actionsIn(sentence), `named in: ${sentence}`).toContain(action);
  if (action === "label") await story.labelAgain(issue);
  else if (action === "close") story.forge.as("bob").close(issue);
  else if (action === "merge") await story.forge.as("bob").merge(await story.pull(issue));
  else {
    const [, argument = ""] = offered(sentence).commands.find(([verb]) => `/loop ${verb}` === action) ?? [];
    story.forge.as("bob").comment(issue, [action, says ?? argument].join(" ").trim());
  }
  await story.settle();
}

/** What each action comes to, wherever it is offered. */
async function expectAsSaid(story: Story, action: string, before: LoopState, after: LoopState): Promise<void> {
  if (action === "merge" || action === "close") return;
  if (action === "label") {
    expect(after.id, "a new loop").not.toBe(before.id);
    return;
  }
  expect(after.id, "the same loop").toBe(before.id);
  const ended = before.ending!;
  const made = after.attempts.length - before.attempts.length;
  if (action === "/loop deny") {
    if (ended.resume !== "verify") expect(made, "another attempt").toBeGreaterThan(0);
    if (ended.pendingHead !== null)
      expect(await isOn(story, after, ended.pendingHead), "without that commit").toBe(false);
  } else if (ended.pendingHead !== null && action === "/loop approve") {
    expect([made, await isOn(story, after, ended.pendingHead)], "exactly that commit").toEqual([0, true]);
  } else if (ended.resume === "verify" || ended.resume === "gate") {
    expect([made, after.head], "the same commit").toEqual([0, before.head]);
  } else if (ended.resume === "execute" && action !== "/loop approve") {
    expect(made, "another attempt").toBeGreaterThan(0);
    const base = after.attempts.at(before.attempts.length)?.base;
    if (before.head !== null) expect(base, "from the branch as it is").toBe(before.head);
  }
}

/** Whether the loop's branch has that commit. */
async function isOn({ repository }: Story, { head }: LoopState, commit: string): Promise<boolean> {
  return head !== null && isAncestor(repository.gitDir, commit, head);
}

/** Has a story for each action of each way. */
export function tellAll(ways: Ways): void {
  describe.each(Object.entries(ways))("%s", (row, way) => {
    test.each(Object.entries(way.actions))("%s", async (action, act) => {
      const story = await aStory(typeof way.options === "function" ? await way.options() : way.options);
      const issue = await (way.end?.(story) ?? story.startLoop());
      const before = await story.state(issue);
      expect(before.ending === null ? before.phase : rowOf(before.ending)).toBe(row);
      await act.before?.(story, issue);
      await story.settle();
      await perform(story, issue, action, act);
      if (act.takes !== undefined) await story.advance(act.takes * minute);
      const after = await story.state(issue);
      await expectAsSaid(story, action, before, after);
      if (act.endsAs !== undefined) expect(after.ending && rowOf(after.ending)).toBe(act.endsAs);
      else if (action !== "merge" && action !== "close")
        expect([after.phase, after.ending]).toEqual([act.reaches ?? "awaiting_gate", null]);
      await act.after?.(story, issue, after, before);
    });
  });
}
