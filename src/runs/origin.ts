// Where a run comes from: the commits it begins with and the way its agent is called. A repeated run has other answers.

import type { Prepared } from "../agents/agent.ts";
import { agentOf } from "../agents/agents.ts";
import { assert } from "../base/assert.ts";
import { Fault } from "../base/fault.ts";
import type { GitHubPort, Log, RunOrder } from "../engine/ports.ts";
import { fetchBase, type ObjectStore } from "../gateway/git/objects.ts";
import { fetchBranch, type Quarantine } from "../gateway/git/quarantine.ts";
import type { LoopState } from "../loop/state.ts";
import { withLoopCommand } from "./loop-command.ts";
import { hasTools, roleOf } from "./role.ts";
import { rooms } from "./rooms.ts";

/** Every method throws Fault. */
export interface Origin {
  /** The object store that has the loop's base. */
  base(loop: LoopState): Promise<ObjectStore>;
  /** Brings what there is of the loop's branch into the quarantine. Not asked before the first push. */
  branch(loop: LoopState, quarantine: Quarantine): Promise<void>;
  /** How the agent of the order's role is started, by this lease. */
  agent(order: RunOrder, lease: string): Prepared;
}

export interface AccessParts {
  readonly github: Pick<GitHubPort, "gitAccess">;
  /** Asked right before a push, which does not happen where it throws. Absent: nobody need be asked. */
  readonly confirm?: () => Promise<void>;
  readonly log: Log;
}

export interface OriginParts extends AccessParts {
  readonly dataDir: string;
}

/** Runs of living loops: commits from GitHub, agents as the policy names them. */
export function originAtGitHub(parts: OriginParts): Origin {
  return {
    base(loop) {
      const { base, issue } = loop;
      assert(base !== null, `loop ${loop.id} has no base`);
      const wanted = { storeRoot: rooms(parts).objects, repositoryId: issue.repositoryId, ...base };
      return withAccess(parts, loop, "read", ({ url, token }) => fetchBase({ ...wanted, url, token }));
    },
    async branch(loop, quarantine) {
      await withAccess(parts, loop, "read", ({ url, token }) => fetchBranch(quarantine, { url, token }));
    },
    agent: agentByPolicy,
  };
}

/** The agent that the loop's rules name for this role, to be started by this lease. */
export function agentByPolicy(order: RunOrder, lease: string): Prepared {
  const { agent, command, model } = roleOf(order);
  const gatewayUrl = "http://127.0.0.1:{port}";
  const task = { promptPath: "/loop/brief.md", model, gatewayUrl, lease, hasTools: hasTools(order) };
  const prepared = agentOf(agent, command).prepare(task);
  return hasTools(order) ? { ...prepared, command: withLoopCommand(prepared.command) } : prepared;
}

/** Every commit comes from this host, and nothing that is made leaves it: whoever asks for more than that is refused. */
export const withoutGitHub: AccessParts["github"] = {
  async gitAccess() {
    throw new Fault("This run has no access to GitHub", { kind: "forbidden", retry: "never" });
  },
};

/** Where the loop's base branch is at GitHub now, with its commits in the repository's store. Throws Fault. */
export async function tipOfBase(parts: OriginParts, loop: LoopState): Promise<string> {
  const { base, issue } = loop;
  assert(base !== null, `loop ${loop.id} has no base`);
  const { branch } = base;
  const wanted = { storeRoot: rooms(parts).objects, repositoryId: issue.repositoryId, branch };
  const store = await withAccess(parts, loop, "read", ({ url, token }) => fetchBase({ ...wanted, url, token }));
  return store.base.sha;
}

/** Does the work with an address and a token for this one repository, which is revoked after it. Throws Fault. */
export async function withAccess<T>(
  parts: AccessParts,
  loop: LoopState,
  may: "read" | "write",
  work: (access: { url: string; token: string }) => Promise<T>,
): Promise<T> {
  const granted = await parts.github.gitAccess(loop.issue, may);
  try {
    if (may === "write") await parts.confirm?.();
    return await work(granted);
  } finally {
    await granted
      .revoke()
      .catch((error) => parts.log.warn({ loop: loop.id, err: error }, "a token could not be revoked"));
  }
}
