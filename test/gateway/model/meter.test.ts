// The meters: each provider's own figures, whole and streamed, at the prices of the day.
import { readFileSync } from "node:fs";
import { calcPrice } from "@pydantic/genai-prices";
import { describe, expect, test } from "vitest";
import { anthropicMessages } from "../../../src/gateway/model/anthropic-messages.ts";
import { geminiContent } from "../../../src/gateway/model/gemini-content.ts";
import { chargeOf, costOf, nothingRead, noUsage, outputPaid, worstCost } from "../../../src/gateway/model/meter.ts";
import { openaiChat } from "../../../src/gateway/model/openai-chat.ts";
import { openaiResponses } from "../../../src/gateway/model/openai-responses.ts";
import { priceTable, type Rates, ratesOf } from "../../../src/gateway/model/prices.ts";
import type { Wire } from "../../../src/gateway/model/wire.ts";
import {
  anthropicStream,
  anthropicUsage,
  anthropicWhole,
  chatStream,
  chatWhole,
  geminiStream,
  geminiWhole,
  responsesStream,
  responsesWhole,
} from "./payloads.ts";

const day = Date.parse("2026-10-01T00:00:00Z");

function rates(provider: string, model: string): Rates {
  const found = ratesOf({}, { provider, tableId: provider, model, at: day });
  if (found === null) throw new Error(`no price for ${model}`);
  return found;
}

const read = (wire: Wire, events: readonly unknown[]) => events.reduce(wire.tally, nothingRead);

const figures = { input: 12_000, cacheRead: 9000, output: 800, reasoning: 500 };
const usage = { ...noUsage, ...figures };

describe("a meter reads the provider's own figures", () => {
  test.each([
    ["Anthropic, whole", anthropicMessages, [anthropicWhole({ ...figures, cacheWrite: 2000 })]],
    ["Anthropic, streamed", anthropicMessages, anthropicStream({ ...figures, cacheWrite: 2000 })],
  ])("%s", (_, wire, events) => {
    expect(read(wire, events)).toEqual({ usage: { ...usage, cacheWrite: 2000, reasoning: 0 }, final: true });
  });

  test.each([
    ["Responses, whole", openaiResponses, [responsesWhole(figures)]],
    ["Responses, streamed", openaiResponses, responsesStream(figures)],
    ["Chat Completions, whole", openaiChat, [chatWhole(figures)]],
    ["Chat Completions, streamed", openaiChat, chatStream(figures)],
    ["Gemini, whole", geminiContent, [geminiWhole(figures)]],
    ["Gemini, streamed", geminiContent, geminiStream(figures)],
  ])("%s", (_, wire, events) => {
    expect(read(wire, events)).toMatchObject({ usage, final: true });
  });

  test("an hour's cache, cache figures in the last event only, and thinking", () => {
    const last = {
      type: "message_delta",
      delta: { stop_reason: "tool_use" },
      usage: {
        input_tokens: 10,
        cache_read_input_tokens: 20,
        cache_creation_input_tokens: 30,
        cache_creation: { ephemeral_5m_input_tokens: 5, ephemeral_1h_input_tokens: 25 },
        output_tokens: 40,
        output_tokens_details: { thinking_tokens: 15 },
      },
    };
    const start = { type: "message_start", message: { usage: { input_tokens: 10, output_tokens: 1 } } };
    expect(read(anthropicMessages, [start, last])).toEqual({
      usage: { input: 60, cacheRead: 20, cacheWrite: 30, cacheWriteHour: 25, output: 40, reasoning: 15 },
      final: true,
    });
  });

  test("a response that was cut short by its limit, or failed, still has its figures", () => {
    for (const type of ["response.incomplete", "response.failed"])
      expect(read(openaiResponses, [{ type, response: responsesWhole(figures) }])).toEqual({ usage, final: true });
  });

  test("reasoning that a server leaves out of the output is in its total", () => {
    const reported = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 150 };
    const whole = { ...chatWhole(figures), usage: reported };
    expect(read(openaiChat, [whole]).usage).toMatchObject({ input: 100, output: 50 });
  });

  test("Gemini's tool input is input, and its unnamed output is output", () => {
    const usageMetadata = {
      promptTokenCount: 10,
      toolUsePromptTokenCount: 5,
      candidatesTokenCount: 3,
      totalTokenCount: 30,
    };
    const event = { candidates: [{ finishReason: "STOP" }], usageMetadata };
    expect(read(geminiContent, [event]).usage).toMatchObject({ input: 15, output: 15 });
  });
});

