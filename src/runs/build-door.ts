// The door of a build: packages of the system, by apt, and nothing else.
import { createPace } from "../base/pace.ts";
import type { ImageChoice } from "../container/run.ts";
import type { Log } from "../engine/ports.ts";
import { newLeaseToken } from "../gateway/lease.ts";
import type { Registries } from "../gateway/registry/server.ts";
import { openRunGateway, pacePerRun } from "../gateway/run.ts";
import { rooms } from "./rooms.ts";
import { toldOnce } from "./told-once.ts";

export interface BuildDoorParts {
  readonly dataDir: string;
  readonly log: Log;
  readonly registries: Registries;
  /** Who connects, where the App is root: the relay's user. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
}

/** Opens it for one build, or says by null that there are no packages to be had. Throws Fault where it cannot listen. */
export async function openBuildDoor(
  { dataDir, log, registries, owner }: BuildDoorParts,
  { packages, repositoryId }: Extract<ImageChoice, { kind: "built" }>["build"],
  name: string,
): Promise<{ readonly socketPath: string; close(): Promise<void> } | null> {
  if (packages === undefined || !registries.names.includes("apt")) return null;
  const fields = { build: name, repository: repositoryId, gateway: "registry" };
  const often = toldOnce();
  const routes = registries.routes({
    only: ["apt"],
    rules: { ...packages, minimumAgeMs: 0, fresh: "allow", known: {} },
    onEvent: (event) => {
      const kind = event.kind === "refused" ? `refused ${event.status}` : event.kind;
      often.tell(kind, (times) => log.info({ ...fields, ...event, times }, "gateway"));
    },
  });
  const opened = await openRunGateway({
    socketDir: rooms({ dataDir }).socket(name),
    lease: { runId: name, token: newLeaseToken() },
    owner,
    routes,
    pace: createPace(pacePerRun),
    onError: (error) =>
      often.tell("failed", (times) => log.error({ ...fields, err: error, times }, "a gateway failed")),
  });
  return {
    socketPath: opened.socketPath,
    async close() {
      await opened.close();
      often.end();
    },
  };
}
