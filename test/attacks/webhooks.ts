// Signed deliveries that say one thing in their name or words and another in their shape.
import type { Self } from "../../src/github/deliveries/translated.ts";
import { translate } from "../../src/github/deliveries/webhook.ts";
import { payload } from "../github/payloads.ts";
import { kindOf } from "./spelling.ts";

const self: Self = { appId: 42, slug: "loopgate", triggerLabels: ["loop"], newLoopId: () => "k3f9" };

type Delivery = readonly [event: string, fixture: string, changes: Record<string, unknown>];

const takes = ([event, fixture, changes]: Delivery) =>
  translate(event, payload(fixture, changes), self).kind === "event";

const bot = { id: 7002, login: "renovate[bot]", type: "Bot" };
const mona = { id: 9001, login: "mona", type: "User" };
const label = (changes: object): Delivery => ["issues", "issues-labeled", { ...changes }];
const comment = (changes: object): Delivery => ["issue_comment", "issue-comment-created", { ...changes }];
const edit = (changes: object): Delivery => ["issue_comment", "issue-comment-edited", { ...changes }];
const review = (changes: object): Delivery => ["pull_request_review", "pull-request-review-submitted", { ...changes }];
const push = (changes: object): Delivery => ["push", "push", { ...changes }];

export const webhooks = kindOf("a delivery", "T17", takes, [
  ["another event's body", ["issues", "issue-comment-deleted", {}], ["issue_comment", "issue-comment-deleted", {}]],
  ["an event's name in capitals", ["ISSUES", "issues-labeled", {}], label({})],
  ["an event's name with a blank", ["issues ", "issues-labeled", {}], label({})],
  ["an event's name of every object's", ["constructor", "issues-labeled", {}], label({})],
  ["an action in capitals", label({ action: "Labeled" }), label({ action: "labeled" })],
  ["an action with a blank", label({ action: "labeled " }), label({ action: "labeled" })],
  ["an action that is a list", label({ action: ["labeled"] }), label({ action: "labeled" })],
  ["a label with a blank", label({ label: { name: "loop " } }), label({ label: { name: "LOOP" } })],
  [
    "a label with a character of no width",
    label({ label: { name: "lo\u200bop" } }),
    label({ label: { name: "loop" } }),
  ],
  ["a label of another script", label({ label: { name: "l\u043eop" } }), label({ label: { name: "loop" } })],
  [
    "a label that is among many",
    label({ label: undefined, labels: [{ name: "loop" }] }),
    label({ label: { name: "loop" } }),
  ],
  ["an issue's number as text", label({ issue: { number: "12" } }), label({ issue: { number: 12 } })],
  ["an issue's number with a fraction", label({ issue: { number: 12.5 } }), label({ issue: { number: 12 } })],
  ["an issue's number below one", label({ issue: { number: 0 } }), label({ issue: { number: 1 } })],
  [
    "an issue's number above all whole numbers",
    label({ issue: { number: 2 ** 60 } }),
    label({ issue: { number: 2 ** 31 } }),
  ],
  ["a repository's id as text", label({ repository: { id: "815001" } }), label({ repository: { id: 815001 } })],
  ["a repository without a name", label({ repository: { name: "" } }), label({ repository: { name: "shop" } })],
  [
    "an owner without a name",
    label({ repository: { owner: { login: "" } } }),
    label({ repository: { owner: { login: "acme" } } }),
  ],
  ["a repository that climbs", label({ repository: { name: ".." } }), label({ repository: { name: "..." } })],
  ["a repository in a folder", label({ repository: { name: "a/b" } }), label({ repository: { name: "a.b" } })],
  ["a repository of two lines", label({ repository: { name: "a\nb" } }), label({ repository: { name: "a-b" } })],
  [
    "a repository with a character of no width",
    label({ repository: { name: "sh\u200bop" } }),
    label({ repository: { name: "sh_op" } }),
  ],
  [
    "an owner who climbs",
    label({ repository: { owner: { login: "../x" } } }),
    label({ repository: { owner: { login: "x-1" } } }),
  ],
  [
    "an owner with a blank",
    label({ repository: { owner: { login: "a b" } } }),
    label({ repository: { owner: { login: "a_b" } } }),
  ],
  ["a delivery to no installation", label({ installation: null }), label({ installation: { id: 4711 } })],
  [
    "a pull request that is an empty word",
    label({ issue: { pull_request: "x" } }),
    label({ issue: { pull_request: undefined } }),
  ],
  ["a bot's type in small letters", label({ sender: { ...bot, type: "bot" } }), label({ sender: mona })],
  ["a person's type in small letters", label({ sender: { ...mona, type: "user" } }), label({ sender: mona })],
  ["a sender without a type", label({ sender: { ...mona, type: undefined } }), label({ sender: mona })],
  ["an organization's word", label({ sender: { ...mona, type: "Organization" } }), label({ sender: mona })],
  ["a sender without a name", label({ sender: { ...mona, login: "" } }), label({ sender: mona })],
  ["a sender of no id", label({ sender: { ...mona, id: -1 } }), label({ sender: mona })],
  [
    "our own name in capitals",
    comment({ sender: { id: 5, login: "LoopGate[BOT]", type: "User" } }),
    comment({ sender: mona }),
  ],
  [
    "a command by another App in a person's name",
    comment({ comment: { performed_via_github_app: { id: 7 } } }),
    comment({ comment: { performed_via_github_app: null } }),
  ],
  [
    "a command whose words are a list",
    comment({ comment: { body: ["/loop stop"] } }),
    comment({ comment: { body: "/loop stop" } }),
  ],
  [
    "a command by an edit",
    edit({ sender: mona, comment: { user: mona, body: "/loop stop", performed_via_github_app: null } }),
    comment({ comment: { body: "/loop stop" } }),
  ],
  [
    "an edit whose changes are empty",
    edit({ changes: { body: undefined } }),
    edit({ changes: { body: { from: "x" } } }),
  ],
  ["an edit whose changes are nothing", edit({ changes: null }), edit({ changes: { body: { from: "x" } } })],
  [
    "an edit whose former words are nothing",
    edit({ changes: { body: { from: null } } }),
    edit({ changes: { body: { from: "x" } } }),
  ],
  [
    "an edit whose former words are a list",
    edit({ changes: { body: { from: ["x"] } } }),
    edit({ changes: { body: { from: "x" } } }),
  ],
  [
    "an edit of another field only",
    edit({ changes: { body: undefined, title: { from: "x" } } }),
    edit({ changes: { body: { from: "x" } } }),
  ],
  [
    "an edit whose former words are the words",
    edit({ comment: { body: "same" }, changes: { body: { from: "same" } } }),
    edit({ comment: { body: "same" }, changes: { body: { from: "other" } } }),
  ],
  [
    "a review's commit in capitals",
    review({ review: { commit_id: "B".repeat(40) } }),
    review({ review: { commit_id: "b".repeat(40) } }),
  ],
  [
    "a review's commit cut short",
    review({ review: { commit_id: "b".repeat(12) } }),
    review({ review: { commit_id: "b".repeat(40) } }),
  ],
  ["a push of a tag", push({ ref: "refs/tags/loop/12-k3f9" }), push({})],
  ["a push to a branch in capitals", push({ ref: "refs/heads/LOOP/12-k3f9" }), push({})],
  ["a push to a branch in a branch", push({ ref: "refs/heads/refs/heads/loop/12-k3f9" }), push({})],
]);