describe("figures are not final", () => {
  test.each([
    ["Anthropic before the last delta", anthropicMessages, anthropicStream(figures).slice(0, 5)],
    ["Responses before they are completed", openaiResponses, responsesStream(figures).slice(0, 2)],
    ["Chat Completions before the usage event", openaiChat, chatStream(figures).slice(0, 2)],
    ["Gemini before a finish reason", geminiContent, geminiStream(figures).slice(0, 1)],
    ["running totals of a local server", openaiChat, [{ choices: [{ delta: {} }], usage: chatWhole(figures).usage }]],
    ["an answer without usage", openaiChat, [{ ...chatWhole(figures), usage: null }]],
    [
      "usage that is no number",
      openaiResponses,
      [{ ...responsesWhole(figures), usage: { input_tokens: -1, output_tokens: "x" } }],
    ],
    [
      "an error inside a stream",
      anthropicMessages,
      [...anthropicStream(figures).slice(0, 3), { type: "error", error: {} }],
    ],
  ])("%s", (_, wire, events) => {
    expect(read(wire, events).final).toBe(false);
  });
});

describe("the price", () => {
  test("of every kind of token, to the billionth", () => {
    const cost = costOf(
      { input: 60, cacheRead: 20, cacheWrite: 30, cacheWriteHour: 25, output: 40, reasoning: 15 },
      rates("anthropic", "claude-sonnet-4-5"),
    );
    expect(cost).toBe(10 * 3000 + 20 * 300 + 5 * 3750 + 25 * 6000 + 40 * 15_000);
  });

  test.each([
    ["anthropic", "claude-sonnet-4-5", 12_000],
    ["anthropic", "claude-sonnet-4-5", 200_000],
    ["anthropic", "claude-sonnet-4-5", 200_001],
    ["anthropic", "claude-opus-4-6", 300_000],
    ["openai", "gpt-5", 12_000],
    ["openai", "gpt-5.4", 300_000],
    ["google", "gemini-2.5-pro", 12_000],
    ["google", "gemini-2.5-pro", 250_000],
    ["google", "gemini-2.5-flash", 12_000],
  ])("is the table's own: %s %s at %i input tokens", (provider, model, input) => {
    const theirs = calcPrice({ input_tokens: input, cache_read_tokens: 9000, output_tokens: 800 }, model, {
      providerId: provider,
      timestamp: new Date(day),
    });
    const ours = costOf({ ...usage, input }, rates(provider, model));
    expect(Math.abs(ours - (theirs?.total_price ?? 0) * 1e9)).toBeLessThanOrEqual(1);
  });

  test("cached tokens beside the input, as some servers report them, are charged and not subtracted", () => {
    const table = rates("openai", "gpt-5");
    expect(costOf({ ...noUsage, input: 10, cacheRead: 100 }, table)).toBe(100 * 125);
  });

  test("is unknown for a model that nobody lists, that answers with pictures, or of a provider outside the table", () => {
    const at = (tableId: string | null, model: string) => ratesOf({}, { provider: "x", tableId, model, at: day });
    expect(at("openai", "gpt-unheard-of")).toBeNull();
    expect(at("google", "gemini-2.5-flash-image")).toBeNull();
    expect(at("google", "gemma-3")).toBeNull();
    expect(at("no-such-provider", "gpt-5")).toBeNull();
    expect(at(null, "gpt-5")).toBeNull();
  });

  test.each([
    ["anthropic", "claude-sonnet-4-5-20250929", true],
    ["anthropic", "claude-opus-4-5-20251101", true],
    ["anthropic", "claude-opus-4.5", true],
    ["anthropic", "claude-sonnet-4-20250514", true],
    ["google", "gemini-2.0-flash-001", true],
    ["openai", "gpt-5-2025-08-07", true],
    ["google", "gemini-2.5-pro-preview-05-06", true],
    ["google", "gemini-2.5-pro", true],
    ["anthropic", "claude-sonnet-4-5-ultra", false],
    ["anthropic", "claude-sonnet-4-55", false],
    ["google", "gemini-2.5-pro-x", false],
    ["google", "gemini-2.5-provisional", false],
    ["openai", "gpt-5-ultra", false],
  ])("no price is guessed by how a name begins: %s %s", (tableId, model, isKnown) => {
    expect(ratesOf({}, { provider: "x", tableId, model, at: day }) !== null).toBe(isKnown);
  });

  test("an operator's own price comes first, for one model or for all of a provider", () => {
    const own = { "local/*": { input: 0, output: 0 }, "local/big": { input: 2, output: 4, cacheRead: 1 } };
    const cost = (model: string) => {
      const found = ratesOf(own, { provider: "local", tableId: null, model, at: day });
      return found && costOf({ ...noUsage, input: 10, cacheRead: 5, output: 1 }, found);
    };
    expect(cost("small")).toBe(0);
    expect(cost("big")).toBe(5 * 2000 + 5 * 1000 + 4000);
  });

  test("carries the version of the table that is installed", () => {
    const pinned = JSON.parse(readFileSync("package.json", "utf8")).dependencies["@pydantic/genai-prices"];
    expect(priceTable).toContain(` ${pinned} (`);
    expect(rates("openai", "gpt-5").source).toBe(priceTable);
  });
});

