// The model gateway through a run's real door, in front of a provider on loopback: who may call what, and what passes.
import { describe, expect, test } from "vitest";
import { newLeaseToken } from "../../../src/gateway/lease.ts";
import * as payloads from "./payloads.ts";
import { anUpstream, events, json } from "./upstream.ts";
import { aWorld, type Given, key, type World } from "./world.ts";

const figures = { input: 1200, cacheRead: 900, output: 80 };

const ask = { messages: [{ role: "user", content: "Hi" }] };
const messages = { model: "claude-sonnet-4-5", max_tokens: 1000, ...ask };

type Call = (world: Pick<World, "token">) => Given;

const claude: Call = ({ token }) => ({
  path: "/model/anthropic/v1/messages?beta=true",
  headers: {
    "x-api-key": token,
    "anthropic-version": "2023-06-01",
    "anthropic-beta": "interleaved-thinking-2025-05-14",
  },
  body: messages,
});
const codex: Call = ({ token }) => ({
  path: "/model/openai/v1/responses",
  headers: { authorization: `Bearer ${token}` },
  body: { model: "gpt-5", input: "Hi" },
});
const chat: Call = ({ token }) => ({
  path: "/model/openai/v1/chat/completions",
  headers: { authorization: `Bearer ${token}` },
  body: { model: "gpt-5", ...ask },
});
const geminiCli: Call = ({ token }) => ({
  path: "/model/gemini/v1beta/models/gemini-2.5-pro:generateContent",
  headers: { "x-goog-api-key": token },
  body: { contents: [{ role: "user", parts: [{ text: "Hi" }] }] },
});

const streamed = (given: Given): Given => ({ ...given, body: { ...(given.body as object), stream: true } });
const geminiStreamed = (given: Given): Given => ({
  ...given,
  path: given.path.replace(":generateContent", ":streamGenerateContent?alt=sse"),
});

