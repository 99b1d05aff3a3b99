// The settings of an App in a campaign, as its process is given them.
import { createServer } from "node:net";
import { join } from "node:path";
import type { Engine } from "../../src/container/docker/engine.ts";
import type { ChaosWorld } from "./world.ts";

export const webhookSecret = "a webhook secret of the campaign";
export const sealSecret = "a seal secret of the campaign, long enough";

interface Wanted {
  /** Containers on this engine; null: plain processes. */
  readonly engine: Engine | null;
  readonly world: Pick<ChaosWorld, "forge" | "commands">;
  readonly dataDir: string;
  readonly port: number;
}

/** Everything that the App reads at its start. */
export function environmentFor({ engine, world, dataDir, port }: Wanted): Record<string, string> {
  const { forge, commands } = world;
  const { socketPath = "" } = (engine?.docker.modem ?? {}) as { socketPath?: string };
  return {
    LOOPGATE_APP_ID: String(forge.app.id),
    LOOPGATE_APP_SLUG: forge.app.slug,
    LOOPGATE_PRIVATE_KEY: forge.app.privateKey,
    LOOPGATE_WEBHOOK_SECRET: webhookSecret,
    LOOPGATE_SEAL_SECRET: sealSecret,
    LOOPGATE_GITHUB_URL: `${forge.url}/api/v3`,
    LOOPGATE_THROTTLE: "off",
    LOOPGATE_DATA: dataDir,
    LOOPGATE_PORT: String(port),
    LOOPGATE_MAY_MERGE: "on",
    LOOPGATE_MAX_RUNS: "100",
    LOOPGATE_INTRODUCTIONS: "0", // what is judged is of loops
    LOOPGATE_RECONCILE_MINUTES: "1", // what a kill keeps from being heard is seen then
    LOOPGATE_AGENT_COMMAND: commands.executor,
    LOOPGATE_AGENT_IMAGE: "toolchain",
    LOOPGATE_REVIEWER_COMMAND: commands.reviewer,
    LOOPGATE_REVIEWER_IMAGE: "toolchain",
    CHAOS_RUNTIME: engine === null ? "process" : "docker",
    ...(engine === null ? {} : { DOCKER_HOST: `unix://${socketPath}` }),
    NODE_COMPILE_CACHE: join(dataDir, "..", "compiled"), // each life begins sooner
  };
}

/** A port that stays the App's over all its lives: GitHub's deliveries go to one address. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === "object" && address !== null ? address.port : 0;
}
