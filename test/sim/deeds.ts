// What people, operators and chance do in the simulated world, as plain data, and how each is done.
import { statusMarker } from "../../src/record/markers.ts";
import type { Containers } from "./containers.ts";
import { app, type PersonName, people, triggerLabel } from "./model.ts";
import type { World } from "./world.ts";

export type Deed =
  | { readonly do: "label" | "unlabel"; readonly by: PersonName }
  | { readonly do: "say"; readonly by: PersonName; readonly text: string }
  | { readonly do: "close" | "reopen"; readonly by: PersonName }
  | { readonly do: "edit_issue" }
  | { readonly do: "push"; readonly by: PersonName; readonly passesCi: boolean; readonly asTheApp?: boolean }
  | { readonly do: "rename"; readonly who: PersonName }
  | { readonly do: "delete_command"; readonly by: PersonName }
  | { readonly do: "delete_branch" | "close_pull" | "merge_pull"; readonly by: PersonName }
  | { readonly do: "approve" | "request_changes" | "dismiss"; readonly by: PersonName; readonly oldHead?: boolean }
  | { readonly do: "touch_status"; readonly by: PersonName; readonly how: "edit" | "delete" | "copy" | "forge" }
  | { readonly do: "permission"; readonly of: PersonName; readonly becomes: "write" | "read" }
  | { readonly do: "rerun_ci" }
  | { readonly do: "lose_container" }
  | { readonly do: "crash"; readonly downMs: number }
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
    case "push":
      pushTo(parts, issue, deed);
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
    case "dismiss":
      review(world, issue, deed);
      return;
    case "touch_status":
      touchStatus(world, issue, deed);
      return;
    case "rename": {
      const account = people[deed.who];
      world.rename(account, `${world.named(account).login}-too`);
      return;
    }
    case "delete_command":
      deleteCommand(world, issue, deed.by);
      return;
    case "permission":
      world.setPermission(deed.of, deed.becomes);
      return;
    case "rerun_ci":
      for (const number of openPulls(world, issue)) parts.rerunCi(world.pulls.get(number)!.value.head);
      return;
    case "lose_container":
      for (const one of parts.containers.all.values()) if (one.issue === issue) parts.containers.lose(one.id);
      return;
    case "crash":
      parts.crash(deed.downMs);
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
  const made = world.commit({
    parent,
    author: deed.asTheApp === true ? app.login : deed.by,
    passesCi: deed.passesCi,
    lines: 3,
    files: ["src/person.js"],
    risk: "none",
    patch: `by ${deed.by} on ${parent}`,
  });
  world.push(branch, made.sha, people[deed.by]);
}

function review(
  world: World,
  issue: number,
  deed: Extract<Deed, { do: "approve" | "request_changes" | "dismiss" }>,
): void {
  const state = ({ approve: "approved", request_changes: "changes_requested", dismiss: "dismissed" } as const)[deed.do];
  for (const number of openPulls(world, issue)) {
    const { head } = world.pulls.get(number)!.value;
    const older = world.commits.get(head)?.parent ?? head;
    world.review(number, state, people[deed.by], deed.oldHead === true ? older : head);
  }
}

/** Takes back the newest command of this person. */
function deleteCommand(world: World, issue: number, by: PersonName): void {
  const { comments } = world.issues.get(issue)!.value;
  const own = comments.findLast((one) => one.author.id === people[by].id && one.body.startsWith("/loop"));
  if (own !== undefined) world.deleteComment(issue, own.id, people[by]);
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