describe("a call is passed on and metered", () => {
  test.each<[string, Call, object, string, string]>([
    ["Anthropic Messages", claude, payloads.anthropicWhole(figures), "/v1/messages?beta=true", "x-api-key"],
    ["OpenAI Responses", codex, payloads.responsesWhole(figures), "/v1/responses", "authorization"],
    ["OpenAI Chat Completions", chat, payloads.chatWhole(figures), "/v1/chat/completions", "authorization"],
    [
      "Gemini",
      geminiCli,
      payloads.geminiWhole(figures),
      "/v1beta/models/gemini-2.5-pro:generateContent",
      "x-goog-api-key",
    ],
  ])("%s, whole", async (_, call, answer, url, credential) => {
    const upstream = await anUpstream(json(answer, 200, { "request-id": "req_1", "set-cookie": "a=b" }));
    const world = await aWorld({ upstream });
    const recorded = world.nextCall();
    const got = await world.send(call(world));
    expect(JSON.parse(got.text)).toEqual(answer);
    expect(got).toMatchObject({ status: 200, whole: true, headers: { "request-id": "req_1" } });
    expect(got.headers).not.toHaveProperty("set-cookie");
    expect(upstream.received[0]).toMatchObject({ method: "POST", url });
    expect(upstream.received[0]?.headers[credential]).toContain(key);
    expect(JSON.stringify(upstream.received)).not.toContain(world.token);
    const recordedCall = await recorded;
    expect(recordedCall).toMatchObject({
      run: "run-1",
      outcome: "complete",
      status: 200,
      inputTokens: 1200,
      cacheReadTokens: 900,
      outputTokens: 80,
      estimated: false,
      share: "work",
    });
    expect(recordedCall.costUsd).toBeGreaterThan(0);
    expect(recordedCall.reservedUsd).toBeGreaterThan(recordedCall.costUsd);
    const { settled, reserved } = await world.ledger.balance();
    expect({ settled, reserved }).toEqual({ settled: Math.round(recordedCall.costUsd * 1e9), reserved: 0 });
  });

  test.each<[string, Given, string[]]>([
    ["Anthropic Messages", streamed(claude({ token: "" })), payloads.sse(payloads.anthropicStream(figures), true)],
    ["OpenAI Responses", streamed(codex({ token: "" })), payloads.sse(payloads.responsesStream(figures), true)],
    ["Gemini", geminiStreamed(geminiCli({ token: "" })), payloads.sse(payloads.geminiStream(figures), false)],
  ])("%s, streamed, byte for byte", async (_, given, pieces) => {
    const upstream = await anUpstream(events(pieces));
    const world = await aWorld({ upstream });
    const recorded = world.nextCall();
    const got = await world.send(withToken(given, world.token));
    expect(got).toMatchObject({ status: 200, text: pieces.join(""), whole: true });
    expect(got.headers["content-type"]).toMatch(/^text\/event-stream/);
    expect(await recorded).toMatchObject({
      outcome: "complete",
      inputTokens: 1200,
      outputTokens: 80,
      estimated: false,
    });
  });

  test("a streamed chat is made to report its usage, which a client that did not ask for it never sees", async () => {
    const pieces = payloads.sse(payloads.chatStream(figures), false);
    const upstream = await anUpstream(events(pieces));
    const world = await aWorld({ upstream });
    const plain = await world.send(streamed(chat(world)));
    expect(plain.text).toBe(pieces.toSpliced(2, 1).join(""));
    const given = streamed(chat(world));
    const asking = { ...given, body: { ...(given.body as object), stream_options: { include_usage: true } } };
    expect((await world.send(asking)).text).toBe(pieces.join(""));
    expect(upstream.received.map(({ body }) => body.stream_options)).toEqual([
      { include_usage: true },
      { include_usage: true },
    ]);
  });

  test("events pass when they come, cut up in any way", async () => {
    const { promise: sawFirst, resolve: seen } = Promise.withResolvers<void>();
    const pieces = payloads.sse(payloads.anthropicStream(figures), true);
    const upstream = await anUpstream(async (_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(pieces[0]);
      await sawFirst;
      for (const byte of Buffer.from(pieces.slice(1).join(""))) response.write(Buffer.from([byte]));
      response.end();
    });
    const world = await aWorld({ upstream });
    const got = await world.send({ ...streamed(claude(world)), onData: () => seen() });
    expect(got.text).toBe(pieces.join(""));
  });

  test("counting tokens is passed on, costs nothing, and asks for no output", async () => {
    const upstream = await anUpstream(json({ input_tokens: 42 }));
    const world = await aWorld({ upstream });
    const recorded = world.nextCall();
    const got = await world.send({ ...claude(world), path: "/model/anthropic/v1/messages/count_tokens" });
    expect(got).toMatchObject({ status: 200, text: '{"input_tokens":42}' });
    expect(upstream.received[0]).toMatchObject({ url: "/v1/messages/count_tokens" });
    expect(upstream.received[0]?.body).not.toHaveProperty("max_tokens");
    expect(await recorded).toMatchObject({ kind: "count", outcome: "complete", costUsd: 0, reservedUsd: 0 });
  });

  test("a local server needs no key, and the operator's price", async () => {
    const upstream = await anUpstream(json(payloads.chatWhole(figures)));
    const world = await aWorld({ upstream, prices: { "local/*": { input: 0, output: 0 } } });
    const given = { ...chat(world), path: "/model/local/v1/chat/completions" };
    const got = await world.send({ ...given, body: { ...ask, model: "local-coder" } });
    expect(got.status).toBe(200);
    expect(upstream.received[0]).toMatchObject({ url: "/v1/chat/completions" });
    expect(upstream.received[0]?.headers).not.toHaveProperty("authorization");
    expect(world.calls[0]).toMatchObject({ provider: "local", costUsd: 0, outputTokens: 80 });
    const other = await world.send({ ...given, body: { ...ask, model: "another" } });
    expect(other.status).toBe(400);
    expect(other.text).toContain("only local-coder");
  });

  test("the models are those that the operator named, told without asking the provider", async () => {
    const upstream = await anUpstream(json({}));
    const world = await aWorld({ upstream });
    const got = await world.send({ ...chat(world), body: undefined, method: "GET", path: "/model/local/v1/models" });
    expect(JSON.parse(got.text).data).toMatchObject([{ id: "local-coder" }]);
    expect(upstream.received).toEqual([]);
  });
});

/** The call with this token in every place where the family looks for one. */
function withToken(given: Given, token: string): Given {
  const headers = Object.fromEntries(
    Object.entries(given.headers ?? {}).map(([name, value]) => [
      name,
      name === "authorization" ? `Bearer ${token}` : value === "" ? token : value,
    ]),
  );
  return { ...given, headers };
}

