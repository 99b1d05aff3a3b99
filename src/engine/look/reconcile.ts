// Level-triggered: what GitHub says now becomes the events that a lost webhook would have brought. At start, and in silence.

import { eachAtMost } from "../../base/at-most.ts";
import { Fault } from "../../base/fault.ts";
import { isLive } from "../../loop/end.ts";
import { issueKeyOf } from "../../loop/issue-key.ts";
import { noIssue } from "../../loop/schedule.ts";
import type { LoopState } from "../../loop/state.ts";
import type { LoopAddress, Origin, RepositoryRef, Survey } from "../ports.ts";
import type { Recalled } from "../world.ts";
import { differences } from "./difference.ts";
import { createHearing } from "./hearing.ts";
import { createLabelled, type Found } from "./labelled.ts";
import { createListing, installationsAtOnce } from "./listing.ts";
import type { RestoreWorld } from "./restore.ts";
import { createTroubles, type Subject, type Trouble } from "./troubles.ts";

export interface ReconcileOptions {
  readonly label: string;
  readonly newLoopId: () => string;
  readonly everyMs: number;
}

/** What a pass over everything came to. */
export interface Reconciled {
  readonly repositories: number;
  readonly issues: readonly Found[]; // labelled and unknown to the store
  readonly failed: readonly Trouble[]; // installations, repositories and issues
  readonly isWhole: boolean; // false: some were left for the next pass
}

/** What was looked at since the start: a loop that only its thread knows is in the store if its repository is among it. */
export interface Seen {
  readonly everything: boolean;
  readonly repositories: ReadonlySet<number>;
}

export interface Reconciler {
  /** A delivery arrived, so webhooks work: what has no loop in its installation needs no look, nor has what it is about. */
  heard(origin: Origin): void;
  /** A delivery told this issue's loop something, so it needs no look. */
  heardOf(issueKey: string): void;
  /** What arrived may have been turned away: a minute later GitHub is asked to send again what it calls failed by then. */
  missed(): void;
  /**
   * Looks at every repository of every installation that can be read; the others are looked at as soon as they can be. What an
   * installation answers slowly is left for the next pass once it has taken so many milliseconds; absent: nothing is.
   */
  everything(mostMs?: number): Promise<Reconciled>;
  /** Looks where nothing was heard for a period; false: look again soon, for something was left, or was asked to arrive once more. */
  silent(): Promise<boolean>;
  /** Looks at what could not be looked at before and is due again; where there is nothing of the kind, nothing is asked. */
  again(): Promise<void>;
  /** When `again` has something to do; null: never, as things are. */
  againAt(): number | null;
  seen(): Seen;
  /** Undefined: it is none of ours. Null: an installation that cannot be listed may have it. */
  repositoryOf(repositoryId: number): Promise<RepositoryRef | null | undefined>;
  /** Restores one issue's loop on demand; true when there is one now. Null: nobody can say yet. */
  recall(issueKey: string): Promise<Recalled | null>;
}

/** What one installation may take of a period, in milliseconds. */
const mostOfPeriodMs = 60_000;

/** GitHub waits ten seconds for an answer; after so long it knows of each delivery that had none, and shows it. */
const knownAfterMs = 60_000;

/** Deliveries may have been turned away. */
interface Missed {
  readonly since: number;
  readonly last: number;
}

/** In one silent period at most so many repositories without a live loop are looked at; the next period goes on. */
const quietPerPeriod = 60;

type Live = ReadonlyMap<number, readonly LoopAddress[]>;

