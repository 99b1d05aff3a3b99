// What of a container's facts the loop keeps.
import type { ContainerFacts, Runtime } from "../container/run.ts";
import type { Isolation } from "../loop/state.ts";

/** How a run was kept apart, as the thread says it. */
export function isolationOf(facts: ContainerFacts): Isolation {
  return {
    runtime: facts.runtime,
    network: facts.network,
    capabilities: [...facts.capabilitiesAdded],
    readOnlyRoot: facts.readonlyRoot,
    user: facts.user,
    ...(facts.runtime === "docker" && !facts.ownUser ? { sharedUser: true } : {}),
    ...(facts.missing.length > 0 ? { missing: [...facts.missing] } : {}),
    ...(facts.unseen.length > 0 ? { unseen: [...facts.unseen] } : {}),
  };
}

/** Of a container that is gone, or that never was, nothing is claimed. */
export function unseenIsolation({ kind }: Pick<Runtime, "kind">): Isolation {
  return { runtime: kind, network: "unknown", capabilities: [], readOnlyRoot: false, user: "unknown" };
}
