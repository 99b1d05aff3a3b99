// Limits on output as real servers take them: under one name or the other, up to their own most, or not at all.
import { describe, expect, test } from "vitest";
import { createLedger } from "../../../src/gateway/model/ledger.ts";
import * as payloads from "./payloads.ts";
import { anUpstream, json, type Received } from "./upstream.ts";
import { aWorld, dollar, type World } from "./world.ts";

const prices = { "openai/*": { input: 1, output: 10 } };

const chat = ({ token }: Pick<World, "token">, model: string, more: object = {}) => ({
  path: "/model/openai/v1/chat/completions",
  headers: { authorization: `Bearer ${token}` },
  body: { model, messages: [{ role: "user", content: "Hi" }], ...more },
});

const limits = (received: readonly Received[]) =>
  received.map(({ body }) => ({ old: body.max_tokens, newer: body.max_completion_tokens }));

const whole = (output: number) => json(payloads.chatWhole({ input: 10, output }));

const declined = (message: string) => json({ error: { message, type: "invalid_request_error" } }, 400);

describe("a server that knows one name only", () => {
  test("OpenAI's models get the new name, also from a client that says the old one", async () => {
    const upstream = await anUpstream(whole(1));
    const world = await aWorld({ upstream, prices });
    expect((await world.send(chat(world, "gpt-5.4", { max_tokens: 500 }))).status).toBe(200);
    expect(limits(upstream.received)).toEqual([{ old: undefined, newer: 500 }]);
  });

  test("one that refuses a name is asked by the other, at once and from then on", async () => {
    const upstream = await anUpstream((received, response) => {
      const refusal =
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
      const script = received.body.max_tokens === undefined ? whole(1) : declined(refusal);
      return script(received, response);
    });
    const world = await aWorld({ upstream, prices });
    for (const _ of [1, 2])
      expect((await world.send(chat(world, "my-deployment", { max_tokens: 500 }))).status).toBe(200);
    expect(limits(upstream.received)).toEqual([
      { old: 500, newer: undefined },
      { old: undefined, newer: 500 },
      { old: undefined, newer: 500 },
    ]);
    expect(world.calls.map(({ outcome }) => outcome)).toEqual(["complete", "complete"]);
  });
});

describe("a model that can write less than a call may have", () => {
  test.each<[string, (cap: number) => string, number]>([
    [
      "OpenAI",
      (cap) => `max_tokens is too large: ${cap}. This model supports at most 16384 completion tokens.`,
      16_384,
    ],
    [
      "Anthropic",
      (cap) => `max_tokens: ${cap} > 8192, which is the maximum allowed number of output tokens for x`,
      8192,
    ],
    ["DeepSeek", () => "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]", 8192],
    ["Groq", () => "`max_completion_tokens` must be less than or equal to `32768`, the maximum value", 32_768],
    [
      "vLLM",
      (cap) =>
        `This model's maximum context length is 8192 tokens. However, you requested ${cap + 10} tokens (10 in the messages, ${cap} in the completion).`,
      8181,
    ],
  ])("as %s says it: is asked again with what it can, and the caller hears nothing of it", async (_, words, most) => {
    const upstream = await anUpstream((received, response) => {
      const cap = received.body.max_completion_tokens ?? received.body.max_tokens;
      return (cap > most ? declined(words(cap)) : whole(1))(received, response);
    });
    const world = await aWorld({ upstream, prices });
    expect((await world.send(chat(world, "gpt-4o"))).status).toBe(200);
    expect(limits(upstream.received).map(({ newer }) => newer)).toEqual([64_000, most]);
    expect(world.calls).toMatchObject([{ outcome: "complete", outputLimit: most }]);
  });

  test("any other refusal is passed on as it is, once", async () => {
    const upstream = await anUpstream(declined("Invalid schema for function 'edit': 4096 is not of type 'object'."));
    const world = await aWorld({ upstream, prices });
    const got = await world.send(chat(world, "gpt-4o"));
    expect(got).toMatchObject({ status: 400, text: expect.stringContaining("Invalid schema") });
    expect(upstream.received).toHaveLength(1);
    expect(world.calls).toMatchObject([{ outcome: "declined", costUsd: 0 }]);
  });
});

describe("a server that heeds no limit", () => {
  const heard = async (output: (cap: number) => number, usd: number) => {
    const upstream = await anUpstream((received, response) =>
      whole(output(received.body.max_tokens))(received, response),
    );
    const world = await aWorld({ upstream, prices, ledger: createLedger(usd * dollar) });
    const first = await world.send(chat(world, "llama3.1:8b"));
    const second = await world.send(chat(world, "llama3.1:8b"));
    return { upstream, world, statuses: [first.status, second.status], said: second.text };
  };

  test("is paid in full, and not called again by this run, which is told why", async () => {
    const { upstream, world, statuses, said } = await heard(() => 120_000, 10);
    expect(statuses).toEqual([200, 400]);
    expect(said).toContain("answered with more than it was allowed to");
    expect(upstream.received).toHaveLength(1);
    expect(world.calls).toMatchObject([{ outputTokens: 120_000 }, { outcome: "refused", problem: "uncapped" }]);
    expect((await world.ledger.balance()).settled).toBe(Math.round((10 * 1 + 120_000 * 10) * 1000));
  });

  test("one that heeds it is called again, and the budget holds", async () => {
    const { world, statuses } = await heard((cap) => Math.floor(cap * 0.5), 10);
    expect(statuses).toEqual([200, 200]);
    expect((await world.ledger.balance()).settled).toBeLessThanOrEqual(10 * dollar);
  });

  test("a server of the old name hears a limit, so that one call cannot pass the budget", async () => {
    const upstream = await anUpstream((received, response) =>
      whole(received.body.max_tokens ?? 120_000)(received, response),
    );
    const world = await aWorld({ upstream, prices, ledger: createLedger(0.1 * dollar) });
    await world.send(chat(world, "llama3.1:8b"));
    expect((await world.ledger.balance()).settled).toBeLessThanOrEqual(0.1 * dollar);
  });
});
