// What people, operators and chance do in the simulated world, as plain data, and how each is done.
import { holdLabel } from "../../src/loop/end.ts";
import { statusMarker } from "../../src/record/markers.ts";
import type { Containers } from "./containers.ts";
import { app, type Commit, type PersonName, people, triggerLabel, writers } from "./model.ts";
import { mainBranch, otherBranch, type World } from "./world.ts";

export type Deed =
  | { readonly do: "label" | "unlabel"; readonly by: PersonName }
  | { readonly do: "say"; readonly by: PersonName; readonly text: string }
  | { readonly do: "close" | "reopen"; readonly by: PersonName }
  | { readonly do: "edit_issue" }
  | { readonly do: "hold" | "let_go"; readonly by: PersonName } // by the label that holds a loop
  | { readonly do: "status_label"; readonly by: PersonName; readonly label: string; readonly set: boolean }
  | {
      readonly do: "push";
      readonly by: PersonName;
      readonly passesCi: boolean;
      readonly names?: PersonName | "the App";
    }
  | { readonly do: "rewind"; readonly by: PersonName } // a forced push that takes the last commit away
  | { readonly do: "rename"; readonly who: PersonName; readonly takes?: PersonName } // a login that the other gave up
  | { readonly do: "delete_command" | "unsay_command"; readonly by: PersonName }
  | { readonly do: "delete_branch" | "close_pull" | "merge_pull"; readonly by: PersonName }
  | { readonly do: "approve" | "request_changes"; readonly by: PersonName; readonly oldHead?: boolean }
  | { readonly do: "dismiss"; readonly by: PersonName } // the newest word that counts, whoever spoke it
  | {
      readonly do: "touch_status";
      readonly by: PersonName;
      readonly how: "edit" | "older" | "delete" | "copy" | "forge";
    }
  | { readonly do: "permission"; readonly of: PersonName; readonly becomes: "write" | "read" }
  | { readonly do: "rerun_ci" }
  | { readonly do: "retarget"; readonly by: PersonName } // to the other branch, or back
  | { readonly do: "base_conflicts" } // the base moves so that the branch conflicts with it: nobody is told
  | { readonly do: "lose_container" }
  | { readonly do: "crash"; readonly downMs: number }
  // The process ends and its store is gone; `by`: what restores first, the App as it starts or `loopgate restore` before that.
  | { readonly do: "lose_store"; readonly downMs: number; readonly by: "start" | "command" }
  | { readonly do: "jump"; readonly ms: number };

/** A deed at its time, for one issue; `id` names it when a failing run is made smaller. */
export interface Act {
  readonly id: string;
  readonly at: number; // milliseconds after the start
  readonly issue: number;
  readonly deed: Deed;
}

export interface DeedParts {
  readonly world: World;
  readonly containers: Containers;
  readonly crash: (downMs: number) => void;
  readonly loseStore: (downMs: number, by: "start" | "command") => void;
  readonly jump: (ms: number) => void;
  readonly rerunCi: (sha: string) => void;
}

/** Does it, where the world allows it; a deed without its object is nothing. */
export function perform(parts: DeedParts, { issue, deed }: Act): void {
  const { world } = parts;
  switch (deed.do) {
    case "label":
    case "unlabel":
      if (world.issues.get(issue)!.value.open)
        world.setLabel(issue, triggerLabel, deed.do === "label", people[deed.by]);
      return;
    case "say":
      world.comment(issue, deed.text, people[deed.by]);
      return;
    case "close":
    case "reopen":
      world.setOpen(issue, deed.do === "reopen", people[deed.by]);
      return;
    case "edit_issue":
      world.changeIssue(issue, ({ body }) => ({ body: `${body} Now with <!-- more -->.` }));
      return;
    case "hold":
    case "let_go":
      world.setLabel(issue, holdLabel, deed.do === "hold", people[deed.by]);
      return;
    case "status_label":
      world.setLabel(issue, deed.label, deed.set, people[deed.by]);
      return;
    case "push":
      pushTo(parts, issue, deed);
      return;
    case "rewind":
      rewind(world, issue, deed.by);
      return;
    case "delete_branch":
      for (const branch of branchesOf(world, issue)) world.push(branch, null, people[deed.by]);
      return;
    case "close_pull":
    case "merge_pull":
      for (const number of openPulls(world, issue)) world.closePull(number, deed.do === "merge_pull", people[deed.by]);
      return;
    case "approve":
    case "request_changes":
      review(world, issue, deed);
      return;
    case "dismiss":
      dismiss(world, issue, deed.by);
      return;
    case "touch_status":
      touchStatus(world, issue, deed);
      return;
    case "rename":
      rename(world, deed);
      return;
    case "delete_command":
    case "unsay_command":
      takeBack(world, issue, deed);
      return;
    case "permission":
      world.setPermission(deed.of, deed.becomes);
      return;
    case "rerun_ci":
      for (const number of openPulls(world, issue)) parts.rerunCi(world.pulls.get(number)!.value.head);
      return;
    case "retarget":
      for (const number of openPulls(world, issue)) {
        const { base } = world.pulls.get(number)!.value;
        world.retarget(number, base === mainBranch ? otherBranch : mainBranch, people[deed.by]);
      }
      return;
    case "base_conflicts":
      for (const number of openPulls(world, issue)) world.changePull(number, () => ({ conflicts: true }));
      return;
    case "lose_container":
      for (const one of parts.containers.all.values()) if (one.issue === issue) parts.containers.lose(one.id);
      return;
    case "crash":
      parts.crash(deed.downMs);
      return;
    case "lose_store":
      parts.loseStore(deed.downMs, deed.by);
      return;
    case "jump":
      parts.jump(deed.ms);
      return;
  }
}

