// A repository that is new to the App: it makes its labels there and, where few came at once, proposes a first policy.
import { Bug } from "../base/assert.ts";
import { toFault } from "../base/fault.ts";
import type { Effect } from "../loop/effect.ts";
import { draftPolicy, noWishes } from "../policy/draft.ts";
import { policyPath } from "../policy/near-name.ts";
import { firstPolicy } from "../report/introduction.ts";
import { unlisted, type World } from "./world.ts";

/** Where the policy is proposed. Loops' branches are below `loop/`, so that this one is nobody's. */
const branch = "loopgate/policy";

/**
 * Done again it comes to the same: labels that are there are left, and of one repository one pull request is ever opened, whatever became of it.
 * What GitHub declines for good is logged: loops begin without an introduction, too. Throws `Fault` where it may work later.
 */
export async function introduce(
  world: World,
  repositoryId: number,
  effect: Extract<Effect, { type: "introduce" }>,
  retrying: boolean,
): Promise<void> {
  const most = world.introductions ?? 0;
  if (most === 0) return;
  const known = await world.repositoryOf(repositoryId);
  if (known === undefined) return; // the App was let in, and is out again
  if (known === null) throw unlisted(repositoryId);
  try {
    await world.github.makeLabels(known, world.label);
    if (effect.among <= most && effect.unchosen === undefined) await propose(world, known, retrying);
  } catch (error) {
    if (error instanceof Bug || toFault(error, "").retry !== "never") throw error;
    world.log.warn({ repository: repositoryId, err: error }, "could not introduce itself; loops begin all the same");
  }
}

async function propose(
  { github, log, label }: World,
  known: Parameters<World["github"]["readNewRepository"]>[0],
  retrying: boolean,
): Promise<void> {
  const { repository, url, base, not, paths, files } = await github.readNewRepository(known, branch);
  const told = { repository: repository.repositoryId, name: `${repository.owner}/${repository.name}` };
  if (base === null || not !== null) {
    log.info({ ...told, why: not }, "no first policy is proposed");
    return;
  }
  const draft = draftPolicy({ paths, text: (path) => files.get(path) ?? null }, noWishes);
  const { title, body, message } = firstPolicy(draft, { url, label, branch });
  const proposal = { branch, base, path: policyPath, text: draft.text, message, title, body };
  const proposed = await github.proposeFile(repository, proposal, retrying);
  if ("pull" in proposed) log.info({ ...told, pull: proposed.pull }, "a first policy is proposed");
  else log.warn({ ...told, why: proposed.declined }, "a first policy could not be proposed");
}
