// GitHub as the engine needs it: every method of its port, on the clients of this room.
import type { Clients, Connection } from "./client/client.ts";
import { createNodes } from "./client/nodes.ts";
import { createPacer, type Pacer } from "./client/pacer.ts";
import { gitAccess } from "./client/tokens.ts";
import { redeliverFailed } from "./deliveries/hooks.ts";
import { readBase } from "./read/base.ts";
import { readClaim } from "./read/claim.ts";
import { readComment } from "./read/comment.ts";
import { readFiles } from "./read/files.ts";
import { readPull } from "./read/gate.ts";
import { readJobLog } from "./read/job-log.ts";
import { survey } from "./read/look.ts";
import { mergeabilityFound } from "./read/mergeability.ts";
import { readNewRepository } from "./read/new-repository.ts";
import { openPulls } from "./read/open-pulls.ts";
import { readAnswers, readOwnIssues, readSchedules } from "./read/passes.ts";
import { permission } from "./read/people.ts";
import { readProposedPolicy } from "./read/proposed-policy.ts";
import { readPushes } from "./read/pushes.ts";
import { listInstallations, listRepositories } from "./read/repositories.ts";
import { readThread } from "./read/thread.ts";
import { readCi } from "./read/verdict.ts";
import { publishCheck } from "./write/checks.ts";
import { createComment, editComment, react, reactToReview } from "./write/comments.ts";
import { openIssue } from "./write/issues.ts";
import { changeLabels, makeLabels } from "./write/labels.ts";
import { leaveQueue, merge } from "./write/merge.ts";
import { proposeFile } from "./write/propose.ts";
import { editPullBody, markReady, openPull, readPullBody, requestReviewers } from "./write/pulls.ts";
import { rerunChecks } from "./write/rerun.ts";
import { publishSigned } from "./write/signed.ts";
import { answerThread } from "./write/threads.ts";
import { updateBranch } from "./write/update.ts";

export interface PortOptions {
  readonly clients: Clients;
  readonly self: { readonly appId: number; readonly slug: string };
  readonly now: () => number; // epoch milliseconds
  readonly gitBaseUrl: string; // https://github.com
  readonly pacer?: Pacer; // one of its own unless given
}

type Rest<Method> = Method extends (connection: Connection, ...rest: infer Arguments) => unknown ? Arguments : never;

/** Assignable to the engine's `GitHubPort`; the composition root relies on that. Every method throws only `Fault`. */
export function githubPort(options: PortOptions) {
  const connection: Connection = { ...options, pacer: options.pacer ?? createPacer(), nodes: createNodes() };
  return {
    limitsLeft: (installationId: number) => connection.pacer.left(installationId, connection.now()),
    permission: (...rest: Rest<typeof permission>) => permission(connection, ...rest),
    readClaim: (...rest: Rest<typeof readClaim>) => readClaim(connection, ...rest),
    openPulls: (...rest: Rest<typeof openPulls>) => openPulls(connection, ...rest),
    readBase: (...rest: Rest<typeof readBase>) => readBase(connection, ...rest),
    readFiles: (...rest: Rest<typeof readFiles>) => readFiles(connection, ...rest),
    createComment: (...rest: Rest<typeof createComment>) => createComment(connection, ...rest),
    editComment: (...rest: Rest<typeof editComment>) => editComment(connection, ...rest),
    react: (...rest: Rest<typeof react>) => react(connection, ...rest),
    reactToReview: (...rest: Rest<typeof reactToReview>) => reactToReview(connection, ...rest),
    changeLabels: (...rest: Rest<typeof changeLabels>) => changeLabels(connection, ...rest),
    openPull: (...rest: Rest<typeof openPull>) => openPull(connection, ...rest),
    publishSigned: (...rest: Rest<typeof publishSigned>) => publishSigned(connection, ...rest),
    markReady: (...rest: Rest<typeof markReady>) => markReady(connection, ...rest),
    answerThread: (...rest: Rest<typeof answerThread>) => answerThread(connection, ...rest),
    readPullBody: (...rest: Rest<typeof readPullBody>) => readPullBody(connection, ...rest),
    editPullBody: (...rest: Rest<typeof editPullBody>) => editPullBody(connection, ...rest),
    requestReviewers: (...rest: Rest<typeof requestReviewers>) => requestReviewers(connection, ...rest),
    publishCheck: (...rest: Rest<typeof publishCheck>) => publishCheck(connection, ...rest),
    readProposedPolicy: (...rest: Rest<typeof readProposedPolicy>) => readProposedPolicy(connection, ...rest),
    readJobLog: (...rest: Rest<typeof readJobLog>) => readJobLog(connection, ...rest),
    rerunChecks: (...rest: Rest<typeof rerunChecks>) => rerunChecks(connection, ...rest),
    updateBranch: (...rest: Rest<typeof updateBranch>) => updateBranch(connection, ...rest),
    readCi: (...rest: Rest<typeof readCi>) => readCi(connection, ...rest),
    mergeabilityFound: (...rest: Rest<typeof mergeabilityFound>) => mergeabilityFound(connection, ...rest),
    readPushes: (...rest: Rest<typeof readPushes>) => readPushes(connection, ...rest),
    readComment: (...rest: Rest<typeof readComment>) => readComment(connection, ...rest),
    readPull: (...rest: Rest<typeof readPull>) => readPull(connection, ...rest),
    merge: (...rest: Rest<typeof merge>) => merge(connection, ...rest),
    leaveQueue: (...rest: Rest<typeof leaveQueue>) => leaveQueue(connection, ...rest),
    listInstallations: () => listInstallations(connection),
    listRepositories: (...rest: Rest<typeof listRepositories>) => listRepositories(connection, ...rest),
    survey: (...rest: Rest<typeof survey>) => survey(connection, ...rest),
    readThread: (...rest: Rest<typeof readThread>) => readThread(connection, ...rest),
    readSchedules: (...rest: Rest<typeof readSchedules>) => readSchedules(connection, ...rest),
    readNewRepository: (...rest: Rest<typeof readNewRepository>) => readNewRepository(connection, ...rest),
    makeLabels: (...rest: Rest<typeof makeLabels>) => makeLabels(connection, ...rest),
    proposeFile: (...rest: Rest<typeof proposeFile>) => proposeFile(connection, ...rest),
    readOwnIssues: (...rest: Rest<typeof readOwnIssues>) => readOwnIssues(connection, ...rest),
    readAnswers: (...rest: Rest<typeof readAnswers>) => readAnswers(connection, ...rest),
    openIssue: (...rest: Rest<typeof openIssue>) => openIssue(connection, ...rest),
    redeliverFailed: () => redeliverFailed(connection),
    gitAccess: (...rest: Rest<typeof gitAccess>) => gitAccess(connection, ...rest),
  };
}
