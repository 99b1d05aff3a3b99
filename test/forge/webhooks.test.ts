// Webhook deliveries as a receiver sees them: signed, shaped, logged, redelivered, and with the faults of the real thing.
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhooks } from "@octokit/webhooks";
import { expect, test } from "vitest";
import { until } from "../until.ts";
import { aFolder, aForge, appClient, atEnd, demo, gitWith, jwtClient } from "./local-forge.ts";

interface Received {
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  readonly payload: {
    action?: string;
    installation?: { id: number };
    sender?: { login: string; type: string };
    repository?: { full_name: string };
  } & Record<string, unknown>;
}

/** What a delivery is answered with; null: nothing. */
type Status = (one: Received) => number | null | Promise<number>;

async function aReceiver(status: Status = () => 202) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const one = { headers: request.headers, body, payload: JSON.parse(body) };
    received.push(one);
    const code = await status(one);
    if (code !== null) response.writeHead(code).end("heard");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(async () => void server.close(() => {}).closeAllConnections());
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

const secret = "a secret of the test";

const verify = (key: string, { body, headers }: Received) =>
  new Webhooks({ secret: key }).verify(body, String(headers["x-hub-signature-256"]));

async function aHookedForge(options: Parameters<typeof aForge>[0] = {}, status?: Status) {
  const receiver = await aReceiver(status);
  const forge = await aForge({ ...options, webhook: { url: receiver.url, secret } });
  await forge.idle();
  receiver.received.splice(0);
  return { forge, ...receiver };
}

const named = ({ headers, payload }: Received) => `${headers["x-github-event"]} ${payload.action}`;

