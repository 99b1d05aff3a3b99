// Takes one push: read every command, receive the pack under a name of ours, judge it, and only then move the branch.
//
// Git's own receive-pack checks the objects, but it never sees the client's ref: it is told to create a ref under
// `refs/incoming/`, so nothing that it might think of refs or options can matter. The branch moves by
// compare-and-swap when the judged commit is a step forward, and the client gets the report it asked for.
import { randomUUID } from "node:crypto";
import { alone } from "./alone.ts";
import type { PushAnswer } from "./answer.ts";
import { noCommit } from "./branch.ts";
import type { Problem } from "./change.ts";
import type { PushRequest, RefCommand } from "./commands.ts";
import type { Session } from "./events.ts";
import type { Intake } from "./intake.ts";
import { judge } from "./judge.ts";
import { branchHead, changeBase } from "./quarantine.ts";
import { type PushRefusal, whyRefusePush } from "./refs.ts";
import { descends, dropRef, moveRef } from "./repository.ts";
import { type PackRefusal, receivePack } from "./unpack.ts";

/** Decides and carries out a push. Pushes of one run are taken one after the other. Throws `Fault` when the host fails. */
export function takePush(session: Session, request: PushRequest, pack: Intake["pack"]): Promise<PushAnswer> {
  const refusal = whyRefusePush(session.request.lease, request);
  if (refusal !== null) return Promise.resolve(refuse(session, [refusal]));
  const command = request.commands[0] as RefCommand;
  return alone(session.request.quarantine.gitDir, () => take(session, command, pack));
}

interface Finding {
  readonly name: PushRefusal | PackRefusal | Problem["name"] | "behind" | "not_forward" | "lease_ended";
  readonly message: string;
}

async function take(session: Session, command: RefCommand, pack: Intake["pack"]): Promise<PushAnswer> {
  const { quarantine } = session.request;
  const current = await branchHead(quarantine);
  if (command.old !== (current ?? noCommit)) {
    return refuse(session, [{ name: "behind", message: "fetch first: the branch is not where you last saw it" }]);
  }
  const incoming = `refs/incoming/${randomUUID()}`;
  const received = await receivePack(session, command.new, incoming, pack);
  let isMoved = false;
  try {
    if (received.refusal !== null) return refuse(session, [received.refusal]);
    const findings = await examine(session, current, command.new);
    if (findings.length > 0) return refuse(session, findings);
    await moveRef(quarantine.gitDir, incoming, command.ref, command.new, command.old);
    isMoved = true;
  } finally {
    if (!isMoved) await dropRef(quarantine.gitDir, incoming);
  }
  session.request.onEvent({ kind: "push", ref: command.ref, old: current, new: command.new, bytes: received.bytes });
  const said = `Loopgate took ${command.new.slice(0, 12)}. It goes to GitHub after this run, if policy allows.`;
  return { reason: null, lines: [said] };
}

async function examine(session: Session, current: string | null, head: string): Promise<readonly Finding[]> {
  const { quarantine, limits, author, published, placeholders = [] } = session.request;
  const { gitDir } = quarantine;
  if (current !== null && !(await descends(gitDir, current, head))) {
    return [{ name: "not_forward", message: "non-fast-forward: the branch only moves forward" }];
  }
  // A first push begins at the base; a branch that exists may have begun at an earlier one.
  const base = current === null ? quarantine.base.sha : await changeBase(quarantine, head);
  const change = await judge({ gitDir, base, head, published, author, placeholders, limits });
  if (session.revoked) return [{ name: "lease_ended", message: "this run's lease has ended" }];
  return change.problems.map(({ name, detail }) => ({ name, message: detail }));
}

/** The first finding beside the ref, all of them (to a bound) as lines above it. */
function refuse(session: Session, findings: readonly Finding[]): PushAnswer {
  const names = [...new Set(findings.map((each) => each.name))];
  const details = findings.slice(0, 20).map((each) => each.message);
  session.request.onEvent({ kind: "refused", names, details });
  const more = findings.length > details.length ? [`… and ${findings.length - details.length} more`] : [];
  const lines = ["Loopgate refused this push:", ...details.map((each) => `- ${each}`), ...more];
  return { reason: `${names[0]}: ${details[0]}`, lines };
}
