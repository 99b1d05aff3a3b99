// Everything the engine works with, handed to whoever performs an effect.
import { Fault } from "../base/fault.ts";
import type { LoopEvent } from "../loop/event.ts";
import { issueKeyOf } from "../loop/issue-key.ts";
import type { LoopState } from "../loop/state.ts";
import type { nextOf, sift } from "../loop/still.ts";
import type { Operator } from "../policy/rules.ts";
import type { Clock, Decided, GitHubPort, Log, RepositoryRef, RunsPort, StorePort } from "./ports.ts";
import type { Slots } from "./slots.ts";

/** Everything the engine works with. */
export interface World {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: StorePort;
  readonly github: GitHubPort;
  readonly runs: RunsPort;
  readonly slots: Slots;
  /** The runs whose end this process will hear of, each with what resolves when that end is stored. */
  readonly watched: Map<string, Promise<void>>;
  /** Issues of which it is known that no run of another loop is left from before. */
  readonly alone: Set<string>;
  /** Issues whose loop was let begin although its pull request is one of few, with the revision that asked. */
  readonly beginning: Map<string, { readonly repositoryId: number; readonly revision: number }>;
  readonly operator: Operator;
  /** The trigger: set on an issue, it starts a loop. */
  readonly label: string;
  readonly newLoopId: () => string;
  /** To how many repositories that come at once the App proposes a first policy; 0: it does not introduce itself. Absent: 0. */
  readonly introductions?: number;
  /** How long what ended loops left is kept, in milliseconds. Absent: for ever. */
  readonly keepMs?: number;
  /** How much may be kept of all that, in bytes. Absent: anything. */
  readonly keepBytes?: number;
  /** Seals the records; derived from the operator's secret. */
  readonly sealKey: Uint8Array;
  /** Puts an event that came from outside a turn into the loop's mailbox. */
  readonly submit: (issueKey: string, event: LoopEvent, dedupe: string) => Promise<void>;
  /** Does the work again until the store takes it: what a run came to must not be lost to a full disk. */
  readonly untilStored: (work: () => Promise<void>) => Promise<void>;
  /** Says of all that was asked for what still holds, and what is next. */
  readonly decider: { readonly sift: typeof sift; readonly nextOf: typeof nextOf };
  /** Told of each decision once it is saved. Absent: nobody counts. */
  readonly onDecided?: (decided: Decided) => void;
  /** Brings back the loop of an issue that the store does not know, if its thread has one. Null: nobody can say yet. */
  readonly recall: (issueKey: string) => Promise<Recalled | null>;
  /** The repository by the names that GitHub lists. Null: nobody can say yet; undefined: the App is not there. */
  readonly repositoryOf: (repositoryId: number) => Promise<RepositoryRef | null | undefined>;
  /** Has the ends of the loop's runs told that it has not heard. Throws Fault only when the store cannot list them. */
  readonly takeUp: (issueKey: string) => Promise<void>;
  /** Counts as work in progress until it settles; what it throws is logged. */
  readonly track: (work: Promise<void>) => void;
  /** True once the process is asked to end: no new work is begun. */
  readonly stopping: () => boolean;
}

/** Why nothing can be done in a repository by its id: an installation that cannot be listed now may have it. */
export function unlisted(repositoryId: number): Fault {
  return new Fault(`Could not find the repository ${repositoryId}: not every installation can be listed.`, {
    kind: "not_found",
    retry: "later",
  });
}

/** Whether the loop is on its way back, a first one begins, a newer version wrote it and it rests, or there is none to be had. */
export type Recalled = "here" | "fresh" | "newer" | "none";

/** The name under which the whole verdict on a commit is shown. */
export const verdictCheck = "loop / verdict";

/** The name under which the reviewer's answer is shown alone, where branch rules ask for it or no verdict comes of it. */
export const reviewCheck = "loop / review";

/** The name under which the hunks that no test holds are shown on their lines. */
export const knockOutCheck = "loop / knock-out";

/** The name under which a pull request of anybody is told what it makes of the policy. */
export const policyCheck = "loop / policy";

/** Names of the check runs that are ours: what they say is in the verdict already. */
export const ourChecks: readonly string[] = [verdictCheck, reviewCheck, knockOutCheck, policyCheck];

/** Whose text it is that is stored, and since when. */
export function textOf({ clock }: Pick<World, "clock">, { id, issue }: LoopState) {
  return { issueKey: issueKeyOf(issue.repositoryId, issue.number), loop: id, at: clock.now() };
}
