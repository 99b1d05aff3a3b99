// Comments on issues and pull requests as GitHub shows them.
import type { Core } from "../core.ts";
import type { Comment } from "../model.ts";
import { viaShape } from "./app.ts";
import { issueWeb } from "./issue.ts";
import { rollup } from "./reaction.ts";
import { instant, repoUrl } from "./url.ts";
import { association, userShape } from "./user.ts";

export function commentShape(core: Core, comment: Comment) {
  const { issue } = comment;
  const url = repoUrl(core, issue.repository, `/issues/comments/${comment.id}`);
  return {
    url,
    html_url: `${issueWeb(core, issue)}#issuecomment-${comment.id}`,
    issue_url: repoUrl(core, issue.repository, `/issues/${issue.number}`),
    id: comment.id,
    node_id: comment.nodeId,
    user: userShape(core, comment.user),
    created_at: instant(comment.createdAt),
    updated_at: instant(comment.updatedAt),
    body: comment.body,
    author_association: association(comment.user, issue.repository),
    reactions: rollup(url, comment.reactions),
    performed_via_github_app: viaShape(core, comment.via),
  };
}
