// Which workflows an event starts. Pure but for git: what GitHub decides before anything is shown anywhere.
import type { WorldEvent } from "../core.ts";
import { changedFiles } from "../git/history.ts";
import { knowCommit } from "../git/known.ts";
import { conflictFree } from "../git/merging.ts";
import { noCommit, resolveBranch } from "../git/read.ts";
import type { Repository, WorkflowFile, WorkflowStart } from "../model.ts";

const defaultTypes = ["opened", "synchronize", "reopened"];

/** The starts in the order of the workflows; none for a repository without workflows. */
export async function startsOf(event: WorldEvent): Promise<WorkflowStart[]> {
  const { repository } = event;
  if (repository?.ci.mode !== "actions") return [];
  const found = event.event === "push" ? pushed(event) : requested(event, repository);
  if (found === null || (await isSkipped(repository, found.sha))) return [];
  // A pull request is tested as it would be merged: with a conflict there is nothing to test, and nobody is told.
  if (found.pull && !(await conflictFree(repository.gitDir, found.pull.base.sha, found.sha))) return [];
  const wanted = repository.ci.workflows.filter((file) => isTriggered(file, found, event.action));
  const starts: WorkflowStart[] = [];
  for (const file of wanted) if (await touches(repository, file, found)) starts.push({ repository, file, ...found });
  return starts;
}

type Found = Omit<WorkflowStart, "repository" | "file"> & { readonly before: string };

function pushed({ body }: WorldEvent): Found | null {
  const { ref = "", before = noCommit, after = noCommit } = body as { ref?: string; before?: string; after?: string };
  if (!ref.startsWith("refs/heads/") || after === noCommit) return null;
  return { event: "push", sha: after, before, branch: ref.slice("refs/heads/".length), pull: null };
}

function requested({ event, body }: WorldEvent, repository: Repository): Found | null {
  const pull = repository.issues.get(body.number as number)?.pull;
  if (event !== "pull_request" || !pull || pull.issue.state === "closed") return null;
  return { event: "pull_request", sha: pull.head.sha, before: pull.base.sha, branch: pull.head.ref, pull };
}

function isTriggered(file: WorkflowFile, found: Found, action: string | null): boolean {
  const events = [file.on ?? "push"].flat();
  if (!events.includes(found.event)) return false;
  return found.event === "push" || (file.types ?? defaultTypes).includes(action ?? "");
}

/** https://docs.github.com/actions/how-tos/manage-workflow-runs/skip-workflow-runs */
async function isSkipped(repository: Repository, sha: string): Promise<boolean> {
  const { message } = await knowCommit(repository, sha);
  return (
    /\[(skip ci|ci skip|no ci|skip actions|actions skip)\]/i.test(message) || /^skip-checks:\s*true\s*$/im.test(message)
  );
}

/** A workflow whose path filter matches nothing is not started at all: its checks never report. */
async function touches(repository: Repository, file: WorkflowFile, { sha, before }: Found): Promise<boolean> {
  if (!file.paths) return true;
  // A new branch is compared with what it came from.
  const from = before === noCommit ? await resolveBranch(repository.gitDir, repository.defaultBranch) : before;
  const files = from ? await changedFiles(repository.gitDir, from, sha) : [];
  return files.some(({ path }) =>
    file.paths?.some((wanted) => path === wanted || path.startsWith(wanted.replace(/\*+$/, ""))),
  );
}
