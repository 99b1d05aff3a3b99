// Deliveries that GitHub really sent, as Octokit's maintainers recorded them.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { z } from "zod";

const Recorded = z.array(z.object({ name: z.string(), examples: z.array(z.record(z.string(), z.unknown())) }));

export interface RecordedDelivery {
  /** `api.github.com`, or a version of GitHub's own server. */
  readonly host: string;
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Of github.com and of the newest server that was recorded. */
export function recordedDeliveries(): readonly RecordedDelivery[] {
  const require = createRequire(import.meta.url);
  const packaged = require.resolve("@octokit/webhooks-examples/package.json");
  return ["api.github.com", "ghes-35"].flatMap((host) => {
    const text = readFileSync(new URL(`${host}/index.json`, `file://${packaged}`), "utf8");
    const recorded = Recorded.parse(JSON.parse(text));
    return recorded.flatMap(({ name, examples }) => examples.map((payload) => ({ host, event: name, payload })));
  });
}
