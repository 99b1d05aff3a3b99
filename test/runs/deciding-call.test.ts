// Which model call tells how a run's work ended, whatever errands an agent makes before, beside and after it.
import { expect, test } from "vitest";
import type { ModelCall } from "../../src/gateway/model/provider.ts";
import { decidingCall, isProvidersFault } from "../../src/runs/deciding-call.ts";

type Some = Partial<ModelCall>;

function told(...calls: readonly Some[]): string {
  const deciding = decidingCall();
  for (const call of calls) deciding.hear(aCall(call));
  const call = deciding.call();
  if (call?.problem === "budget") return "out of budget";
  return isProvidersFault(call) ? "model down" : "went well";
}

function aCall(more: Some): ModelCall {
  return { kind: "generate", outcome: "complete", problem: null, clientGone: false, ...more } as ModelCall;
}

const work: Some = { offersTools: true };
const title: Some = { offersTools: false };
const broke: Some = { outcome: "refused", problem: "budget" };
const down: Some = { outcome: "declined", status: 503 };

test.each<[string, string, readonly Some[]]>([
  ["no call at all", "went well", []],
  ["a title at the end that was not paid for", "went well", [work, { ...title, ...broke }]],
  ["a title at the end that the provider failed", "went well", [work, { ...title, ...down }]],
  ["work that was not paid for, and a cheap title after it", "out of budget", [work, { ...work, ...broke }, title]],
  ["work that the provider failed, and a title that it did not", "model down", [title, { ...work, ...down }, title]],
  ["work that failed once and went on", "went well", [{ ...work, ...down }, work]],
  ["an agent that offers no tools", "out of budget", [title, { ...title, ...broke }]],
  [
    "a count after the refusal",
    "out of budget",
    [
      { ...work, ...broke },
      { ...work, kind: "count" },
    ],
  ],
  [
    "requests that could not leave, after the refusal",
    "out of budget",
    [
      { ...work, ...broke },
      { kind: null, outcome: "refused", problem: "busy" },
    ],
  ],
  [
    "an answer that ended after its agent had left",
    "out of budget",
    [
      { ...work, ...broke },
      { ...work, clientGone: true },
    ],
  ],
  ["an agent that left because nothing came", "model down", [work, { ...work, outcome: "silent", clientGone: true }]],
])("%s: %s", (_, expected, calls) => {
  expect(told(...calls)).toBe(expected);
});
