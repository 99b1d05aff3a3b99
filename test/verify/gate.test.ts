// The gate: whose word counts, on which commit (T21, I15).

import { describe, expect, it } from "vitest";
import type { ApprovalRefusal } from "../../src/loop/refusal.ts";
import type { PullFacts, ReviewFact } from "../../src/verify/facts.ts";
import { type GateQuestion, gateOf } from "../../src/verify/gate.ts";
import { aVerdict, sha } from "../loop/builder.ts";

const head = sha("c");
let clock = 0;

const idOf = (login: string) => [...login].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 0);
const person = (login: string) => ({ id: idOf(login), login, bot: false });

function aReview(login: string, change: Partial<ReviewFact> = {}): ReviewFact {
  clock += 1;
  return {
    id: clock,
    author: person(login),
    canPush: true,
    state: "approved",
    head,
    submittedAt: clock,
    body: "",
    comments: [],
    ...change,
  };
}

function aPullWith(reviews: ReviewFact[]): PullFacts {
  const ci = { head, pullHead: head, checks: [], truncated: false };
  return { head, open: true, merged: null, draft: false, reviews, unread: null, ci };
}

function gate(reviews: ReviewFact[], change: Partial<GateQuestion> = {}) {
  const authors = { ids: new Set([idOf("erin")]), unknown: 0 };
  const told = { requester: idOf("alice"), anyone: false, authors, heard: [], commands: [] };
  const question = { ...told, unread: null, verdict: aVerdict() };
  return gateOf({ pull: aPullWith(reviews), ...question, ...change });
}

const gateWith = (...reviews: ReviewFact[]) => gate(reviews);

