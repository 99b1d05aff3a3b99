// Creates and starts a run's containers in the one order that is safe: relay first, agent held at its entry, then go.
import { readFile, realpath } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type Docker from "dockerode";
import { assert } from "../../base/assert.ts";
import { Fault, toFault } from "../../base/fault.ts";
import { giveTo } from "../../base/give.ts";
import type { Observed } from "../observed.ts";
import type { ImageChoice, OutputWatch, RunRequest } from "../run.ts";
import type { Allowed } from "../spec/allowed.ts";
import type { ContainerSpec } from "../spec/body.ts";
import { refuseEnvironment } from "../spec/environment.ts";
import { refusals } from "../spec/guard.ts";
import { compileAgent, compileRelay, compileService, hasRelay } from "../spec/spec.ts";
import { acceptObserved, untold } from "./accept.ts";
import { type Attachment, attach } from "./attach.ts";
import { type Standing, startServices } from "./beside.ts";
import { createContainer } from "./create.ts";
import type { EngineInfo } from "./engine-info.ts";
import type { ImageResolver, ResolvedImage } from "./image.ts";
import { removeRun } from "./remove.ts";
import { TOOLCHAIN_NODE, TOOLCHAIN_RELAY } from "./toolchain.ts";
import { giveFolder, type RunUser } from "./user.ts";

/** What a launch needs besides the request; the runtime keeps it. */
export interface LaunchPad {
  readonly docker: Docker;
  readonly engine: EngineInfo;
  readonly images: ImageResolver;
  readonly user: RunUser;
  /** Whether no other living run has that user. Absent: others have it as well. */
  readonly ownUser?: boolean | undefined;
  readonly instance: string;
  readonly roots: readonly string[];
  readonly tools: string | null;
  readonly relay: RelayImage;
  readonly entry: string;
}

/** Where the relay's program comes from: the host's own toolchain, or an image of ours with Node and the relay. */
export type RelayImage =
  | { readonly kind: "toolchain" }
  | { readonly kind: "image"; readonly reference: string; readonly command: readonly string[] };

export interface Launched {
  readonly agent: Docker.Container;
  readonly relay: Docker.Container | null;
  readonly services: readonly Standing[];
  readonly attachment: Attachment;
  /** When the go was given, on the clock of `performance.now()`. */
  readonly wentAt: number;
  readonly observed: Observed;
  readonly inspected: {
    readonly agent: Docker.ContainerInspectInfo;
    readonly relay: Docker.ContainerInspectInfo | null;
  };
}

/** The specs of all containers of a run, the agent's first and then the relay's, compiled and accepted by the guard. Throws `Fault` of kind `refused` otherwise. */
export async function compile(request: RunRequest, pad: LaunchPad): Promise<readonly ContainerSpec[]> {
  refuseEnvironment(request);
  const { images, user, ownUser, instance, engine, tools } = pad;
  const { gatewaySocket, services = [] } = request;
  const [image, relayImage, ...serviceImages] = await Promise.all([
    images(request.image),
    images(relayChoice(pad.relay)),
    ...services.map((service) => images(service.image, "service")),
  ]);
  const parts = { image, user, ownUser, instance, tools, host: engine };
  const specs = [compileAgent(request, parts, pad.entry)];
  if (hasRelay(request)) {
    const socket = gatewaySocket && { folder: dirname(gatewaySocket), file: basename(gatewaySocket) };
    specs.push(
      compileRelay(request, { ...parts, image: relayImage, command: relayCommand(pad.relay) }, socket || null),
    );
  }
  for (const [index, service] of services.entries())
    specs.push(compileService(request, service, { ...parts, image: serviceImages[index] ?? image }));
  for (const spec of specs) assertAllowed(spec, allowedBy(pad, [image, relayImage, ...serviceImages]));
  return specs;
}

