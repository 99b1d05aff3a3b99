// The forge's deliveries beside those that GitHub really sent: every field that both have is of the same kind, and what the forge
// sends besides is named here.
import { afterAll, beforeAll, expect, test } from "vitest";
import { recordedDeliveries } from "../recordings.ts";
import { type Drive, startDrive } from "./contract-drive.ts";

let drive: Drive;

beforeAll(async () => {
  drive = await startDrive();
});

afterAll(() => drive.close());

type Kinds = Map<string, Set<string>>;

/** The kinds of value at each path; all entries of a list are at one path. */
function kindsOf(value: unknown, path: string, kinds: Kinds): Kinds {
  const kind = value === null ? "null" : Array.isArray(value) ? "list" : typeof value;
  kinds.set(path, (kinds.get(path) ?? new Set()).add(kind));
  if (Array.isArray(value)) for (const one of value) kindsOf(one, `${path}[]`, kinds);
  else if (value !== null && typeof value === "object")
    for (const [key, one] of Object.entries(value)) kindsOf(one, `${path}.${key}`, kinds);
  return kinds;
}

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