export function createReconciler(world: RestoreWorld, options: ReconcileOptions): Reconciler {
  const { clock, store, github, log } = world;
  const troubles = createTroubles(clock, log);
  const listing = createListing(github, troubles);
  const labelled = createLabelled({ world, label: options.label, newLoopId: options.newLoopId }, troubles);
  const hearing = createHearing(clock, options.everyMs);
  const seen = new Map<string, string>(); // issue → the reviews of its pull request, as last looked at
  let turnOf = 0;
  let missed: Missed | null = null; // null: no delivery may have been turned away that nobody has asked for again
  let askedAgain = false; // what failed to arrive may be on its way, and with it the end of the silence

  async function liveByRepository(): Promise<Live> {
    const byRepository = new Map<number, LoopAddress[]>();
    for (const loop of await store.liveLoops()) {
      const others = byRepository.get(loop.repositoryId);
      if (others === undefined) byRepository.set(loop.repositoryId, [loop]);
      else others.push(loop);
    }
    return byRepository;
  }

  /** Every repository that there is to look at: those listed, and those of live loops, by the name GitHub has for them now. */
  async function allOf(live: Live): Promise<readonly RepositoryRef[]> {
    const unlisted: RepositoryRef[] = [];
    for (const [id, [first]] of live) {
      if (listing.known.has(id) || first === undefined) continue;
      const state = await store.load(first.issueKey);
      if (state !== null) unlisted.push(state.issue);
    }
    return [...listing.known.values(), ...unlisted];
  }

  function mayBeAsked({ installationId, repositoryId }: RepositoryRef): boolean {
    return troubles.isWell(`installation ${installationId}`) && troubles.isDue(`repository ${repositoryId}`);
  }

  /** States are read when their repository is looked at, and let go after it. */
  async function look(repository: RepositoryRef, loops: readonly LoopAddress[]): Promise<Reconciled["issues"]> {
    const claimed: LoopState[] = [];
    for (const { issueKey } of loops) {
      const state = await store.load(issueKey);
      if (state !== null && isLive(state) && state.rules !== null) claimed.push(state);
    }
    const asked = claimed.map(({ issue, branch, pull }) => ({
      issue: issue.number,
      branch,
      pull: pull?.number ?? null,
    }));
    const survey = await github.survey(repository, options.label, asked);
    for (const state of claimed) await compare(state, survey);
    if (survey.schedules !== null) await tellOfSchedules(repository, survey.schedules);
    return labelled.takeUp(repository, survey.labelled);
  }

  /** Once for each version of the policy in a life of the process: what it says may have changed while nobody listened. */
  async function tellOfSchedules(repository: RepositoryRef, policy: string): Promise<void> {
    const { installationId, repositoryId, owner, name } = repository;
    const event = { type: "schedules_seen", repository: { installationId, repositoryId, owner, name } } as const;
    await world.submit(issueKeyOf(repositoryId, noIssue), event, `schedules/${repositoryId}/${policy}/${store.epoch}`);
  }

  async function compare(state: LoopState, survey: Survey): Promise<void> {
    const look = survey.loops.find(({ issue }) => issue === state.issue.number);
    if (look === undefined) return;
    const key = issueKeyOf(state.issue.repositoryId, state.issue.number);
    const reviews = look.pull?.reviews ?? "";
    for (const event of differences(state, look, seen.get(key) !== reviews, clock.now())) {
      log.info({ issue: key, loop: state.id, event: event.type }, "GitHub differs from what the loop believes");
      await world.submit(key, event, `reconcile/${state.id}/${state.revision}/${event.type}/${clock.now()}`);
    }
    if (state.phase === "awaiting_gate") seen.set(key, reviews);
  }

  /** What is over, gone, or of an installation that cannot be asked, is of no use to anyone. */
  function forgetGone(live: Live, all: readonly RepositoryRef[]): void {
    const loops = [...live.values()].flat();
    const keys = new Set(loops.map(({ issueKey }) => issueKey));
    for (const key of seen.keys()) if (!keys.has(key)) seen.delete(key);
    hearing.forgetOld();
    listing.keepOnly(new Set(loops.map(({ installationId }) => installationId)));
    const ofWell = all.filter(({ installationId }) => troubles.isWell(`installation ${installationId}`));
    const askable = new Set(ofWell.map(({ repositoryId }) => repositoryId));
    troubles.forget((subject) => {
      const id = repositoryOf(subject);
      if (id === null || askable.has(id)) return false;
      listing.fresh.add(id); // a look is owed, once its installation can be asked
      return true;
    });
    const there = new Set(all.map(({ repositoryId }) => repositoryId));
    for (const id of listing.fresh) if (!there.has(id)) listing.fresh.delete(id);
  }

  /** Installation by installation, some of them side by side. */
  async function lookAtAll(
    repositories: readonly RepositoryRef[],
    live: Live,
    mostMs: number,
  ): Promise<Pick<Reconciled, "issues" | "isWhole">> {
    const byInstallation = Map.groupBy(repositories, ({ installationId }) => installationId);
    const issues: Found[] = [];
    let isWhole = true;
    await eachAtMost(installationsAtOnce, [...byInstallation.values()], async (own) => {
      if (!(await lookAtOwn(own, { live, until: clock.now() + mostMs, issues }))) isWhole = false;
    });
    return { issues, isWhole };
  }

  /**
   * One after the other, those that may be asked; what cannot be read is left alone for a while and stops no other. False: there was no
   * time for all of them, and the others are owed.
   */
  async function lookAtOwn(
    repositories: readonly RepositoryRef[],
    { live, until, issues }: { readonly live: Live; readonly until: number; readonly issues: Found[] },
  ): Promise<boolean> {
    for (const [index, repository] of repositories.entries()) {
      if (world.stopping()) break;
      if (clock.now() > until) {
        for (const { repositoryId } of repositories.slice(index)) listing.fresh.add(repositoryId);
        return false;
      }
      if (!mayBeAsked(repository)) continue;
      const { repositoryId } = repository;
      try {
        issues.push(...(await look(repository, live.get(repositoryId) ?? [])));
        troubles.well(`repository ${repositoryId}`);
        listing.fresh.delete(repositoryId);
      } catch (error) {
        await blame(repository, error);
      }
    }
    return true;
  }

  /** The repository alone, or its whole installation? That is asked once as it begins, and saves a request for each of the others. */
  async function blame({ installationId, repositoryId, owner, name }: RepositoryRef, error: unknown): Promise<void> {
    listing.fresh.add(repositoryId);
    if (troubles.isWell(`repository ${repositoryId}`)) await listing.check(installationId);
    if (troubles.isWell(`installation ${installationId}`))
      troubles.failed(`repository ${repositoryId}`, `${owner}/${name}`, error);
  }

  function silentOnes(all: readonly RepositoryRef[], live: Live): readonly RepositoryRef[] {
    // Loop by loop: what others of its repository are told says nothing of the webhook that this one has lost.
    const busy = all.filter(({ repositoryId }) => live.get(repositoryId)?.some(hearing.isUnheard));
    const quiet = all.filter((one) => !live.has(one.repositoryId) && hearing.isSilentAt(one.installationId));
    const from = quiet.length > quietPerPeriod ? turnOf % quiet.length : 0;
    return [...busy, ...[...quiet, ...quiet].slice(from, from + Math.min(quiet.length, quietPerPeriod))];
  }

  /** By whatever distance: a clock that was set back must not wait until it is as late again. */
  const isKnown = (at: number) => Math.abs(clock.now() - at) >= knownAfterMs;

  const isMissedDue = () => missed !== null && isKnown(missed.since);

  /** What GitHub may not have known of when it was asked is asked for once more. */
  async function redeliverMissed(): Promise<boolean> {
    const stillUnknown = missed === null || isKnown(missed.last) ? null : missed.last;
    missed = stillUnknown === null ? null : { since: stillUnknown, last: stillUnknown };
    return redeliver();
  }

  async function redeliver(): Promise<boolean> {
    if (!troubles.isDue("deliveries")) return false;
    try {
      const count = await github.redeliverFailed();
      troubles.well("deliveries");
      if (count > 0) log.info({ count }, "asked GitHub to send failed deliveries again");
      return count > 0;
    } catch (error) {
      troubles.failed("deliveries", "the App's failed deliveries", error);
      return false;
    }
  }

  /** Those where a look is owed: not looked at since they were listed or failed, or with an issue that could not be read. */
  function owedOnes(all: readonly RepositoryRef[]): readonly RepositoryRef[] {
    const due = new Set(troubles.due().map(repositoryOf));
    return all.filter(({ repositoryId: id }) => listing.fresh.has(id) || due.has(id));
  }

  async function now(): Promise<{ live: Live; all: readonly RepositoryRef[] }> {
    await listing.refreshDue();
    const live = await liveByRepository();
    const all = await allOf(live);
    forgetGone(live, all);
    return { live, all: all.filter(mayBeAsked) };
  }

  async function find(repositoryId: number, issueKey: string): Promise<RepositoryRef | null | undefined> {
    const known = listing.known.get(repositoryId);
    if (known !== undefined) return known;
    if (!troubles.isDue(`issue ${issueKey}`)) return null;
    await listing.search();
    const found = listing.known.get(repositoryId);
    if (found !== undefined) return found;
    if (listing.isComplete()) {
      troubles.forget((subject) => subject === `issue ${issueKey}`);
      return undefined;
    }
    const message = `Could not find the repository ${repositoryId}: not every installation can be listed.`;
    troubles.failed(`issue ${issueKey}`, issueKey, new Fault(message, { kind: "not_found", retry: "later" }));
    return null;
  }

  return {
    heard: hearing.heard,
    heardOf: hearing.heardOf,
    missed() {
      const now = clock.now();
      missed = { since: missed?.since ?? now, last: now };
    },
    async everything(mostMs = Number.POSITIVE_INFINITY) {
      await listing.refresh();
      const live = await liveByRepository();
      const all = await allOf(live);
      const { issues, isWhole } = await lookAtAll(all, live, mostMs);
      await redeliver();
      const failed = troubles.all().filter(({ subject }) => subject !== "deliveries");
      return { repositories: all.length, issues, failed, isWhole };
    },
    async silent() {
      const { live, all } = await now();
      const repositories = [...new Set([...owedOnes(all), ...silentOnes(all, live)])];
      const mayAsk = repositories.length > 0 && !askedAgain;
      const isComing = isMissedDue() ? await redeliverMissed() : mayAsk && (await redeliver());
      askedAgain = mayAsk && isComing;
      if (askedAgain) return false;
      const { isWhole } = await lookAtAll(repositories, live, mostOfPeriodMs);
      turnOf += quietPerPeriod;
      return isWhole;
    },
    async again() {
      const isMissed = isMissedDue();
      if (!isMissed && troubles.due().length === 0) return;
      const { live, all } = await now();
      await lookAtAll(owedOnes(all), live, mostOfPeriodMs);
      if (isMissed) await redeliverMissed();
      else if (!troubles.isWell("deliveries")) await redeliver();
    },
    againAt() {
      const times = [troubles.nextAt(), missed === null ? null : missed.since + knownAfterMs];
      const known = times.filter((time) => time !== null);
      return known.length === 0 ? null : Math.min(...known);
    },
    seen() {
      const unread = new Set(troubles.all().map(({ subject }) => repositoryOf(subject)));
      const isSeen = (id: number) => !listing.fresh.has(id) && !unread.has(id);
      const repositories = new Set([...listing.known.keys()].filter(isSeen));
      return { repositories, everything: listing.isWhole() && repositories.size === listing.known.size };
    },
    repositoryOf: (id) => find(id, issueKeyOf(id, noIssue)),
    async recall(issueKey) {
      const [repositoryId, number] = issueKey.split("#").map(Number);
      if (repositoryId === undefined || number === undefined) return "none";
      const repository = await find(repositoryId, issueKey);
      if (repository === null) return null;
      return repository === undefined ? "none" : labelled.recall(repository, number);
    },
  };
}

/** The repository that is in trouble, or that the issue in trouble is of; null for other subjects. */
function repositoryOf(subject: Subject): number | null {
  const [, id] = /^(?:repository|issue) (\d+)/.exec(subject) ?? [];
  return id === undefined ? null : Number(id);
}