const calls: readonly [string, Call][] = [
  ["Anthropic", claude],
  ["OpenAI", codex],
  ["Gemini", geminiCli],
];

/** The sentence of an error in the shape of each family. */
function sentenceOf(name: string, text: string): string {
  const body = JSON.parse(text);
  if (name === "Anthropic") expect(body).toMatchObject({ type: "error", error: { type: expect.any(String) } });
  if (name === "OpenAI") expect(body).toMatchObject({ error: { type: expect.any(String), code: expect.any(String) } });
  if (name === "Gemini")
    expect(body).toMatchObject({ error: { code: expect.any(Number), status: expect.any(String) } });
  return body.error.message;
}

describe.each(calls)("nothing is sent, and %s's own error shape says why,", (name, call) => {
  async function refused(change: (given: Given, world: World) => Given, limits = {}) {
    const upstream = await anUpstream(json({}));
    const world = await aWorld({ upstream, limits });
    const got = await world.send(change(call(world), world));
    expect(upstream.received).toEqual([]);
    expect(world.calls).toMatchObject([{ outcome: "refused", costUsd: 0 }]);
    return { ...got, said: sentenceOf(name, got.text), problem: world.calls[0]?.problem };
  }

  test.each<[string, (given: Given) => Given]>([
    ["no lease", (given) => ({ ...given, headers: {} })],
    ["another run's lease", (given) => ({ ...given, headers: call({ token: newLeaseToken() }).headers })],
    ["an empty lease", (given) => ({ ...given, headers: call({ token: "" }).headers })],
  ])("with %s", async (_, change) => {
    expect(await refused(change)).toMatchObject({ status: 401, problem: "credential" });
  });

  test("to another path", async () => {
    const path = `/model/${name.toLowerCase()}/v1/files`;
    expect(await refused((given) => ({ ...given, path }))).toMatchObject({ status: 404, problem: "endpoint" });
  });

  test("by another method", async () => {
    const got = await refused((given) => ({ ...given, method: "DELETE", body: undefined }));
    expect(got).toMatchObject({ status: 404, problem: "endpoint" });
  });

  test("up a path", async () => {
    const path = `/model/${name.toLowerCase()}/v1/messages/../files`;
    expect(await refused((given) => ({ ...given, path }))).toMatchObject({ status: 404 });
  });

  test("with a body that is too large", async () => {
    expect(await refused((given) => given, { bodyBytes: 10 })).toMatchObject({ status: 413, problem: "too_large" });
  });

  test("with a body that is no JSON object", async () => {
    for (const body of ["{", "[]", "null", ""])
      expect(await refused((given) => ({ ...given, body }))).toMatchObject({ status: 400, problem: "request" });
  });

  test("for a model without a price (F61)", async () => {
    const got = await refused((given) => ({
      ...given,
      path: given.path.replace("gemini-2.5-pro", "unheard-of"),
      body: { ...(given.body as object), model: "unheard-of" },
    }));
    expect(got).toMatchObject({ status: 400, problem: "price" });
    expect(got.said).toContain("No price is known for the model unheard-of");
  });
});

describe("the lease", () => {
  test("comes in any form that the provider's clients use", async () => {
    const upstream = await anUpstream(json(payloads.geminiWhole(figures)));
    const world = await aWorld({ upstream });
    const { path, body } = geminiCli(world);
    expect((await world.send({ path: `${path}?key=${world.token}`, body })).status).toBe(200);
    expect(upstream.received[0]?.url).not.toContain("key=");
    const bearer = { authorization: `Bearer ${world.token}` };
    upstream.script(json(payloads.anthropicWhole(figures)));
    expect((await world.send({ ...claude(world), headers: bearer })).status).toBe(200);
  });

  test("that has ended opens nothing, and cuts what is under way, which is spent in full", async () => {
    const { promise: arrived, resolve } = Promise.withResolvers<void>();
    const upstream = await anUpstream((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(payloads.sse(payloads.anthropicStream(figures), true)[0]);
    });
    const world = await aWorld({ upstream });
    const recorded = world.nextCall();
    const underWay = world.send({ ...streamed(claude(world)), onData: () => resolve() });
    await arrived;
    world.revoke();
    const call = await recorded;
    expect(call).toMatchObject({ outcome: "cut", estimated: true, inputTokens: 1200 });
    // 300 fresh and 900 cached tokens are known; the 1000 of output that were allowed are charged in full.
    expect(call.costUsd).toBeCloseTo((300 * 3 + 900 * 0.3 + 1000 * 15) / 1e6, 9);
    expect(await underWay).toMatchObject({ status: 200, whole: false });
    expect((await world.send(claude(world))).status).toBe(403);
  });

  test("allows a number of calls at a time", async () => {
    const { promise: arrived, resolve } = Promise.withResolvers<void>();
    const upstream = await anUpstream(() => resolve());
    const world = await aWorld({ upstream, limits: { calls: 1 } });
    world.send(claude(world)).catch(() => undefined);
    await arrived;
    const got = await world.send(claude(world));
    expect(got).toMatchObject({ status: 429 });
    expect(JSON.parse(got.text)).toMatchObject({ type: "error", error: { type: "rate_limit_error" } });
  });
});

