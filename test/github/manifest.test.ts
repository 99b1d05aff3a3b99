// The App's manifest: exactly the events that are handled, and no permission beyond what they and the port need.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { handledEvents, unaskedEvents } from "../../src/github/deliveries/webhook.ts";
import { descriptions } from "./descriptions.ts";

const manifest = parse(readFileSync(new URL("../../app.yml", import.meta.url), "utf8")) as {
  default_events: string[];
  default_permissions: Record<string, string>;
};

test("names exactly the events that are handled and have to be asked for", () => {
  const asked = handledEvents.filter((event) => !unaskedEvents.includes(event));
  expect([...manifest.default_events].sort()).toEqual([...asked].sort());
});

test("leaves out exactly the handled events that GitHub says cannot be subscribed to", () => {
  const texts = Object.values(descriptions.webhooks).flatMap((hook) =>
    Object.values(hook as Record<string, { summary?: string; operationId?: string }>),
  );
  const unasked = texts.filter((text) => /cannot manually subscribe/i.test(text.summary ?? ""));
  const names = new Set(unasked.map((text) => (text.operationId ?? "").split("/")[0]?.replaceAll("-", "_")));
  expect(handledEvents.filter((event) => names.has(event))).toEqual([...unaskedEvents]);
});

test("asks for the least permissions, and never for workflows (T12)", () => {
  expect(manifest.default_permissions).toEqual({
    metadata: "read",
    contents: "write",
    issues: "write",
    pull_requests: "write",
    checks: "write",
    statuses: "read",
    actions: "read",
  });
});
