// `/loop pause-all` and `/loop resume-all`: a paused repository starts nothing, and nothing rests for good once it goes on.
import type { AllPaused, RunOrder, StoredEffect, StorePort } from "../../src/engine/ports.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { replyMarker } from "../../src/record/markers.ts";
import type { Boundary } from "./boundary.ts";
import type { Act } from "./deeds.ts";
import { app, nameOf, repository } from "./model.ts";
import { random } from "./random.ts";
import type { Disk } from "./store.ts";
import type { Timeline } from "./timeline.ts";
import type { World } from "./world.ts";

const minute = 60_000;
const hour = 60 * minute;

/** In a third of the runs a maintainer pauses the repository, once or twice; most resume it, some of them before anything has heard. */
export function pauses(name: string, issues: readonly number[], within: number): Act[] {
  const draw = random(name, "pauses");
  if (!draw.chance(1 / 3)) return [];
  return Array.from({ length: draw.pick([1, 1, 2]) }, (_, index) => {
    const act = (id: string, at: number, verb: string, mostly: readonly ("alice" | "bob" | "carol")[]): Act => {
      const deed = { do: "say", by: draw.pick(mostly), text: `/loop ${verb}` } as const;
      return { id: `${id}${index}`, at, issue: draw.pick(issues), deed };
    };
    const at = draw.between(0, within);
    const rest = draw.pick([500, 20_000, 10 * minute, 3 * hour]);
    const pause = act("pause", at, "pause-all", ["bob", "carol", "carol", "alice"]);
    return draw.chance(0.8)
      ? [pause, act("resume", at + rest, "resume-all", ["bob", "carol", "carol", "alice"])]
      : [pause];
  }).flat();
}

export interface LateParts {
  readonly name: string;
  readonly acts: readonly Act[];
  readonly timeline: Timeline;
  readonly boundary: Boundary;
  readonly isCalm: () => boolean;
}

/** The pause as the store has it; where people pause at all, whoever asks may hear of it only when they have said otherwise. */
export function lateAllPaused(
  store: Pick<StorePort, "allPaused">,
  { name, acts, timeline, boundary, isCalm }: LateParts,
): StorePort["allPaused"] {
  if (!acts.some(({ deed }) => deed.do === "say" && deed.text === "/loop pause-all")) return store.allPaused;
  const draw = random(name, "late pauses");
  return async (repositoryId) => {
    const read = await store.allPaused(repositoryId);
    if (isCalm() || !draw.chance(0.3)) return read;
    const ms = draw.pick([50, 2000, 20_000]);
    return new Promise((resolve) => {
      timeline.after(ms, "a pause that was read is heard of", () => boundary.alive && resolve(read));
    });
  };
}

export interface PauseChecksParts {
  readonly world: World;
  readonly disk: Disk;
  readonly now: () => number; // of the world
  readonly hold: (condition: boolean, what: string) => void;
}

export function createPauseChecks({ world, disk, now, hold }: PauseChecksParts) {
  let paused: { readonly since: number } | null = null; // as people were told last, whatever became of the store
  let isForgotten = false; // with the store
  let heeded = 0; // the last comment that was
  const asked = new Map<string, number>(); // run → since when its start is under way

  /** Those who concern a whole repository are its maintainers, and whoever speaks later is heard last. */
  function onCommand(verb: "pause-all" | "resume-all", since: number): void {
    const asks = [...disk.effects.values()].flatMap(({ effect, tries }) =>
      effect.type === "pause_all" && tries > 0 && effect.command.verb === verb ? [effect.command] : [],
    );
    const isAsked = asks.some(({ actor }) => world.truth.couldHave(nameOf(actor), ["maintain", "admin"], since));
    hold(isAsked, `Paused: ${verb} that nobody asked for who may`);
    const last = Math.max(...asks.map(({ commentId }) => commentId));
    hold(last >= heeded, `Paused: ${verb} takes back what was said later`);
    heeded = last;
  }

  /** What comes back from a thread was said before. */
  function onAllPaused(next: AllPaused | null, by: "command" | "record", since: number): void {
    if (by === "record") hold(paused !== null || isForgotten, "Paused: a record says so, and nobody ever did");
    else onCommand(next === null ? "resume-all" : "pause-all", since);
    if (next === null) paused = null;
    else paused ??= { since: now() };
  }

  return {
    onAllPaused,
    /** Remembered is it by the records of the loops that rest for it, where there are any. */
    onStoreLost(): void {
      isForgotten ||= paused !== null;
      paused = null;
      heeded = 0;
    },
    /** Nobody is told that it is so, or not any more, before it is. */
    onAnswered({ effect }: StoredEffect): void {
      if (effect.type !== "pause_all") return;
      const { issue, command } = effect;
      const marker = replyMarker(`${issue.repositoryId}/${issue.number}/${command.commentId}`);
      const { comments } = world.issues.get(issue.number)!.value;
      const answer = comments.find(({ author, body }) => author.id === app.id && body.includes(marker));
      const isSaid = answer !== undefined && /paused this repository|is not paused/.test(answer.body);
      hold(!isSaid || heeded >= command.commentId, `Paused: ${command.verb} was answered and not kept`);
    },
    onStartAsked: (run: string) => void asked.set(run, now()),

    /** A start that was under way when the repository was paused may still arrive. */
    onStart({ id }: RunOrder): void {
      const isLate = paused !== null && (asked.get(id) ?? 0) > paused.since;
      hold(!isLate, `Paused: ${id} started though every loop of the repository is paused`);
    },

    onEnd(isAbsent: (loop: string) => boolean): void {
      if (isForgotten) return;
      hold(
        ((disk.allPaused.get(repository.id)?.paused ?? null) === null) === (paused === null),
        "Paused: what people were told of the pause is forgotten",
      );
      for (const state of disk.loops.values()) {
        if (isAbsent(state.id)) continue;
        if (paused === null)
          hold(!restsForAll(state), `Paused: loop ${state.id} rests for good after /loop resume-all`);
        else
          hold(
            !isAtWork(state),
            `Paused: loop ${state.id} is ${state.phase} though every loop of the repository is paused`,
          );
      }
    },
  };
}

function restsForAll({ phase, resumeAt }: LoopState): boolean {
  return phase === "paused" && resumeAt?.why.of === "pause_all";
}

/** Once somebody has merged, nothing is left that could rest. */
function isAtWork({ phase, rules, mergedBy }: LoopState): boolean {
  return !["settled", "refused", "paused"].includes(phase) && rules !== null && mergedBy === null;
}
