// A health page's figures, for tests of what is around it.
import type { Health } from "../../src/cockpit/health/page.ts";

const now = Date.parse("2026-02-01T12:00:00Z");

export const someHealth: Omit<Health, "visitor"> = {
  readiness: { ready: false, lines: ["store ok", "containers cannot be used", "disk ok"] },
  examined: {
    at: now - 90_000,
    parts: [
      { part: "settings", findings: [] },
      { part: "container engine", findings: [{ level: "problem", text: "No container engine answered." }] },
      { part: "GitHub", findings: [{ level: "warning", text: "The App is not subscribed to the events push." }] },
    ],
  },
  seen: {
    since: now - 3_600_000,
    deliveries: [{ repository: "acme/shop", at: now - 60_000, count: 12 }],
    refused: [{ reason: "the signature does not match the body", at: now - 5_000, count: 3 }],
    limits: [{ installationId: 7, resource: "core", remaining: 4_321, limit: 5_000, at: now - 1_000 }],
  },
  disk: { at: now, total: 3e9, most: 50e9, store: 1e9, quarantines: 0, folders: 1e9, records: 1e9, objects: 0 },
  slots: { taken: 2, of: 4, waiting: 1 },
  versions: { Loopgate: "0.1.0", Node: "v24.0.0" },
  oldestGate: { address: "/loops/100/12", since: now - 7_200_000 },
  now,
};
