// Level-triggered: what GitHub says now becomes the events that a lost webhook would have brought. At start, and in silence.
import { isAnswered } from "../../loop/begin.ts";
import { isLive } from "../../loop/end.ts";
import { issueKeyOf } from "../../loop/issue-key.ts";
import type { LoopState } from "../../loop/state.ts";
import type { Origin, RepositoryRef, Survey } from "../ports.ts";
import { differences } from "./difference.ts";
import { type Restored, type RestoreWorld, restoreIssue } from "./restore.ts";

export interface ReconcileOptions {
  readonly label: string;
  readonly newLoopId: () => string;
  readonly everyMs: number;
}

/** What a pass over everything came to. */
export interface Reconciled {
  readonly repositories: number;
  readonly issues: readonly { readonly issue: string; readonly outcome: Restored }[]; // labelled and unknown to the store
  readonly failed: readonly { readonly repository: string; readonly why: string }[];
}

export interface Reconciler {
  /** A delivery arrived, so webhooks work: what has no loop in its installation needs no look, nor has what it is about. */
  heard(origin: Origin): void;
  /** A delivery told this issue's loop something, so it needs no look. */
  heardOf(issueKey: string): void;
  /** Looks at every repository of every installation. Throws Fault when they cannot even be listed. */
  everything(): Promise<Reconciled>;
  /** Looks where nothing was heard for a period; false: what failed to arrive was asked for again, so look again soon. */
  silent(): Promise<boolean>;
  /** Restores one issue's loop on demand; true when there is one now. Throws Fault. */
  recall(issueKey: string): Promise<boolean>;
}

/** In one silent period at most so many repositories without a live loop are looked at; the next period goes on. */
const quietPerPeriod = 60;