describe("the worst case", () => {
  const table = rates("anthropic", "claude-sonnet-4-5");

  test("takes the dearest kind of input, the hour's cache only where it may be asked for, and the tier of that much input", () => {
    expect(worstCost({ input: 1000, hour: false }, 10, table)).toBe(1000 * 3750 + 10 * 15_000);
    expect(worstCost({ input: 1000, hour: true }, 10, table)).toBe(1000 * 6000 + 10 * 15_000);
    expect(worstCost({ input: 300_000, hour: false }, 10, table)).toBe(300_000 * 7500 + 10 * 22_500);
  });

  test("what an amount pays for never costs more than the amount", () => {
    for (const amount of [0, 3_750_000, 5_000_000, 1e9]) {
      const paid = outputPaid(amount, { input: 1000, hour: false }, 1e9, table);
      if (paid > 0) expect(worstCost({ input: 1000, hour: false }, paid, table)).toBeLessThanOrEqual(amount);
      expect(worstCost({ input: 1000, hour: false }, paid + 1, table)).toBeGreaterThan(amount);
    }
  });

  test("without figures the reservation is spent; with unfinished ones, all the output that was allowed", () => {
    const known = { ...noUsage, input: 100, output: 1 };
    expect(chargeOf(nothingRead, 50, 777, table)).toEqual({ cost: 777, usage: noUsage, estimated: true });
    const charge = chargeOf({ usage: known, final: false }, 50, 9e9, table);
    expect(charge).toEqual({ cost: 100 * 3000 + 50 * 15_000, usage: known, estimated: true });
  });

  test("figures above the reservation are charged in full all the same", () => {
    const { usage: large } = read(anthropicMessages, [
      { type: "message", usage: anthropicUsage({ input: 10, output: 1e6 }) },
    ]);
    expect(chargeOf({ usage: large, final: true }, 50, 1, table).cost).toBe(10 * 3000 + 1e6 * 15_000);
  });
});

describe("the class of service that an answer tells is what is priced", () => {
  const plain = rates("openai", "gpt-5");
  const standard = costOf(usage, plain);
  const inChat = (tier: unknown) =>
    chatStream(figures).map((one) => (typeof one === "string" ? one : { ...one, service_tier: tier }));

  test.each([
    ["default", 1],
    ["flex", 1],
    ["auto", 1],
    [null, 1],
    ["priority", 2],
    ["ultrafast", 6],
    ["a class that nobody knows", 6],
  ])("%s", (tier, factor) => {
    const told = [
      read(openaiResponses, [{ ...responsesWhole(figures), service_tier: tier }]),
      read(openaiResponses, [
        { type: "response.completed", response: { ...responsesWhole(figures), service_tier: tier } },
      ]),
      read(openaiChat, [{ ...chatWhole(figures), service_tier: tier }]),
      read(openaiChat, inChat(tier)),
    ];
    expect(told.map((tally) => chargeOf(tally, 100, 5, plain).cost)).toEqual(told.map(() => standard * factor));
  });

  test("an answer that was cut before its figures, or has none, is taken at its worst in that class", () => {
    const cut = read(openaiChat, inChat("priority").slice(0, 1));
    expect(chargeOf(cut, 100, 7_000, plain)).toMatchObject({ cost: 14_000, estimated: true });
  });
});
