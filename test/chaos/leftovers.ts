// What is left on the machine that no living loop owns: containers, workspaces, quarantines, sockets.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Engine } from "../../src/container/docker/engine.ts";
import { listContainers } from "../../src/container/docker/sweep.ts";
import { instance } from "./app.ts";

/** One left-over thing, in words; none where everything was taken away. `owned` says whether a loop still needs its runs. */
export async function findLeftovers(
  dataDir: string,
  engine: Engine | null,
  owned: (loop: string) => boolean,
): Promise<readonly string[]> {
  const containers = engine === null ? [] : await listContainers(engine.docker, instance);
  const folders = await Promise.all(["runs", "quarantine", "sockets"].map((name) => namesIn(dataDir, name)));
  return [
    ...containers.filter(({ run }) => !owned(run.loop)).map(({ run, part }) => `container ${run.id} (${part})`),
    ...folders.flat().filter((path) => !owned(loopOf(path))),
  ];
}

/** Runs are called `<issue>-<loop>-<count>`. */
function loopOf(path: string): string {
  return path.split("/")[1]?.split("-")[1] ?? "";
}

async function namesIn(dataDir: string, folder: string): Promise<string[]> {
  const names = await readdir(join(dataDir, folder)).catch(() => []);
  return names.map((name) => `${folder}/${name}`);
}
