// Calls that go wrong: each is accounted, never too low, recorded, and told to the client in a form it understands.
import { request } from "node:http";
import { createServer } from "node:net";
import { expect, test, vi } from "vitest";
import * as payloads from "./payloads.ts";
import { anUpstream, cutAfter, events, json, type Script } from "./upstream.ts";
import { aWorld, type World, type WorldRequest } from "./world.ts";

const figures = { input: 1200, cacheRead: 900, output: 80 };
const pieces = payloads.sse(payloads.anthropicStream(figures), true);
const knownInput = (300 * 3 + 900 * 0.3) / 1e6;
const allowedOutput = (1000 * 15) / 1e6;

const claude = ({ token }: Pick<World, "token">, stream = false) => ({
  path: "/model/anthropic/v1/messages",
  headers: { "x-api-key": token },
  body: { model: "claude-sonnet-4-5", max_tokens: 1000, stream, messages: [{ role: "user", content: "Hi" }] },
});

async function come(script: Script, stream: boolean, more: Omit<WorldRequest, "upstream"> = {}) {
  const world = await aWorld({ upstream: await anUpstream(script), ...more });
  const recorded = world.nextCall();
  const got = await world.send(claude(world, stream));
  const call = await recorded;
  const { settled, reserved } = await world.ledger.balance();
  expect(reserved).toBe(0);
  expect(settled).toBe(Math.round(call.costUsd * 1e9));
  return { world, got, call };
}

const overloaded = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };

test.each([429, 400, 500, 529])(
  "F58: an error in the provider's own shape (%i) costs nothing and is passed on",
  async (status) => {
    const limits = { patienceMs: 6_999 }; // for the second after which a 429 wants to be called again
    const { got, call } = await come(json(overloaded, status, { "retry-after": "7" }), false, { limits });
    expect(got).toMatchObject({ status, headers: { "retry-after": "7" }, text: JSON.stringify(overloaded) });
    expect(call).toMatchObject({ outcome: "declined", status, repeats: 0, costUsd: 0, estimated: false });
    expect(call.retryAfterMs).toBe(7_000);
  },
);

/** Too many requests for so many times; then the answer. */
function busyFor(times: number, headers: Record<string, string>): Script {
  let left = times;
  return (received, response) => {
    left -= 1;
    const script = left < 0 ? events(pieces) : json(overloaded, 429, headers);
    return script(received, response);
  };
}

test("F58: a provider that has too many requests is asked again, and the client sees the answer only", async () => {
  const { got, call } = await come(busyFor(2, { "retry-after": "0" }), true);
  expect(got).toMatchObject({ status: 200, text: pieces.join(""), whole: true });
  expect(call).toMatchObject({ outcome: "complete", repeats: 2, outputTokens: 80, estimated: false });
  expect(call.costUsd).toBeCloseTo(knownInput + (80 * 15) / 1e6, 9);
});

test("F58: one that always has too many is asked a few times more, and then the client is told", async () => {
  const { got, call } = await come(busyFor(99, { "retry-after-ms": "0" }), true);
  expect(got.status).toBe(429);
  expect(call).toMatchObject({ outcome: "declined", status: 429, repeats: 6, costUsd: 0 });
});

test("F58: one that says it is of no use is not asked again", async () => {
  const { got, call } = await come(busyFor(1, { "retry-after": "0", "x-should-retry": "false" }), true);
  expect([got.status, call.repeats]).toEqual([429, 0]);
});

test("F58: a client that leaves while its call waits frees what was set aside, and nothing is sent again", async () => {
  const upstream = await anUpstream(busyFor(99, { "retry-after": "20" }));
  const world = await aWorld({ upstream });
  const [closed, recorded] = [world.nextClosed(), world.nextCall()];
  const { path, headers, body } = claude(world, true);
  const sent = request({ socketPath: world.socketPath, path, method: "POST", headers });
  sent.on("error", () => {}).end(JSON.stringify(body));
  await vi.waitUntil(() => upstream.received.length === 1);
  sent.destroy();
  await closed;
  expect(await recorded).toMatchObject({ outcome: "declined", repeats: 0, clientGone: true, costUsd: 0 });
  expect(upstream.received).toHaveLength(1);
  expect(await world.ledger.balance()).toMatchObject({ settled: 0, reserved: 0 });
});

test("F58: an error of something in between may hide an answer: the reservation is spent", async () => {
  const { got, call } = await come((_, response) => void response.writeHead(502).end("<h1>Bad gateway</h1>"), false);
  expect(got.status).toBe(502);
  expect(JSON.parse(got.text)).toMatchObject({ type: "error", error: { type: "api_error" } });
  expect(call).toMatchObject({ outcome: "unreadable", status: 502, estimated: true });
  expect(call.costUsd).toBe(call.reservedUsd);
  expect(call.costUsd).toBeGreaterThan(allowedOutput);
});

test("F58: a stream that is cut is cut for the client too, and charged all the output it was allowed", async () => {
  const { got, call } = await come(cutAfter(pieces.slice(0, 4)), true);
  expect(got.whole).toBe(false);
  expect(call).toMatchObject({ outcome: "cut", estimated: true, inputTokens: 1200 });
  expect(call.costUsd).toBeCloseTo(knownInput + allowedOutput, 9);
});

test("so is one that the provider ends with an error inside", async () => {
  const error = `event: error\ndata: ${JSON.stringify(overloaded)}\n\n`;
  const { got, call } = await come(events([...pieces.slice(0, 4), error]), true);
  expect(got.text).toContain("Overloaded");
  expect(call).toMatchObject({ outcome: "cut", estimated: true });
  expect(call.costUsd).toBeCloseTo(knownInput + allowedOutput, 9);
});

