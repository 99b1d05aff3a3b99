// What happens in the demo, as one line each: on the local GitHub, in containers, and in the loop itself.
import { unreachable } from "../base/assert.ts";
import type { WorldEvent } from "../forge/core.ts";
import { isSetUp } from "../runs/files.ts";
import type { SeenRun } from "./demo-runtime.ts";

/** The fields of webhook bodies that lines are made of. */
interface Body {
  readonly issue?: { readonly number: number; readonly title: string };
  readonly label?: { readonly name: string };
  readonly comment?: { readonly body: string };
  readonly ref?: string;
  readonly after?: string;
  readonly pull_request?: { readonly number: number; readonly draft: boolean; readonly head: { readonly sha: string } };
  readonly requested_reviewer?: { readonly login: string };
  readonly check_run?: {
    readonly name: string;
    readonly conclusion: string | null;
    readonly head_sha: string;
    readonly output: { readonly title: string | null };
  };
  readonly review?: { readonly state: string; readonly commit_id: string };
}

const short = (sha: string | undefined) => (sha ?? "").slice(0, 7);

/** One line for what a person or an App did on GitHub; null for what is only an echo of something said already. */
export function worldLine({ event, action, actor, body: raw }: WorldEvent): string | null {
  const body = raw as Body;
  const who = actor.user.login;
  switch (`${event}.${action ?? ""}`) {
    case "issues.opened":
      return `${who} opens issue #${body.issue?.number}: ${body.issue?.title}`;
    case "issues.labeled":
      return `${who} sets the label ${body.label?.name}`;
    case "issues.unlabeled":
      return `${who} removes the label ${body.label?.name}`;
    case "issue_comment.created":
      return `${who} comments: ${firstWords(body.comment?.body ?? "")}`;
    case "push.":
      return `${who} pushes ${short(body.after)} to ${(body.ref ?? "").replace("refs/heads/", "")}`;
    case "pull_request.opened":
      return `${who} opens ${body.pull_request?.draft ? "draft " : ""}pull request #${body.pull_request?.number}`;
    case "pull_request.ready_for_review":
      return `${who} marks pull request #${body.pull_request?.number} as ready for review`;
    case "pull_request.review_requested":
      return `${who} asks ${body.requested_reviewer?.login} for a review`;
    case "pull_request.closed":
      return `${who} closes pull request #${body.pull_request?.number}`;
    case "check_run.completed":
      return checkLine(body.check_run);
    case "pull_request_review.submitted":
      return `${who} reviews ${short(body.review?.commit_id)}: ${(body.review?.state ?? "").toLowerCase().replaceAll("_", " ")}`;
    default:
      return null;
  }
}

function checkLine(run: Body["check_run"]): string {
  const title = run?.output.title ? ` (${run.output.title})` : "";
  return `${run?.name} on ${short(run?.head_sha)}: ${run?.conclusion}${title}`;
}

/** The first line that is neither empty nor hidden, without Markdown's marks. */
function firstWords(text: string): string {
  const lines = text.replaceAll(/<!--[\s\S]*?-->/g, "").split("\n");
  const line = lines.map((each) => each.replaceAll(/^[#>*\s-]+|[*`]/g, "").trim()).find((each) => each !== "") ?? "";
  return line.length > 90 ? `${line.slice(0, 89)}…` : line;
}

/** One line for a run that started, or that ended. */
export function runLine({ request, running, outcome }: SeenRun): string {
  const name = `${isSetUp(request.id) ? "set-up" : request.role} of attempt ${request.attempt}`;
  if (outcome !== null) {
    const seconds = ((outcome.endedAt - outcome.startedAt) / 1000).toFixed(1);
    return `${name} ${ended(outcome.status)} after ${seconds} s${outcome.note ? `: ${outcome.note}` : ""}`;
  }
  const { facts } = running;
  if (!facts.isolated) return `${name} runs as a plain process, without isolation`;
  const root = facts.readonlyRoot ? "read-only root" : "WRITABLE ROOT";
  const capabilities = facts.capabilitiesDropped.includes("ALL") && facts.capabilitiesAdded.length === 0;
  return `${name} runs in a container: network ${facts.network}, ${root}, user ${facts.user}, ${capabilities ? "no capabilities" : "WITH CAPABILITIES"}`;
}

function ended(status: NonNullable<SeenRun["outcome"]>["status"]): string {
  switch (status) {
    case "finished":
      return "finished";
    case "failed":
      return "failed";
    case "timed_out":
      return "ran out of time";
    case "silent":
      return "fell silent";
    case "stopped":
      return "was stopped";
    case "lost":
      return "was lost";
    default:
      return unreachable(status);
  }
}