describe("the real key never comes in", () => {
  const echo = { error: { message: `Incorrect key ${key} provided`, type: "invalid_request_error" } };

  test.each<[string, object, number]>([
    ["an error that repeats it", echo, 400],
    ["a refusal of it", echo, 401],
    ["a refusal of its rights", echo, 403],
    ["an answer that repeats it", { ...payloads.chatWhole(figures), echo }, 200],
    ["an error of another shape", { oops: key }, 500],
  ])("in %s", async (_, body, status) => {
    const upstream = await anUpstream(json(body, status, { "x-request-id": "r", "www-authenticate": key }));
    const world = await aWorld({ upstream });
    const recorded = world.nextCall();
    const got = await world.send(chat(world));
    await recorded;
    expect(upstream.received[0]?.headers.authorization).toContain(key);
    expect(JSON.stringify([got, world.calls, world.errors.map(String)])).not.toContain(key);
  });

  test("in a stream that repeats it, even across pieces", async () => {
    const event = `data: ${JSON.stringify({ choices: [{ delta: { content: key } }] })}\n\n`;
    const upstream = await anUpstream(events([event.slice(0, 50), event.slice(50), "data: [DONE]\n\n"]));
    const world = await aWorld({ upstream });
    const got = await world.send(streamed(chat(world)));
    expect(got.text).toContain("[key]");
    expect(got.text).not.toContain(key);
  });
});

test("no redirect is followed", async () => {
  const elsewhere = await anUpstream(json({}));
  const upstream = await anUpstream((_, response) => {
    response.writeHead(307, { location: `${elsewhere.url}/v1/chat/completions` }).end();
  });
  const world = await aWorld({ upstream });
  const got = await world.send(chat(world));
  expect(got.status).toBe(502);
  expect(got.headers).not.toHaveProperty("location");
  expect(elsewhere.received).toEqual([]);
});

test("nobody answers for a provider that is not configured", async () => {
  const world = await aWorld({ upstream: await anUpstream(json({})) });
  for (const path of ["/model/other/v1/messages", "/model", "/model/anthropic", "/model//v1/messages"])
    expect(await world.send({ ...claude(world), path })).toMatchObject({ status: 404 });
});

describe("the standard class of service", () => {
  test.each<[string, string | null, string | undefined]>([
    ["is asked of OpenAI itself", "openai", "default"],
    ["is asked of a server that may stand before OpenAI", null, "default"],
    ["is not asked of a provider that only speaks its format", "mistral", undefined],
  ])("%s", async (_, priceId, asked) => {
    const upstream = await anUpstream(json({ ...payloads.chatWhole(figures), service_tier: "priority" }));
    const prices = { "openai/*": { input: 1, output: 1 } };
    const world = await aWorld({ upstream, prices, providers: [{ name: "openai", family: "openai", priceId }] });
    const recorded = world.nextCall();
    await world.send(chat(world));
    expect(upstream.received[0]?.body).toMatchObject(asked === undefined ? {} : { service_tier: asked });
    expect(Object.hasOwn(upstream.received[0]?.body ?? {}, "service_tier")).toBe(asked !== undefined);
    expect((await recorded).costUsd).toBeCloseTo((2 * 1280) / 1e6, 9);
  });
});
