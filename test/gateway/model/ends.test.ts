// How an answer ends: in order, by whichever sign, with figures that count; or not, and then the worst is taken.
import { expect, test } from "vitest";
import { anUpstream, events, json } from "./upstream.ts";
import { aWorld } from "./world.ts";

const usage = { prompt_tokens: 1000, completion_tokens: 50, total_tokens: 1050 };
const usageMetadata = { promptTokenCount: 1000, candidatesTokenCount: 50, totalTokenCount: 1050 };
const data = (event: object | string) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`;
const chunk = <More extends object>(more: More) => ({ id: "c", object: "chat.completion.chunk", ...more });
const said = chunk({ choices: [{ index: 0, delta: { content: "Hi" }, finish_reason: null }] });
const stop = (more: object = {}) => chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }], ...more });
const message = { role: "assistant", content: "Hi" };

async function chat(answer: Parameters<typeof anUpstream>[0], stream: boolean) {
  const world = await aWorld({ upstream: await anUpstream(answer) });
  const body = { model: "gpt-5", stream, messages: [{ role: "user", content: "Hi" }] };
  const headers = { authorization: `Bearer ${world.token}` };
  await world.send({ path: "/model/openai/v1/chat/completions", headers, body });
  return world.calls[0];
}

async function gemini(parts: readonly object[]) {
  const world = await aWorld({ upstream: await anUpstream(events(parts.map(data))) });
  const path = "/model/gemini/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse";
  const body = { contents: [{ role: "user", parts: [{ text: "Hi" }] }] };
  await world.send({ path, headers: { "x-goog-api-key": world.token }, body });
  return world.calls[0];
}

const complete = { outcome: "complete", inputTokens: 1000, outputTokens: 50 };

test.each<[string, readonly (object | string)[]]>([
  ["figures with its end, and no [DONE]", [said, stop({ usage })]],
  ["figures after its end in a choice that says nothing", [said, stop(), chunk({ choices: [{ delta: {} }], usage })]],
  ["figures after its end, and no [DONE]", [said, stop(), chunk({ choices: [], usage })]],
  ["figures with its end, and [DONE]", [said, stop({ usage }), "[DONE]"]],
])("a chat stream with %s costs them", async (_, told) => {
  expect(await chat(events(told.map(data)), true)).toMatchObject(complete);
});

test.each<[string, readonly (object | string)[]]>([
  ["figures on its way, and no end", [chunk({ choices: said.choices, usage })]],
  ["figures on its way, and an end without any", [chunk({ choices: said.choices, usage }), stop()]],
])("a chat stream with %s costs the worst", async (_, told) => {
  const call = await chat(events(told.map(data)), true);
  expect(call).toMatchObject({ outcome: "cut" });
  expect(call?.costUsd).toBeGreaterThan(0.00175); // what the figures alone come to
});

test("a chat stream with an end and no figures has none", async () => {
  expect(await chat(events([said, stop()].map(data)), true)).toMatchObject({ outcome: "usage_missing" });
});

test.each<[string, object]>([
  ["without its kind of object", {}],
  ["with it", { object: "chat.completion" }],
])("a whole chat answer %s costs its figures", async (_, more) => {
  const answer = { id: "c", choices: [{ index: 0, message, finish_reason: "stop" }], usage, ...more };
  expect(await chat(json(answer), false)).toMatchObject(complete);
});

const part = (more: object = {}) => ({ candidates: [{ content: { parts: [{ text: "a" }] }, ...more }] });

test.each<[string, readonly object[]]>([
  ["figures after its end", [part({ finishReason: "STOP" }), { usageMetadata }]],
  ["figures with its end", [part(), { ...part({ finishReason: "STOP" }), usageMetadata }]],
  ["figures alone, and no end", [part(), { usageMetadata }]],
  ["figures after a block", [{ promptFeedback: { blockReason: "SAFETY" } }, { usageMetadata }]],
])("a Gemini stream with %s costs them", async (_, parts) => {
  expect(await gemini(parts)).toMatchObject(complete);
});

test.each<[string, readonly object[]]>([
  ["figures beside words, and no end", [{ ...part(), usageMetadata }]],
  ["words after its figures, and no end", [part(), { usageMetadata }, part()]],
])("a Gemini stream with %s costs the worst", async (_, parts) => {
  expect(await gemini(parts)).toMatchObject({ outcome: "cut" });
});
