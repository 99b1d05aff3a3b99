// Where the App is installed, and on which repositories: each installation listed by itself, so that one that fails stops no other.

import { eachAtMost } from "../../base/at-most.ts";
import { Fault } from "../../base/fault.ts";
import type { GitHubPort, RepositoryRef } from "../ports.ts";
import type { Troubles } from "./troubles.ts";

/** Nothing here throws: what could not be listed is in trouble, and asked for again when its wait is over. */
export interface Listing {
  /** Lists what was never listed, and what could not be and is due again. */
  refresh(): Promise<void>;
  /** The same if anything that could not be listed is due; else nothing is asked. */
  refreshDue(): Promise<void>;
  /** Lists all of them anew that may be asked: for a repository that is not known. */
  search(): Promise<void>;
  /** Lists an installation anew: it tells a repository that cannot be read from an installation that cannot. */
  check(installationId: number): Promise<void>;
  /** An installation that is gone from the list is of no concern, unless it is one of these. */
  keepOnly(installationIds: ReadonlySet<number>): void;
  /** By id. Archived and disabled ones take no part. */
  readonly known: ReadonlyMap<number, RepositoryRef>;
  /** Those to be looked at as soon as may be: listed for the first time, or of an installation that answers again. */
  readonly fresh: Set<number>;
  /** Whether every installation could be listed. */
  isComplete(): boolean;
  /** Whether all their repositories take part as well. */
  isWhole(): boolean;
}

interface Installation {
  /** Archived and disabled repositories; null: it was never listed. */
  readonly aside: number | null;
  readonly state: "here" | "suspended" | "gone";
}

/** So many installations are asked side by side: one that answers slowly holds up none but its own. */
export const installationsAtOnce = 8;

type Port = Pick<GitHubPort, "listInstallations" | "listRepositories">;

export function createListing(github: Port, troubles: Troubles): Listing {
  const known = new Map<number, RepositoryRef>();
  const fresh = new Set<number>();
  const installations = new Map<number, Installation>();
  let isListed = false;

  async function refresh(isWanted: (id: number, isNew: boolean) => boolean): Promise<void> {
    await listInstallations();
    await eachAtMost(installationsAtOnce, [...installations], async ([id, { aside, state }]) => {
      if (state === "gone" && troubles.isWell(`installation ${id}`)) installations.delete(id);
      else if (isWanted(id, aside === null) && troubles.isDue(`installation ${id}`)) await ask(id, state);
    });
  }

  const isOwed = (id: number, isNew: boolean) => isNew || !troubles.isWell(`installation ${id}`);

  async function listInstallations(): Promise<void> {
    if (!troubles.isDue("installations")) return;
    try {
      const found = await github.listInstallations();
      troubles.well("installations");
      isListed = true;
      const now = new Map(
        found.map(({ id, suspended }) => [id, suspended ? ("suspended" as const) : ("here" as const)]),
      );
      for (const id of new Set([...installations.keys(), ...now.keys()])) setState(id, now.get(id) ?? "gone");
    } catch (error) {
      troubles.failed("installations", "the App's installations", error);
    }
  }

  function setState(id: number, state: Installation["state"]): void {
    const before = installations.get(id);
    installations.set(id, { aside: before?.aside ?? null, state });
    if (state === "suspended" && before?.state !== "suspended") fail(id, refusals.suspended);
    if (state === "here" && before?.state !== "here") troubles.hasten(`installation ${id}`);
    if (state === "gone") leaveAll(id, new Set());
  }

  /** One that is suspended or gone need not be asked to know what it would answer. */
  async function ask(id: number, state: Installation["state"]): Promise<void> {
    if (state === "here") return check(id);
    fail(id, refusals[state]);
  }

  function fail(id: number, why: string): void {
    const fault = new Fault(`Could not list installation ${id}: ${why}.`, { kind: "forbidden", retry: "later" });
    troubles.failed(`installation ${id}`, `installation ${id}`, fault);
  }

  async function check(id: number): Promise<void> {
    try {
      const found = await github.listRepositories(id);
      const isBack = troubles.well(`installation ${id}`);
      const taking = found.filter(({ takesPart }) => takesPart);
      leaveAll(id, new Set(taking.map(({ repositoryId }) => repositoryId)));
      for (const { takesPart: _, ...repository } of taking) {
        if (isBack || !known.has(repository.repositoryId)) fresh.add(repository.repositoryId);
        known.set(repository.repositoryId, repository);
      }
      installations.set(id, { aside: found.length - taking.length, state: "here" });
    } catch (error) {
      if (!installations.has(id)) installations.set(id, { aside: null, state: "here" });
      troubles.failed(`installation ${id}`, `installation ${id}`, error);
    }
  }

  function leaveAll(id: number, but: ReadonlySet<number>): void {
    for (const [key, { installationId }] of known) if (installationId === id && !but.has(key)) known.delete(key);
  }

  function isComplete(): boolean {
    const isRead = ([id, { aside, state }]: [number, Installation]) =>
      state === "gone" || (aside !== null && troubles.isWell(`installation ${id}`));
    return isListed && [...installations].every(isRead);
  }

  return {
    refresh: () => refresh(isOwed),
    async refreshDue() {
      if (troubles.due().some((subject) => subject.startsWith("installation"))) await refresh(isOwed);
    },
    search: () => refresh(() => true),
    check,
    keepOnly(ids) {
      for (const [id, { state }] of installations) {
        if (state !== "gone" || ids.has(id)) continue;
        installations.delete(id);
        troubles.forget((subject) => subject === `installation ${id}`);
      }
    },
    known,
    fresh,
    isComplete,
    isWhole: () =>
      isComplete() && [...installations.values()].every(({ aside, state }) => state === "gone" || aside === 0),
  };
}

const refusals = {
  suspended: "its account has suspended the App",
  gone: "the App is not installed there any more",
} as const;
