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

/** Every container of this App instance, running or not. Throws `Fault`. */
export async function listContainers(docker: Docker, instance: string): Promise<readonly Listed[]> {
  const filters = { label: [`loopgate.instance=${instance}`] };
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

/** What a sweep removes: all parts of unwanted runs, and relays whose agent is gone and, unless it is `starting`, not on its way. */
export function choosePrey(
  listed: readonly Listed[],
  keep: (run: RunLabel) => boolean,
  starting: ReadonlySet<string> = new Set(),
): readonly Listed[] {
  const agents = new Set(listed.filter(({ part }) => part === "agent").map(({ run }) => run.id));
  return listed.filter(
    ({ run, part }) => !keep(run) || (part === "relay" && !agents.has(run.id) && !starting.has(run.id)),
  );
}

/** Removes the chosen containers by force; the ids of the runs they belonged to. Throws `Fault` if one stays. */
export async function removeAll(docker: Docker, prey: readonly Listed[]): Promise<readonly string[]> {
  const [relays, agents] = [prey.filter(({ part }) => part === "relay"), prey.filter(({ part }) => part !== "relay")];
  for (const part of [agents, relays])
    await Promise.all(part.map(({ containerId }) => removeContainer(docker.getContainer(containerId))));
  return [...new Set(prey.map(({ run }) => run.id))];
}