describe("the gate", () => {
  it("counts an approval of the exact head by an independent person who can push", () => {
    expect(gateWith(aReview("bob"))).toEqual({
      head,
      open: true,
      merged: null,
      approvals: [person("bob")],
      refusals: [],
      changes: [],
      requests: [],
      unknownPushes: 0,
      unread: null,
      verdict: aVerdict(),
    });
  });

  it.each<[string, ReviewFact, ApprovalRefusal]>([
    ["an older head", aReview("bob", { head: sha("a") }), { of: "other_head", head: sha("a"), now: sha("c") }],
    ["the requester", aReview("alicia", { author: { ...person("alice"), login: "alicia" } }), { of: "requester" }],
    ["an author", aReview("erin", { author: { ...person("erin"), login: "erika" } }), { of: "author" }],
    ["a bot", aReview("helper", { author: { id: 9, login: "helper", bot: true } }), { of: "bot" }],
    ["someone who cannot push", aReview("bob", { canPush: false }), { of: "no_permission" }],
  ])("does not count an approval by or of %s, and says why", (_, review, why) => {
    const { approvals, refusals } = gateWith(review);
    expect(approvals).toEqual([]);
    expect(refusals).toEqual([{ id: review.author.id, login: review.author.login, why }]);
  });

  it("counts requester and authors where policy lets anyone approve, and still no bot and nobody who may not write", () => {
    const own = [aReview("alice"), aReview("erin"), aReview("dave", { canPush: false })];
    const bot = aReview("frank", { author: { ...person("frank"), bot: true } });
    expect(gate([...own, bot], { anyone: true })).toMatchObject({
      approvals: [person("alice"), person("erin")],
      refusals: [
        { login: "dave", why: { of: "no_permission" } },
        { login: "frank", why: { of: "bot" } },
      ],
    });
  });

  it("hears a request for changes of an earlier commit once, and of this one always", () => {
    const early = aReview("bob", { state: "changes_requested", head: sha("a"), body: "Keep it." });
    expect(gate([early])).toMatchObject({ changes: [{ detail: "Keep it." }], requests: [early.id] });
    expect(gate([early], { heard: [early.id] })).toMatchObject({ changes: [], requests: [] });
    expect(gate([early], { heard: null })).toMatchObject({ changes: [], requests: [] });
    const now = aReview("bob", { state: "changes_requested" });
    expect(gate([now], { heard: [now.id] }).requests).toEqual([now.id]);
    expect(gate([early, aReview("bob", { state: "dismissed", head: sha("a") })]).requests).toEqual([]);
  });

  it("counts only the last word of each person", () => {
    expect(gateWith(aReview("bob"), aReview("bob", { state: "changes_requested", body: "No." })).approvals).toEqual([]);
    expect(gateWith(aReview("bob", { state: "changes_requested" }), aReview("bob")).changes).toEqual([]);
    expect(gateWith(aReview("bob"), aReview("bob", { state: "dismissed" })).approvals).toEqual([]);
  });

  it("goes by time and not by the order of the list", () => {
    const early = aReview("bob", { state: "changes_requested", submittedAt: 5 });
    const late = aReview("bob", { submittedAt: 6, id: early.id - 1 });
    expect(gateWith(late, early).approvals).toHaveLength(1);
  });

  it("does not take a comment or a pending review for a word", () => {
    const { approvals } = gateWith(
      aReview("bob"),
      aReview("bob", { state: "commented" }),
      aReview("bob", { state: "pending" }),
    );
    expect(approvals).toEqual([person("bob")]);
  });

  it("counts one person once", () => {
    expect(gateWith(aReview("bob"), aReview("bob")).approvals).toHaveLength(1);
  });

  it("hands on requested changes with their inline comments", () => {
    const review = aReview("bob", {
      state: "changes_requested",
      body: "Please handle zero.",
      comments: [{ path: "src/sum.js", line: 3, body: "here" }],
    });
    expect(gateWith(review).changes).toEqual([
      {
        source: "person",
        title: "Changes requested by bob",
        detail: "Please handle zero.",
        path: null,
        line: null,
        url: null,
      },
      { source: "person", title: "Changes requested by bob", detail: "here", path: "src/sum.js", line: 3, url: null },
    ]);
  });

  it("hands on a request without words as one finding", () => {
    expect(gateWith(aReview("bob", { state: "changes_requested" })).changes).toMatchObject([
      { detail: "No words were given." },
    ]);
  });

  it("lets the requester ask for changes, but no bot and no outsider", () => {
    const asking = { state: "changes_requested", body: "No." } as const;
    expect(gateWith(aReview("alice", asking)).changes).toHaveLength(1);
    expect(gateWith(aReview("bob", { ...asking, canPush: false })).changes).toEqual([]);
    expect(gateWith(aReview("x", { ...asking, author: { id: 9, login: "x", bot: true } })).changes).toEqual([]);
  });

  it("takes a login for no person: whoever took the requester's old one may approve", () => {
    const other = aReview("alice", { author: { id: 77, login: "alice", bot: false } });
    expect(gateWith(other).approvals).toEqual([{ id: 77, login: "alice", bot: false }]);
  });

  it("counts `/loop approve` like a review, and a person who does both once", () => {
    const said = { author: person("bob"), canPush: true, head };
    expect(gate([], { commands: [said] }).approvals).toEqual([person("bob")]);
    expect(gate([aReview("bob")], { commands: [said] }).approvals).toHaveLength(1);
    expect(gate([], { commands: [{ ...said, canPush: false }] }).approvals).toEqual([]);
    expect(gate([], { commands: [{ ...said, author: person("erin") }] }).refusals).toMatchObject([
      { login: "erin", why: { of: "author" } },
    ]);
  });

  it("hands on what could not be read to its end, wherever that was", () => {
    const unread = { what: "commits", read: 250 } as const;
    expect(gate([], { unread }).unread).toEqual(unread);
    const pull = { ...aPullWith([]), unread: { what: "reviews", read: 3000 } as const };
    expect(gate([], { pull }).unread).toEqual(pull.unread);
  });
});
