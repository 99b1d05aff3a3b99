// A run as the runtime is asked for it: image, command, folders, environment and limits, from the loop's rules.
import { join } from "node:path";
import { assert } from "../base/assert.ts";
import type { Clock, ImageChoice, Quarantine, RunOrder, RunRequest } from "../engine/ports.ts";
import { branchOf, rulesOf } from "../loop/begin.ts";
import type { LoopState, Rules } from "../loop/state.ts";
import type { DoorParts } from "./door.ts";
import { rooms } from "./files.ts";

export interface RequestParts extends Pick<DoorParts, "agents" | "identity"> {
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
export function requestOf(parts: RequestParts, order: RunOrder, quarantine: Quarantine, token: string): RunRequest {
  const dir = rooms(parts).run(order.id);
  const role = roleOf(order);
  const agent = preparedFor(parts, order, token);
  const version = parts.agents.versionLine(role.agent);
  const { name, email } = parts.identity;
  return {
    id: order.id,
    loop: order.loop.id,
    attempt: order.attempt,
    role: order.role,
    epoch: parts.epoch,
    image: imageOf(parts, order.loop, role.image),
    command: parts.agents.startLine(agent),
    workspaceDir: join(dir, "workspace"),
    objectsDir: quarantine.objectsDir,
    loopDir: join(dir, "loop"),
    gatewaySocket: join(rooms(parts).socket(order.id), "gateway.sock"),
    env: {
      ...agent.env,
      ...(rulesOf(order.loop).hosts.length === 0 ? {} : { HTTPS_PROXY: `http://lease:${token}@127.0.0.1:{port}` }),
      ...(version === null ? {} : { LOOP_AGENT_VERSION: version }),
      LOOP_BRANCH: branchOf(order.loop),
      LOOP_TASK: `${order.loop.issue.owner}/${order.loop.issue.name}#${order.loop.issue.number}`,
      LOOP_DEADLINE: new Date(parts.clock.now() + order.deadlineMs).toISOString(),
      LOOP_GIT_URL: `http://lease:${token}@127.0.0.1:{port}/repo.git`,
      GIT_AUTHOR_NAME: name,
      GIT_AUTHOR_EMAIL: email,
      GIT_COMMITTER_NAME: name,
      GIT_COMMITTER_EMAIL: email,
    },
    limits: { ...parts.limits, deadlineMs: order.deadlineMs },
    ...(parts.ociRuntime === null ? {} : { runtime: parts.ociRuntime }),
  };
}

/** A name that an earlier run of the loop was started from means what it meant then. */
function imageOf(parts: RequestParts, loop: LoopState, reference: string): ImageChoice {
  const choice = parts.image(reference);
  const known = loop.images?.[reference];
  if (choice.kind !== "named" || known === undefined) return choice;
  return { ...choice, pinned: { id: known.id, digest: known.digest } };
}

/** The agent of the run's role: its command, configuration and the model's addresses, all by the lease. */
function preparedFor(parts: RequestParts, order: RunOrder, lease: string) {
  const { agent, command, model } = roleOf(order);
  const task = { promptPath: "/loop/brief.md", model, gatewayUrl: "http://127.0.0.1:{port}", lease };
  return parts.agents.agentOf(agent, command).prepare(task);
}

/** The policy's words on the agent of this role. Throws Bug before the claim. */
export function roleOf({ role, loop }: Pick<RunOrder, "role" | "loop">): Rules["executor"] {
  const rules = rulesOf(loop);
  const chosen = role === "executor" ? rules.executor : rules.reviewer;
  assert(chosen !== null, "a reviewer runs only where the policy has one");
  return chosen;
}
