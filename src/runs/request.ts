// A run as the runtime is asked for it: image, command, folders, environment and limits, from the loop's rules.
import { join } from "node:path";
import { startLine } from "../agents/shell.ts";
import { versionLine } from "../agents/version.ts";
import type { Beneath, ImageChoice, RunRequest } from "../container/run.ts";
import type { Clock, RunOrder } from "../engine/ports.ts";
import { storeOf } from "../gateway/git/objects.ts";
import type { Quarantine } from "../gateway/git/quarantine.ts";
import { branchOf, rulesOf } from "../loop/begin.ts";
import { plansOnly } from "../loop/plan.ts";
import { imageOfBuild, type LoopState, type Rules } from "../loop/state.ts";
import { servicesIn } from "./beside.ts";
import type { DoorParts } from "./door.ts";
import type { Origin } from "./origin.ts";
import { proxyVariables } from "./proxy-variables.ts";
import { registryEnvironment, withRegistryFiles } from "./registry-variables.ts";
import { hasTools, roleOf } from "./role.ts";
import { rooms } from "./rooms.ts";

export interface RequestParts extends Pick<DoorParts, "identity"> {
  readonly origin: Pick<Origin, "agent">;
  readonly dataDir: string;
  readonly clock: Pick<Clock, "now">;
  /** Of the store's opening; what an earlier process started carries a smaller one. */
  readonly epoch: number;
  /** Turns the policy's image reference into what the runtime starts. */
  readonly image: (reference: string) => ImageChoice;
  readonly limits: RunRequest["limits"];
  /** An OCI runtime of the engine, such as `runsc`; null: its default. */
  readonly ociRuntime: string | null;
}

/** The request for the run, which holds this lease. */
export function requestOf(
  parts: RequestParts,
  order: RunOrder,
  quarantine: Pick<Quarantine, "objectsDir">,
  token: string,
): RunRequest {
  const dir = rooms(parts).run(order.id);
  const role = roleOf(order);
  const agent = parts.origin.agent(order, token);
  const version = versionLine(role.agent);
  const { name, email } = parts.identity;
  return {
    id: order.id,
    loop: order.loop.id,
    attempt: order.attempt,
    role: order.role,
    epoch: parts.epoch,
    image: imageOf(parts, order.loop, role.image),
    command: withRegistryFiles(rulesOf(order.loop), "agent", startLine(agent)),
    workspaceDir: join(dir, "workspace"),
    objectsDir: quarantine.objectsDir,
    loopDir: join(dir, "loop"),
    gatewaySocket: join(rooms(parts).socket(order.id), "gateway.sock"),
    env: {
      ...agent.env,
      ...(rulesOf(order.loop).hosts.length === 0 ? {} : proxyVariables(token)),
      ...registryEnvironment(rulesOf(order.loop), "agent"),
      ...(version === null ? {} : { LOOP_AGENT_VERSION: version }),
      ...(rulesOf(order.loop).signOff ? { LOOP_SIGN_OFF: "1" } : {}),
      LOOP_BRANCH: branchOf(order.loop),
      LOOP_TASK: `${order.loop.issue.owner}/${order.loop.issue.name}#${order.loop.issue.number}`,
      // The entry script says the deadline anew by the run's own clock, where it can: that may keep another time than ours.
      LOOP_SECONDS: String(Math.floor(order.deadlineMs / 1_000)),
      LOOP_DEADLINE: new Date(parts.clock.now() + order.deadlineMs).toISOString(),
      ...(hasTools(order) ? { LOOP_TOOLS_URL: "http://127.0.0.1:{port}/tools", LOOP_TOOLS_TOKEN: token } : {}),
      ...(plansOnly(order.loop, order.id) ? { LOOP_PLANS: "1" } : {}), // what it leaves is not handed in
      LOOP_GIT_URL: `http://lease:${token}@127.0.0.1:{port}/repo.git`,
      GIT_AUTHOR_NAME: name,
      GIT_AUTHOR_EMAIL: email,
      GIT_COMMITTER_NAME: name,
      GIT_COMMITTER_EMAIL: email,
    },
    ...environmentIn(rulesOf(order.loop)),
    ...servicesFor(parts, order),
    limits: { ...parts.limits, ...limitsIn(rulesOf(order.loop)), deadlineMs: order.deadlineMs },
    ...(parts.ociRuntime === null ? {} : { runtime: parts.ociRuntime }),
  };
}

/** The same request, with its workspace over what that stands on. */
export function over(request: RunRequest, beneath: Beneath | null): RunRequest {
  return beneath === null ? request : { ...request, beneath };
}

/** What stands beside the run; an image that the loop's runs are started from too is the one that they first used. */
export function servicesFor(parts: RequestParts, { loop }: RunOrder): Pick<RunRequest, "services"> {
  return servicesIn(rulesOf(loop), (reference) => imageOf(parts, loop, reference));
}

/** The bounds that policy sets; those of a loop that an earlier version claimed are the runtime's own. */
export function limitsIn({ environment }: Pick<Rules, "environment">): Partial<RunRequest["limits"]> {
  if (environment === undefined) return {};
  const { memoryBytes, cpus, processes, tmpBytes, diskBytes } = environment;
  return { memoryBytes, cpus, pids: processes, tmpBytes, workspaceBytes: diskBytes };
}

/** The variables that policy sets, where there are any. */
export function environmentIn({ environment }: Pick<Rules, "environment">): Pick<RunRequest, "variables"> {
  const variables = environment?.env ?? {};
  return Object.keys(variables).length === 0 ? {} : { variables };
}

/** A name that an earlier run of the loop was started from means what it meant then. */
export function imageOf(
  parts: Pick<RequestParts, "image" | "dataDir">,
  loop: LoopState,
  reference: string,
): ImageChoice {
  const choice = parts.image(reference);
  const known = loop.images?.[reference];
  const built = choice.kind === "named" ? buildOf(parts, loop, reference) : null;
  if (built !== null) return known === undefined ? built : { ...built, pinned: { id: known.id, digest: known.digest } };
  if (choice.kind !== "named" || known === undefined) return choice;
  return { ...choice, pinned: { id: known.id, digest: known.digest } };
}

/** What the image of this name is built from, at the base; null where it is one that is named. */
function buildOf({ dataDir }: Pick<RequestParts, "dataDir">, { rules, base, issue }: LoopState, reference: string) {
  const { build, memoryBytes = 0, cpus = 0 } = rules?.environment ?? {};
  if (build === undefined || base === null || reference !== imageOfBuild(build)) return null;
  const { repositoryId } = issue;
  const gitDir = storeOf(rooms({ dataDir }).objects, repositoryId);
  return {
    kind: "built",
    reference,
    build: { ...build, repositoryId, gitDir, commit: base.sha, memoryBytes, cpus, ...packagesFor(rules) },
  } as const;
}

/** What the Dockerfile installs was accepted with the base, so of policy its two lists of names count. */
function packagesFor(rules: LoopState["rules"]) {
  const { registries = [], allow = [], deny = [] } = rules?.packages ?? {};
  return registries.includes("apt") ? { packages: { allow, deny } } : {};
}