function branchesOf(world: World, issue: number): string[] {
  const named = [...world.branches].filter(([name, branch]) => name.startsWith(`loop/${issue}-`) && branch.value);
  return named.map(([name]) => name);
}

function openPulls(world: World, issue: number): number[] {
  const open = [...world.pulls].filter(([, { value }]) => value.open && value.branch.startsWith(`loop/${issue}-`));
  return open.map(([number]) => number);
}

function pushTo(parts: DeedParts, issue: number, deed: Extract<Deed, { do: "push" }>): void {
  const { world } = parts;
  const branch = branchesOf(world, issue).at(-1);
  if (branch === undefined) return;
  const parent = world.branches.get(branch)!.value;
  const names = deed.names === "the App" ? app.login : (deed.names ?? deed.by);
  const made = world.commit({
    parent,
    author: names,
    passesCi: deed.passesCi,
    lines: 3,
    files: ["src/person.js"],
    risk: "none",
    patch: `by ${deed.by} on ${parent}`,
  });
  world.push(branch, made.sha, people[deed.by]);
}

function rewind(world: World, issue: number, by: PersonName): void {
  const branch = branchesOf(world, issue).at(-1);
  const head = branch === undefined ? undefined : world.commits.get(world.branches.get(branch)!.value!);
  if (branch !== undefined && hasOwnParent(world, head)) world.push(branch, head.parent, people[by]);
}

/** Not a branch's first commit: without that one GitHub would close its pull request. */
function hasOwnParent(world: World, commit: Commit | undefined): commit is Commit & { parent: string } {
  return commit?.parent != null && world.commits.get(commit.parent)?.parent != null;
}

function review(world: World, issue: number, deed: Extract<Deed, { do: "approve" | "request_changes" }>): void {
  const state = deed.do === "approve" ? "approved" : "changes_requested";
  for (const number of openPulls(world, issue)) {
    const { head } = world.pulls.get(number)!.value;
    const older = world.commits.get(head)?.parent ?? head;
    world.review(number, state, people[deed.by], deed.oldHead === true ? older : head);
  }
}

function dismiss(world: World, issue: number, by: PersonName): void {
  if (!writers.includes(world.permissions.value[by] ?? "none")) return;
  for (const number of openPulls(world, issue)) {
    const { reviews } = world.pulls.get(number)!.value;
    const newest = reviews.findLast(({ state }) => state === "approved" || state === "changes_requested");
    if (newest !== undefined) world.dismiss(number, newest.id, people[by]);
  }
}

/** A login that was given up is free for anybody. */
function rename(world: World, { who, takes }: Extract<Deed, { do: "rename" }>): void {
  const isFree = takes !== undefined && world.named(people[takes]).login !== people[takes].login;
  if (takes === undefined) world.rename(people[who], `${world.named(people[who]).login}-too`);
  else if (isFree) world.rename(people[who], people[takes].login);
}

/** Takes back the newest command of this person. */
function takeBack(world: World, issue: number, deed: Extract<Deed, { do: "delete_command" | "unsay_command" }>): void {
  const { comments } = world.issues.get(issue)!.value;
  const by = people[deed.by];
  const own = comments.findLast((one) => one.author.id === by.id && one.body.startsWith("/loop"));
  if (own === undefined) return;
  if (deed.do === "delete_command") world.deleteComment(issue, own.id, by);
  else world.editComment(issue, own.id, "Never mind.", by);
}

function touchStatus(world: World, issue: number, deed: Extract<Deed, { do: "touch_status" }>): void {
  const { comments } = world.issues.get(issue)!.value;
  const status = comments.findLast(
    (one) => one.author.type === "Bot" && one.body.includes(statusMarker("").slice(0, 20)),
  );
  if (status === undefined) return;
  const by = people[deed.by];
  switch (deed.how) {
    case "edit":
      world.editComment(issue, status.id, status.body.replace("data=", "data=A"), by);
      return;
    case "older":
      world.editComment(issue, status.id, status.earlier ?? status.body, by);
      return;
    case "delete":
      world.deleteComment(issue, status.id, by);
      return;
    case "copy":
      world.comment(issue, status.body, by);
      return;
    case "forge":
      world.comment(issue, `<!-- loopgate:record v1 loop=x rev=9 seal=${"0".repeat(64)} data=AAAA -->`, by);
      return;
  }
}
