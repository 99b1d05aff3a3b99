// The forge's deliveries beside those that GitHub really sent: every field that both have is of the same kind, and what the forge
// sends besides is named here.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { recordedDeliveries } from "../recordings.ts";
import { type As, type Drive, startDrive } from "./contract-drive.ts";
import { type Kinds, kindsOf } from "./kinds.ts";

let drive: Drive;

beforeAll(async () => {
  drive = await startDrive();
});

afterAll(() => drive.close());

/** What GitHub sends since these were recorded: its published descriptions, which `contract.test.ts` reads, have it. */
const since =
  /\.(?:user_view_type|client_id|timeline_url|date|rerequestable|runs_rerequestable|has_discussions|allow_forking|state_reason|type|sub_issues_summary|issue_dependencies_summary)(?:\.|$)/;

test("what the forge sends of issues, pull requests, reviews, pushes and CI is of the recorded kinds", async () => {
  const { forge } = drive;
  const demo = forge.repository("acme/demo");
  const [ada, willa] = [forge.as("ada"), forge.as("willa")];
  const issue = ada.openIssue(demo, { title: "Totals", body: "Wrong" });
  ada.label(issue, "bug");
  ada.unlabel(issue, "bug");
  ada.comment(issue, "/loop status");
  await ada.push(demo, "second", { "d.txt": "d\n" }, "Add d");
  const pull = await ada.openPull(demo, { title: "Second", head: "second", base: "main", draft: true });
  ada.markReady(pull);
  willa.approve(pull, { body: "Fine" });
  ada.close(issue);
  await forge.idle();
  const recorded: Kinds = new Map();
  for (const { event, payload } of recordedDeliveries()) kindsOf(payload, event, recorded);
  const sent: Kinds = new Map();
  for (const { event, request } of forge.deliveries) kindsOf(JSON.parse(request.body), event, sent);
  expect([...new Set(forge.deliveries.map(({ event }) => event))]).toEqual(
    expect.arrayContaining(["issues", "issue_comment", "push", "pull_request", "pull_request_review", "check_run"]),
  );
  const odd = [...sent].flatMap(([path, kinds]) => {
    const known = recorded.get(path);
    if (known === undefined) return since.test(path) ? [] : [`${path}: not recorded`];
    if ([...known].every((kind) => kind === "null")) return [];
    const others = [...kinds].filter((kind) => kind !== "null" && !known.has(kind));
    return others.length === 0 ? [] : [`${path}: ${others} where ${[...known]} is recorded`];
  });
  expect(odd).toEqual([]);
});

interface Recorded {
  readonly operation: string;
  readonly answers: readonly { readonly status: number; readonly kinds: Readonly<Record<string, readonly string[]>> }[];
}

const { recorded } = JSON.parse(
  readFileSync(new URL("../../fixtures/recorded-rest/kinds.json", import.meta.url), "utf8"),
) as { recorded: readonly Recorded[] };

/** Recorded places that the forge's answers lack, with the reason. */
const lacking: readonly (readonly [place: RegExp, why: string])[] = [
  [/ \.topics\[\]$/, "repositories of the forge have no topics"],
];

const calls: Readonly<Record<string, readonly [as: As, parameters: Record<string, unknown>][]>> = {
  "GET /repos/{owner}/{repo}": [["ada", {}]],
  "GET /repos/{owner}/{repo}/collaborators": [["ada", {}]],
  "GET /repos/{owner}/{repo}/commits/{ref}/status": [["app", { ref: "main" }]],
  "GET /repos/{owner}/{repo}/commits/{ref}/statuses": [["app", { ref: "main" }]],
  "POST /repos/{owner}/{repo}/statuses/{sha}": [
    ["ada", { sha: "main", state: "success", context: "ci", description: "fine", target_url: "https://ci.test/1" }],
  ],
  "PUT /repos/{owner}/{repo}/contents/{path}": [["ada", { path: "test.txt", message: "Add", content: "dGVzdA==" }]],
  "GET /repos/{owner}/{repo}/contents/{path}": [["app", { path: "" }]],
  "POST /repos/{owner}/{repo}/git/refs": [["ada", { ref: "refs/heads/test", sha: "main" }]],
  "PATCH /repos/{owner}/{repo}/git/refs/{ref}": [["ada", { ref: "heads/test", sha: "main", force: true }]],
  "GET /repos/{owner}/{repo}/issues": [["willa", {}]],
  "POST /repos/{owner}/{repo}/issues": [["willa", { title: "Totals", body: "Wrong" }]],
  "POST /repos/{owner}/{repo}/issues/{issue_number}/labels": [["ada", { labels: ["bug"] }]],
  "GET /repos/{owner}/{repo}/labels": [["willa", {}]],
  "POST /repos/{owner}/{repo}/labels": [
    ["ada", { name: "wish", color: "ff0000", description: "It would be good" }],
    ["ada", { name: "odd", color: "no colour" }],
  ],
  "GET /repos/{owner}/{repo}/labels/{name}": [["willa", { name: "wish" }]],
};

/** Of answers that were recorded before others are made: a status before the statuses, a label before it is read. */
const order = (operation: string) => (operation.startsWith("POST") ? 0 : operation.startsWith("P") ? 1 : 2);

test("what the forge answers by REST has the recorded places, each with the recorded kinds", async () => {
  const { forge, call } = drive;
  const demo = forge.repository("acme/demo");
  const sha = (await call("app", "GET /repos/{owner}/{repo}/git/ref/{ref}", { ref: "heads/main" })).object.sha;
  const issue = forge.as("ada").openIssue(demo, { title: "First", body: "Wrong" });
  forge.as("ada").label(issue, "bug");
  const odd: string[] = [];
  for (const { operation, answers } of recorded.toSorted((a, b) => order(a.operation) - order(b.operation))) {
    const ours: Kinds = new Map();
    const made = calls[operation] ?? [];
    expect(made, operation).not.toEqual([]);
    for (const [as, { sha: at, ref, ...rest }] of made) {
      const place = at === "main" ? { sha } : {};
      const name = ref === "main" ? { ref: sha } : ref === undefined ? {} : { ref };
      const parameters = { ...rest, ...place, ...name, issue_number: issue.number };
      kindsOf(await call(as, operation, parameters), "", ours);
    }
    const known: Kinds = new Map();
    for (const { kinds } of answers)
      for (const [path, kind] of Object.entries(kinds)) known.set(path, new Set([...(known.get(path) ?? []), ...kind]));
    for (const [path, kinds] of known) {
      if (lacking.some(([place]) => place.test(`${operation} ${path}`))) continue;
      const found = ours.get(path);
      if (found === undefined) odd.push(`${operation} ${path}: ${[...kinds]} was recorded, and is not here`);
      else if (![...kinds].every((kind) => kind === "null")) {
        const others = [...found].filter((kind) => kind !== "null" && !kinds.has(kind));
        if (others.length > 0) odd.push(`${operation} ${path}: ${others} where ${[...kinds]} was recorded`);
      }
    }
  }
  drive.takeProblems();
  expect(odd).toEqual([]);
});