/** The request with every folder's links resolved. Throws `Fault`. */
export async function resolveFolders(request: RunRequest): Promise<RunRequest> {
  const real = (path: string) => realFolder(path, request.id);
  const [workspaceDir, loopDir] = await Promise.all([real(request.workspaceDir), real(request.loopDir)]);
  const objectsDir = request.objectsDir && (await real(request.objectsDir));
  const { beneath } = request;
  const below = beneath && { folder: await real(beneath.folder), work: await real(beneath.work) };
  const gatewayDir = request.gatewaySocket && (await real(dirname(request.gatewaySocket)));
  const gatewaySocket = request.gatewaySocket && `${gatewayDir}/${basename(request.gatewaySocket)}`;
  return {
    ...request,
    workspaceDir,
    loopDir,
    objectsDir,
    gatewaySocket,
    ...(below === undefined ? {} : { beneath: below }),
  };
}

/** The same, with its writable folders given to the run's user. Throws `Fault`. */
export async function settleFolders(request: RunRequest, user: RunUser): Promise<RunRequest> {
  const resolved = await resolveFolders(request);
  const { workspaceDir, loopDir, gatewaySocket } = resolved;
  await Promise.all([workspaceDir, `${loopDir}/out`, `${loopDir}/brief.md`].map((path) => giveTo(user, path)));
  if (gatewaySocket) await giveFolder(user, dirname(gatewaySocket));
  return resolved;
}

/** The folder with every link in its path resolved. Throws `Fault` when it is not there. */
export async function realFolder(path: string, run: string): Promise<string> {
  return realpath(path).catch((error) => {
    throw toFault(error, `Could not find ${path} for the run ${run}`);
  });
}

/**
 * A run's containers on their way: the agent's is created, the relay's runs. Of the agent's image nothing has run.
 * The relay is made first: Podman looks up the namespace that a container joins when it creates it.
 */
export interface Pair {
  readonly agent: Promise<Docker.Container>;
  readonly relay: Promise<Docker.Container | null>;
  /** The namespace that the agent joins is there. */
  readonly network: Promise<void>;
  /** The relay listens. */
  readonly open: Promise<void>;
  /** Each of them is ready. */
  readonly services: Promise<readonly Standing[]>;
  /** The containers of services that there are so far. */
  readonly made: readonly Docker.Container[];
  /** Tells that nobody waits for the services any more. */
  readonly callOff: () => void;
}

/** Creates the relay's container, which it starts, and the agent's; the services it starts beside them. */
export function createPair(
  specs: readonly ContainerSpec[],
  request: RunRequest,
  { docker, relay: relayImage }: Pick<LaunchPad, "docker" | "relay">,
): Pair {
  const agentSpec = specs.find(({ part }) => part === "agent");
  const relaySpec = specs.find(({ part }) => part === "relay");
  assert(agentSpec, "a run has an agent container");
  const called = new AbortController();
  const made: Docker.Container[] = [];
  const relay = relaySpec ? createContainer(docker, relaySpec) : Promise.resolve(null);
  const agent = relay.then(() => createContainer(docker, agentSpec));
  const starting = relay.then((one) => one && startRelayContainer(one));
  const network = starting.then(() => {});
  const open = starting.then((started) => started?.listens());
  const services = open.then(async () => {
    const beside = await relay;
    if (beside === null) return [];
    const parts = { docker, request, specs, relay: beside, program: relayCommand(relayImage), signal: called.signal };
    return startServices({ ...parts, made: ({ container }) => void made.push(container) });
  });
  for (const each of [agent, relay, network, open, services]) each.catch(() => {}); // whoever awaits the pair meets the first failure
  return { agent, relay, network, open, services, made, callOff: () => called.abort() };
}

/** Removes what there is of a pair and its services, the agent's first and the relay's last. */
export async function removePair({ agent, relay, services, made, callOff }: Pair): Promise<void> {
  callOff();
  const [theAgent, theRelay] = await Promise.allSettled([agent, relay, services]);
  const there = <T>(one: PromiseSettledResult<T>) => (one.status === "fulfilled" ? one.value : null);
  // Why there is nothing to keep is known already; what an engine holds on to here, a sweep removes.
  await removeRun([there(theAgent), ...made, there(theRelay)]).catch(() => {});
}

