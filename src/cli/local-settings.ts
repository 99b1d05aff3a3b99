// The settings of an App that works against a local GitHub: nothing is paced, and the bounds are those of nobody's money.
import { generousBounds } from "../policy/clamp.ts";
import type { Settings } from "../settings.ts";

export interface LocalApp {
  readonly app: Settings["app"];
  readonly githubUrl: string;
  readonly dataDir: string;
  readonly webhookSecret: string;
  readonly agent: Settings["operator"]["defaults"]["agent"];
  readonly reviewer: Settings["operator"]["defaults"]["reviewer"];
}

/** One container at a time, any free port, and a look every ten minutes. */
export function localSettings({ app, githubUrl, dataDir, webhookSecret, agent, reviewer }: LocalApp): Settings {
  return {
    app,
    webhookSecrets: [webhookSecret],
    sealSecret: "of no use to anybody beyond this machine",
    github: { apiUrl: githubUrl, gitUrl: githubUrl, throttle: false },
    dataDir,
    listen: { host: "127.0.0.1", port: 0 },
    label: "loop",
    concurrentRuns: 1,
    reconcileMs: 600_000,
    introductions: 0,
    relayImage: null,
    logLevel: "info",
    operator: { bounds: generousBounds, defaults: { agent, reviewer } },
  };
}
