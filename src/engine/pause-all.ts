// All loops of a repository rest, and go on: told to each, and kept in the store for those that are yet to start.
import { mayWrite } from "../loop/begin.ts";
import type { Effect } from "../loop/effect.ts";
import type { LoopEvent } from "../loop/event.ts";
import { mayPauseAll } from "../loop/pause-all.ts";
import type { LoopState } from "../loop/state.ts";
import { replyMarker } from "../record/markers.ts";
import { allPausedText, pauseAllRefusedText } from "../report/report.ts";
import type { AllPaused } from "./ports.ts";
import type { World } from "./world.ts";

type PauseAll = Extract<Effect, { type: "pause_all" }>;

/**
 * Performs either command; done again it comes to the same, and one that is done late takes back no later one. Whoever may not is told so, where they may write at all. The store is
 * told first: what starts meanwhile is held, or let go, by it.
 */
export async function pauseAll(world: World, effect: PauseAll, retrying: boolean): Promise<void> {
  const { issue, command } = effect;
  const permission = await world.github.permission(issue, command.actor);
  if (!mayWrite(permission)) return;
  const marker = replyMarker(`${issue.repositoryId}/${issue.number}/${command.commentId}`);
  const say = (body: string) => world.github.createComment(issue, [body, marker].join("\n\n"), marker, retrying);
  if (!mayPauseAll(permission)) {
    await say(pauseAllRefusedText(command, permission));
    return;
  }
  const before = await world.store.allPaused(issue.repositoryId);
  const isPause = command.verb === "pause-all";
  const paused = before ?? { by: command.actor.login, since: world.clock.now() };
  if (!(await world.store.setAllPaused(issue.repositoryId, isPause ? paused : null, placeOf(command)))) {
    await say(allPausedText(command, "overtaken"));
    return;
  }
  const told = await tell(world, effect, paused);
  // An earlier try of this command may have paused or resumed them.
  const isNews = retrying || (before === null) === isPause || (!isPause && told > 0);
  await say(allPausedText(command, { loops: told, isNews, by: paused.by }));
}

/** Comments are numbered in the order of writing; a review, and a comment on a line, are numbered apart from them. */
function placeOf({ review, commentId }: PauseAll["command"]): number | null {
  return review === undefined ? commentId : null;
}

/** What is so now, where the loop believes otherwise. */
export async function readPause({ store }: Pick<World, "store">, state: LoopState): Promise<LoopEvent[]> {
  const paused = await store.allPaused(state.issue.repositoryId);
  const rests = state.phase === "paused" && state.resumeAt?.why.of === "pause_all";
  if (paused === null) return rests ? [{ type: "all_resumed" }] : [];
  return rests ? [] : [{ type: "all_paused", ...paused }];
}

/**
 * Tells each loop of the repository, once, and resolves to how many are concerned. That it goes on is told also to one that has not
 * heard yet that it was to rest, or it would rest from then on.
 */
async function tell(world: World, { issue, command }: PauseAll, { by, since }: AllPaused): Promise<number> {
  const isPause = command.verb === "pause-all";
  const event: LoopEvent = isPause ? { type: "all_paused", by, since } : { type: "all_resumed" };
  const live = await world.store.loops("live");
  const here = live.filter(({ state }) => state.issue.repositoryId === issue.repositoryId && state.rules !== null);
  for (const { issueKey } of here)
    await world.submit(issueKey, event, `${issueKey}/${command.commentId}/${command.verb}`);
  return (isPause ? here : here.filter(({ state }) => state.resumeAt?.why.of === "pause_all")).length;
}