/** Starts the run, and gives it its go once what was seen of it is accepted. On any failure nothing of it is left. A name that is taken is a `Fault` of kind `conflict`. */
export async function launch(
  specs: readonly ContainerSpec[],
  request: RunRequest,
  pad: LaunchPad,
  watch?: OutputWatch,
  pair: Pair = createPair(specs, request, pad),
  accept = acceptObserved,
): Promise<Launched> {
  try {
    const [agent, relay] = await Promise.all([pair.agent, pair.relay, pair.network]);
    const attachment = await attach(agent, request.limits.logBytes, watch, true); // Podman makes it here, and joins it
    await startBeside(agent, pair.open);
    const [observed, inspectedAgent, inspectedRelay] = await Promise.all([
      attachment.observed,
      agent.inspect(),
      relay?.inspect() ?? null,
      pair.open,
    ]);
    if (observed === null) throw untold(request.id, attachment.log.text(), await exitCodeOf(agent));
    accept(observed, request, pad);
    const services = await pair.services;
    attachment.write("go\n");
    const wentAt = performance.now();
    const inspected = { agent: inspectedAgent, relay: inspectedRelay };
    return { agent, relay, services, attachment, wentAt, observed, inspected };
  } catch (error) {
    await removePair(pair);
    throw toFault(error, `Could not start the run ${request.id}`);
  }
}

async function exitCodeOf(container: Docker.Container): Promise<number | null> {
  const { State } = await container.inspect();
  return State.Running ? null : State.ExitCode;
}

/** A relay that ended takes its network along, and the agent cannot start: what the relay said is the cause. */
async function startBeside(agent: Docker.Container, open: Promise<void>): Promise<void> {
  try {
    await agent.start();
  } catch (error) {
    await open;
    throw error;
  }
}

/** Starts the relay; `listens` resolves when it says so. */
export async function startRelayContainer(relay: Docker.Container): Promise<{ listens(): Promise<void> }> {
  let said = "";
  let hear = (_: boolean) => {};
  const heard = new Promise<boolean>((resolve) => {
    hear = resolve;
  });
  const attachment = await attach(relay, 4096, (_, chunk) => {
    said += said.length < 4096 ? chunk : "";
    if (said.includes("ready\n")) hear(true);
  });
  await relay.start();
  void attachment.ended(15_000).then(() => hear(false));
  const listens = async () => {
    const ready = await heard;
    attachment.close();
    if (ready) return;
    throw new Fault(`The relay to the gateway did not start: ${said.trim().slice(-500)}`, {
      kind: "engine",
      retry: "later",
    });
  };
  return { listens };
}

/** Throws `Fault` of kind `refused` where the guard has anything against a container. */
export function assertAllowed(spec: ContainerSpec, allowed: Allowed): void {
  const names = refusals(spec, allowed);
  if (names.length === 0) return;
  throw new Fault(`The container ${spec.name} must not run: ${names.join(", ")}. Nothing was started.`, {
    kind: "refused",
    retry: "never",
  });
}

function allowedBy(pad: LaunchPad, images: readonly ResolvedImage[]): Allowed {
  const toolchain = images.flatMap((image) => image.mounts);
  return { roots: pad.roots, tools: pad.tools, toolchain, runtimes: pad.engine.runtimes, podman: pad.engine.podman };
}

/** The relay's image, as any other is asked for. */
export function relayChoice(relay: RelayImage): ImageChoice {
  return relay.kind === "toolchain" ? { kind: "toolchain" } : { kind: "named", reference: relay.reference };
}

/** The relay's program and its first arguments. */
export function relayCommand(relay: RelayImage): readonly string[] {
  return relay.kind === "toolchain" ? [TOOLCHAIN_NODE, TOOLCHAIN_RELAY] : relay.command;
}

/** The text of what a container runs: it tells what it is, then comes our entry script. */
export async function readContainerEntry(): Promise<string> {
  const observe = await readFile(new URL("../observe.sh", import.meta.url), "utf8");
  return `${observe}${await readEntry()}`;
}

/** The text of our entry script. */
export async function readEntry(): Promise<string> {
  return readFile(new URL("../entry.sh", import.meta.url), "utf8");
}
