// The runtime on a Docker-compatible engine: obeys compiled specs, adopts, lists and sweeps.
import { isDeepStrictEqual } from "node:util";
import type Docker from "dockerode";
import { Fault } from "../../base/fault.ts";
import type { UidRange } from "../../environment.ts";
import type { OutputWatch, Running, RunRequest, Runtime } from "../run.ts";
import type { ContainerSpec } from "../spec/body.ts";
import { agentName } from "../spec/spec.ts";
import { adopt } from "./adopt.ts";
import { attend } from "./attend.ts";
import { triesBeneath } from "./beneath.ts";
import { engineInfoOf } from "./engine-info.ts";
import { observedFacts, readFacts } from "./facts.ts";
import type { BuildParts, Stand } from "./fetch/build.ts";
import type { PullParts } from "./fetch/pull.ts";
import { standRelay } from "./fetch/step-network.ts";
import { type ImageResolver, imageResolver } from "./image.ts";
import { everRan, inspectOrNull } from "./inspect.ts";
import { readRunLabel } from "./labels.ts";
import {
  compile,
  createPair,
  type Launched,
  type LaunchPad,
  launch,
  type Pair,
  type RelayImage,
  readContainerEntry,
  realFolder,
  relayChoice,
  removePair,
  resolveFolders,
  settleFolders,
} from "./launch.ts";
import { removeRun } from "./remove.ts";
import { createRunUsers } from "./run-users.ts";
import { choosePrey, containersOf, listContainers, listUsers, removeAll } from "./sweep.ts";
import type { RunUser } from "./user.ts";

export interface DockerRuntimeOptions {
  readonly docker: Docker;
  /** Whom runs run as that have no user of their own: see `chooseRunUser`. */
  readonly user: RunUser;
  /** Where each run's own user is taken from. Absent, or where the App is not root and can give nothing away: they have none. */
  readonly uids?: UidRange;
  readonly relay: RelayImage;
  /** Host folders beneath which every folder of a run must lie, links resolved. */
  readonly roots: readonly string[];
  /** The operator's folder of programs for agents, mounted read-only; its `bin` comes first on their path. */
  readonly toolsDir?: string | null;
  /** Which images may be pulled that are not there, and how. Absent: none. */
  readonly pull?: PullParts | undefined;
  /** How images are built from Dockerfiles of repositories. Absent: none is. */
  readonly build?: BuildParts | undefined;
  /** Which App this is; its sweep touches no other App's containers on the same engine. */
  readonly instance: string;
}

