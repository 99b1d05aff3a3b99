// Known bugs at the gate: what is remembered of it, who is taken for whom, and who is taken for no author.
import type { GitHubPort } from "../../src/engine/ports.ts";
import type { Person } from "../../src/loop/state.ts";
import type { CiFacts, PullFacts } from "../../src/verify/facts.ts";
import { app, people } from "./model.ts";
import { github, machine } from "./plant.ts";
import type { Mutate } from "./simulate.ts";
import type { World } from "./world.ts";

/** The port that reads the pull request as `change` makes it. */
const misreading = (change: (facts: PullFacts) => PullFacts): Mutate =>
  github((port) => ({ readPull: async (...asked) => change(await port.readPull(...asked)) }));

/** The port that reads who pushed as `change` makes it. */
const mistaking = (change: (facts: Pushed, world: World) => Pushed): Mutate => {
  return (parts, _disk, world) => ({
    ...parts,
    github: {
      ...parts.github,
      readPushes: async (...asked) => change(await parts.github.readPushes(...asked), world),
    },
  });
};
type Pushed = Awaited<ReturnType<GitHubPort["readPushes"]>>;

/** Keeps the first thing of its kind for each commit, where there is one. */
function memory<T>(): (head: string, now: T, isWorthIt: boolean) => T {
  const known = new Map<string, T>();
  return (head, now, isWorthIt) => {
    if (isWorthIt && !known.has(head)) known.set(head, now);
    return known.get(head) ?? now;
  };
}

/** Whoever had this login at first; anybody else is a stranger with an id of their own. */
function byLogin(person: Person): Person {
  const found = Object.values(people).find(({ login }) => login === person.login);
  return {
    ...person,
    id: found?.id ?? 1000 + [...person.login].reduce((sum, letter) => sum + letter.charCodeAt(0), 0),
  };
}

export const gateMutants: Readonly<Record<string, Mutate>> = {
  "an approval of an older commit counts": misreading((facts) => ({
    ...facts,
    reviews: facts.reviews.map((review) => ({ ...review, head: facts.head })),
  })),
  "anyone may approve": misreading((facts) => ({
    ...facts,
    reviews: facts.reviews.map((review) => ({ ...review, canPush: true })),
  })),
  "the requester may approve": machine((right) => (state, event, now) => {
    if (event.type !== "gate_read" || state === null) return right(state, event, now);
    const { requester } = state;
    const mine = event.facts.refusals.some((one) => one.id === requester.id && one.why.of === "requester");
    const approvals = mine ? [...event.facts.approvals, requester] : event.facts.approvals;
    return right(state, { ...event, facts: { ...event.facts, approvals } }, now);
  }),
  "authors may approve": mistaking((facts) => ({
    ...facts,
    pushes: facts.pushes.map((push) => ({ ...push, ours: true })),
  })),
  "an approval is remembered": (parts, disk, world) => {
    const remember = memory<PullFacts["reviews"]>();
    return misreading((facts) => {
      const isApproved = facts.reviews.some(({ state, head }) => state === "approved" && head === facts.head);
      return { ...facts, reviews: remember(facts.head, facts.reviews, isApproved) };
    })(parts, disk, world);
  },
  "a merge goes by what was read before": (parts, disk, world) => {
    const remember = memory<PullFacts>();
    return misreading((facts) => remember(facts.head, facts, true))(parts, disk, world);
  },
  "green checks are remembered at the gate": (parts, disk, world) => {
    const remember = memory<CiFacts>();
    return misreading((facts) => {
      const isGreen = facts.ci.checks.every(({ conclusion }) => conclusion === "success");
      return { ...facts, ci: remember(facts.head, facts.ci, isGreen) };
    })(parts, disk, world);
  },
  "a right to push is remembered": (parts, disk, world) => {
    const could = new Set<number>();
    return misreading((facts) => {
      for (const { author, canPush } of facts.reviews) if (canPush) could.add(author.id);
      return { ...facts, reviews: facts.reviews.map((one) => ({ ...one, canPush: could.has(one.author.id) })) };
    })(parts, disk, world);
  },
  "a request for changes is not heard": misreading((facts) => ({
    ...facts,
    reviews: facts.reviews.filter(({ state }) => state !== "changes_requested"),
  })),
  "a dismissed approval counts": misreading((facts) => ({
    ...facts,
    reviews: facts.reviews.map((one) => (one.state === "dismissed" ? { ...one, state: "approved" } : one)),
  })),
  "people are known by their logins at the gate": misreading((facts) => ({
    ...facts,
    reviews: facts.reviews.map((review) => ({ ...review, author: byLogin(review.author) })),
  })),
  "permission is asked of a login": (parts, _disk, world) => ({
    ...parts,
    github: {
      ...parts.github,
      permission: async (_repository, { login }) => world.permissions.value[login] ?? "none",
    },
  }),
  "commits say who pushed them": mistaking((facts, world) => ({
    ...facts,
    pushes: facts.pushes.map((push) => ({ ...push, ours: world.commits.get(push.after)?.author === app.login })),
  })),
  "whoever pushed is not asked": machine((right) => (state, event, now) => {
    const decision = right(state, event, now);
    return { ...decision, state: decision.state && { ...decision.state, othersPushed: false } };
  }),
  "a command that was taken back counts": (parts, disk) => ({
    ...parts,
    github: {
      ...parts.github,
      async readComment(issue, comment) {
        const told = [...disk.loops.values()].flatMap((state) => state.approvals);
        const approval = told.find((one) => one.comment === comment);
        if (approval === undefined) return parts.github.readComment(issue, comment);
        return { author: approval.person, command: { verb: "approve", argument: "" } };
      },
    },
  }),
  "a gate that is passed no more leaves the merge queue as it is": machine((right) => (state, event, now) => {
    const isQueued = event.type === "gate_read" && event.facts.queued === true && state?.queuedHead !== undefined;
    return isQueued ? { state, effects: [], note: "in the merge queue" } : right(state, event, now);
  }),
  "what is called off stays in the merge queue": github(() => ({ leaveQueue: async () => {} })),
  "another base is not read at the gate": misreading(({ ci: { base: _, ...ci }, ...facts }) => ({ ...facts, ci })),
  "a merge by hand passes for an approved one": machine((right) => (state, event, now) => {
    const decision = right(state, event, now);
    const ending = decision.state?.ending;
    if (!decision.state || ending?.of !== "merged_by_hand" || event.type !== "gate_read") return decision;
    return { ...decision, state: { ...decision.state, ending: { ...ending, gate: "passed" } } };
  }),
};
