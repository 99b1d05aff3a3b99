// One run as the engine would set it up: store, quarantine, workspace, and the gateway behind its socket.
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { GitEvent, GitGatewayRequest } from "../../../src/gateway/git/events.ts";
import { fetchBase } from "../../../src/gateway/git/objects.ts";
import { fetchBranch, openQuarantine, type Quarantine } from "../../../src/gateway/git/quarantine.ts";
import { gitGateway } from "../../../src/gateway/git/server.ts";
import { makeWorkspace } from "../../../src/gateway/git/workspace.ts";
import { newLeaseToken } from "../../../src/gateway/lease.ts";
import { openRunGateway, type Route, type RunGateway } from "../../../src/gateway/run.ts";
import { anOrigin, git, type Origin, relayTo, scratch } from "./world.ts";

export const identity = { name: "Loop", email: "loop@example.org" };
export const branch = "loop/7-abc";
export const ownRef = `refs/heads/${branch}`;

export interface World {
  readonly root: string;
  readonly origin: Origin;
  readonly quarantine: Quarantine;
}

export interface Run extends World {
  readonly workspace: string;
  readonly gateway: RunGateway;
  readonly route: Required<Route>;
  readonly token: string;
  /** The address with the lease in it, as the run gets it in `LOOP_GIT_URL`. */
  readonly url: string;
  readonly events: readonly GitEvent[];
}

/** Store and quarantine for a run; `branchAt` puts the loop's branch on the origin first. */
export async function aQuarantine({ branchAt }: { branchAt?: (origin: Origin) => string } = {}): Promise<World> {
  const root = scratch();
  const origin = anOrigin(root);
  if (branchAt !== undefined) git(origin.dir, ["update-ref", ownRef, branchAt(origin)]);
  const remote = { url: origin.url, branch: "main" };
  const store = await fetchBase({ storeRoot: join(root, "objects"), repositoryId: 11, ...remote });
  const { objectsDir, base } = store;
  const quarantine = await openQuarantine({ root: join(root, "quarantine"), runId: "run-1", objectsDir, base, branch });
  await fetchBranch(quarantine, { url: origin.url });
  return { root, origin, quarantine };
}

/** A whole run; the workspace's `origin` is the gateway. */
export async function aRun(
  options: Partial<GitGatewayRequest> & { branchAt?: (origin: Origin) => string; mayPush?: boolean } = {},
): Promise<Run> {
  const { branchAt, mayPush = true, ...gatewayOptions } = options;
  const world = await aQuarantine({ branchAt });
  const workspace = join(world.root, "workspace");
  await makeWorkspace({ dir: workspace, quarantine: world.quarantine, identity });
  const lease = { runId: "run-1", token: newLeaseToken(), branch, mayPush };
  const events: GitEvent[] = [];
  const route = gitGateway({
    lease,
    quarantine: world.quarantine,
    onEvent: (each) => events.push(each),
    ...gatewayOptions,
  });
  const errors: unknown[] = [];
  const socketDir = join(world.root, "socket");
  const gateway = await openRunGateway({ socketDir, lease, routes: [route], onError: (error) => errors.push(error) });
  onTestFinished(async () => {
    await gateway.close();
    if (errors.length > 0) throw errors[0];
  });
  const url = `http://run:${lease.token}@${await relayTo(gateway.socketPath)}/repo.git`;
  git(workspace, ["remote", "set-url", "origin", url]);
  return { ...world, workspace, gateway, route, token: lease.token, url, events };
}

/** Puts a commit on the workspace's branch, as the agent would. */
export function work(run: Run, message = "Work", file = "src/a.txt", text = "one\n2\nthree\n"): string {
  const id = git(run.workspace, ["hash-object", "-w", "--stdin"], text);
  git(run.workspace, ["update-index", "--add", "--cacheinfo", `100644,${id},${file}`]);
  git(run.workspace, ["commit", "-q", "-m", message]);
  return git(run.workspace, ["rev-parse", "HEAD"]);
}

/** Where the quarantine's branch is. */
export function quarantined(run: World): string {
  return git(run.quarantine.gitDir, ["for-each-ref", "--format=%(refname) %(objectname)"]);
}
