// Pushes one judged commit to one branch on GitHub, never over anything but the commit last seen there (I8, T11).
import { assert } from "../../base/assert.ts";
import { Fault } from "../../base/fault.ts";
import { branchRef, isCommitId } from "./branch.ts";
import { gitFault } from "./failure.ts";
import type { GitResult } from "./git.ts";
import { answerFor, isInTheWay, isMovedMeanwhile, isOwnFailure, pushRef, rejectionOf } from "./push.ts";
import { commitOf, descends, remoteHead } from "./repository.ts";

export interface PublishRequest {
  readonly gitDir: string;
  readonly head: string;
  readonly url: string;
  readonly token?: string;
  readonly branch: string;
  /** Where the branch was when last seen; null when it did not exist. */
  readonly expected: string | null;
  /** Default two minutes. */
  readonly timeoutMs?: number;
}

export type PublishOutcome =
  | { readonly status: "pushed" }
  /** GitHub has exactly this commit there already, from an earlier try. */
  | { readonly status: "already" }
  /** Someone else moved the branch, or deleted it (null). Nothing was overwritten (F41, F44). */
  | { readonly status: "moved"; readonly head: string | null }
  /** GitHub's rules declined it, in its own words, or it would have rewound the branch (F43). */
  | { readonly status: "refused"; readonly message: string };

/**
 * Publishes `head`. A push whose end is unknown is decided by reading the branch again (F42); when that cannot be
 * told either, a `Fault` to try again later, which is safe: the lease makes a second push harmless.
 */
export async function publish(request: PublishRequest): Promise<PublishOutcome> {
  const { head, expected } = request;
  assert(isCommitId(head) && (expected === null || isCommitId(expected)), "a push is between full commit ids");
  const rewound = await whyNotForward(request);
  if (rewound !== null) return { status: "refused", message: rewound };
  let result: GitResult;
  try {
    result = await push(request);
  } catch (fault) {
    if (fault instanceof Fault && fault.kind === "unavailable") return decide(request, fault);
    throw fault;
  }
  return outcomeOf(request, result);
}

async function whyNotForward({ gitDir, head, expected }: PublishRequest): Promise<string | null> {
  if (expected === null || expected === head || (await descends(gitDir, expected, head))) return null;
  if ((await commitOf(gitDir, head)) !== head) return notHere(head);
  return `commit ${head} does not descend from ${expected}, where the branch was last seen`;
}

function notHere(head: string): string {
  return `commit ${head} is not in the quarantine`;
}

function push({ gitDir, head, url, token, branch, expected, timeoutMs }: PublishRequest): Promise<GitResult> {
  return pushRef({ gitDir, url, token, ref: branchRef(branch), to: head, lease: expected ?? "", timeoutMs });
}

async function outcomeOf(request: PublishRequest, result: GitResult): Promise<PublishOutcome> {
  const { stderr } = result;
  const line = answerFor(branchRef(request.branch), result);
  const attempted = `Could not push to ${request.branch}`;
  if (line === undefined) {
    if (
      /src refspec \S+ does not match any|bad object/.test(stderr) &&
      (await commitOf(request.gitDir, request.head)) === null
    )
      return { status: "refused", message: notHere(request.head) };
    const fault = gitFault(attempted, stderr);
    if (fault.kind === "unavailable") return decide(request, fault);
    throw fault;
  }
  if (line.startsWith("=")) return { status: "already" };
  if (!line.startsWith("!")) return { status: "pushed" };
  const { reason, whole } = rejectionOf(line, stderr);
  if (isInTheWay(whole)) return { status: "refused", message: whatIsInTheWay(whole, request.branch) };
  if (isMovedMeanwhile(reason) || /non-fast-forward/.test(reason)) {
    return decide(request, new Fault(`${attempted}: the branch moved`, { kind: "conflict", retry: "later" }));
  }
  if (isOwnFailure(reason)) {
    return decide(
      request,
      new Fault(`${attempted}: the remote failed to move it`, { kind: "conflict", retry: "later" }),
    );
  }
  return { status: "refused", message: whole };
}

/** What GitHub says of it does not say what it means, nor which of the two it is. */
function whatIsInTheWay(said: string, branch: string): string {
  const [folder = branch] = branch.split("/");
  return `${said}\nThat is: while the repository has a branch \`${folder}\`, or one whose name begins with \`${branch}/\`, it can have none called \`${branch}\`.`;
}

/** Reads the branch and says what became of the push; throws the given fault when the branch is where it was. */
async function decide(request: PublishRequest, otherwise: Fault): Promise<PublishOutcome> {
  const { url, token, head, expected } = request;
  const now = await remoteHead({ url, token, ref: branchRef(request.branch) });
  if (now === head) return { status: otherwise.kind === "unavailable" ? "pushed" : "already" };
  if (now === expected) throw otherwise;
  return { status: "moved", head: now };
}
