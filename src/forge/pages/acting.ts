// The forms of a thread: comment, label, close and reopen, edit, open an issue, run a check again.
import { type Context, Hono } from "hono";
import type { Actor, Comment, Issue, Repository } from "../model.ts";
import { notFound, Refusal } from "../refusal.ts";
import type { World } from "../world.ts";
import { jobFor } from "./checks.ts";
import { asActor, pathOf } from "./view.ts";
import { choosePerson, requireViewer, viewerOf, wayBack } from "./viewer.ts";

/** What the routes need to know of the repository in the address: the viewer may see it. */
export type FindRepository = (context: Context) => Repository;

/** Text fields of a form; a file or a missing field is an empty text. */
export async function formOf(context: Context): Promise<(name: string) => string> {
  const form = await context.req.parseBody();
  return (name) => {
    const value = form[name];
    return typeof value === "string" ? value.replaceAll("\r\n", "\n") : "";
  };
}

export const actorOf = (context: Context, world: World): Actor => asActor(requireViewer(viewerOf(context, world)));

/** POST routes on issues and comments; each goes back to the page it came from. */
export function acting(world: World, find: FindRepository): Hono {
  const routes = new Hono();
  routes.post("/-/person", async (context) => {
    const form = await formOf(context);
    choosePerson(context, world, form("login"));
    return context.redirect(wayBack(form("back")), 303);
  });
  routes.post("/:owner/:repo/issues", async (context) => {
    const [repository, form] = [find(context), await formOf(context)];
    const issue = world.openIssue(actorOf(context, world), repository, {
      title: form("title"),
      body: form("body") || null,
    });
    return context.redirect(`${pathOf(repository)}/issues/${issue.number}`, 303);
  });
  routes.post("/:owner/:repo/issues/:number/comments", async (context) => {
    const [issue, form] = [issueOf(find(context), context), await formOf(context)];
    await reply(world, actorOf(context, world), issue, form);
    return context.redirect(wayBack(form("back")), 303);
  });
  routes.post("/:owner/:repo/issues/:number/body", async (context) => {
    const [issue, form] = [issueOf(find(context), context), await formOf(context)];
    world.editIssue(ownActor(context, world, issue), issue, { body: form("body") });
    return context.redirect(wayBack(form("back")), 303);
  });
  routes.post("/:owner/:repo/issues/:number/labels", async (context) => {
    const [issue, form] = [issueOf(find(context), context), await formOf(context)];
    changeLabel(world, actorOf(context, world), issue, form);
    return context.redirect(wayBack(form("back")), 303);
  });
  routes.post("/:owner/:repo/comments/:id", async (context) => {
    const [comment, form] = [commentOf(find(context), context), await formOf(context)];
    world.editComment(ownActor(context, world, comment), comment, form("body"));
    return context.redirect(wayBack(form("back")), 303);
  });
  routes.post("/:owner/:repo/runs/:id/rerun", (context) => {
    const repository = find(context);
    const run = repository.runs.find((one) => one.id === Number(context.req.param("id")));
    if (!run) throw notFound();
    const workflow = jobFor(run)?.run;
    if (workflow) world.rerunWorkflow(actorOf(context, world), workflow);
    else world.rerequestCheckRun(actorOf(context, world), run);
    return context.redirect(`${pathOf(repository)}/runs/${run.id}`, 303);
  });
  return routes;
}

/** Comments, and closes or reopens when the form says so; the comment comes first, as on GitHub. */
async function reply(world: World, actor: Actor, issue: Issue, form: (name: string) => string): Promise<void> {
  const also = form("also");
  if (form("body").trim() !== "" || also === "") world.createComment(actor, issue, form("body"));
  if (also === "") return;
  const state = also === "close" ? "closed" : "open";
  if (issue.pull) await world.updatePull(actor, issue.pull, { state });
  else world.editIssue(actor, issue, { state });
}

function changeLabel(world: World, actor: Actor, issue: Issue, form: (name: string) => string): void {
  if (form("add") !== "") world.addLabels(actor, issue, [form("add")]);
  if (form("remove") !== "") world.removeLabel(actor, issue, form("remove"));
}

/** The pages let people edit only what they wrote themselves. */
function ownActor(context: Context, world: World, written: Issue | Comment): Actor {
  const actor = actorOf(context, world);
  if (actor.user !== written.user) throw new Refusal(403, "Only the author edits this here.");
  return actor;
}

/** The issue or pull request that the address names, or a 404 `Refusal`. */
export function issueOf(repository: Repository, context: Context): Issue {
  const issue = repository.issues.get(Number(context.req.param("number")));
  if (!issue) throw notFound();
  return issue;
}

function commentOf(repository: Repository, context: Context): Comment {
  const id = Number(context.req.param("id"));
  for (const issue of repository.issues.values()) {
    const comment = issue.comments.find((one) => one.id === id);
    if (comment) return comment;
  }
  throw notFound();
}