export function createReconciler(world: RestoreWorld, options: ReconcileOptions): Reconciler {
  const { clock, store, github, log } = world;
  const parts = { world, label: options.label, newLoopId: options.newLoopId };
  const heardAt = { installation: new Map<number, number>(), thread: new Map<string, number>() };
  const known = new Map<number, RepositoryRef>();
  const seen = new Map<string, string>(); // issue → the reviews of its pull request, as last looked at
  const left = new Set<string>(); // issues whose record this version cannot read: said once, then left alone
  let turnOf = 0;
  let askedAgain = false; // what failed to arrive may be on its way, and with it the end of the silence

  /** By whatever distance: a clock that was set back must not wait until it is as late again. */
  const isSilent = (at: number | undefined) => Math.abs(clock.now() - (at ?? 0)) >= options.everyMs;

  async function list(): Promise<void> {
    for (const repository of await github.listRepositories()) known.set(repository.repositoryId, repository);
  }

  async function liveByRepository(): Promise<Map<number, LoopState[]>> {
    const byRepository = new Map<number, LoopState[]>();
    for (const { state } of await store.loops("live")) {
      const { repositoryId } = state.issue;
      byRepository.set(repositoryId, [...(byRepository.get(repositoryId) ?? []), state]);
      if (!known.has(repositoryId)) known.set(repositoryId, state.issue);
    }
    return byRepository;
  }

  async function look(repository: RepositoryRef, loops: readonly LoopState[]): Promise<Reconciled["issues"]> {
    const claimed = loops.filter((state) => state.rules !== null);
    const asked = claimed.map(({ issue, branch, pull }) => ({
      issue: issue.number,
      branch,
      pull: pull?.number ?? null,
    }));
    const survey = await github.survey(repository, options.label, asked);
    for (const state of claimed) await compare(state, survey);
    return unknownIssues(repository, survey);
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

  /** Labelled issues without a living loop: restored from their thread, or begun. */
  async function unknownIssues(repository: RepositoryRef, survey: Survey): Promise<Reconciled["issues"]> {
    const found: { issue: string; outcome: Restored }[] = [];
    for (const { number, labelledBy } of survey.labelled) {
      const key = issueKeyOf(repository.repositoryId, number);
      if (left.has(key) || (await isTakenCareOf(key, labelledBy?.at))) continue;
      const outcome = await restoreIssue(parts, { ...repository, number });
      if (outcome.kind === "newer") left.add(key);
      const issue = `${repository.owner}/${repository.name}#${number}`;
      log.info({ issue: key, ...outcome, outcome: outcome.kind }, "a labelled issue that the store did not know");
      found.push({ issue, outcome });
    }
    return found;
  }

  /** A label that the loop which has ended was the answer to could not be taken away: it starts nothing. */
  async function isTakenCareOf(key: string, labelledAt: number | undefined): Promise<boolean> {
    if ((await store.nextEvent(key)) !== null || (await store.pendingEffects(key)).length > 0) return true;
    const state = await store.load(key);
    if (state === null) return false;
    return isLive(state) || labelledAt === undefined || isAnswered(state.labelSetAt, labelledAt);
  }

  /** What was seen of loops that are over is of no use to anyone. */
  function forgetSeen(live: ReadonlyMap<number, readonly LoopState[]>): void {
    const keys = new Set([...live.values()].flat().map(({ issue }) => issueKeyOf(issue.repositoryId, issue.number)));
    for (const key of seen.keys()) if (!keys.has(key)) seen.delete(key);
  }

  async function lookAtAll(repositories: readonly RepositoryRef[]): Promise<Reconciled> {
    const live = await liveByRepository();
    forgetSeen(live);
    const issues: Reconciled["issues"][number][] = [];
    const failed: Reconciled["failed"][number][] = [];
    for (const repository of repositories) {
      if (world.stopping()) break;
      const name = `${repository.owner}/${repository.name}`;
      try {
        issues.push(...(await look(repository, live.get(repository.repositoryId) ?? [])));
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        log.warn({ repository: name, err: error }, "a repository could not be looked at; the next pass tries again");
        failed.push({ repository: name, why });
      }
    }
    return { repositories: repositories.length, issues, failed };
  }

  function isUnheard({ issue, pull }: LoopState): boolean {
    const threads = [issue.number, ...(pull === null ? [] : [pull.number])];
    return threads.every((number) => isSilent(heardAt.thread.get(issueKeyOf(issue.repositoryId, number))));
  }

  async function silentRepositories(): Promise<readonly RepositoryRef[]> {
    const live = await liveByRepository();
    const all = [...known.values()];
    // Loop by loop: what others of its repository are told says nothing of the webhook that this one has lost.
    const busy = all.filter(({ repositoryId }) => live.get(repositoryId)?.some(isUnheard));
    const quiet = all.filter(
      (one) => !live.has(one.repositoryId) && isSilent(heardAt.installation.get(one.installationId)),
    );
    const from = quiet.length > quietPerPeriod ? turnOf % quiet.length : 0;
    return [...busy, ...[...quiet, ...quiet].slice(from, from + Math.min(quiet.length, quietPerPeriod))];
  }

  async function redeliver(): Promise<boolean> {
    try {
      const count = await github.redeliverFailed();
      if (count > 0) log.info({ count }, "asked GitHub to send failed deliveries again");
      return count > 0;
    } catch (error) {
      log.warn({ err: error }, "failed deliveries could not be asked for; the next pass tries again");
      return false;
    }
  }

  return {
    heard({ installationId, repositoryId, thread }) {
      if (installationId !== null) heardAt.installation.set(installationId, clock.now());
      if (repositoryId !== null && thread !== null) {
        heardAt.thread.set(issueKeyOf(repositoryId, thread), clock.now());
      }
    },
    heardOf: (issueKey) => void heardAt.thread.set(issueKey, clock.now()),
    async everything() {
      await list();
      const done = await lookAtAll([...known.values()]);
      await redeliver();
      return done;
    },
    async silent() {
      for (const [thread, at] of heardAt.thread) if (isSilent(at)) heardAt.thread.delete(thread);
      const repositories = await silentRepositories();
      const mayAsk = repositories.length > 0 && !askedAgain;
      askedAgain = mayAsk && (await redeliver());
      if (askedAgain) return false;
      if (repositories.length > 0) await lookAtAll(repositories);
      turnOf += quietPerPeriod;
      return true;
    },
    async recall(issueKey) {
      const [repositoryId, number] = issueKey.split("#").map(Number);
      if (repositoryId === undefined || number === undefined) return false;
      if (!known.has(repositoryId)) await list();
      const repository = known.get(repositoryId);
      if (repository === undefined || left.has(issueKey)) return false;
      const outcome = await restoreIssue(parts, { ...repository, number });
      if (outcome.kind === "newer") left.add(issueKey);
      return outcome.kind !== "nothing" && outcome.kind !== "newer";
    },
  };
}
