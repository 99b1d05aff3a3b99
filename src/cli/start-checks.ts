// What the settings name, asked of the disk, the store, the engine and GitHub: before the App starts, and whenever `loopgate doctor` is.
import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { toFault } from "../base/fault.ts";
import { allParts, type Finding, type Found, findingOf } from "../base/finding.ts";
import type { ExaminedPart } from "../cockpit/health/page.ts";
import { isNearlyFull } from "../container/disk.ts";
import type { Engine } from "../container/docker/engine.ts";
import { readEngineInfo, requireRuntime } from "../container/docker/engine-info.ts";
import { mayBePulled } from "../container/docker/fetch/pull.ts";
import { askEngine } from "../container/docker/start-check.ts";
import type { Settings } from "../settings.ts";
import { askPostgres } from "../store/postgres/check.ts";
import { askAboutApp } from "../wire.ts";

/** Where the relay's program stands in the App's image, which is also the relay's. */
export const serveRelay = ["node", "/app/src/container/relay.mjs"];

export const noEngine = `No container engine answered, and Loopgate runs agents in containers only.
Start Docker or Podman, or name its socket in DOCKER_HOST; then start Loopgate again.
`;

/**
 * All that is wrong with what the settings name; without an engine, what can be told without one. Never rejects; starts one
 * short container, and leaves nothing but the data folder.
 */
export async function startFindings(engine: Engine | null, settings: Settings): Promise<readonly Finding[]> {
  const found = await Promise.all([
    askAboutApp(settings),
    settings.store === undefined ? [] : askPostgres(settings.store),
    engine === null ? [] : runtimeProblem(engine, settings),
    engine === null ? [] : diskAndEngine(engine, settings),
    fullDisk(settings),
  ]);
  return found.flat().map(findingOf);
}

/** The findings by the parts that they are of, as the health page shows them. */
export async function examine(engine: Engine, settings: Settings): Promise<readonly ExaminedPart[]> {
  const findings = await startFindings(engine, settings);
  const parts = allParts.filter(
    (part) => part !== "repositories" && (part !== "store" || settings.store !== undefined),
  );
  return parts.map((part) => ({ part, findings: findings.filter((finding) => finding.part === part) }));
}

async function fullDisk({ dataDir }: Settings): Promise<readonly Found[]> {
  const folder = resolve(dataDir);
  if (!(await isNearlyFull([folder]))) return [];
  const text = `The disk of ${folder} is nearly full. Runs are ended until there is room: free some, or lower LOOPGATE_KEEP_GIGABYTES.`;
  return [{ name: "disk-full", text }];
}

async function diskAndEngine({ docker }: Engine, settings: Settings): Promise<readonly Found[]> {
  const dataDir = resolve(settings.dataDir);
  const { agent, reviewer } = settings.operator.defaults;
  const others = [
    { setting: "LOOPGATE_AGENT_IMAGE", reference: agent.image },
    { setting: "LOOPGATE_REVIEWER_IMAGE", reference: reviewer.image },
  ].filter(({ reference }) => reference !== "" && !mayBePulled(reference, settings.pull?.from ?? []));
  const relay = { setting: "LOOPGATE_RELAY_IMAGE", reference: settings.relayImage ?? "" };
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    return await askEngine(docker, { relay, program: serveRelay[1] ?? "", others, dataDir });
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    const text = `LOOPGATE_DATA is ${dataDir}, and Loopgate cannot make or write that folder (${code}).`;
    return [{ name: "data-folder", text }];
  }
}

async function runtimeProblem({ docker }: Engine, { ociRuntime }: Settings): Promise<readonly Found[]> {
  let name: Found["name"] = "engine-unfit";
  try {
    const info = await readEngineInfo(docker);
    name = "runtime-missing";
    if (ociRuntime) requireRuntime(info, ociRuntime);
    return [];
  } catch (error) {
    return [{ name, text: toFault(error, "Could not look at the container engine").message }];
  }
}
