// Labelled issues without a living loop: each is restored from its thread, or begun; one that cannot be read stops no other.
import { Fault } from "../../base/fault.ts";
import { isAnswered } from "../../loop/begin.ts";
import { isLive } from "../../loop/end.ts";
import { issueKeyOf } from "../../loop/issue-key.ts";
import type { RepositoryRef, Survey } from "../ports.ts";
import type { Recalled } from "../world.ts";
import { type Restored, type RestoreParts, restoreIssue } from "./restore.ts";
import type { Troubles } from "./troubles.ts";

export interface Found {
  readonly issue: string; // owner/name#number
  readonly outcome: Restored;
}

export interface Labelled {
  /** What became of those that a look at the repository found. Throws Fault where the repository itself cannot be read. */
  takeUp(repository: RepositoryRef, labelled: Survey["labelled"]): Promise<readonly Found[]>;
  /** Restores one issue's loop. Null: nobody can say yet. */
  recall(repository: RepositoryRef, number: number): Promise<Recalled | null>;
}

export function createLabelled(parts: RestoreParts, troubles: Troubles): Labelled {
  const { store, log } = parts.world;
  /** By repository, the labelled issues whose record this version cannot read: said once, then left alone. */
  const newer = new Map<number, ReadonlySet<number>>();

  async function takeUp(repository: RepositoryRef, labelled: Survey["labelled"]): Promise<readonly Found[]> {
    keepOnly(repository, new Set(labelled.map(({ number }) => number)));
    const found: Found[] = [];
    for (const { number, labelledBy } of labelled) {
      const key = issueKeyOf(repository.repositoryId, number);
      if (isLeft(repository, number) || !troubles.isDue(`issue ${key}`)) continue;
      if (await isTakenCareOf(key, labelledBy?.at)) continue;
      const outcome = await restored(repository, number, isOfThisIssue);
      if (outcome === null) continue;
      const issue = nameOf(repository, number);
      log.info({ issue: key, ...outcome, outcome: outcome.kind }, "a labelled issue that the store did not know");
      found.push({ issue, outcome });
    }
    return found;
  }

  /** Null where the issue could not be read, which is then left alone for a while. Throws what is not the issue's own trouble. */
  async function restored(
    repository: RepositoryRef,
    number: number,
    isIts: (fault: Fault) => boolean,
  ): Promise<Restored | null> {
    const key = issueKeyOf(repository.repositoryId, number);
    try {
      const outcome = await restoreIssue(parts, { ...repository, number });
      troubles.well(`issue ${key}`);
      if (outcome.kind === "newer") leave(repository, number);
      return outcome;
    } catch (error) {
      if (!(error instanceof Fault) || !isIts(error)) throw error;
      troubles.failed(`issue ${key}`, nameOf(repository, number), error);
      return null;
    }
  }

  /** A label that the loop which has ended was the answer to could not be taken away: it starts nothing. */
  async function isTakenCareOf(key: string, labelledAt: number | undefined): Promise<boolean> {
    if ((await store.nextEvent(key)) !== null || (await store.pendingEffects(key)).length > 0) return true;
    const state = await store.load(key);
    if (state === null) return false;
    return isLive(state) || labelledAt === undefined || isAnswered(state.labelSetAt, labelledAt);
  }

  function isLeft({ repositoryId }: RepositoryRef, number: number): boolean {
    return newer.get(repositoryId)?.has(number) ?? false;
  }

  function leave({ repositoryId }: RepositoryRef, number: number): void {
    newer.set(repositoryId, new Set([...(newer.get(repositoryId) ?? []), number]));
  }

  /** What is labelled no more is remembered no more. */
  function keepOnly({ repositoryId }: RepositoryRef, labelled: ReadonlySet<number>): void {
    const left = [...(newer.get(repositoryId) ?? [])].filter((number) => labelled.has(number));
    if (left.length > 0) newer.set(repositoryId, new Set(left));
    else newer.delete(repositoryId);
    const isGone = (subject: string) => {
      const [, of, number] = /^issue (\d+)#(\d+)$/.exec(subject) ?? [];
      return Number(of) === repositoryId && !labelled.has(Number(number));
    };
    troubles.forget(isGone);
  }

  return {
    takeUp,
    async recall(repository, number) {
      if (isLeft(repository, number)) return "newer";
      if (!troubles.isDue(`issue ${issueKeyOf(repository.repositoryId, number)}`)) return null;
      const outcome = await restored(repository, number, () => true);
      if (outcome === null) return null;
      if (outcome.kind === "restored" || outcome.kind === "tampered") return "here";
      return outcome.kind === "nothing" ? "none" : outcome.kind;
    },
  };
}

/** Anything else would be as wrong with the next one. */
function isOfThisIssue({ kind }: Fault): boolean {
  return kind === "not_found" || kind === "invalid" || kind === "refused";
}

function nameOf({ owner, name }: RepositoryRef, number: number): string {
  return `${owner}/${name}#${number}`;
}
