// May this lease move this ref? One named refusal per rule, with the sentence that the agent reads on its own push.
import { noCommit } from "./branch.ts";
import type { PushRequest, RefCommand } from "./commands.ts";

/** What a run may do with git. */
export interface GitLease {
  /** The one branch it may push, by its short name. */
  readonly branch: string;
  /** Without it, neither may the run read that branch: it sees the base only. */
  readonly mayPush: boolean;
}

export type PushRefusal =
  | "push_not_allowed"
  | "nothing_asked"
  | "push_certificate"
  | "push_options"
  | "shallow_history"
  | "object_format"
  | "many_refs"
  | "delete"
  | "tag"
  | "notes"
  | "other_branch"
  | "other_ref";

export interface Refusal {
  readonly name: PushRefusal;
  /** One short line. */
  readonly message: string;
}

/** Null when the whole push is about the lease's own branch; otherwise why it is refused (T11, I8). */
export function whyRefusePush(lease: GitLease, request: PushRequest): Refusal | null {
  if (!lease.mayPush) return { name: "push_not_allowed", message: "this run may read but not push" };
  if (request.certificate) return { name: "push_certificate", message: "signed pushes are not taken here" };
  if (request.capabilities.includes("push-options")) {
    return { name: "push_options", message: "push options are not taken here" };
  }
  if (request.shallow) return { name: "shallow_history", message: "a shallow clone cannot push here" };
  if (request.capabilities.some((each) => each.startsWith("object-format=") && each !== "object-format=sha1")) {
    return { name: "object_format", message: "only SHA-1 repositories are served" };
  }
  const refused = request.commands.map((command) => mayMoveRef(lease, command)).find((each) => each !== null);
  if (refused) return refused;
  if (request.commands.length === 0) return { name: "nothing_asked", message: "the push names no ref" };
  if (request.commands.length > 1) return { name: "many_refs", message: "push one ref at a time" };
  return null;
}

/** Null when the lease may move this ref so; otherwise the refusal. */
function mayMoveRef(lease: GitLease, command: RefCommand): Refusal | null {
  const own = `push to ${lease.branch} only`;
  if (command.ref.startsWith("refs/tags/")) return { name: "tag", message: `tags are not taken; ${own}` };
  if (command.ref.startsWith("refs/notes/")) return { name: "notes", message: `notes are not taken; ${own}` };
  if (!command.ref.startsWith("refs/heads/")) return { name: "other_ref", message: `not a branch; ${own}` };
  if (command.ref !== `refs/heads/${lease.branch}`) return { name: "other_branch", message: own };
  if (command.new === noCommit) return { name: "delete", message: "the branch cannot be deleted" };
  return null;
}
