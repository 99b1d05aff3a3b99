// All loops of a repository, or of all of an organisation's, rest and go on: told to each, and kept in the store for those that are yet to start.
import { mayWrite } from "../loop/begin.ts";
import type { Effect } from "../loop/effect.ts";
import type { LoopEvent } from "../loop/event.ts";
import { mayPauseAll, reachOf } from "../loop/pause-all.ts";
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
  const reach = reachOf(command);
  const places = reach === "repository" ? here(issue) : await everywhere(world, effect);
  const turned = await turn(world, effect, places.ids);
  if (turned === "overtaken") {
    await say(allPausedText(command, "overtaken"));
    return;
  }
  const told = await tell(world, effect, turned.paused);
  // An earlier try of this command may have paused or resumed them.
  const isNews = retrying || turned.isNews || (command.verb === "resume-all" && told > 0);
  const owner = reach === "repository" ? null : { login: issue.owner, leavesOthers: places.leavesOthers };
  await say(allPausedText(command, { loops: told, isNews, by: turned.by, owner }));
}

/** Repositories that a command is about. */
interface Places {
  readonly ids: readonly number[];
  /** There are others, where the person may not say so. */
  readonly leavesOthers: boolean;
}

function here({ repositoryId }: PauseAll["issue"]): Places {
  return { ids: [repositoryId], leavesOthers: false };
}

/** All of the account that take part and where this person may say so: an owner of the organisation may in each. Throws `Fault`. */
async function everywhere({ github }: World, { issue, command }: PauseAll): Promise<Places> {
  const listed = await github.listRepositories(issue.installationId);
  const others = listed.filter(({ repositoryId, takesPart }) => takesPart && repositoryId !== issue.repositoryId);
  const ids = [issue.repositoryId];
  for (const other of others)
    if (mayPauseAll(await github.permission(other, command.actor))) ids.push(other.repositoryId);
  return { ids, leavesOthers: ids.length <= others.length };
}

interface Turned {
  /** Whether it was otherwise in any of them before. */
  readonly isNews: boolean;
  /** Who had paused them: one person where this command did it. */
  readonly by: readonly string[];
  /** What each is told, by its id; those are left out where a later command was heeded already. */
  readonly paused: ReadonlyMap<number, AllPaused>;
}

/** The store is told of each. */
async function turn(
  { store, clock }: World,
  { command }: PauseAll,
  ids: readonly number[],
): Promise<Turned | "overtaken"> {
  const isPause = command.verb === "pause-all";
  const told = new Map<number, AllPaused>();
  let isNews = false;
  for (const id of ids) {
    const before = await store.allPaused(id);
    const paused = before ?? { by: command.actor.login, since: clock.now() };
    if (!(await store.setAllPaused(id, isPause ? paused : null, placeOf(command)))) continue;
    told.set(id, paused);
    isNews ||= (before === null) === isPause;
  }
  if (told.size === 0) return "overtaken";
  const before = new Set([...told.values()].map(({ by }) => by));
  return { isNews, by: isNews ? [command.actor.login] : [...before], paused: told };
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
 * Tells each loop of these repositories, once, and resolves to how many are concerned. That it goes on is told also to one that has not
 * heard yet that it was to rest, or it would rest from then on.
 */
async function tell(world: World, { command }: PauseAll, places: Turned["paused"]): Promise<number> {
  const isPause = command.verb === "pause-all";
  const live = await world.store.loops("live");
  let concerned = 0;
  for (const { issueKey, state } of live) {
    const paused = places.get(state.issue.repositoryId);
    if (paused === undefined || state.rules === null) continue;
    const event: LoopEvent = isPause ? { type: "all_paused", ...paused } : { type: "all_resumed" };
    await world.submit(issueKey, event, `${issueKey}/${command.commentId}/${command.verb}`);
    concerned += Number(isPause || state.resumeAt?.why.of === "pause_all");
  }
  return concerned;
}
