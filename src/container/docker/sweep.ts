// Finds and removes the containers of runs that no live loop owns.
import type Docker from "dockerode";
import { toFault } from "../../base/fault.ts";
import type { RunLabel } from "../run.ts";
import { readRunLabel } from "./labels.ts";
import { removeContainer } from "./remove.ts";
import type { Taken } from "./run-users.ts";

/** A container as the engine lists it, and the run it belongs to. */
export interface Listed {
  readonly containerId: string;
  readonly part: string;
  readonly run: RunLabel;
}

/** Whoever is in the relay's namespace goes before the relay: Podman keeps one that others have joined. */
const ranks = [0, 1] as const;
const rankOf = ({ part }: Pick<Listed, "part">) => (part === "relay" ? 1 : 0);
const inOrder = (listed: readonly Listed[]) => listed.toSorted((one, other) => rankOf(one) - rankOf(other));

/** Every container of this App instance, or of one run of it, running or not. Throws `Fault`. */
export async function listContainers(docker: Docker, instance: string, run?: string): Promise<readonly Listed[]> {
  const filters = {
    label: [`loopgate.instance=${instance}`, ...(run === undefined ? [] : [`loopgate.run=${run}`])],
  };
  const found = await docker.listContainers({ all: true, filters }).catch((error) => {
    throw toFault(error, "Could not list the containers of this App");
  });
  return found.map(({ Id, Labels }) => ({
    containerId: Id,
    part: Labels["loopgate.part"] ?? "",
    run: readRunLabel(Labels),
  }));
}

/** Every run on the engine that has a user of its own and has not ended, whichever App's. Throws `Fault`. */
export async function listUsers(docker: Docker): Promise<readonly Taken[]> {
  const found = await docker.listContainers({ all: true, filters: { label: ["loopgate.uid"] } }).catch((error) => {
    throw toFault(error, "Could not list the users of runs");
  });
  const living = found.filter(({ State }) => State !== "exited" && State !== "dead");
  return living.map(({ Labels }) => ({ run: readRunLabel(Labels).id, uid: Number(Labels["loopgate.uid"]) }));
}

/** All containers of one run of this App instance, in the order in which they may be removed. Throws `Fault`. */
export async function containersOf(docker: Docker, instance: string, id: string): Promise<readonly Docker.Container[]> {
  const own = (await listContainers(docker, instance, id)).filter(({ run }) => run.id === id);
  return inOrder(own).map(({ containerId }) => docker.getContainer(containerId));
}

/** What a sweep removes: all parts of unwanted runs, and what stands beside an agent that is gone and, unless it is `starting`, not on its way. */
export function choosePrey(
  listed: readonly Listed[],
  keep: (run: RunLabel) => boolean,
  starting: ReadonlySet<string> = new Set(),
): readonly Listed[] {
  const agents = new Set(listed.filter(({ part }) => part === "agent").map(({ run }) => run.id));
  return listed.filter(
    ({ run, part }) => !keep(run) || (part !== "agent" && !agents.has(run.id) && !starting.has(run.id)),
  );
}

/** Removes the chosen containers by force; the ids of the runs they belonged to. Throws `Fault` if one stays. */
export async function removeAll(docker: Docker, prey: readonly Listed[]): Promise<readonly string[]> {
  for (const part of ranks)
    await Promise.all(
      prey
        .filter((one) => rankOf(one) === part)
        .map(({ containerId }) => removeContainer(docker.getContainer(containerId))),
    );
  return [...new Set(prey.map(({ run }) => run.id))];
}
