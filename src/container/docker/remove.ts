// Removes containers by force, whatever else is being done to them at that moment.
import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import { toFault } from "../../base/fault.ts";
import { isGone, isPassing } from "./errors.ts";

/** How often a removal is asked for that something passing is in the way of. */
const TRIES = 50;

/** What of a container it takes to remove it. */
export type Removable = Pick<Docker.Container, "id" | "remove">;

/**
 * Removes a container and what is anonymous of it, running or not; one that is gone already is removed. Its name is free
 * then, also where somebody else was already removing it. Throws a `Fault` if it stays
 * through 50 tries, `pauseMs` apart.
 */
export async function removeContainer(container: Removable, pauseMs = 100): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await container.remove({ force: true, v: true });
      return;
    } catch (error) {
      if (isGone(error)) return;
      if (!isPassing(error) || tries === TRIES) throw toFault(error, `Could not remove the container ${container.id}`);
    }
    await delay(pauseMs);
  }
}

/** Removes a run's containers, agent first: Podman keeps a relay whose network another container is in. Throws a `Fault` if one stays. */
export async function removeRun(containers: readonly (Removable | null)[]): Promise<void> {
  for (const container of containers) if (container) await removeContainer(container);
}
