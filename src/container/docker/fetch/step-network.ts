// The network of a build's steps: none, or a namespace of its own in which a door to packages answers on loopback and nothing else.
import { basename, dirname } from "node:path";
import { DEFAULT_LIMITS, GATEWAY_PORT, type RunRequest } from "../../run.ts";
import { compileRelay } from "../../spec/spec.ts";
import { createContainer } from "../create.ts";
import { assertAllowed, type LaunchPad, relayChoice, relayCommand, startRelayContainer } from "../launch.ts";
import { removeContainer } from "../remove.ts";
import { giveFolder } from "../user.ts";
import type { BuildDoor, StepNetwork } from "./build.ts";

type Pad = Pick<LaunchPad, "docker" | "images" | "user" | "instance" | "roots" | "engine" | "relay">;

/**
 * The relay is the one that runs have, by the same wall. apt reads `http_proxy`, which the engine's builder gives to steps without a word in
 * the Dockerfile, and leaves out of the image (https://docs.docker.com/reference/dockerfile/#predefined-args).
 */
export async function standRelay(pad: Pad, name: string, { socketPath }: BuildDoor): Promise<StepNetwork> {
  const image = await pad.images(relayChoice(pad.relay));
  const parts = { image, user: pad.user, instance: pad.instance, tools: null, host: pad.engine };
  const folder = dirname(socketPath);
  await giveFolder(pad.user, folder);
  const socket = { folder, file: basename(socketPath) };
  const spec = compileRelay(requestFor(name, socketPath), { ...parts, command: relayCommand(pad.relay) }, socket);
  const { runtimes, podman } = pad.engine;
  assertAllowed(spec, { roots: pad.roots, tools: null, toolchain: image.mounts, runtimes, podman });
  const relay = await createContainer(pad.docker, spec);
  try {
    await (await startRelayContainer(relay)).listens();
  } catch (error) {
    await removeContainer(relay);
    throw error;
  }
  return {
    mode: `container:${relay.id}`,
    args: { http_proxy: `http://127.0.0.1:${GATEWAY_PORT}/` },
    remove: () => removeContainer(relay),
  };
}

/** A relay is compiled for a run; of this one nothing is ever started but the relay. */
function requestFor(id: string, gatewaySocket: string): RunRequest {
  return {
    id,
    loop: id,
    attempt: 0,
    role: "check",
    epoch: 0,
    image: { kind: "toolchain" },
    command: [],
    workspaceDir: "/",
    loopDir: "/",
    objectsDir: null,
    gatewaySocket,
    env: {},
    limits: DEFAULT_LIMITS,
  };
}