test("F58: a stream that is cut after its figures costs what they say", async () => {
  const { call } = await come(cutAfter(pieces.slice(0, 6)), true);
  expect(call).toMatchObject({ outcome: "cut", estimated: false, outputTokens: 80 });
  expect(call.costUsd).toBeCloseTo(knownInput + (80 * 15) / 1e6, 9);
});

test.each<[string, Script, boolean]>([
  ["whole", json({ ...payloads.anthropicWhole(figures), usage: undefined }), false],
  ["streamed", events(pieces.slice(1, 5)), true],
  ["that is not JSON", (_, response) => void response.writeHead(200).end("Hello"), false],
])("F59: an answer without usage, %s, spends the reservation", async (_, script, stream) => {
  const { got, call } = await come(script, stream);
  expect(got.status).toBe(200);
  expect(call).toMatchObject({ outcome: "usage_missing", estimated: true });
  expect(call.costUsd).toBe(call.reservedUsd);
});

test("a provider that stays silent is given up, in its own words, and the reservation is spent", async () => {
  const { got, call } = await come(() => undefined, false, { limits: { silenceMs: 50 } });
  expect(got.status).toBe(504);
  expect(JSON.parse(got.text)).toMatchObject({ type: "error", error: { type: "timeout_error" } });
  expect(call).toMatchObject({ outcome: "silent", estimated: true });
  expect(call.costUsd).toBe(call.reservedUsd);
});

test("one that falls silent in the middle is cut", async () => {
  const half: Script = (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(pieces[0]);
  };
  const { got, call } = await come(half, true, { limits: { silenceMs: 50 } });
  expect(got.whole).toBe(false);
  expect(call).toMatchObject({ outcome: "silent", estimated: true, inputTokens: 1200 });
});

test("a provider that cannot be reached costs nothing", async () => {
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
  const { port } = gone.address() as { port: number };
  await new Promise((resolve) => gone.close(resolve));
  const upstream = { ...(await anUpstream(json({}))), url: `http://127.0.0.1:${port}` };
  const world = await aWorld({ upstream });
  const recorded = world.nextCall();
  const got = await world.send(claude(world));
  expect(got.status).toBe(502);
  expect(await recorded).toMatchObject({ outcome: "unreachable", costUsd: 0, status: null });
});

test("one that hangs up after it was asked has the reservation", async () => {
  const { got, call } = await come((_, response) => void response.socket?.destroy(), false);
  expect(got.status).toBe(502);
  expect(call).toMatchObject({ outcome: "cut", estimated: true });
  expect(call.costUsd).toBe(call.reservedUsd);
});

test.each<[string, Script]>([
  [
    "ends before its length",
    (_, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      response.write("{", () => response.destroy());
    },
  ],
  ["is too large", json({ ...payloads.anthropicWhole(figures), more: "x".repeat(10_000) })],
  [
    "is compressed though we asked for plain",
    json(payloads.anthropicWhole(figures), 200, { "content-encoding": "br" }),
  ],
])("a whole answer that %s is not passed on, and spends the reservation", async (_, script) => {
  const { got, call } = await come(script, false, { limits: { answerBytes: 5000 } });
  expect(got.status).toBe(502);
  expect(call).toMatchObject({ outcome: "cut", estimated: true });
  expect(call.costUsd).toBe(call.reservedUsd);
});

test("an event without end is not waited for", async () => {
  const endless: Script = (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`${pieces[0]}data: ${"x".repeat(10_000)}`);
  };
  const { call } = await come(endless, true, { limits: { eventBytes: 5000 } });
  expect(call).toMatchObject({ outcome: "cut", estimated: true });
});

test("a request that something in between declines costs nothing", async () => {
  const { got, call } = await come((_, response) => void response.writeHead(413).end("<h1>Too large</h1>"), false);
  expect(got.status).toBe(502);
  expect(call).toMatchObject({ outcome: "declined", status: 413, costUsd: 0 });
});

test.each([401, 403])(
  "a provider that does not accept our key (%i) is the operator's business, and costs nothing",
  async (status) => {
    const { got, call } = await come(
      json({ type: "error", error: { type: "authentication_error", message: "no" } }, status),
      false,
    );
    expect(got.status).toBe(403);
    expect(JSON.parse(got.text).error.message).toContain("The operator has to look at it.");
    expect(call).toMatchObject({ outcome: "declined", problem: "key_refused", status, costUsd: 0 });
  },
);

async function leave(rest: (response: Parameters<Script>[1]) => void, limits = {}) {
  const { promise: left, resolve: leftNow } = Promise.withResolvers<void>();
  const upstream = await anUpstream(async (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(pieces[0]);
    await left;
    rest(response);
  });
  const world = await aWorld({ upstream, limits });
  const recorded = world.nextCall();
  const closed = world.nextClosed();
  await world.send({ ...claude(world, true), onData: (leave) => leave() });
  await closed;
  leftNow();
  return recorded;
}

test("a client that goes away is not the end: the rest is read for its figures", async () => {
  const call = await leave((response) => response.end(pieces.slice(1).join("")));
  expect(call).toMatchObject({ outcome: "complete", clientGone: true, estimated: false, outputTokens: 80 });
});

test("but not for ever: then all the output that was allowed is charged", async () => {
  const call = await leave(() => undefined, { drainMs: 20 });
  expect(call).toMatchObject({ outcome: "cut", clientGone: true, estimated: true });
  expect(call.costUsd).toBeCloseTo(knownInput + allowedOutput, 9);
});
