// What the engine says of a container, where there is one, and whether that was ever a run.
import type Docker from "dockerode";
import { toFault } from "../../base/fault.ts";
import { NEVER_STARTED } from "../run.ts";
import { isGone } from "./errors.ts";

/** The container as inspected, or null when there is none of this name or id. Throws `Fault` on anything else. */
export async function inspectOrNull(container: Docker.Container): Promise<Docker.ContainerInspectInfo | null> {
  try {
    return await container.inspect();
  } catch (error) {
    if (isGone(error)) return null;
    throw toFault(error, `Could not inspect the container ${container.id}`);
  }
}

/** Whether a container holds a run at all: one that never got its go can be started over as if it had not been. */
export function everRan(info: Docker.ContainerInspectInfo): boolean {
  return info.State.Status !== "created" && !(info.State.Status === "exited" && info.State.ExitCode === NEVER_STARTED);
}