/** A runtime on this engine. Nothing is asked of the engine before the first call. */
export function dockerRuntime(options: DockerRuntimeOptions): Runtime {
  const { docker, instance, user } = options;
  const uids = process.getuid?.() === 0 ? options.uids : undefined;
  const held = new Map<string, Promise<Running>>();
  const ahead = new Map<string, Promise<Prepared>>();
  const users = uids === undefined ? null : createRunUsers(uids, () => listUsers(docker));
  const engineInfo = () => engineInfoOf(docker);
  const { pull, build } = options;
  const standing = new Set<string>(); // builds of this process that have a relay
  const stand: Stand = async (name, door) => {
    standing.add(name);
    try {
      const roots = await Promise.all(options.roots.map((root) => realFolder(root, name)));
      const network = await standRelay({ ...options, roots, images, engine: await engineInfo() }, name, door);
      return { ...network, remove: () => network.remove().finally(() => standing.delete(name)) };
    } catch (error) {
      standing.delete(name);
      throw error;
    }
  };
  const isPodman = async () => (await engineInfo()).podman;
  const images: ImageResolver = imageResolver(docker, user, uids, { pull, build, stand, isPodman });
  const relayImage = () => images(relayChoice(options.relay));
  const showsBeneath = triesBeneath({ docker, user, image: relayImage, engine: engineInfo });

  /** One `Running` per run in this process, forgotten when it is done or could not start. */
  function hold(id: string, begin: () => Promise<Running>): Promise<Running> {
    const known = held.get(id);
    if (known) return known;
    const running = begin();
    held.set(id, running);
    const letGo = () => {
      held.delete(id);
      users?.release(id);
    };
    running.then(({ done }) => done.then(letGo), letGo);
    return running;
  }

  async function makePad(request: RunRequest): Promise<LaunchPad> {
    const roots = await Promise.all(options.roots.map((root) => realFolder(root, request.id)));
    const tools = options.toolsDir ? await realFolder(options.toolsDir, request.id) : null;
    const engine = await engineInfo();
    const whose = users === null ? { user } : { user: await users.of(request), ownUser: true };
    return { ...options, ...whose, roots, tools, images, engine, entry: await readContainerEntry() };
  }

  async function begin(request: RunRequest, watch?: OutputWatch): Promise<Running> {
    const began = performance.now();
    const prepared = await ahead.get(request.id)?.catch(() => null);
    ahead.delete(request.id);
    if (prepared && isDeepStrictEqual(prepared.request, request)) return startRun(prepared, began, watch);
    if (prepared) await removePair(prepared.pair);
    const pad = await makePad(request);
    const existing = await takeOver(request, watch);
    return existing ?? startRun({ request, pad }, began, watch);
  }

  async function prepare(request: RunRequest): Promise<Prepared> {
    const pad = await makePad(request);
    const specs = await compile(await resolveFolders(request), pad);
    const pair = createPair(specs, request, pad);
    try {
      await Promise.all([pair.agent, pair.open]);
    } catch (error) {
      await removePair(pair);
      throw error;
    }
    return { request, pad, specs, pair };
  }

  /** The run's own container if it is there and of this epoch; leftovers of older epochs are removed. */
  async function takeOver(request: RunRequest, watch?: OutputWatch): Promise<Running | null> {
    const info = await inspectOrNull(docker.getContainer(agentName(request.id)));
    if (!info) return null;
    const { epoch } = readRunLabel(info.Config.Labels);
    if (info.Config.Labels["loopgate.instance"] !== instance || epoch > request.epoch) {
      throw new Fault(
        `The container ${agentName(request.id)} belongs to another App or a newer epoch. It is left alone.`,
        {
          kind: "conflict",
          retry: "never",
        },
      );
    }
    if (epoch === request.epoch && everRan(info)) return adopt(docker, info, await engineInfo(), watch);
    await removeRun(await containersOf(docker, instance, request.id));
    return null;
  }

  return {
    kind: "docker",
    async describe() {
      const { name } = await engineInfo();
      return {
        kind: "docker",
        isolated: true,
        engine: name,
        sentence: `Runs are containers without network on a ${name}.`,
      };
    },
    imageId: async (image) => (await images(image)).id,
    showsBeneath,
    ...(users === null ? {} : { standsOn: users.promise }),
    async prepare(request) {
      if (held.has(request.id) || ahead.has(request.id)) return;
      if (await inspectOrNull(docker.getContainer(agentName(request.id)))) return; // `start` knows what to do with it
      const preparing = prepare(request);
      ahead.set(request.id, preparing);
      await preparing.catch((error) => {
        ahead.delete(request.id);
        users?.release(request.id);
        throw error;
      });
    },
    start: (request, watch) => hold(request.id, () => begin(request, watch)),
    async find(id) {
      const known = held.get(id);
      if (known) return known;
      const info = await inspectOrNull(docker.getContainer(agentName(id)));
      if (!info || info.Config.Labels["loopgate.instance"] !== instance || !everRan(info)) return null;
      return hold(id, async () => adopt(docker, info, await engineInfo()));
    },
    async list() {
      const listed = await listContainers(docker, instance);
      return listed.filter(({ part }) => part === "agent").map(({ run }) => run);
    },
    async forget(id) {
      const prepared = await ahead.get(id)?.catch(() => null);
      if (prepared) await removePair(prepared.pair);
      await removeRun(await containersOf(docker, instance, id));
      ahead.delete(id);
      users?.release(id);
    },
    async sweep(keep) {
      const listed = (await listContainers(docker, instance)).filter(({ run }) => !standing.has(run.id));
      return removeAll(docker, choosePrey(listed, keep, new Set([...held.keys(), ...ahead.keys()])));
    },
    async close() {
      held.clear(); // the containers go on; a later process adopts them
    },
  };
}

/** What was done ahead of a run: the agent's container exists and has not started, the relay listens. */
interface Prepared {
  readonly request: RunRequest;
  readonly pad: LaunchPad;
  readonly specs: readonly ContainerSpec[];
  readonly pair: Pair;
}

/** With a pair that was made ahead, or one made now. */
async function startRun(
  { request, pad, ...ahead }: Pick<Prepared, "request" | "pad"> & Partial<Prepared>,
  began: number,
  watch?: OutputWatch,
): Promise<Running> {
  const settled = await settleFolders(request, pad.user);
  const specs = ahead.specs ?? (await compile(settled, pad));
  return { ...attendLaunched(settled, pad, began, await launch(specs, settled, pad, watch, ahead.pair)), specs };
}

function attendLaunched(settled: RunRequest, pad: LaunchPad, began: number, launched: Launched): Running {
  const { agent, relay, services, attachment, wentAt, inspected, observed } = launched;
  const { limits } = settled;
  const running = attend({
    id: settled.id,
    agent,
    relay,
    services,
    attachment,
    facts: observedFacts(readFacts(inspected.agent, inspected.relay, pad.engine), observed, settled),
    startedAt: Date.parse(inspected.agent.State.StartedAt),
    ranMs: performance.now() - wentAt,
    readyMs: Math.round(wentAt - began),
    deadlineMs: limits.deadlineMs,
    graceMs: limits.graceMs,
    disk: [
      { path: settled.workspaceDir, name: "/workspace", limitBytes: limits.workspaceBytes, limitFiles: limits.files },
      { path: `${settled.loopDir}/out`, name: "/loop/out", limitBytes: limits.outBytes, limitFiles: limits.files },
    ],
  });
  return settled.joins === undefined ? running : { ...running, write: attachment.write };
}
