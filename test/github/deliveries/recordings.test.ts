// Deliveries that GitHub really sent: each of an event that we handle is read, whatever its action and its age.
import { expect, test } from "vitest";
import type { Self } from "../../../src/github/deliveries/translated.ts";
import { handledEvents, translate } from "../../../src/github/deliveries/webhook.ts";
import { type RecordedDelivery, recordedDeliveries } from "../../recordings.ts";

const self: Self = { appId: 42, slug: "loopgate", triggerLabels: ["bug"], newLoopId: () => "k3f9" };
const recorded = recordedDeliveries().filter(({ event }) => handledEvents.includes(event));

/** Most were sent by hooks of repositories, which name no installation. */
function read({ event, payload }: RecordedDelivery) {
  return translate(event, { installation: { id: 1 }, ...payload }, self);
}

function nameOf({ event, payload }: RecordedDelivery): string {
  return typeof payload.action === "string" ? `${event}.${payload.action}` : event;
}

test("none of them is unreadable", () => {
  const reasons = recorded.map((one) => [nameOf(one), read(one)] as const);
  expect(recorded.length).toBeGreaterThan(150);
  expect(new Set(recorded.map(({ event }) => event))).toEqual(new Set(handledEvents));
  const unread = reasons.filter(
    ([, said]) => said.kind === "ignored" && /malformed|shaped|no object/.test(said.reason),
  );
  expect(unread.map(([name]) => name)).toEqual([]);
});

test("what a loop has to hear of is heard", () => {
  const heard = new Map<string, Set<string>>();
  for (const one of recorded) {
    const said = read(one);
    const types = said.kind === "event" ? said.events.map(({ type }) => type) : [];
    for (const type of types) heard.set(nameOf(one), (heard.get(nameOf(one)) ?? new Set()).add(type));
  }
  expect(Object.fromEntries([...heard].sort().map(([name, types]) => [name, [...types].join(", ")]))).toEqual({
    "check_run.completed": "ci_changed",
    "check_suite.completed": "ci_changed",
    "issues.deleted": "issue_gone",
    "issues.labeled": "labelled",
    "issues.transferred": "issue_gone",
    "issues.unlabeled": "unlabelled",
    "pull_request.closed": "pull_closed",
    "pull_request.labeled": "labelled",
    "pull_request.opened": "policy_proposed",
    "pull_request.reopened": "policy_proposed",
    "pull_request.synchronize": "policy_proposed",
    "pull_request_review.dismissed": "review_submitted",
    "pull_request_review.submitted": "review_submitted",
    "repository.deleted": "issue_gone",
    "repository.privatized": "issue_back",
    "repository.publicized": "issue_gone",
    "repository.renamed": "renamed",
    "repository.transferred": "issue_gone",
    status: "ci_changed",
  });
});

test("an installation of ours is heard of with the same payload under our own id", () => {
  const ours = recorded
    .filter(({ event, payload }) => event === "installation" && payload.action !== "created")
    .map((one) => {
      const installation = { ...(one.payload.installation as object), app_id: self.appId };
      return [nameOf(one), read({ ...one, payload: { ...one.payload, installation } }).kind] as const;
    });
  expect(ours.length).toBeGreaterThan(3);
  expect(new Set(ours.map(([name, kind]) => `${name}: ${kind}`))).toMatchInlineSnapshot(`
    Set {
      "installation.deleted: event",
      "installation.new_permissions_accepted: ignored",
      "installation.suspend: event",
      "installation.unsuspend: event",
    }
  `);
});
