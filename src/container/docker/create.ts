// Creates a container by its name, also where something half-made has that name: it is looked at, removed if it is ours, and tried again.
import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import { Fault } from "../../base/fault.ts";
import type { ContainerSpec } from "../spec/body.ts";
import { agentName } from "../spec/spec.ts";
import { isTaken } from "./errors.ts";
import { everRan, inspectOrNull } from "./inspect.ts";
import { readRunLabel } from "./labels.ts";
import { removeContainer } from "./remove.ts";

/** So often a name that is taken is looked at. An engine holds the name of what it is still making, or clearing away. */
const TRIES = 20;

/**
 * The container, made anew. What had its name and never ran, is the relay of an agent that is not there, or is a service, was left by a
 * process that ended halfway, and goes. Throws a `Fault` of kind `conflict` where the name stays taken: to try again later
 * where it is a run of ours, which is adopted then, or one that the engine does not show; never where it is somebody else's.
 */
export async function createContainer(docker: Docker, spec: ContainerSpec, pauseMs = 250): Promise<Docker.Container> {
  for (let tries = 1; ; tries += 1) {
    try {
      // The spec's fields are the engine's own; it is read-only data here, which the library's types do not say.
      const body = spec.body as unknown as Docker.ContainerCreateOptions;
      return await docker.createContainer({ name: spec.name, ...body });
    } catch (cause) {
      const why = `Could not create the container ${spec.name}: ${(cause as Error).message}`;
      if (!isTaken(cause)) throw new Fault(why, { kind: "engine", retry: "later", cause });
      const holder = await lookAt(docker, spec);
      if (holder === "another's") throw new Fault(why, { kind: "conflict", retry: "never", cause });
      if (holder === "a run" || tries === TRIES) throw new Fault(why, { kind: "conflict", retry: "later", cause });
    }
    await delay(pauseMs);
  }
}

type Holder = "another's" | "a run" | "nothing seen" | "removed";

async function lookAt(docker: Docker, { name, body }: ContainerSpec): Promise<Holder> {
  const info = await inspectOrNull(docker.getContainer(name));
  if (info === null) return "nothing seen";
  const [theirs, own] = [info.Config.Labels ?? {}, body.Labels];
  const mine = ["loopgate.instance", "loopgate.run"].every((label) => theirs[label] === own[label]);
  if (!mine || readRunLabel(theirs).epoch > readRunLabel(own).epoch) return "another's";
  if (theirs["loopgate.part"] === "service") {
    await removeContainer(docker.getContainer(info.Id)); // a run that goes on has its relay, whose name was free
    return "removed";
  }
  const isRelay = theirs["loopgate.part"] === "relay";
  const agent = isRelay ? await inspectOrNull(docker.getContainer(agentName(readRunLabel(own).id))) : info;
  if (agent !== null && everRan(agent)) return "a run";
  if (agent !== null && isRelay) await removeContainer(docker.getContainer(agent.Id)); // it is in the relay's network
  await removeContainer(docker.getContainer(info.Id));
  return "removed";
}
