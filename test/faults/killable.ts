// The App as a process of its own beside a forge, so that a test can kill it and stop it as an operating system would.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { type Forge, type ForgeOptions, startForge } from "../../src/forge/forge.ts";
import type { Issue, Repository } from "../../src/forge/model.ts";
import { approving, mend } from "../story/world.ts";

export interface Killable {
  readonly forge: Forge;
  readonly repository: Repository;
  /** Where the App keeps its store. */
  readonly storeDir: string;
  /** Starts the App and points the forge's webhooks at it. */
  start(limits?: { readonly heapMb: number }): Promise<ChildProcess>;
  openIssue(): Issue;
}

export interface KillableOptions extends Partial<ForgeOptions> {
  /** Where the App sends spans; by default nowhere. */
  readonly collector?: string;
}

const secret = "a secret of the faults";

/** Adds up wrongly; CI runs its test. */
const files = {
  "total.sh": "#!/bin/sh\necho 0\n",
  "test.sh": '#!/bin/sh\n[ "$(sh total.sh 2 3)" = 5 ]\n',
};

/** A forge, and an App that is not running yet. What was started ends with the test. */
export async function aKillableApp({ collector, ...options }: KillableOptions = {}): Promise<Killable> {
  const dir = await mkdtemp(join(tmpdir(), "faults-"));
  await mkdir(join(dir, "scratch"));
  const forge = await startForge({ dataDir: join(dir, "forge"), ci: { command: "sh test.sh" }, ...options });
  forge.createUser("alice");
  const collaborators = { alice: "maintain", bob: "write" } as const;
  const repository = await forge.createRepository({ owner: "acme", name: "shop", files, collaborators });
  const started: ChildProcess[] = [];
  onTestFinished(async () => {
    for (const child of started) await end(child);
    await forge.close();
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  });
  return {
    forge,
    repository,
    storeDir: join(dir, "app"),
    async start(limits) {
      const { id, slug, privateKey } = forge.app;
      const app = { id, slug, privateKey };
      const given = { app, url: forge.url, dir, secret, executor: mend, reviewer: approving, collector };
      const program = join(import.meta.dirname, "served.ts");
      const flags = ["--no-warnings", ...(limits ? [`--max-old-space-size=${limits.heapMb}`] : [])];
      const child = spawn(process.execPath, [...flags, program, JSON.stringify(given)], {
        stdio: ["ignore", "pipe", limits ? "ignore" : "inherit"], // who runs out of memory says so at length
      });
      started.push(child);
      const [line] = await once(createInterface(child.stdout), "line");
      forge.setWebhook({ url: String(line), secret });
      return child;
    },
    openIssue: () => forge.as("alice").openIssue(repository, { title: "Totals are wrong", body: "2 3 must be 5." }),
  };
}

/** Kills at once, as a power cut would, and resolves when the process is gone. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}