test("a delivery is signed, and says what, where, who and for which installation", async () => {
  const { forge, received } = await aHookedForge();
  forge.as("willa").openIssue("acme/demo", { title: "A bug €", labels: ["loop"] });
  await forge.idle();
  expect(received.map(named).sort()).toEqual(["issues labeled", "issues opened"]);
  const [first] = received;
  expect(await verify(secret, first!)).toBe(true);
  expect(await verify("another secret", first!)).toBe(false);
  expect(first!.headers).toMatchObject({
    "content-type": "application/json",
    "x-github-delivery": expect.stringMatching(/^[0-9a-f-]{36}$/),
    "x-github-hook-installation-target-id": String(forge.app.id),
    "x-github-hook-installation-target-type": "integration",
    "user-agent": expect.stringMatching(/^GitHub-Hookshot\//),
  });
  expect(first!.payload).toMatchObject({
    installation: { id: forge.installationId },
    sender: { login: "willa", type: "User" },
    repository: { full_name: "acme/demo" },
    issue: { number: 1, title: "A bug €", labels: [{ name: "loop" }] },
  });
});

test("the App hears of its installation, and nothing of a repository it is not installed on", async () => {
  const receiver = await aReceiver();
  const forge = await aForge({ webhook: { url: receiver.url, secret } });
  await forge.createRepository({ owner: "acme", name: "second" });
  await forge.createRepository({ owner: "acme", name: "foreign", installed: false, collaborators: { willa: "write" } });
  forge.as("willa").openIssue("acme/foreign", { title: "Not for the App" });
  await forge.idle();
  expect(receiver.received.map(named).sort()).toEqual(["installation created", "installation_repositories added"]);
});

test("what the App itself does comes back as its bot's doing", async () => {
  const { forge, received } = await aHookedForge();
  forge.as("willa").openIssue("acme/demo", { title: "A bug" });
  await appClient(forge).issues.createComment({ ...demo, issue_number: 1, body: "On it" });
  await forge.idle();
  const comment = received.find((one) => named(one) === "issue_comment created");
  expect(comment?.payload).toMatchObject({
    sender: { login: "loopgate[bot]", type: "Bot" },
    comment: { performed_via_github_app: { id: forge.app.id } },
  });
});

test("a failed delivery is logged, not repeated, and redelivered by hand under the same GUID", async () => {
  let status = 500;
  const { forge, received } = await aHookedForge({}, () => status);
  forge.as("willa").openIssue("acme/demo", { title: "A bug" });
  await forge.idle();
  expect(received).toHaveLength(1);
  const client = jwtClient(forge);
  const { data: log } = await client.apps.listWebhookDeliveries({ per_page: 1 });
  expect(log[0]).toMatchObject({
    event: "issues",
    action: "opened",
    status_code: 500,
    status: "Invalid HTTP Response: 500",
    redelivery: false,
  });
  status = 202;
  await client.apps.redeliverWebhookDelivery({ delivery_id: log[0]!.id });
  await forge.idle();
  expect(received.map((one) => one.headers["x-github-delivery"])).toEqual([log[0]!.guid, log[0]!.guid]);
  expect(received[1]!.body).toBe(received[0]!.body);
  const { data: after } = await client.apps.listWebhookDeliveries({ per_page: 1 });
  expect(after[0]).toMatchObject({ guid: log[0]!.guid, redelivery: true, status: "OK", status_code: 202 });
  const { data: full } = await client.apps.getWebhookDelivery({ delivery_id: after[0]!.id });
  expect(full).toMatchObject({ request: { payload: { action: "opened" } }, response: { payload: "heard" } });
});

test("the log of deliveries has cursors, no numbers of pages, and can be asked for failures", async () => {
  const { forge } = await aHookedForge({}, ({ headers }) => (headers["x-github-event"] === "issues" ? 503 : 202));
  const earlier = forge.deliveries.length;
  const willa = forge.as("willa");
  const issue = willa.openIssue("acme/demo", { title: "A bug" });
  for (const word of ["one", "two", "three", "four"]) willa.comment(issue, word);
  await forge.idle();
  const client = jwtClient(forge);
  const list = (query: string) => client.request(`GET /app/hook/deliveries?${query}`);
  const all = (await list("per_page=100")).data.map(({ id }: { id: number }) => id);
  expect(all).toEqual([...all].sort((one, other) => other - one));
  expect(all).toHaveLength(earlier + 5);
  const first = await list("per_page=2&page=2");
  expect(first.data.map(({ id }: { id: number }) => id)).toEqual(all.slice(0, 2));
  const [, next = ""] = /<([^>]+)>; rel="next"/.exec(first.headers.link ?? "") ?? [];
  expect(new URL(next).searchParams.get("cursor")).toBe(`v1_${all[2]}`);
  willa.comment(issue, "newer than the first page");
  await forge.idle();
  const second = await client.request({ method: "GET", url: next });
  expect(second.data.map(({ id }: { id: number }) => id)).toEqual(all.slice(2, 4));
  expect((await list("status=failure")).data.map(({ id }: { id: number }) => id)).toEqual([all[4]]);
  await expect(list("cursor=2")).rejects.toMatchObject({ status: 422 });
});

test("a delivery that is answered late appears in the log below later ones", async () => {
  const answers: (() => void)[] = [];
  const { forge } = await aHookedForge({}, ({ payload }) =>
    payload.action === "opened" ? new Promise((answer) => answers.push(() => answer(202))) : 202,
  );
  const willa = forge.as("willa");
  const issue = willa.openIssue("acme/demo", { title: "A bug" });
  await until(() => answers.length === 1);
  willa.comment(issue, "quick");
  const log = async () => (await jwtClient(forge).apps.listWebhookDeliveries()).data.map(({ event }) => event);
  await until(() => forge.deliveries.at(-1)?.event === "issue_comment");
  expect(await log()).not.toContain("issues");
  for (const answer of answers) answer();
  await forge.idle();
  expect((await log()).slice(0, 2)).toEqual(["issue_comment", "issues"]);
});

test("after three days a delivery is neither listed, nor read, nor sent again", async () => {
  let now = Date.now();
  const { forge } = await aHookedForge({ clock: () => now });
  forge.as("willa").openIssue("acme/demo", { title: "A bug" });
  await forge.idle();
  const { apps } = jwtClient(forge);
  const [kept] = (await apps.listWebhookDeliveries()).data;
  const delivery_id = kept?.id ?? 0;
  now += 3 * 86_400_000 - 1;
  expect((await apps.listWebhookDeliveries()).data).not.toEqual([]);
  now += 1;
  expect((await apps.listWebhookDeliveries()).data).toEqual([]);
  await expect(apps.getWebhookDelivery({ delivery_id })).rejects.toMatchObject({ status: 404 });
  await expect(apps.redeliverWebhookDelivery({ delivery_id })).rejects.toMatchObject({ status: 404 });
});

test("an answer that does not come counts as timed out", async () => {
  const { forge } = await aHookedForge({ deliveryTimeoutMs: 50 }, () => null);
  forge.as("willa").openIssue("acme/demo", { title: "A bug" });
  await forge.idle();
  expect(forge.deliveries.at(-1)).toMatchObject({ status: "timed out" });
  expect(forge.deliveries.at(-1)!.durationMs).toBeLessThan(3_000);
});

test("deliveries can be held back, reordered, lost and doubled", async () => {
  const { forge, received } = await aHookedForge();
  const willa = forge.as("willa");
  forge.holdDeliveries();
  const issue = willa.openIssue("acme/demo", { title: "A bug" });
  willa.label(issue, "loop");
  willa.unlabel(issue, "loop");
  await forge.idle();
  expect(received).toEqual([]);
  const sent: string[] = [];
  forge.releaseDeliveries((waiting) => {
    const reversed = waiting.toReversed();
    sent.push(...reversed.map((one) => `${one.action}`));
    return reversed;
  });
  await forge.idle();
  expect(sent).toEqual(["unlabeled", "labeled", "opened"]);
  expect(received).toHaveLength(3);
  forge.dropDeliveries(1);
  forge.duplicateDeliveries(1);
  willa.comment(issue, "lost");
  willa.comment(issue, "doubled");
  await forge.idle();
  const bodies = received.slice(3).map((one) => (one.payload.comment as { body: string }).body);
  expect(bodies).toEqual(["doubled", "doubled"]);
  expect(received[3]!.headers["x-github-delivery"]).toBe(received[4]!.headers["x-github-delivery"]);
});

test("more than three tags in one push are no push events at all", async () => {
  const { forge, received } = await aHookedForge();
  const dir = await aFolder();
  const token = forge.as("willa").token;
  await gitWith(token, dir, ["clone", "--quiet", `${forge.url}/acme/demo.git`, "."]);
  for (const tag of ["a", "b", "c", "d"]) await gitWith(token, dir, ["tag", tag]);
  await gitWith(token, dir, ["push", "--quiet", "origin", "a", "b", "c"]);
  await forge.idle();
  expect(received.map((one) => one.payload.ref)).toHaveLength(3);
  for (const tag of ["e", "f", "g", "h"]) await gitWith(token, dir, ["tag", tag]);
  expect((await gitWith(token, dir, ["push", "--quiet", "origin", "e", "f", "g", "h"])).code).toBe(0);
  await forge.idle();
  expect(received).toHaveLength(3);
});

test("the hook's address and secret can be changed while it runs", async () => {
  const { forge, received } = await aHookedForge();
  const second = await aReceiver();
  forge.setWebhook({ url: second.url, secret: "a rotated secret" });
  forge.as("willa").openIssue("acme/demo", { title: "A bug" });
  await forge.idle();
  expect([received.length, second.received.length]).toEqual([0, 1]);
  expect(await verify("a rotated secret", second.received[0]!)).toBe(true);
});
